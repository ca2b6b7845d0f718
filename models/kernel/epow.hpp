// Environmental and power warnings (LoPAR 10.2.2; EVENTS.md 6): the interrupt of epow-events.
#pragma once

#include <cstdint>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// At boot: which sources tell of warnings.
void setup_epow(Kernel& kernel);
// True: the source is one of them, and its handler runs as soon as it can.
bool epow_interrupt(Kernel& kernel, std::uint32_t source);

}  // namespace lparsim::kernel
