// "dt add|remove index": the nodes behind a connector of any type, for I/O (kernel.md 10, 6.12).
// The DRC itself is user space's.
#pragma once

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] 0 or a negative errno.
int dlpar_dt(Kernel& kernel, const DlparRequest& request);

}  // namespace lparsim::kernel
