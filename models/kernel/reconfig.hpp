// What happens when a node comes into the live tree or leaves it outside of the CPU requests: the
// node is linked first, then those concerned hear of it, and their errors are lost (kernel.md 6).
#pragma once

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

void attach_and_notify(Kernel& kernel, NodeId parent, NodeId node);
// The node must have no children. 0, or why the level `fixed` does not let it go.
int detach_and_notify(Kernel& kernel, NodeId node);
// The same where the reference of its creator is dropped on every level (dlpar_detach_node).
int detach_and_drop(Kernel& kernel, NodeId node);

// A node with what is below it, children first: `detach` is one of the two above. Ends at the first
// error.
int detach_subtree(Kernel& kernel, NodeId node, int (*detach)(Kernel&, NodeId));

// The last reference but those of devices, buses and slots is gone: frees a detached node unless
// one of these still holds it.
void put_node(Kernel& kernel, NodeId node);

}  // namespace lparsim::kernel
