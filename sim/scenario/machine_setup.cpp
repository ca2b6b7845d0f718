#include "sim/scenario/machine_setup.hpp"

#include <filesystem>

#include "sim/config/machine.hpp"
#include "sim/config/profile_file.hpp"
#include "sim/scenario/profile_names.hpp"
#include "sim/scenario/validate.hpp"

namespace lparsim::scenario {
namespace {

models::OsConfig os_of(const config::PartitionOs& os) {
  models::OsConfig config;
  config.kind = os.kind == config::PartitionOs::Kind::linux ? models::OsKind::linux
                                                            : models::OsKind::generic;
  config.kernel_level = os.kernel;
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

}  // namespace

Result<models::WorldConfig> load_world(const std::string& machine_path, const ProfileNames& names) {
  auto machine = config::read_machine(machine_path);
  if (!machine) return tl::make_unexpected(machine.error());
  const FirmwareName own{machine->firmware_profile, folder_of(machine_path),
                         machine_path + ": /firmware_profile"};
  const FirmwareName& named = names.firmware ? *names.firmware : own;
  const auto firmware = config::profile_named(named.name, named.folder, named.where);
  if (!firmware) return tl::make_unexpected(firmware.error());
  models::WorldConfig world;
  world.platform = std::move(machine->platform);
  world.firmware = *firmware;
  world.inventory = std::move(machine->inventory);
  world.hmc_profile.name = names.hmc.value_or(world.inventory.hmc_level);
  for (const auto& [id, os] : machine->os) {
    auto& config = world.os[id] = os_of(os);
    if (names.kernel) config.kernel_level = *names.kernel;
    if (names.userland) config.userland = *names.userland;
  }
  if (auto known = check_profiles(world); !known) return tl::make_unexpected(known.error());
  return world;
}

Result<Loaded> load_scenario(const std::string& path, const ProfileNames& chosen) {
  const auto raw = read_scenario(path);
  if (!raw) return tl::make_unexpected(raw.error());
  std::optional<FirmwareName> firmware = chosen.firmware;
  if (!firmware && raw->firmware) {
    firmware = FirmwareName{*raw->firmware, folder_of(path), path + ": /firmware"};
  }
  const ProfileNames names{
      std::move(firmware), first_of(chosen.kernel, raw->kernel),
      first_of(chosen.userland, raw->userland), first_of(chosen.hmc, raw->hmc)};
  const auto machine_path = std::filesystem::path(path).parent_path() / raw->machine;
  std::error_code ignored;
  if (!std::filesystem::exists(machine_path, ignored)) {
    return bad_input(path + ": /machine",
                     "found \"" + raw->machine + "\", allowed is a machine file; none is at " +
                         machine_path.lexically_normal().string());
  }
  auto machine = load_world(machine_path.string(), names);
  if (!machine) return tl::make_unexpected(machine.error());
  auto scenario = validate(*raw, *machine);
  if (!scenario) return tl::make_unexpected(scenario.error());
  return Loaded{std::move(*scenario), std::move(*machine)};
}

}  // namespace lparsim::scenario
