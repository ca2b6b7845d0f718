// What the firmware tells about its state: values for the HMC, checkers and exports.
#pragma once

#include <string>
#include <vector>

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

PartitionView partition_view(const Core& core, std::size_t partition);
LedgerView ledger_view(const Core& core);
// Tree of the partition as it is now, with RTAS tokens and area.
Node current_tree(const Core& core, std::size_t partition);
// OWN, DRSTATE, DTWF of the whole state, one line each.
std::vector<std::string> state_inconsistencies(const Core& core);

}  // namespace lparsim::firmware
