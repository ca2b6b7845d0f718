// Reading scenarios without a world, against a machine of two partitions: one runs Linux, two not.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "sim/scenario/raw_scenario.hpp"
#include "sim/scenario/validate.hpp"

namespace lparsim::scenario {

inline models::WorldConfig two_partitions() {
  models::WorldConfig machine;
  machine.inventory.system_name = "s";
  for (const std::uint16_t id : {std::uint16_t{1}, std::uint16_t{2}}) {
    firmware::PartitionConfig partition;
    partition.id = PartitionId{id};
    partition.name = id == 1 ? "one" : "two";
    machine.platform.partitions.push_back(partition);
    machine.os[partition.id].kind = id == 1 ? models::OsKind::linux : models::OsKind::generic;
  }
  return machine;
}

// The first stage: form.
inline Result<RawScenario> read_text_of_scenario(const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("lparsim-scenario-" + std::to_string(::getpid()) + ".json");
  std::ofstream(path) << text;
  auto raw = read_scenario(path.string());
  std::filesystem::remove(path);
  return raw;
}

// Both stages: form and sense.
inline Result<Scenario> validated(const std::string& text) {
  const auto raw = read_text_of_scenario(text);
  if (!raw) return tl::make_unexpected(raw.error());
  return validate(*raw, two_partitions());
}

}  // namespace lparsim::scenario
