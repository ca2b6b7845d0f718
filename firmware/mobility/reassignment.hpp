// Platform resource reassignment (PRRN; LoPAR 15.6, EVENTS.md 5): processors and memory of a
// running partition move to other NUMA nodes, which it is told where it asked for it.
#pragma once

#include <span>

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// Places owned CPUs and LMBs into NUMA node `domain`. False, and nothing changed: the partition is
// off or on its way, there is no such node, or one of the connectors is not its own.
bool reassign(Core& core, std::size_t partition, std::span<const DrcIndex> drcs,
              std::uint32_t domain);

// The partition is asked to suspend: what it has not been told of waits (R1-15.6-3), ...
void withhold_reassignments(PartitionState& partition);
// ... until it goes on here, or has gone elsewhere.
void announce_reassignments(Core& core, std::size_t partition);

// Where the partition's resources lie now, for its tree.
void place(const PartitionState& partition, TreeShape& shape);

}  // namespace lparsim::firmware
