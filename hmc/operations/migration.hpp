// migrlpar: a partition moves to another managed system of this console.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "hmc/cli/names.hpp"
#include "hmc/operations/console.hpp"

namespace lparsim::hmc {

struct MigrationRequest {
  NamedPartition partition;
  std::string target;
  // For each command of the operating system, as chhwres has it (inferred: no reference tells it
  // for migrlpar); 0: as long as it takes.
  std::int64_t wait_minutes = 5;
};

// Nothing, or the message of the failure.
using MigrationOutput = tl::expected<std::string, std::string>;

MigrationOutput validate_migration(Console& console, const MigrationRequest& request);
// [blocks]
MigrationOutput migrate(Console& console, const MigrationRequest& request);
MigrationOutput stop_migration(Console& console, const NamedPartition& partition);

}  // namespace lparsim::hmc
