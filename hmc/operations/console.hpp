// What every operation works with: the HMC's own knowledge and the two ports below it.
#pragma once

#include "hmc/inventory/inventory.hpp"
#include "hmc/operations/differences.hpp"
#include "hmc/ports.hpp"

namespace lparsim::hmc {

// References live as long as the Hmc. An operation that blocks keeps ids, never addresses of rows.
struct Console {
  Inventory& inventory;
  ReportedDifferences& reported;
  HypervisorPort& hypervisor;
  RmcPort& rmc;
};

}  // namespace lparsim::hmc
