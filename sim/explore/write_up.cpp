#include "sim/explore/write_up.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/report/atomic_file.hpp"

namespace lparsim::explore {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

std::string name_of(PartitionId id, const models::WorldConfig& machine) {
  const auto names = models::partition_names(machine);
  const auto found = names.find(id);
  return found == names.end() ? std::string() : found->second;
}

Json fault_json(const Fault& fault, const models::WorldConfig& machine) {
  Json out;
  out["site"] = fault.site;
  const std::string partition = name_of(fault.partition, machine);
  if (!partition.empty()) out["partition"] = partition;
  out["argument"] = fmt::format("{:#x}", fault.argument);
  out["nth"] = fault.nth;
  out["outcome"] = fault.outcome;
  return out;
}

// Names of files go along with the scenario; names of shipped profiles are none.
void move_path(Json& value, const fs::path& from, const fs::path& to) {
  const fs::path path = (from / value.get<std::string>()).lexically_normal();
  std::error_code ignored;
  if (fs::exists(path, ignored)) value = fs::proximate(path, to, ignored).string();
}

void move_paths(Json& scenario, const fs::path& from, const fs::path& to) {
  constexpr std::array<const char*, 3> kNames{"machine", "firmware", "kernel"};
  for (const char* name : kNames) {
    if (scenario.contains(name)) move_path(scenario[name], from, to);
  }
  if (scenario.contains("other_machines")) {
    for (Json& path : scenario["other_machines"]) move_path(path, from, to);
  }
}

bool is_expectation(const Json& step) { return step.size() == 1 && step.contains("expect"); }

void drop_expectations(Json& steps) {
  Json kept = Json::array();
  for (Json& step : steps) {
    if (is_expectation(step)) continue;
    if (step.contains("parallel")) {
      for (Json& branch : step["parallel"]) drop_expectations(branch["steps"]);
    }
    kept.push_back(std::move(step));
  }
  steps = std::move(kept);
}

}  // namespace

std::string describe(const Fault& fault, const models::WorldConfig& machine) {
  const std::string partition = name_of(fault.partition, machine);
  return fmt::format("{} {} {:#x} #{} {}", fault.site, partition.empty() ? "-" : partition,
                     fault.argument, fault.nth, fault.outcome);
}

Result<void> write_scenario(const std::string& file, const Violation& violation,
                            const models::WorldConfig& machine, const std::string& target) {
  Json scenario = Json::parse(std::ifstream(file), nullptr, false);
  if (scenario.is_discarded()) return failure(ErrorCode::io, file, "cannot be read again");
  std::error_code ignored;
  move_paths(scenario, fs::absolute(file, ignored).parent_path(),
             fs::absolute(target, ignored).parent_path());
  for (const auto& [pointer, status] : violation.exits) {
    scenario[Json::json_pointer(pointer)]["expect"] = {{"exit", status}};
  }
  drop_expectations(scenario["steps"]);
  scenario["name"] = fmt::format("{}: {}", scenario["name"].get<std::string>(),
                                 violation.invariant);
  scenario["about"] = "Found by exploring " + fs::path(file).filename().string() + ".";
  scenario["faults"] = Json::array();
  for (const Fault& fault : violation.faults) {
    scenario["faults"].push_back(fault_json(fault, machine));
  }
  scenario["expect_violations"] = Json::array();
  for (const auto& [invariant, text] : violation.together) {
    if (invariant == "END" || invariant == "SIMULATOR") continue;   // a scenario has no word for it
    scenario["expect_violations"].push_back({{"invariant", invariant}, {"contains", text}});
  }
  return report::write_file_atomically(target, scenario.dump(2) + "\n");
}

}  // namespace lparsim::explore
