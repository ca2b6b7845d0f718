// Hypervisor calls of the guest side (LoPAR chapter 14, HCALLS.md 2): processor entitlement, and
// the few that a kernel makes on the way. A function that is not here answers H_Function.
#pragma once

#include <array>
#include <cstdint>

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

inline constexpr std::int64_t kHSuccess = 0, kHConstrained = 4, kHFunction = -2, kHParameter = -4;
inline constexpr std::uint64_t kHRegisterVpa = 0xdc, kHCede = 0xe0, kHProd = 0xe8, kHGetPpp = 0xec,
                               kHSetPpp = 0xf0;

// registers[0] is R4.
std::int64_t run_hcall(Core& core, std::size_t partition, std::uint64_t opcode,
                       std::array<std::uint64_t, 9>& registers);

}  // namespace lparsim::firmware
