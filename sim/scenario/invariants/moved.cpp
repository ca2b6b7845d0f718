// REPORT and ATOMIC of migrations: a partition is on the system that the last command which claims
// to have moved it says; after one that failed it is where it was.
#include <fmt/format.h>

#include <map>

#include "sim/scenario/invariants/hmc_change.hpp"
#include "sim/scenario/invariants/invariant.hpp"

namespace lparsim::scenario {

void check_moved(const StepRecord& step, std::vector<Finding>& findings) {
  std::map<std::string, std::string> claimed;    // partition: system
  for (const auto& operation : step.operations) {
    const auto claim = move_claim_of(operation);
    if (!claim) continue;
    const auto* before = step.before.find(claim->partition);
    if (before == nullptr) continue;             // no such partition: refused
    const auto place = claimed.try_emplace(claim->partition, before->system).first;
    if (!claim->system.empty()) place->second = claim->system;
  }
  for (const auto& [name, system] : claimed) {
    const auto* after = step.after.find(name);
    if (after != nullptr && after->system == system) continue;
    const bool stays = system == step.before.find(name)->system;
    findings.push_back({stays ? "ATOMIC" : "REPORT",
                        fmt::format("{} should be on the managed system {}, it is on {}", name,
                                    system, after == nullptr ? "none" : after->system)});
  }
}

}  // namespace lparsim::scenario
