// What an exploration found: distinct violations, each with its first, shortest list of faults.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/explore/episodes.hpp"

namespace lparsim::explore {

// A broken invariant, with the shortest list of faults that breaks it. Two more relations count as
// broken here: END, a run went on beyond its limits, and SIMULATOR, which did not survive it.
struct Violation {
  std::string invariant, text;
  std::string where;                                 // step after which it was seen
  std::vector<Fault> faults;
  // What each command of that run ended with: JSON pointer of the step, exit status.
  std::vector<std::pair<std::string, int>> exits;
  // All that this run broke: invariant, text.
  std::vector<std::pair<std::string, std::string>> together;
};

// What makes two violations the same: the relation, with other numbers, or the way it crashed.
using Shape = std::pair<std::string, std::string>;

class Findings {
 public:
  // Whether the run broke something that no run before it broke; true once for each shape.
  bool any_new(const Played& played);
  // The same, and keeps it.
  void add(const Played& played, const std::vector<Fault>& faults);
  void add_crash(const std::string& how, const std::vector<Fault>& faults);

  const std::vector<Violation>& violations() const { return violations_; }
  std::vector<Violation> take() { return std::move(violations_); }

 private:
  std::set<Shape> shapes_;
  std::vector<Violation> violations_;                // in the order of their finding
};

}  // namespace lparsim::explore
