// The parts of a World and how they hang together; included by world.cpp and world_episodes.cpp.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "models/actor_pool.hpp"
#include "models/context.hpp"
#include "models/hypervisor_adapter.hpp"
#include "models/managed_system.hpp"
#include "models/migration.hpp"
#include "models/partition_model.hpp"
#include "models/rmc_network.hpp"
#include "models/world.hpp"

namespace lparsim::models {

// Writes every answer that is not the normal one into the log.
class LoggedChoices final : public Choices {
 public:
  LoggedChoices(Choices& choices, EventLog& log) : choices_(choices), log_(log) {}
  std::size_t pick(const ChoicePoint& point, std::span<const Outcome> outcomes) override;

 private:
  Choices& choices_;
  EventLog& log_;
};

// Setting the resolution must come before the first sc_time of the process, hence a member of its
// own that is built before all modules.
struct OneNanosecond {
  OneNanosecond();
};

// One managed system with the console's view of it.
struct SystemParts {
  SystemParts(std::size_t number, const WorldConfig& world, Context context,
              firmware::HypervisorEvents& events, RmcNetwork& network, Migrations& migrations,
              Clock& clock, HypervisorAdapter::Find find);

  ManagedSystem system;
  HypervisorAdapter adapter;
  hmc::Hmc hmc;
};

struct World::Impl final : firmware::HypervisorEvents {
  Impl(WorldConfig config, Choices& user_choices);

  PartitionModel* find(PartitionId id) const;
  firmware::Hypervisor& hypervisor(std::size_t system) const;
  // The system that a command line names with -m; the first one when it names none of them.
  std::size_t system_named_in(const std::string& command_line) const;
  void add_system(std::size_t number);
  void add_partitions(std::size_t home);
  // Does it as soon as the present commit is over: firmware must not be re-entered from a commit.
  void after_commit(PartitionId id, std::function<void(PartitionModel&)> action);

  void cpu_started(PartitionId partition, ServerNumber server, std::uint64_t entry,
                   std::uint64_t r3) override;
  void interrupt(PartitionId partition, std::uint32_t source) override;
  void partition_ended(PartitionId partition, bool restart) override;
  void thread_ready(PartitionId partition, ServerNumber server) override;
  void event_waits(PartitionId partition) override;

  WorldConfig config;
  OneNanosecond resolution;
  SimulationClock clock;
  EventLog log;
  LoggedChoices choices;
  ActorPool pool;
  ActorScheduler actors;
  Context context;
  RmcNetwork network;
  Migrations migrations;
  std::vector<std::unique_ptr<SystemParts>> systems;
  std::map<PartitionId, std::unique_ptr<PartitionModel>> partitions;
  std::uint32_t last_session = 0;
};

}  // namespace lparsim::models
