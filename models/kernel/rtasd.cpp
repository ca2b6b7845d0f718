#include "models/kernel/rtasd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/kernel/event_log.hpp"
#include "models/kernel/linux.hpp"
#include "models/kernel/rtas.hpp"
#include "models/kernel/tree_update.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kAllEvents = 0xffffffff;
constexpr std::uint8_t kReassignment = 160;             // byte 3 of the fixed part
constexpr std::uint64_t kRound = 30'000'000'000;        // over the rate that /rtas asks for

std::uint64_t round_ns(const Kernel& kernel) {
  const auto rate = kernel.state.tree.word(kernel.state.rtas_node, "rtas-event-scan-rate");
  return kRound / std::max(rate.value_or(1), 1U);
}

// The length field of this event holds the scope; the OS asks with its negative.
void reassigned(Kernel& kernel, std::uint32_t scope) {
  if (!kernel.has(Switch::prrn_updates_tree)) {
    return kernel.log(kLogInfo, "Platform resource reassignment ignored.");
  }
  update_tree(kernel, static_cast<std::int32_t>(0U - scope));
}

// False: there is no more.
bool scan(Kernel& kernel) {
  std::uint32_t first = 0, scope = 0;
  {
    const LockGuard guard(kernel, kEventLock);
    const std::uint8_t* buffer = kernel.host.rmo(kEventBuffer, kEventBufferSize);
    if (buffer == nullptr) return false;
    const auto status =
        rtas_call(kernel, "event-scan", {kAllEvents, 0, kEventBuffer, kEventBufferSize});
    if (status == -1) kernel.log(kLogError, "event-scan failed");
    if (status != 0) return false;
    first = load_be32(buffer);
    scope = load_be32(buffer + 4);
  }
  if ((first & 0xffU) == kReassignment) reassigned(kernel, scope);
  return true;
}

void run_round(void* argument) {
  Kernel& kernel = *static_cast<Kernel*>(argument);
  const RunningFlag running(kernel.state.scan_pending);
  const std::uint64_t round = round_ns(kernel);
  kernel.host.sleep_ns(round - kernel.host.now_ns() % round);
  while (scan(kernel)) {}
}

}  // namespace

void scan_later(Kernel& kernel) {
  if (!has_service(kernel, "event-scan")) return;
  if (!std::exchange(kernel.state.scan_pending, true)) {
    kernel.host.spawn("rtasd", run_round, &kernel);
  }
}

}  // namespace lparsim::kernel
