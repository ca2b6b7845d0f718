// Changes of the live tree that others hear of: attach, detach, property update (kernel.md 6).
#pragma once

#include <string_view>
#include <vector>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

void attach_nodes(Kernel& kernel, NodeId parent, const std::vector<NodeId>& nodes);
void detach_nodes(Kernel& kernel, const std::vector<NodeId>& nodes);
// Replaces the value, or adds the property at the end.
void update_property(Kernel& kernel, NodeId node, std::string_view name, Bytes value);
// False: the node has no such property.
bool erase_property(Kernel& kernel, NodeId node, std::string_view name);

}  // namespace lparsim::kernel
