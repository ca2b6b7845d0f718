// The ibm,architecture.vec of Linux 6.1 (LoPAR B.6.2.3, DEVICE_TREE.md section 10).
#pragma once

#include "sim/base/cells.hpp"

namespace lparsim::kernel {

Bytes linux_architecture_vector();

}  // namespace lparsim::kernel
