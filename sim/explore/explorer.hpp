// Runs a scenario again and again with every list of faults up to a length, and watches the
// invariants. Stateless: each run begins at the same snapshot, so that a list of faults says all.
// The result does not depend on the number of processes, and a stopped search can be gone on with.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/world.hpp"
#include "sim/base/result.hpp"
#include "sim/explore/findings.hpp"
#include "sim/scenario/scenario.hpp"

namespace lparsim::explore {

// How far a search is: units are what it is divided into, a first fault each.
struct Progress {
  unsigned length = 0;                               // of the lists that are being tried
  std::uint64_t runs = 0;
  std::size_t units_done = 0, units = 0;
};

struct Options {
  unsigned faults = 1;                               // longest list
  bool all_outcomes = false;                         // those of equal effect, too
  unsigned jobs = 1;                                 // processes
  unsigned shard = 0, shards = 1;                    // only units with number % shards == shard
  std::chrono::milliseconds budget{0};               // of real time; zero: no end
  std::chrono::nanoseconds patience{std::chrono::seconds(120)};   // processor time of one run
  std::string state_file;                            // kept up to date; "": none
  bool resume = false;                               // go on from the state file, if it is there
  std::function<bool()> interrupted;                 // ends the search as the budget does
  std::function<void(const Progress&)> progress;     // now and then; may be empty
};

struct Report {
  std::size_t points = 0, outcomes = 0;              // of the run without faults
  std::size_t left_out = 0;                          // outcomes there that others stand for
  std::uint64_t runs = 0;
  bool complete = true;                              // false: the budget, or an interruption
  Progress reached;                                  // in the last pass that was begun
  std::vector<Violation> violations;                 // distinct, in the order of the lists
};

// An error: the scenario cannot boot, or does not end without any fault, or the state file is not
// of this search.
Result<Report> explore(const scenario::Scenario& scenario, models::WorldConfig machine,
                       const Options& options);

}  // namespace lparsim::explore
