// Virtual devices: the children of /vdevice and /ibm,platform-facilities on the vio bus.
#pragma once

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// At boot: a device for each node that can have one.
void setup_vio(Kernel& kernel);
// nullptr: none is registered.
const VioDevice* find_vio(const Kernel& kernel, NodeId node);
// False: the node is not below one of the two parents, or has no unit address.
bool register_vio(Kernel& kernel, NodeId node);
void unregister_vio(Kernel& kernel, NodeId node);

}  // namespace lparsim::kernel
