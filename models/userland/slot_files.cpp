#include "models/userland/slot_files.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "models/userland/drmgr.hpp"
#include "models/userland/files.hpp"
#include "models/userland/tools.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kAddSlot = "/sys/bus/pci/slots/control/add_slot";
constexpr std::string_view kRemoveSlot = "/sys/bus/pci/slots/control/remove_slot";
constexpr std::string_view kSlots = "/sys/bus/pci/slots";
constexpr std::string_view kRescan = "/sys/bus/pci/rescan";

bool file_opens(Session& session, std::string_view path) {
  FileStat stat;
  const int status = session.files.stat(path, stat);
  if (status == 0) return true;
  session.say(kError, fmt::format("failed to open {}: {}\n", path, errno_text(status)));
  return false;
}

std::string slot_file(Session& session, const std::string& slot, std::string_view name) {
  // Slots whose folder says their location in another file do not exist here.
  file_opens(session, kSlots);
  return fmt::format("{}/{}/{}", kSlots, slot, name);
}

int kernel_request(Session& session, std::string_view file, const std::string& drc_name) {
  session.say(kDebug,
              fmt::format("performing kernel op for {}, file is {}\n", drc_name, file));
  while (true) {
    if (!file_opens(session, file)) return -1;
    const std::int64_t written = write_text(session.files, file, drc_name);
    if (written >= 0 || session.has(Switch::slot_refusal_unnoticed)) return 0;
    if (written != -EBUSY) {
      session.say(kError, fmt::format("kernel I/O op failed, {}\n", errno_text(written)));
      return -1;
    }
    session.process.sleep(std::chrono::seconds(1));
    if (session.timed_out()) return -1;
  }
}

}  // namespace

int load_slot_module(Session& session) {
  const Request& request = session.request;
  const bool slots = request.type == ConnectorType::pci || request.type == ConnectorType::phb ||
                     request.type == ConnectorType::slot;
  const bool generic = request.type == ConnectorType::pci && request.without_rpaphp;
  if (!request.capabilities && (!slots || generic)) return 0;
  if (exists(session.files, kAddSlot)) return 0;
  const int status = modprobe(session.process, {"modprobe", "rpadlpar_io"});
  if (status != 0) {
    session.say(kError, "rpadlpar_io module was not loaded\n");
    return status;
  }
  return exists(session.files, kAddSlot) ? 0 : -1;
}

bool slot_capable(Session& session) { return capable(session, "I/O DLPAR", kAddSlot); }
bool host_bridge_capable(Session& session) { return capable(session, "PHB DLPAR", kAddSlot); }

AdapterState adapter_state(Session& session, const std::string& slot) {
  const auto value = int_attribute(session.files, slot_file(session, slot, "adapter"));
  if (!value) return kAdapterUnknown;
  session.say(kDebug, fmt::format("hp adapter status for {} is {}\n", slot, *value));
  if (*value < kNoAdapter || *value > kNotConfigured) return kAdapterUnknown;
  return static_cast<AdapterState>(*value);
}

void configure_adapter(Session& session, const std::string& slot, bool configure) {
  const std::string file = slot_file(session, slot, "power");
  session.say(kDebug, fmt::format("setting hp adapter status to {} adapter for {}\n",
                                  configure ? "CONFIG" : "UNCONFIG", slot));
  if (file_opens(session, file)) write_text(session.files, file, configure ? "1" : "0");
}

int add_slot(Session& session, const std::string& drc_name) {
  return kernel_request(session, kAddSlot, drc_name);
}

int remove_slot(Session& session, const std::string& drc_name) {
  return kernel_request(session, kRemoveSlot, drc_name);
}

void rescan_bus(Session& session) {
  if (exists(session.files, kRescan)) {
    write_text(session.files, kRescan, "1");
  } else {
    session.say(kError,
                fmt::format("failed ot open {}: {}\n", kRescan, errno_text(ENOENT)));
  }
}

void remove_device(Session& session, const Slot& device) {
  constexpr int kMostSeconds = 60;
  const std::string file = device.device + "/remove";
  if (!file_opens(session, file)) return;
  write_text(session.files, file, "1");
  for (int waited = 0; exists(session.files, device.device);) {
    session.say(kDebug, fmt::format("waiting for PCI device driver to quiesce device at {}\n",
                                    device.device));
    session.process.sleep(std::chrono::seconds(1));
    if (++waited < kMostSeconds && !session.timed_out()) continue;
    session.say(kError, fmt::format("timeout while quiescing device at {}\n", device.device));
    return;
  }
}

}  // namespace lparsim::userland
