// The orderly end of a kernel: the CPUs stop, firmware does the rest (LoPAR 7.3.9).
#pragma once

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] GuestKernel::shut_down. A DLPAR request that is at work is waited for: no CPU comes or
// goes while the others are stopped.
int shut_down(Kernel& kernel, bool restart);

}  // namespace lparsim::kernel
