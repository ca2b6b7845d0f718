#pragma once

#include <cstdint>

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// Estimate of all vital product data in bytes, slots that may still come included: the value of
// ibm,vpd-size (R1-7.3.20-15).
std::uint32_t vpd_size(const Core& core);

}  // namespace lparsim::firmware
