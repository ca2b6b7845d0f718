// What chhwres asks for, parsed but not yet checked against the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hmc/operations/differences.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::hmc {

// A partition as the operator named it; messages repeat that word.
struct NamedPartition {
  PartitionId id;
  std::string shown;
};

enum class ChangeKind { add, remove, move, set };

struct ChangeRequest {
  Resource resource = Resource::proc;
  ChangeKind kind = ChangeKind::add;
  NamedPartition partition;
  std::optional<NamedPartition> target;       // of a move
  std::optional<std::int64_t> procs;          // processors or virtual processors
  std::optional<std::int64_t> units;          // hundredths of a processor
  bool units_too_fine = false;                // more than two decimals were typed
  std::string units_text;                     // as typed
  std::optional<std::int64_t> mb;
  std::optional<std::int64_t> weight;         // only with set
  std::int64_t wait_minutes = 5;              // 0 = for ever
  std::int64_t detail = 0;                    // drmgr's -d
  bool force = false;
};

}  // namespace lparsim::hmc
