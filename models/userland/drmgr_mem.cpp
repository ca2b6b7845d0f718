// drmgr -c mem -a|-r (drmgr.md section 4).
#include <fmt/format.h>

#include "models/userland/drmgr.hpp"
#include "models/userland/memory_legacy.hpp"
#include "models/userland/numa_memory.hpp"

namespace lparsim::userland {
namespace {

// The status; nullopt: not such a system.
std::optional<int> remove_over_nodes(Session& session) {
  std::optional<NumaTopology> topology = read_numa(session);
  if (!topology) return std::nullopt;
  const std::optional<LmbList> lmbs = read_lmbs(session);
  if (!lmbs) {
    session.say(kWarning, "Can't do NUMA based removal operation.\n");
    return std::nullopt;
  }
  const std::uint32_t wanted = session.request.count;
  const std::uint32_t done = remove_by_node(session, std::move(*topology), *lmbs, wanted);
  report_memory(session, done);
  return done == wanted || session.has(Switch::partial_removal_succeeds) ? 0 : -1;
}

int by_kernel(Session& session) {
  const Request& request = session.request;
  const bool remove = request.action == Action::remove;
  if (remove && request.count != 0 && request.drc_index == 0) {
    if (const auto status = remove_over_nodes(session)) return *status;
  }
  const std::string what = request.drc_index != 0
                               ? fmt::format("index 0x{:x}", request.drc_index)
                               : fmt::format("count {}", request.signed_count());
  const int rc =
      kernel_dlpar(session, fmt::format("memory {} {}", remove ? "remove" : "add", what));
  report_memory(session, rc == 0 ? request.count : 0);
  return rc;
}

}  // namespace

int change_memory(Session& session) {
  Request& request = session.request;
  if (!request.p_option.empty()) return change_entitlement(session);
  if (!memory_capable(session)) {
    session.say(kError, "DLPAR memory operations are not supported onthis kernel.");
    return -1;
  }
  if (request.drc_name && !session.has(Switch::unnamed_lmb_counts)) {
    session.say(kError, fmt::format("Could not locate LMB {}\n", *request.drc_name));
    return -1;
  }
  if (request.drc_name) request.count = 1;
  if (kernel_dlpar_exists(session)) return by_kernel(session);
  return request.action == Action::add ? add_memory_alone(session)
                                       : remove_memory_alone(session);
}

}  // namespace lparsim::userland
