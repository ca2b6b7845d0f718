// The same as targets.hpp for one who names the connectors: a device is plugged at a place, and
// asked back, as QEMU's monitor does it. Processors and LMBs of a running partition.
#pragma once

#include "firmware/drc/drc_space.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// [first, first + count) become allocatable. wrong_state: one of them is no longer unallocatable.
AssignAnswer assign_named(Core& core, std::size_t partition, DrcIndex first, std::uint32_t count);
// They go back: at once where the OS has not acquired them, else when it releases them. While any
// are wanted back, nothing else goes. wrong_state: one of them is not the partition's, or wanted
// back already.
AssignAnswer unassign_named(Core& core, std::size_t partition, DrcIndex first,
                            std::uint32_t count);
// The OS unisolates what is wanted back: it does not part with it (PAPR's hint that a removal
// failed), and the request is over.
void removal_refused(Core& core, PartitionState& partition, DrcPlace place);
bool is_wanted_back(const PartitionState& partition, DrcIndex connector);
// The request is taken back.
void keep_named(Core& core, std::size_t partition, DrcIndex first, std::uint32_t count);
// Whether a connector that the OS releases now may go back to the platform.
bool may_go_back(const PartitionState& partition, DrcIndex released);

}  // namespace lparsim::firmware
