// The presentation of interrupts to hardware threads in XIVE legacy mode (LoPAR 14.5.4.7).
#pragma once

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// An interrupt of a source that firmware itself drives: told to the shell, and in legacy mode held
// for H_XIRR until it is accepted.
void raise_interrupt(Core& core, std::size_t partition, std::uint32_t source);

}  // namespace lparsim::firmware
