// CPU DLPAR by DRC index (kernel.md 1 and 2).
#pragma once

#include <cstdint>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] Under kHotplugLock: 0 or what the writer is to see.
int cpu_add(Kernel& kernel, std::uint32_t index);
int cpu_remove(Kernel& kernel, NodeId node, std::uint32_t index);
// [blocks] Takes the lock; the request of /sys/kernel/dlpar or of an event.
int dlpar_cpu(Kernel& kernel, const DlparRequest& request);

}  // namespace lparsim::kernel
