#include "tests/models/world_rig.hpp"

#include "firmware/profiles/profile.hpp"

namespace lparsim::models {
namespace {

using namespace std::chrono_literals;

firmware::PartitionConfig partition(PartitionId id, const char* name, std::int32_t procs) {
  firmware::PartitionConfig config;
  config.id = id;
  config.name = name;
  config.configured = true;
  config.min_procs = 1;
  config.procs = procs;
  config.max_procs = 8;
  config.min_lmbs = 4;
  config.lmbs = 8;
  config.max_lmbs = 32;
  return config;
}

}  // namespace

namespace {

void fill(SystemConfig& system, const char* name, const char* serial,
          std::vector<firmware::PartitionConfig> partitions) {
  auto& platform = system.platform;
  platform.type_model = "9105-22A";
  platform.serial = serial;
  platform.name = name;
  platform.installed_lmbs = platform.configurable_lmbs = 64;
  platform.firmware_lmbs = 4;
  platform.installed_units = platform.configurable_units = whole_processors(8);
  platform.partitions = std::move(partitions);
  system.inventory.system_name = name;
  system.inventory.type_model = platform.type_model;
  system.inventory.serial = platform.serial;
  for (const auto& own : platform.partitions) {
    hmc::PartitionRecord record;
    record.id = own.id;
    record.name = own.name;
    record.env = own.os == firmware::OsType::vioserver ? "vioserver" : "aixlinux";
    record.resource_config = true;
    system.inventory.partitions.push_back(record);
  }
}

}  // namespace

WorldConfig small_machine() {
  WorldConfig config;
  std::vector<firmware::PartitionConfig> partitions{
      partition(kOne, "one", 2), partition(kTwo, "two", 2), partition(kVios, "vios", 1)};
  partitions[2].os = firmware::OsType::vioserver;
  fill(config, "small", "7800001", std::move(partitions));
  for (const PartitionId id : {kOne, kTwo, kVios}) {
    OsConfig os;
    os.powered_on = id != kVios;
    os.kind = id == kVios ? OsKind::generic : OsKind::linux;
    config.os[id] = os;
  }
  return config;
}

WorldConfig two_machines() {
  WorldConfig config = small_machine();
  config.platform.cores_per_chip = 4;
  SystemConfig& other = config.others.emplace_back();
  fill(other, "other", "7800002", {partition(kFour, "four", 2)});
  other.platform.processor.clock_hz = 4'000'000'000U;
  auto profile = std::make_shared<firmware::FirmwareProfile>(*firmware::find_profile("phyp"));
  profile->tree.cache_nodes = false;
  other.firmware = profile;
  config.os[kFour];
  return config;
}

void WorldTest::boot() {
  world.power_on_as_configured();
  ASSERT_TRUE(world.run_to_rest(10min));
  ASSERT_TRUE(world.rmc_active(kOne) && world.rmc_active(kTwo));
}

hmc::CommandResult WorldTest::hmc(const std::string& command_line) {
  std::optional<hmc::CommandResult> result;
  world.hmc_command(command_line, [&](hmc::CommandResult r) { result = std::move(r); });
  EXPECT_TRUE(world.run_until([&] { return result.has_value(); }, 1h)) << command_line;
  return result.value_or(hmc::CommandResult{-1, {}, "never ended"});
}

ProcessResult WorldTest::shell(PartitionId partition, const std::string& command_line) {
  std::optional<ProcessResult> result;
  world.shell_command(partition, command_line, [&](ProcessResult r) { result = std::move(r); });
  EXPECT_TRUE(world.run_until([&] { return result.has_value(); }, 1h)) << command_line;
  return result.value_or(ProcessResult{-1, {}, "never ended"});
}

std::size_t WorldTest::online_threads(PartitionId partition) {
  std::size_t online = 0;
  for (const auto& cpu : world.kernel_view(partition).cpus) online += cpu.online ? 1 : 0;
  return online;
}

std::size_t WorldTest::events(EventKind kind, PartitionId partition) {
  std::size_t count = 0;
  const auto& log = world.log();
  for (auto number = log.oldest(); number < log.total(); ++number) {
    const auto& record = log.at(number);
    if (record.kind != kind) continue;
    if (partition == kNoPartition || record.partition == partition.value) ++count;
  }
  return count;
}

}  // namespace lparsim::models
