// Reading the steps of a scenario and what they expect; part of raw_scenario.
#pragma once

#include "sim/config/json_reader.hpp"
#include "sim/scenario/raw_scenario.hpp"

namespace lparsim::scenario {

// A step is known by the key that names it: hmc, in, parallel, wait, rmc or expect.
RawStep read_step(const config::Node& node);
RawState read_state(const config::Node& node);
RawText read_text(const config::Node& node);

}  // namespace lparsim::scenario
