#include "tests/hmc/fakes.hpp"

#include <chrono>

namespace lparsim::hmc::testing {
namespace {

PartitionRecord record(std::uint16_t id, const std::string& name, bool configured) {
  PartitionRecord partition;
  partition.id = PartitionId{id};
  partition.name = name;
  partition.env = "aixlinux";
  partition.default_profile = "first";
  partition.resource_config = configured;
  return partition;
}

ResourceSetting setting(ProcMode mode, Range<std::int32_t> procs, Range<std::int64_t> mb) {
  ResourceSetting out;
  out.processors.mode = mode;
  out.processors.procs = procs;
  out.memory.mb = mb;
  if (mode == ProcMode::shared) {
    out.processors.sharing = SharingMode::uncap;
    out.processors.uncap_weight = 128;
    out.processors.units = {ProcUnits{10}, ProcUnits{50}, ProcUnits{200}};
  }
  return out;
}

PartitionValues values_of(PartitionState state, const ResourceSetting& setting) {
  PartitionValues values;
  values.state = state;
  values.curr = values.pend = setting;
  if (state != PartitionState::running) return values;
  values.run_procs = setting.processors.procs.amount;
  values.run_units = setting.processors.units.amount;
  values.run_uncap_weight = setting.processors.uncap_weight;
  values.run_mem_mb = setting.memory.mb.amount;
  return values;
}

void all_of_it(PartitionValues& values) {
  values.run_procs = values.pend.processors.procs.amount;
  values.run_units = values.pend.processors.units.amount;
  values.run_uncap_weight = values.pend.processors.uncap_weight;
  values.run_mem_mb = values.pend.memory.mb.amount;
}

}  // namespace

Answer FakeSystem::answer() {
  if (answers.empty()) return {};
  const Answer next = answers.front();
  answers.pop_front();
  return next;
}

MigrationEnd FakeSystem::migration_end() {
  if (migration_ends.empty()) return {};
  const MigrationEnd next = migration_ends.front();
  migration_ends.pop_front();
  return next;
}

MigrationEnd FakeSystem::validate_migration(PartitionId id, const std::string& target) {
  calls.push_back("validate_migration " + std::to_string(id.value) + ' ' + target);
  return migration_end();
}

MigrationEnd FakeSystem::migrate(PartitionId id, const std::string& target,
                                 std::optional<Duration> deadline) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(deadline.value_or(Duration::zero()));
  calls.push_back("migrate " + std::to_string(id.value) + ' ' + target + ' ' +
                  std::to_string(seconds.count()));
  return migration_end();
}

bool FakeSystem::stop_migration(PartitionId id) {
  calls.push_back("stop_migration " + std::to_string(id.value));
  return stops;
}

void FakeSystem::call(const std::string& what, PartitionId id, std::int64_t value) {
  calls.push_back(what + ' ' + std::to_string(id.value) + ' ' + std::to_string(value));
}

void FakeSystem::follow(PartitionId id) {
  PartitionValues& partition = values.at(id);
  if (partition.state == PartitionState::not_activated) partition.curr = partition.pend;
}

Answer FakeSystem::set_processors(PartitionId id, std::int32_t procs) {
  call("procs", id, procs);
  const Answer given = answer();
  if (given) values.at(id).pend.processors.procs.amount = procs;
  follow(id);
  return given;
}

Answer FakeSystem::set_units(PartitionId id, ProcUnits units) {
  call("units", id, units.hundredths);
  const Answer given = answer();
  if (given) values.at(id).pend.processors.units.amount = units;
  follow(id);
  return given;
}

Answer FakeSystem::set_uncap_weight(PartitionId id, std::int32_t weight) {
  call("weight", id, weight);
  const Answer given = answer();
  if (given) values.at(id).pend.processors.uncap_weight = weight;
  follow(id);
  return given;
}

Answer FakeSystem::set_memory(PartitionId id, std::int64_t mb) {
  call("memory", id, mb);
  const Answer given = answer();
  if (given) values.at(id).pend.memory.mb.amount = mb;
  follow(id);
  return given;
}

