// The records of one partition: its own, its profiles and its virtual adapters.
#pragma once

#include "hmc/inventory/inventory.hpp"

namespace lparsim::hmc {

// The console's knowledge follows a partition that has migrated; rows stay in order of ids.
void move_records(Inventory& from, PartitionId partition, Inventory& to);

}  // namespace lparsim::hmc
