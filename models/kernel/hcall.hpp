// Hypervisor calls that the kernel makes (LoPAR chapter 14): numbers, statuses and the call.
#pragma once

#include <array>
#include <cstdint>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

inline constexpr std::uint64_t kHProd = 0xe8, kHGetCpuCharacteristics = 0x1c8, kHJoin = 0x298,
                               kHVasiSignal = 0x2a0, kHVasiState = 0x2a4;
inline constexpr std::int64_t kHSuccess = 0, kHContinue = 18, kHFunction = -2, kHParameter = -4;

using HcallRegisters = std::array<std::uint64_t, 9>;   // R4 to R12, both ways

// [blocks] On the hardware thread that runs what belongs to no CPU in particular, or on `server`.
inline std::int64_t hcall_on(Kernel& kernel, std::uint32_t server, std::uint64_t opcode,
                             HcallRegisters& registers) {
  return kernel.host.hcall(server, opcode, registers.data());
}
inline std::int64_t hcall(Kernel& kernel, std::uint64_t opcode, HcallRegisters& registers) {
  return hcall_on(kernel, kernel.running_server(), opcode, registers);
}
inline std::int64_t hcall(Kernel& kernel, std::uint64_t opcode, HcallRegisters&& registers) {
  return hcall(kernel, opcode, registers);
}

}  // namespace lparsim::kernel