void FakeSystem::restore_processors(PartitionId id) {
  calls.push_back("restore procs " + std::to_string(id.value));
  values.at(id).pend.processors.procs.amount = values.at(id).run_procs;
  values.at(id).pend.processors.units.amount = values.at(id).run_units;
}

void FakeSystem::restore_memory(PartitionId id) {
  calls.push_back("restore memory " + std::to_string(id.value));
  values.at(id).pend.memory.mb.amount = values.at(id).run_mem_mb;
}

Answer FakeSystem::power_on(PartitionId id, const ResourceSetting* with) {
  calls.push_back("on " + std::to_string(id.value) + (with != nullptr ? " profile" : ""));
  if (with != nullptr) powered_with = *with;
  const Answer given = answer();
  if (given) values.at(id).state = PartitionState::running;
  return given;
}

Answer FakeSystem::power_off(PartitionId id, bool immediate, bool restart) {
  calls.push_back("off " + std::to_string(id.value) + (immediate ? " immediate" : "") +
                  (restart ? " restart" : ""));
  const Answer given = answer();
  if (given) values.at(id).state = PartitionState::not_activated;
  return given;
}

RmcReply FakeSystem::run(PartitionId id, const std::string& command,
                         std::optional<Duration> deadline) {
  const std::string wait =
      deadline ? std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*deadline).count())
               : "ever";
  calls.push_back("os " + std::to_string(id.value) + " [" + wait + "] " + command);
  if (os.empty()) {
    all_of_it(values.at(id));
    return {RmcReply::done, 0, {}, {}};
  }
  const OsAnswer next = os.front();
  os.pop_front();
  if (next.effect) next.effect(values);
  return next.reply;
}

Inventory test_inventory() {
  Inventory inventory;
  inventory.system_name = "sys1";
  inventory.type_model = "9105-22A";
  inventory.serial = "1234567";
  inventory.system_facts["min_proc_units_per_virtual_proc"] = "0.05";
  inventory.partitions = {record(1, "alpha", true), record(2, "beta", true),
                          record(3, "gamma", true), record(4, "delta", false)};
  Profile first;
  first.name = "first";
  first.partition = PartitionId{4};
  first.setting = setting(ProcMode::dedicated, {1, 1, 2}, {512, 1024, 2048});
  inventory.profiles = {first};
  return inventory;
}

void fill(FakeSystem& system) {
  const auto alpha = setting(ProcMode::dedicated, {1, 2, 4}, {1024, 4096, 8192});
  const auto beta = setting(ProcMode::shared, {1, 2, 4}, {1024, 4096, 8192});
  const auto gamma = setting(ProcMode::dedicated, {1, 1, 2}, {512, 1024, 4096});
  system.values[PartitionId{1}] = values_of(PartitionState::running, alpha);
  system.values[PartitionId{2}] = values_of(PartitionState::running, beta);
  system.values[PartitionId{3}] = values_of(PartitionState::not_activated, gamma);
  system.values[PartitionId{4}] = values_of(PartitionState::not_activated, {});
  for (std::uint16_t id = 1; id <= 4; ++id) {
    system.rmc_states[PartitionId{id}] = id <= 2 ? RmcState::active : RmcState::none;
  }
  system.system_values.curr_avail_units = ProcUnits{200};
  system.system_values.pend_avail_units = ProcUnits{200};
  system.system_values.curr_avail_mem_mb = 4096;
  system.system_values.pend_avail_mem_mb = 4096;
  system.system_values.lmb_mb = 256;
}

void Fixture::expect_silent(const std::string& line) {
  const CommandResult result = run(line);
  EXPECT_EQ(result.exit_status, 0) << line;
  EXPECT_EQ(result.out, "") << line;
  EXPECT_EQ(result.err, "") << line;
}

void Fixture::expect_refused(const std::string& line, const std::string& text) {
  const CommandResult result = run(line);
  EXPECT_EQ(result.exit_status, 1) << line;
  EXPECT_EQ(result.out, "") << line;
  EXPECT_EQ(result.err, text + '\n') << line;
}

}  // namespace lparsim::hmc::testing
