// Name forms: -m name or tttt-mmm*sssssss, -p name or --id n (hmc.md 0.5).
#pragma once

#include <string>
#include <string_view>

#include "hmc/cli/options.hpp"
#include "hmc/inventory/inventory.hpp"
#include "hmc/operations/request.hpp"

namespace lparsim::hmc {

const PartitionRecord* find_partition(const Inventory& inventory, std::string_view name);
// The id as typed; null when it is no number or nobody has it.
const PartitionRecord* find_partition_id(const Inventory& inventory, std::string_view id);

// -m given and known.
OrMessage<bool> check_system(const Options& options, const Inventory& inventory);

// Exactly one of the two options given, and a partition that exists.
OrMessage<NamedPartition> named_partition(const Options& options, const Inventory& inventory,
                                          std::string_view by_name, std::string_view by_id);

}  // namespace lparsim::hmc
