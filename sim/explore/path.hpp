// A list of faults in short: at each place the number of an outcome among those that the run with
// the faults before it was offered. What workers tell each other and what a stopped search keeps.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>

namespace lparsim::explore {

constexpr unsigned kMostFaults = 8;

struct Path {
  std::uint32_t length = 0;
  std::array<std::uint32_t, kMostFaults> at{};   // zero behind `length`

  Path then(std::uint32_t outcome) const {
    Path longer = *this;
    longer.at[longer.length++] = outcome;
    return longer;
  }
  // The order of the search: shorter ones first, then as their outcomes are numbered.
  auto operator<=>(const Path&) const = default;
};

}  // namespace lparsim::explore
