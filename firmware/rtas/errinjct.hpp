#pragma once

#include <cstdint>

namespace lparsim::firmware {

// Tokens of ibm,errinjct-tokens that are offered (LoPAR 7.3.13).
inline constexpr std::uint32_t kRecoveredRandomEvent = 2, kRecoveredSpecialEvent = 3,
                               kIoaBusError = 7;

}  // namespace lparsim::firmware
