// What a chhwres command claims to have done, read from its words and from its answer only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/scenario/invariants/rest.hpp"

namespace lparsim::scenario {

enum class Resource { processors, memory_mb };

struct Claim {
  std::string partition;
  Resource resource{};
  std::int64_t amount = 0;               // signed: what the partition gained by this command
  bool failed = false;                   // exit status other than 0
};

// The claims of one command: none for a command that changes nothing, two for a move. nullopt when
// the command's effect cannot be told from its answer (--force, -o s, a failed move).
std::optional<std::vector<Claim>> claims_of(const Operation& operation);

// Where a migrlpar command claims that the partition is now; nullopt: it is no migration, or names
// the partition by its id.
struct MoveClaim {
  std::string partition;
  std::string system;                    // empty: where it was
};
std::optional<MoveClaim> move_claim_of(const Operation& operation);

}  // namespace lparsim::scenario
