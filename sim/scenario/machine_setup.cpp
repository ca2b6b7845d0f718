#include "sim/scenario/machine_setup.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "sim/config/kernel_file.hpp"
#include "sim/config/machine.hpp"
#include "sim/config/profile_file.hpp"
#include "sim/scenario/profile_names.hpp"
#include "sim/scenario/real_agents.hpp"
#include "sim/scenario/validate.hpp"

namespace lparsim::scenario {
namespace {

models::OsConfig os_of(const config::PartitionOs& os) {
  models::OsConfig config;
  config.kind = os.kind == config::PartitionOs::Kind::linux ? models::OsKind::linux
                                                            : models::OsKind::generic;
  config.userland = os.userland;
  config.powered_on = os.powered_on;
  config.rmc = os.rmc;
  return config;
}

std::string folder_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

const std::optional<std::string>& first_of(const std::optional<std::string>& chosen,
                                           const std::optional<std::string>& otherwise) {
  return chosen ? chosen : otherwise;
}

// What the command line chose, else what the scenario `file` says, seen from its folder.
std::optional<ProfileName> said(const std::optional<ProfileName>& chosen,
                                const std::optional<std::string>& otherwise,
                                const std::string& file, std::string_view pointer) {
  if (chosen || !otherwise) return chosen;
  return ProfileName{*otherwise, folder_of(file), file + ": " + std::string(pointer)};
}

// Where a machine file names the level of a partition.
std::string kernel_place(const config::Machine& machine, const std::string& path,
                         PartitionId id) {
  const auto& all = machine.platform.partitions;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const auto& partition) { return partition.id == id; });
  return path + ": /partitions/" + std::to_string(found - all.begin()) + "/os/kernel";
}

// Adds what a machine file says: its system, and what its partitions run.
Result<models::SystemConfig> load_system(const std::string& path, const ProfileNames& names,
                                         std::map<PartitionId, models::OsConfig>& all) {
  auto machine = config::read_machine(path);
  if (!machine) return tl::make_unexpected(machine.error());
  const ProfileName own{machine->firmware_profile, folder_of(path), path + ": /firmware_profile"};
  const ProfileName& named = names.firmware ? *names.firmware : own;
  const auto firmware = config::profile_named(named.name, named.folder, named.where);
  if (!firmware) return tl::make_unexpected(firmware.error());
  for (const auto& [id, os] : machine->os) {
    auto& config = all[id] = os_of(os);
    const ProfileName level{os.kernel, folder_of(path), kernel_place(*machine, path, id)};
    const ProfileName& chosen = names.kernel ? *names.kernel : level;
    const auto kernel = config::kernel_named(chosen.name, chosen.folder, chosen.where);
    if (!kernel) return tl::make_unexpected(kernel.error());
    config.kernel = *kernel;
    if (names.userland) config.userland = *names.userland;
  }
  return models::SystemConfig{std::move(machine->platform), *firmware,
                              std::move(machine->inventory)};
}

// A partition keeps its id and name when it migrates, so that neither may occur twice.
Result<void> check_apart(const models::WorldConfig& world, const models::SystemConfig& other,
                         const std::string& where) {
  for (std::size_t number = 0; number < world.systems(); ++number) {
    const auto& known = world.system(number);
    if (known.inventory.system_name == other.inventory.system_name) {
      return bad_input(where, "the managed system " + known.inventory.system_name +
                                  " is there twice");
    }
    for (const auto& one : known.platform.partitions) {
      for (const auto& two : other.platform.partitions) {
        if (one.id != two.id && one.name != two.name) continue;
        return bad_input(where, "partition " + two.name + " has the id or the name of partition " +
                                    one.name + " of " + known.inventory.system_name);
      }
    }
  }
  return {};
}

std::string beside(const std::string& file, const std::string& path) {
  return (std::filesystem::path(file).parent_path() / path).string();
}

Result<void> check_exists(const std::string& path, const std::string& said,
                          const std::string& where) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return {};
  return bad_input(where, "found \"" + said + "\", allowed is a machine file; none is at " +
                              std::filesystem::path(path).lexically_normal().string());
}

Result<void> add_others(const RawScenario& raw, const ProfileNames& names,
                        models::WorldConfig& world) {
  for (const auto& [path, where] : raw.other_machines) {
    const auto file = beside(raw.file, path);
    if (auto there = check_exists(file, path, where); !there) return there;
    std::map<PartitionId, models::OsConfig> os;
    auto system = load_system(file, names, os);
    if (!system) return tl::make_unexpected(system.error());
    if (auto apart = check_apart(world, *system, where); !apart) return apart;
    world.others.push_back(std::move(*system));
    world.os.merge(os);
  }
  return check_profiles(world);
}

}  // namespace

Result<models::WorldConfig> load_world(const std::string& machine_path, const ProfileNames& names) {
  models::WorldConfig world;
  auto system = load_system(machine_path, names, world.os);
  if (!system) return tl::make_unexpected(system.error());
  static_cast<models::SystemConfig&>(world) = std::move(*system);
  world.hmc_profile.name = names.hmc.value_or(world.inventory.hmc_level);
  if (auto known = check_profiles(world); !known) return tl::make_unexpected(known.error());
  return world;
}

Result<Loaded> load_scenario(const std::string& path, const ProfileNames& chosen) {
  const auto raw = read_scenario(path);
  if (!raw) return tl::make_unexpected(raw.error());
  const ProfileNames names{
      said(chosen.firmware, raw->firmware, path, "/firmware"),
      said(chosen.kernel, raw->kernel, path, "/kernel"),
      first_of(chosen.userland, raw->userland), first_of(chosen.hmc, raw->hmc)};
  const auto machine_path = beside(path, raw->machine);
  if (auto there = check_exists(machine_path, raw->machine, path + ": /machine"); !there) {
    return tl::make_unexpected(there.error());
  }
  auto machine = load_world(machine_path, names);
  if (!machine) return tl::make_unexpected(machine.error());
  if (auto added = add_others(*raw, names, *machine); !added) {
    return tl::make_unexpected(added.error());
  }
  if (auto added = add_agents(*raw, *machine); !added) return tl::make_unexpected(added.error());
  auto scenario = validate(*raw, *machine);
  if (!scenario) return tl::make_unexpected(scenario.error());
  return Loaded{std::move(*scenario), std::move(*machine)};
}

bool starts_real_programs(const models::WorldConfig& machine) {
  return std::any_of(machine.os.begin(), machine.os.end(),
                     [](const auto& os) { return static_cast<bool>(os.second.agent); });
}

}  // namespace lparsim::scenario
