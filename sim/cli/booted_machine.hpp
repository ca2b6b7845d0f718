// A machine that runs, as the commands need it that ask it something: its partitions are up.
#pragma once

#include <memory>
#include <string>

#include "models/world.hpp"
#include "sim/base/choices.hpp"
#include "sim/base/result.hpp"

namespace lparsim::cli {

struct BootedMachine {
  explicit BootedMachine(models::WorldConfig machine) : world(std::move(machine), choices) {}

  NormalChoices choices;
  models::World world;
  std::uint64_t boot_hash = 0;           // of the event log up to here
};

// At rest, RMC up where it comes up. One for each process.
Result<std::unique_ptr<BootedMachine>> boot_machine(models::WorldConfig machine);

Result<PartitionId> partition_named(const models::WorldConfig& machine, const std::string& name);

}  // namespace lparsim::cli
