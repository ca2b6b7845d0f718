// CRASH: no modelled kernel stops with a BUG or an oops. And the list of all checkers.
#include "sim/scenario/invariants/invariant.hpp"

namespace lparsim::scenario {

void check_crash(const StepRecord& step, std::vector<Finding>& findings) {
  for (const auto& partition : step.after.partitions) {
    if (partition.kernel && partition.kernel->crashed) {
      findings.push_back({"CRASH", partition.name + ": its kernel crashed"});
    }
  }
}

std::vector<Finding> check_all(const StepRecord& step) {
  constexpr std::array<Checker, 6> kCheckers{check_own,   check_agree,   check_report,
                                             check_moved, check_drstate, check_crash};
  std::vector<Finding> findings;
  for (const auto check : kCheckers) check(step, findings);
  return findings;
}

}  // namespace lparsim::scenario
