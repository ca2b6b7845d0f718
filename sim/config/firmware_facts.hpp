// What firmware needs of the facts that the HMC keeps as text.
#pragma once

#include "firmware/platform/platform_config.hpp"
#include "hmc/inventory/inventory.hpp"

namespace lparsim::config {

// A virtual slot with the other end of its adapter; a fact that is absent or no number says "any".
firmware::VirtualSlotConfig virtual_slot_of(const hmc::VirtualAdapter& adapter);

// allow_perf_collection: the partition may see the processor pool.
bool may_collect_performance(const hmc::PartitionRecord& record);

}  // namespace lparsim::config
