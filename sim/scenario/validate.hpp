// The second stage of reading: is the scenario possible on this machine?
#pragma once

#include "models/world.hpp"
#include "sim/base/result.hpp"
#include "sim/scenario/raw_scenario.hpp"
#include "sim/scenario/scenario.hpp"

namespace lparsim::scenario {

// Unknown partitions, states, event kinds, invariants, ill-formed hexadecimal text or regular
// expressions are errors that name the place in the scenario and what is allowed.
Result<Scenario> validate(const RawScenario& raw, const models::WorldConfig& machine);

}  // namespace lparsim::scenario
