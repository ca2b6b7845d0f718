// The rtas system call of user space (librtas): 76 bytes in, the outputs written back in place.
// Only services of a fixed list are passed on, and buffers must lie in the region published by
// /proc/ppc64/rtas/rmo_buffer.
#include <algorithm>
#include <array>
#include <cerrno>

#include "models/kernel/linux.hpp"
#include "models/kernel/mobility.hpp"
#include "models/kernel/rtas.hpp"

namespace lparsim::kernel {
namespace {

constexpr int kNone = -1;

// Which argument is a buffer, and which argument or constant is its size.
struct Filter {
  std::string_view service;
  int buffer = kNone;
  int size_argument = kNone;
  std::uint32_t fixed_size = 0;
};

constexpr std::array kFilters{
    Filter{"get-sensor-state"},
    Filter{"set-indicator"},
    Filter{"get-power-level"},
    Filter{"set-power-level"},
    Filter{"get-time-of-day"},
    Filter{"set-time-of-day"},
    Filter{"set-time-for-power-on"},
    Filter{"display-character"},
    Filter{"ibm,activate-firmware"},
    Filter{"ibm,suspend-me"},
    Filter{"ibm,configure-connector", 0, kNone, 4096},
    Filter{"ibm,update-nodes", 0, kNone, 4096},
    Filter{"ibm,update-properties", 0, kNone, 4096},
    Filter{"ibm,get-indices", 2, 3},
    Filter{"ibm,get-dynamic-sensor-state", 1},
    Filter{"ibm,set-dynamic-indicator", 2},
    Filter{"ibm,get-system-parameter", 1, 2},
    Filter{"ibm,set-system-parameter", 1},
    Filter{"ibm,get-vpd", 0, kNone, 1},
    Filter{"ibm,lpar-perftools", 2, 3},
    Filter{"ibm,platform-dump", 4, 5},
    Filter{"ibm,physical-attestation", 0, 1},
    Filter{"ibm,errinjct", 2, kNone, 1024},
    Filter{"ibm,open-errinjct"},
    Filter{"ibm,close-errinjct"},
};

bool inside_user_buffer(std::uint64_t address, std::uint64_t size) {
  return address >= kUserBuffer && size <= kUserBufferSize &&
         address + size <= kUserBuffer + kUserBufferSize;
}

bool allowed(const Kernel& kernel, const std::uint8_t* block, std::uint32_t nargs) {
  const std::uint32_t token = load_be32(block);
  for (const Filter& filter : kFilters) {
    if (kernel.state.tree.word(kernel.state.rtas_node, filter.service) != token) continue;
    if (filter.buffer == kNone) return true;
    const auto argument = [&](int i) { return load_be32(block + 12 + 4 * i); };
    if (static_cast<int>(nargs) <= std::max(filter.buffer, filter.size_argument)) return false;
    const std::uint32_t address = argument(filter.buffer);
    std::uint32_t size = std::max(filter.fixed_size, 1U);
    if (filter.size_argument != kNone) size = argument(filter.size_argument);
    if (filter.service == "ibm,platform-dump" && address == 0) return true;
    return inside_user_buffer(address, size);
  }
  return false;
}

// ibm,suspend-me is not passed on: the kernel migrates, by the stream in the first two arguments.
int suspend_for_user(Kernel& kernel, std::uint8_t* block, std::uint32_t nargs) {
  constexpr std::int32_t kHardwareError = -1, kNotSuspendable = -9004;
  const std::uint64_t stream = load_be64(block + 12);
  const int error = migrate(kernel, stream);
  if (error != 0 && error != -EAGAIN && error != -EIO) return error;
  std::int32_t status = 0;
  if (error == -EAGAIN) status = kNotSuspendable;
  if (error == -EIO) status = kHardwareError;
  store_be32(block + 12 + 4 * nargs, static_cast<std::uint32_t>(status));
  return 0;
}

}  // namespace

int rtas_syscall(Kernel& kernel, std::uint8_t block[76]) {
  const std::uint32_t nargs = load_be32(block + 4);
  const std::uint32_t nret = load_be32(block + 8);
  if (nargs >= 16 || nret > 16 || nargs + nret > 16) return -EINVAL;
  if (kernel.state.rtas_node == kNoNode) return -EINVAL;
  if (!allowed(kernel, block, nargs)) {
    kernel.log(kLogError, "sys_rtas: RTAS call blocked");
    return -EINVAL;
  }
  if (kernel.state.tree.word(kernel.state.rtas_node, "ibm,suspend-me") == load_be32(block)) {
    return suspend_for_user(kernel, block, nargs);
  }
  std::uint8_t* shared = kernel.host.rmo(kRtasArguments, 76);
  if (shared == nullptr) return -EFAULT;
  const LockGuard guard(kernel, kRtasLock);
  std::copy_n(block, 76, shared);
  std::fill_n(shared + 12 + 4 * nargs, 4 * nret, std::uint8_t{0});
  kernel.host.rtas(kernel.running_server(), kRtasArguments);
  std::copy_n(shared + 12 + 4 * nargs, 4 * nret, block + 12 + 4 * nargs);
  return 0;
}

}  // namespace lparsim::kernel
