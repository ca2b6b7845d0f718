// Persistent memory: the nodes below the one of type "ibm,persistent-memory" (kernel.md 0, 5; 11,
// 26). Left out: the region itself and its hypervisor calls.
#pragma once

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] A hot-plug event of this resource: 0 or a negative errno.
int dlpar_pmem(Kernel& kernel, const DlparRequest& request);

}  // namespace lparsim::kernel
