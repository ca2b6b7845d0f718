// Inside hmc/inventory: where the value of an attribute comes from when it is no plain fact.
#pragma once

#include <optional>
#include <string_view>

#include "hmc/inventory/inventory.hpp"
#include "hmc/inventory/listing.hpp"
#include "hmc/ports.hpp"

namespace lparsim::hmc {

// The object that one row of a listing is about; what does not belong to the listing is null.
struct RowSource {
  const Inventory* inventory = nullptr;
  const HypervisorPort* hypervisor = nullptr;
  const RmcPort* rmc = nullptr;
  const PartitionRecord* partition = nullptr;   // of the row; for a slot its owner
  const Profile* profile = nullptr;
  const IoSlot* slot = nullptr;
  const VirtualAdapter* adapter = nullptr;
  PartitionValues values{};                     // of the partition, rows of partitions only
  SystemValues system{};                        // rows of the system only
};

using ResolvedText = std::optional<std::string>;  // nothing: does not apply to this row

struct Resolver {
  std::string_view name;
  ResolvedText (*text)(const RowSource&);
  bool fact_first = false;                      // a fact of the machine wins over this value
};

// Null: the attribute is a fact in this listing.
const Resolver* find_resolver(Listing listing, std::string_view name);

}  // namespace lparsim::hmc
