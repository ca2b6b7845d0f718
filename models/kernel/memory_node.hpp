// memory@ nodes that come and go through ofdt (kernel.md 3, last lines; 11, 24).
#pragma once

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// The node is linked: its range counts as memory. Blocks come when user space probes them.
void memory_node_attached(Kernel& kernel, NodeId node);
// Before it is unlinked: -EBUSY while a block of it is online; the defect is not to ask.
int memory_node_removable(const Kernel& kernel, NodeId node);
// It is unlinked: its blocks go, and its range.
void memory_node_detached(Kernel& kernel, NodeId node);
// The same for any range, as user space takes LMBs away on old levels. Blocks in use stay.
void memory_range_gone(Kernel& kernel, std::uint64_t base, std::uint64_t size);

}  // namespace lparsim::kernel
