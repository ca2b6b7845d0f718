#include "models/guest_os.hpp"

#include "models/kernel/linux.hpp"
#include "models/userland/shell.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::models {

std::unique_ptr<kernel::GuestKernel> make_guest_kernel(const OsConfig& os,
                                                       kernel::KernelHost& host) {
  const auto* level = kernel::find_level(os.kernel_level);
  LPARSIM_ASSERT(level != nullptr);
  return kernel::make_linux(host, *level);
}

int run_guest_command(const OsConfig&, kernel::GuestKernel&, userland::Process& process,
                      const std::string& command_line) {
  return userland::run_shell(process, command_line);
}

}  // namespace lparsim::models
