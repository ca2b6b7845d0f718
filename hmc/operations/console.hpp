// What every operation works with: the HMC's own knowledge and the two ports below it.
#pragma once

#include <set>
#include <utility>

#include "hmc/inventory/inventory.hpp"
#include "hmc/operations/differences.hpp"
#include "hmc/operations/quantity.hpp"
#include "hmc/ports.hpp"

namespace lparsim::hmc {

// Amounts that operating systems are being told about right now, once per session. Empty at rest,
// so no part of the state.
using InFlight = std::multiset<std::pair<PartitionId, Quantity>>;

// References live as long as the Hmc. An operation that blocks keeps ids, never addresses of rows.
struct Console {
  Inventory& inventory;
  ReportedDifferences& reported;
  HypervisorPort& hypervisor;
  RmcPort& rmc;
  InFlight& in_flight;
};

}  // namespace lparsim::hmc
