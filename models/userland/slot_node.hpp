// One slot of the lists: what its nodes in the device tree and its device in sysfs say. Private to
// slot_list.
#pragma once

#include <string>
#include <vector>

#include "models/userland/slot_list.hpp"

namespace lparsim::userland {

using Names = std::vector<std::string>;

Slot make_slot(Session& session, SlotKind kind, const Connector& drc, const std::string& path);

// Walks /sys/devices for devspec files: the device of a node, or of a node in it.
void find_linux_devices(Session& session, Slots& slots);

}  // namespace lparsim::userland
