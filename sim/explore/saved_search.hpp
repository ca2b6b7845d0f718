// What a search knows when it stops, as a file: which units of which pass are done and where
// something was found. The findings themselves are played again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/result.hpp"
#include "sim/explore/workers.hpp"

namespace lparsim::explore {

struct SavedSearch {
  std::uint64_t fingerprint = 0;     // of scenario, machine and profiles
  std::uint32_t outcomes = 0;        // of the run without faults
  std::uint32_t shard = 0, shards = 1;
  std::vector<Pass> passes;          // of length 1, 2, ...
  Crashes crashes;
};

Result<void> save(const SavedSearch& search, const std::string& path);
// One line for what does not fit: not such a file, or units and lists that this search has not.
Result<SavedSearch> load_saved_search(const std::string& path);

}  // namespace lparsim::explore
