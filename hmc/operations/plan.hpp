// From a request to absolute new targets, in the order in which they are carried out, with every
// check that needs no change made first (hmc.md 2.3, 3 to 9).
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "hmc/operations/console.hpp"
#include "hmc/operations/quantity.hpp"
#include "hmc/operations/request.hpp"

namespace lparsim::hmc {

// One amount of one partition gets a new target.
struct Change {
  NamedPartition partition;
  Quantity quantity = Quantity::procs;
  std::int64_t before = 0;   // the target until now
  std::int64_t target = 0;
};

// The changes, or the message that refuses all of them.
tl::expected<std::vector<Change>, std::string> plan_changes(const Console& console,
                                                            const ChangeRequest& request);

}  // namespace lparsim::hmc
