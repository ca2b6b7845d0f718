// Runs a scenario again and again with every list of faults up to a length, and watches the
// invariants. Stateless: each run begins at the same snapshot, so that a list of faults says all.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "models/world.hpp"
#include "sim/base/result.hpp"
#include "sim/explore/fault_choices.hpp"
#include "sim/scenario/scenario.hpp"

namespace lparsim::explore {

struct Options {
  unsigned faults = 1;                               // longest list
  std::chrono::milliseconds budget{0};               // of real time; zero: no end
  std::function<void(std::uint64_t runs)> progress;  // after each run; may be empty
};

// A broken invariant, with the shortest list of faults that breaks it.
struct Violation {
  std::string invariant, text;
  std::string where;                                 // step after which it was seen
  std::vector<Fault> faults;
  // What each command of that run ended with: JSON pointer of the step, exit status.
  std::vector<std::pair<std::string, int>> exits;
  // All that this run broke: invariant, text.
  std::vector<std::pair<std::string, std::string>> together;
};

struct Report {
  std::size_t points = 0, outcomes = 0;              // of the run without faults
  std::uint64_t runs = 0;
  std::uint64_t endless = 0;                         // runs that did not end within the limit
  bool complete = true;                              // false: the budget came first
  std::vector<Violation> violations;                 // distinct, in the order of their finding
};

// An error: the scenario cannot boot, or does not end without any fault.
Result<Report> explore(const scenario::Scenario& scenario, models::WorldConfig machine,
                       const Options& options);

}  // namespace lparsim::explore
