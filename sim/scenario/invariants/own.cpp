// OWN: every resource has one owner, and the sum is constant (LoPAR 13.7: a resource is in one
// partition or in the platform's pool). What firmware finds wrong with itself is reported here too,
// under the name that it gives.
#include <fmt/format.h>

#include "sim/scenario/invariants/invariant.hpp"

namespace lparsim::scenario {
namespace {

void check_sums(const firmware::LedgerView& ledger, std::vector<Finding>& findings) {
  std::int64_t lmbs = std::int64_t{ledger.free_lmbs} + ledger.firmware_lmbs;
  std::int64_t units = ledger.free_units.hundredths;
  for (const auto& share : ledger.shares) {
    lmbs += share.lmbs;
    units += share.units.hundredths;
  }
  if (lmbs != ledger.configurable_lmbs) {
    findings.push_back({"OWN", fmt::format("{} LMBs are owned, free or firmware's, {} exist", lmbs,
                                           ledger.configurable_lmbs)});
  }
  if (units != ledger.configurable_units.hundredths) {
    findings.push_back({"OWN", fmt::format("{:.2f} processing units have a place, {:.2f} exist",
                                           static_cast<double>(units) / 100.0,
                                           ledger.configurable_units.hundredths / 100.0)});
  }
}

std::string_view name_in(std::string_view line) {
  for (const auto name : invariant_names()) {
    if (line.starts_with(name)) return name;
  }
  return "OWN";
}

}  // namespace

void check_own(const StepRecord& step, std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < step.after.systems.size(); ++i) {
    const SystemPicture& system = step.after.systems[i];
    check_sums(system.ledger, findings);
    const auto& before = step.before.systems.at(i).ledger;
    if (before.configurable_lmbs != system.ledger.configurable_lmbs ||
        before.configurable_units != system.ledger.configurable_units) {
      findings.push_back({"OWN", "the machine's configurable resources changed"});
    }
    for (const auto& line : system.inconsistencies) findings.push_back({name_in(line), line});
  }
}

}  // namespace lparsim::scenario
