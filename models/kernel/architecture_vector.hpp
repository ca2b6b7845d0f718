// The ibm,architecture.vec of Linux (LoPAR B.6.2.3, DEVICE_TREE.md section 10).
#pragma once

#include "models/kernel/level.hpp"
#include "sim/base/cells.hpp"

namespace lparsim::kernel {

Bytes linux_architecture_vector(const KernelLevel& level);

}  // namespace lparsim::kernel
