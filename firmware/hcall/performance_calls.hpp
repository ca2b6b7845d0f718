// What the processors of the shared pool have done so far.
#pragma once

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// Time that the partition's virtual processors were dispatched since power-on, in processors of
// the pool; zero for a dedicated partition and one that is off.
Duration consumed_time(const Core& core, std::size_t partition);

}  // namespace lparsim::firmware
