// How far a run is, for whoever watches its process from outside: both words lie in shared memory.
#pragma once

#include <atomic>
#include <cstdint>

namespace lparsim::scenario {

struct Progress {
  static constexpr std::int64_t kBoot = -1;
  std::atomic<std::int64_t> step{kBoot};      // the step of the scenario that is being played
  std::atomic<std::uint64_t> beats{0};        // moves whenever the simulation comes up for air
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace lparsim::scenario
