// Pending and running values that differ, and whether the operator knows (invariant AGREE;
// lshwres -R lists them, rsthwres ends them).
#pragma once

#include <set>

#include "hmc/ports.hpp"

namespace lparsim::hmc {

enum class Resource { proc, mem };

// Only a running partition has running values to compare (hmc.md 2.2).
bool differs(const PartitionValues& values, Resource resource);

class ReportedDifferences {
 public:
  void report(PartitionId partition) { partitions_.insert(partition); }
  bool reported(PartitionId partition) const { return partitions_.contains(partition); }
  // It has migrated to the system of `target`.
  void hand_over(PartitionId partition, ReportedDifferences& target) {
    if (partitions_.erase(partition) != 0) target.report(partition);
  }
  // Forgets partitions whose values agree by now.
  void settle(const HypervisorPort& hypervisor);

 private:
  std::set<PartitionId> partitions_;
};

}  // namespace lparsim::hmc
