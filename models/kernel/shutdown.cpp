#include "models/kernel/shutdown.hpp"

#include <fmt/format.h>

#include "models/kernel/rtas.hpp"

namespace lparsim::kernel {
namespace {

// The other CPUs leave by an interprocessor interrupt and spin: firmware is not told, they have no
// stop-self of their own.
void stop_others(Kernel& kernel, std::uint32_t last) {
  for (std::uint32_t logical = 0; logical < kernel.state.cpus.size(); ++logical) {
    LogicalCpu& cpu = kernel.state.cpus[logical];
    if (!cpu.online || cpu.server == last) continue;
    cpu.online = false;
    kernel.host.cpu_online(cpu.server, logical, false);
  }
}

// No event may turn the partition on again: both halves of the mask are all ones.
std::int32_t leave(Kernel& kernel, bool restart) {
  constexpr std::uint32_t kNoEvent = 0xffffffff;
  if (restart) return rtas_call(kernel, "system-reboot", {});
  return rtas_call(kernel, "power-off", {kNoEvent, kNoEvent});
}

}  // namespace

int shut_down(Kernel& kernel, bool restart) {
  const LockGuard guard(kernel, kHotplugLock);
  stop_others(kernel, kernel.running_server());
  std::int32_t status = 0;
  do {
    status = leave(kernel, restart);
  } while (rtas_busy_delay(kernel, status));
  kernel.log(kLogError, fmt::format("{} refused: {}", restart ? "system-reboot" : "power-off",
                                    status));
  return rtas_error(kernel, status);
}

}  // namespace lparsim::kernel
