// Brings a world to the point where scenarios and `lparsim hmc` begin: the partitions that are to
// run have booted, their RMC is up, and nothing moves.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/world.hpp"
#include "sim/base/result.hpp"

namespace lparsim::scenario {

struct Start {
  std::uint64_t boot_hash = 0;                              // of the log up to here
  std::shared_ptr<const models::World::Snapshot> snapshot;
};

// Waits for the RMC of the partitions in `awaited`.
Result<Start> boot(models::World& world, const std::vector<PartitionId>& awaited, Duration limit);

// Partitions whose operating system the HMC can reach once they are up.
std::vector<PartitionId> reachable(const models::WorldConfig& machine);

// The next episode begins where the first one did.
void return_to_start(models::World& world, const Start& start);

}  // namespace lparsim::scenario
