#include "models/kernel/kernel.hpp"

#include "sim/base/assert.hpp"

namespace lparsim::kernel {

void Kernel::bug(const std::string& text) {
  state.crashed = true;
  host.bug(text.c_str());
  // g++ forgets [[noreturn]] on virtual calls; a host that returns is our own bug.
  assertion_failed("KernelHost::bug returned", __FILE__, __LINE__);
}

std::uint32_t Kernel::running_server() const {
  for (const LogicalCpu& cpu : state.cpus) {
    if (cpu.online) return cpu.server;
  }
  return 0;   // before the first CPU is known: the thread that boots
}

}  // namespace lparsim::kernel
