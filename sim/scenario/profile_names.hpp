// The shipped profiles by name.
#pragma once

#include "models/world.hpp"
#include "sim/base/result.hpp"

namespace lparsim::scenario {

// Every profile of userland and HMC that the world names must be shipped; the error lists
// those that are.
Result<void> check_profiles(const models::WorldConfig& world);

}  // namespace lparsim::scenario
