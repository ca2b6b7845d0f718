// CPU DLPAR by DRC index (kernel.md 1 and 2).
#pragma once

#include <cstdint>
#include <vector>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] Under kHotplugLock: 0 or what the writer is to see.
int cpu_add(Kernel& kernel, std::uint32_t index);
int cpu_remove(Kernel& kernel, NodeId node, std::uint32_t index);
// [blocks] The second half of an add, on an acquired connector: nodes into the tree, threads up. An
// error of the first takes all back, one of the threads nothing.
int attach_and_online(Kernel& kernel, NodeId parent, std::vector<NodeId> nodes,
                      std::uint32_t index);
// Connectors of the CPUs in the tree, in its order.
std::vector<std::uint32_t> cpu_drcs(const LiveTree& tree);
// The CPU of this connector, kNoNode: none.
NodeId find_cpu(const LiveTree& tree, std::uint32_t index);
// [blocks] Takes the lock; the request of /sys/kernel/dlpar or of an event.
int dlpar_cpu(Kernel& kernel, const DlparRequest& request);

}  // namespace lparsim::kernel
