// The checks of hmc.md 2.3, one function each, as a table in their order.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hmc/operations/plan.hpp"

namespace lparsim::hmc {

// What a request means for one partition; a move has two parts.
struct Part {
  NamedPartition partition;
  PartitionValues values;
  std::vector<Change> changes;
  bool receives_moved = false;   // what it needs comes from the other part
};

// The message of a refusal, none when the part passes.
using Check = std::optional<std::string> (*)(const Console& console, const ChangeRequest& request,
                                             const Part& part);
std::span<const Check> checks();

}  // namespace lparsim::hmc
