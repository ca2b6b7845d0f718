// A partition as a value that leaves one machine and comes to another: what goes along, what is
// made anew from the machine it comes to, and what the OS is told of it (LoPAR 7.3.23, LPM.md 4).
#pragma once

#include "firmware/mobility/mobility.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

bool offers_suspension(const PartitionState& partition);
MoveRequirement requirement_of(const Core& core, std::size_t partition);
const MoveRequirement& requirement_of(const PartitionImage& image);
std::uint64_t stream_of(const PartitionImage& image);

MovingPartition make_image(const Core& core, std::size_t partition);
// Into a shell that holds resources for it already; what is missing is taken, what is too much
// given back. Not done: the shell is as before.
MoveAnswer put_image(Core& core, std::size_t shell, const PartitionImage& image,
                     GuestMemory& memory);
// The source's copy of a partition that runs elsewhere now: everything goes back to the machine.
void remove_source(Core& core, std::size_t partition);

}  // namespace lparsim::firmware
