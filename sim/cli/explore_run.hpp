// One exploration of one scenario under one choice of profiles, in a process of its own.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "sim/scenario/machine_setup.hpp"

namespace lparsim::cli {

struct ExploreArguments {
  std::vector<std::string> paths;
  unsigned faults = 1, jobs = 0;
  double budget_s = 0;
  unsigned shard = 0, shards = 1;              // the part of the search with number `shard`
  std::string out;
  bool resume = false, all_outcomes = false;
  scenario::ProfileNames profiles;
};

// What a table shows of an exploration; a plain value in memory that processes share.
struct ExploreCell {
  bool ran = false, complete = false;
  std::size_t violations = 0;
  std::array<char, 4096> first{};              // the first violation as it is printed
};

// Prints what it finds, and fills `cell` instead when there is one. The exit status of the command.
int explore_in_a_process(const std::string& file, const ExploreArguments& arguments,
                         ExploreCell* cell = nullptr);

}  // namespace lparsim::cli
