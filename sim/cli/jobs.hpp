// Runs scenarios, each in a process of its own that is forked before anything of SystemC is built;
// a single one in this process, where a crash has the same result (run_again.hpp).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/result.hpp"
#include "sim/scenario/machine_setup.hpp"

namespace lparsim::cli {

struct JobOptions {
  scenario::ProfileNames profiles;
  std::optional<std::uint64_t> seed;
  std::uint32_t episodes = 1;
  unsigned jobs = 1;                       // processes at a time
  std::string timeline;                    // of the only scenario there goes its picture; "" = none
  std::string log_folder;                  // events of scenario i go to <folder>/<i>; "" = none
};

// `finished` is called in the order of the paths, as soon as a result and all before it are there.
std::vector<report::ScenarioResult> run_jobs(
    const std::vector<std::string>& paths, const JobOptions& options,
    const std::function<void(const report::ScenarioResult&)>& finished);

}  // namespace lparsim::cli
