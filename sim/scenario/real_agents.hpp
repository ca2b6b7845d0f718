// The real programs that a scenario names as the agent behind RMC.
#pragma once

#include "models/world.hpp"
#include "sim/base/result.hpp"
#include "sim/scenario/raw_scenario.hpp"

namespace lparsim::scenario {

// drmgr and lsslot of the named partitions become those of a sysroot. An error when there is no
// such partition, when it does not run Linux, or when real programs cannot run here.
Result<void> add_agents(const RawScenario& raw, models::WorldConfig& world);

}  // namespace lparsim::scenario
