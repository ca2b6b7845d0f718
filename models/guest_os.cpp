#include "models/guest_os.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "models/generic_os/generic_os.hpp"
#include "models/kernel/linux.hpp"
#include "models/userland/shell.hpp"
#include "models/userland/tools.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::models {

std::unique_ptr<kernel::GuestKernel> make_guest_kernel(const OsConfig& os,
                                                       kernel::KernelHost& host) {
  if (os.kind == OsKind::generic) return generic_os::make_generic_os(host);
  if (os.other_kernel) return os.other_kernel(host);
  return kernel::make_linux(host, os.kernel ? *os.kernel : *kernel::find_level("6.1"));
}

const userland::Version& userland_version(const OsConfig& os) {
  const userland::Version* version = userland::find_version(os.userland);
  LPARSIM_ASSERT(version != nullptr);
  return *version;
}

namespace {

// What a real userland brings along; everything else stays ours.
bool is_agents(std::string_view command_line) {
  constexpr std::array<std::string_view, 4> kPrograms{"drmgr", "lparstat", "lsslot", "ppc64_cpu"};
  const auto program = command_line.substr(0, command_line.find(' '));
  return std::find(kPrograms.begin(), kPrograms.end(), program) != kPrograms.end();
}

}  // namespace

int run_guest_command(const OsConfig& os, kernel::GuestKernel& guest_kernel,
                      userland::Process& process, const std::string& command_line) {
  if (os.kind == OsKind::linux) {
    return os.agent && is_agents(command_line) ? os.agent(process, command_line)
                                               : userland::run_shell(process, command_line);
  }
  const auto words = userland::split_command_line(command_line).words;
  if (!words.empty() && words.front() == "shutdown") return userland::shutdown(process, words);
  std::string out, err;
  const int status = generic_os::dlpar(guest_kernel, words, out, err);
  process.out(out);
  process.err(err);
  return status;
}

}  // namespace lparsim::models
