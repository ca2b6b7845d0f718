// From a machine file and the profiles that somebody chose to what a World is built of.
#pragma once

#include <optional>
#include <string>

#include "models/world.hpp"
#include "sim/base/result.hpp"
#include "sim/scenario/raw_scenario.hpp"
#include "sim/scenario/scenario.hpp"

namespace lparsim::scenario {

// The name of a shipped firmware profile or kernel level, or a file as seen from a folder.
struct ProfileName {
  std::string name, folder;
  std::string where;                 // who says so, for messages
};

// Names of profiles; an empty one means what the machine file says.
struct ProfileNames {
  std::optional<ProfileName> firmware, kernel;
  std::optional<std::string> userland, hmc;
};

// An unknown profile is an error that lists the known ones.
Result<models::WorldConfig> load_world(const std::string& machine_path, const ProfileNames& names);

struct Loaded {
  Scenario scenario;
  models::WorldConfig machine;
};

// A scenario with its machine, which lies relative to the scenario's file. `chosen` (the command
// line) wins over the scenario's profiles.
Result<Loaded> load_scenario(const std::string& path, const ProfileNames& chosen);

// Whether an agent in it is a real program: its processes are beyond the simulation's reach.
bool starts_real_programs(const models::WorldConfig& machine);

}  // namespace lparsim::scenario
