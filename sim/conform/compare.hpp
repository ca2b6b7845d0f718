// What was recorded of an operation against what the replay observed.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/conform/session.hpp"

namespace lparsim::conform {

// What memory and time make incomparable: total memory counts from the state at boot.
struct Baseline {
  GuestState recorded, observed;
  std::set<std::string> driver_calls;   // left out on both sides
};

// The first difference of each kind, a line each: empty when the operation conforms.
std::vector<std::string> differences(const Op& op, const Happened& observed,
                                     const Baseline& baseline);

}  // namespace lparsim::conform
