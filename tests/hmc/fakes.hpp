// A scripted managed system: it keeps values as the ports describe them, writes down every call
// that changes something, and answers as the script says.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "hmc/hmc.hpp"

namespace lparsim::hmc::testing {

using Values = std::map<PartitionId, PartitionValues>;

// One answer of the script, in the order of the calls.
struct OsAnswer {
  RmcReply reply{RmcReply::done, 0, {}, {}};
  std::function<void(Values&)> effect;   // what the operating system did before it answered
};

class FakeSystem final : public HypervisorPort, public RmcPort {
 public:
  SystemValues system_values;
  Values values;
  std::map<PartitionId, RmcState> rmc_states;
  std::deque<OsAnswer> os;               // for RmcPort::run; empty = the OS does all of it
  std::deque<Answer> answers;            // for changes; empty = accepted
  std::vector<std::string> calls;
  std::optional<ResourceSetting> powered_with;
  std::deque<MigrationEnd> migration_ends;   // of validate and migrate; empty = done
  bool stops = true;                         // stop_migration

  SystemValues system() const override { return system_values; }
  PartitionValues partition(PartitionId id) const override { return values.at(id); }
  std::optional<PartitionId> slot_owner(DrcIndex) const override { return std::nullopt; }

  Answer set_processors(PartitionId id, std::int32_t procs) override;
  Answer set_units(PartitionId id, ProcUnits units) override;
  Answer set_uncap_weight(PartitionId id, std::int32_t weight) override;
  Answer set_memory(PartitionId id, std::int64_t mb) override;
  void restore_processors(PartitionId id) override;
  void restore_memory(PartitionId id) override;
  Answer power_on(PartitionId id, const ResourceSetting* setting) override;
  Answer power_off(PartitionId id, bool immediate, bool restart) override;

  std::vector<std::string> migration_targets() const override { return {"sys2"}; }
  MigrationEnd validate_migration(PartitionId id, const std::string& target) override;
  MigrationEnd migrate(PartitionId id, const std::string& target,
                       std::optional<Duration> deadline) override;
  bool stop_migration(PartitionId id) override;
  MigrationState migration(PartitionId) const override { return MigrationState::none; }

  RmcState state(PartitionId id) const override { return rmc_states.at(id); }
  RmcReply run(PartitionId id, const std::string& command,
               std::optional<Duration> deadline) override;

 private:
  Answer answer();
  MigrationEnd migration_end();
  void call(const std::string& what, PartitionId id, std::int64_t value);
  void follow(PartitionId id);
};

// System "sys1" with four partitions, LMB 256 MB, 2.0 processors and 4096 MB free:
// 1 alpha   dedicated 1/2/4, memory 1024/4096/8192, Running, RMC active
// 2 beta    shared uncapped, 0.1/0.5/2.0 units, 1/2/4 processors, memory as alpha, Running, active
// 3 gamma   dedicated 1/1/2, memory 512/1024/4096, Not Activated
// 4 delta   never activated, profile "first"
Inventory test_inventory();
void fill(FakeSystem& system);

struct Fixture : ::testing::Test {
  Fixture() { fill(system); }

  FakeSystem system;
  ManualClock clock;
  EventLog log{clock};
  HmcProfile profile;
  Hmc hmc{test_inventory(), profile, system, system, clock, log};

  CommandResult run(const std::string& line) { return hmc.run(line, 1); }
  PartitionValues& of(std::uint16_t id) { return system.values.at(PartitionId{id}); }
  // Success prints nothing (hmc.md 0.2).
  void expect_silent(const std::string& line);
  // Exit 1, this text on stderr, nothing on stdout.
  void expect_refused(const std::string& line, const std::string& text);
};

}  // namespace lparsim::hmc::testing
