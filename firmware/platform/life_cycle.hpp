// What a partition gets when it starts, and what it starts with (issue: partition life cycle).
// Between power-on and the hand-over of the tree nothing runs that could acquire a resource, so
// that what the HMC asks for in that time is settled by the hand-over, as a power-on would.
#pragma once

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// Holds as much of `wanted` as is free, down to its minimum; what is held becomes the current
// configuration. Refused, and nothing changes, when less than a minimum is free: the limit is what
// is free. The partition is off and holds nothing.
AssignAnswer hold_from_minimum(Core& core, std::size_t partition, const PartitionConfig& wanted);

// Refusal of a power-on whose held configuration lies below its own minimum.
AssignAnswer check_minimum(const PartitionConfig& config);

// The first hand-over of a boot: reserved resources are the partition's and configured, and events
// about resources are outdated (the tree tells them). Later ones only drop the events.
void settle_hand_over(Core& core, std::size_t partition);

}  // namespace lparsim::firmware
