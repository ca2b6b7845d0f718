#include "sim/scenario/boot.hpp"

#include <algorithm>

#include "sim/scenario/player.hpp"

namespace lparsim::scenario {

std::vector<PartitionId> reachable(const models::WorldConfig& machine) {
  std::vector<PartitionId> ids;
  for (const auto& [id, os] : machine.os) {
    if (os.powered_on && os.rmc) ids.push_back(id);
  }
  return ids;
}

Result<Start> boot(models::World& world, const std::vector<PartitionId>& awaited, Duration limit) {
  world.power_on_as_configured();
  const auto up = [&] {
    return std::all_of(awaited.begin(), awaited.end(),
                       [&](PartitionId id) { return world.rmc_active(id); });
  };
  if (!(up() || world.run_until(up, limit)) || !world.run_to_rest(limit)) {
    return tl::make_unexpected(never_ended("the boot of the machine", world, limit));
  }
  Start start;
  start.boot_hash = world.log().hash();
  start.snapshot = world.snapshot();   // the log's hash begins anew here
  return start;
}

void return_to_start(models::World& world, const Start& start) {
  world.restore(start.snapshot);
}

}  // namespace lparsim::scenario
