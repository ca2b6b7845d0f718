// Runs one scenario in this process: boots the machine, plays the steps once per episode, judges.
// SystemC allows one simulation per process, so whoever runs several forks first.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "models/world.hpp"
#include "sim/base/result.hpp"
#include "sim/report/result.hpp"
#include "sim/scenario/progress.hpp"
#include "sim/scenario/scenario.hpp"

namespace lparsim::scenario {

struct RunOptions {
  std::optional<std::uint64_t> seed;                 // instead of the scenario's
  std::uint32_t episodes = 1;                        // all must leave the same log
  std::function<void(std::string_view)> log_line;    // every event of the first episode, and boot
  // Sees the log at the end of the first episode, and where that began.
  std::function<void(const EventLog& log, std::uint64_t first_event)> look;
  Progress* progress = nullptr;                      // kept up to date when there is one
};

// The result's verdict says everything; path and real_seconds are the caller's to fill.
report::ScenarioResult run_scenario(const Scenario& scenario, models::WorldConfig machine,
                                    const RunOptions& options);

}  // namespace lparsim::scenario
