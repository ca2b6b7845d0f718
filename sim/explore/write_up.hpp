// A violation as a scenario that shows it again, fit to be committed as a test.
#pragma once

#include <string>

#include "models/world.hpp"
#include "sim/base/result.hpp"
#include "sim/explore/explorer.hpp"

namespace lparsim::explore {

// "rtas.set-indicator alpha 0x10000008 #2 hardware_error": as people read a fault.
std::string describe(const Fault& fault, const models::WorldConfig& machine);

// The scenario `file` with the faults of `violation`, expecting what that run ended in; paths in it
// are made relative to the folder of `target`. What it expects of the state is left out.
Result<void> write_scenario(const std::string& file, const Violation& violation,
                            const models::WorldConfig& machine, const std::string& target);

}  // namespace lparsim::explore
