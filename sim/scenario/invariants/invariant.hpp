// What must hold whatever happens; checked after every step, outside the code under test.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/invariants/rest.hpp"

namespace lparsim::scenario {

struct Finding {
  std::string_view invariant;
  std::string text;
};

// A checker looks at one step and adds what it found. It has no state: a step's two pictures and
// its events say everything.
using Checker = void (*)(const StepRecord& step, std::vector<Finding>& findings);

void check_own(const StepRecord& step, std::vector<Finding>& findings);
void check_agree(const StepRecord& step, std::vector<Finding>& findings);
void check_report(const StepRecord& step, std::vector<Finding>& findings);   // and ATOMIC
void check_moved(const StepRecord& step, std::vector<Finding>& findings);    // and ATOMIC
void check_drstate(const StepRecord& step, std::vector<Finding>& findings);
void check_crash(const StepRecord& step, std::vector<Finding>& findings);

// All of them, in this order.
std::vector<Finding> check_all(const StepRecord& step);

// Whether HMC, firmware and OS have the same numbers; "" or what differs. Used by AGREE and by
// the expectation "agree", which allows no exception.
std::string disagreement(const PartitionPicture& partition);

// The names that a scenario may use under expect_violations.
inline constexpr std::array<std::string_view, 7> kInvariantNames{
    "OWN", "AGREE", "ATOMIC", "REPORT", "DRSTATE", "DTWF", "CRASH"};
inline const auto& invariant_names() { return kInvariantNames; }

}  // namespace lparsim::scenario
