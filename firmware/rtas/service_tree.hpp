// The properties of /rtas and the nodes that the platform services need (DEVICE_TREE.md 5).
#pragma once

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// Adds them to a tree that has been built; only those whose calls and options the profile has.
void add_service_properties(Node& root, const Core& core, std::size_t partition);

}  // namespace lparsim::firmware
