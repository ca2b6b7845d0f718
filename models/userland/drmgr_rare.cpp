// Kinds of connectors that no machine here has: ports of a host Ethernet adapter (drmgr -c port),
// credits of an accelerator (-c acc). What is said is what the real program says without them.
#include <fmt/format.h>

#include "models/userland/drmgr.hpp"
#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kProbe = "/sys/bus/ibmebus/probe";
constexpr std::string_view kCredits =
    "/sys/devices/virtual/misc/vas/vas0/gzip/qos_capabilities/update_total_credits";

bool refuse_accelerator(Session& session) {
  session.say(kError, fmt::format("Invalid Accelerator type: {}\n",
                                  session.request.accelerator));
  return false;
}

}  // namespace

bool valid_port(Session& session) {
  const Request& request = session.request;
  if (!request.drc_name) {
    session.say(kError, "A drc name  must be specified\n");
    return false;
  }
  return adds_removes_or_queries(session, "HEA");
}

// What a partition with such a port would do is left out: all of them are gone.
int change_port(Session& session) {
  if (!capable(session, "HEA DLPAR", kProbe)) {
    session.say(kError, "DLPAR HEA operations are not supported onthis kernel");
  }
  return -1;
}

bool valid_accelerator(Session& session) {
  const Request& request = session.request;
  if (request.accelerator.empty()) {
    session.say(kError, "-t gzip must be specified\n");
    return false;
  }
  const bool gzip = request.accelerator == "gzip";
  return gzip != session.has(Switch::accelerator_reversed) || refuse_accelerator(session);
}

int change_accelerator(Session& session) {
  const auto count = session.request.signed_count();
  if (count < 0) {
    session.say(kError, fmt::format("Invalid QoS credit count {}\n", count));
    return -1;
  }
  if (!exists(session.files, kCredits)) {
    session.say(kError,
                fmt::format("Could not open \"{}\" to write QoS credits\n", kCredits));
    return -1;
  }
  const std::int64_t written =
      write_text(session.files, kCredits, std::to_string(count));
  if (written < 0) {
    session.say(kError, "Could not write QoS credits\n");
    return static_cast<int>(-written);
  }
  session.say(kDebug, "Successful update total QoS credits\n");
  return 0;
}

}  // namespace lparsim::userland
