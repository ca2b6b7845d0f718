#include "sim/cli/booted_machine.hpp"

#include "sim/scenario/boot.hpp"

namespace lparsim::cli {
namespace {

constexpr Duration kBootLimit = std::chrono::hours(1);

}  // namespace

Result<std::unique_ptr<BootedMachine>> boot_machine(models::WorldConfig machine) {
  const auto awaited = scenario::reachable(machine);
  auto booted = std::make_unique<BootedMachine>(std::move(machine));
  const auto start = scenario::boot(booted->world, awaited, kBootLimit);
  if (!start) return tl::make_unexpected(start.error());
  booted->boot_hash = start->boot_hash;
  return booted;
}

Result<PartitionId> partition_named(const models::WorldConfig& machine, const std::string& name) {
  for (const auto& partition : machine.platform.partitions) {
    if (partition.name == name) return partition.id;
  }
  return bad_input(name, "no such partition in this machine");
}

}  // namespace lparsim::cli
