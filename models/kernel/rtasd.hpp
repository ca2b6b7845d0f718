// The kernel's own event-scan daemon (LoPAR 7.3.3.1, 10.2): fetches what no interrupt announces.
// Of these events only resource reassignments mean something here; the others are only kept by
// rtas_errd, which is not modelled.
#pragma once

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// An event waits for the next round. Rounds that would find nothing are not simulated.
void scan_later(Kernel& kernel);

}  // namespace lparsim::kernel
