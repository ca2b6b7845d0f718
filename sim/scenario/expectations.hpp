// Compares what a scenario expects with what is there. Each difference is one Failure without its
// last events, which the player adds.
#pragma once

#include <string>
#include <vector>

#include "models/world.hpp"
#include "sim/report/result.hpp"
#include "sim/scenario/invariants/rest.hpp"
#include "sim/scenario/scenario.hpp"

namespace lparsim::scenario {

// What a command answered, from the HMC or a partition.
struct CommandOutcome {
  const Step* step = nullptr;
  std::string command;
  int exit_status = 0;
  std::string out, err;
};

void check_result(const ResultExpectation& expected, const CommandOutcome& found,
                  std::vector<report::Failure>& failures);

// first_event: number of the episode's first event; event patterns are looked for from there.
void check_state(const StateStep& expected, models::World& world, std::uint64_t first_event,
                 std::vector<report::Failure>& failures);

}  // namespace lparsim::scenario
