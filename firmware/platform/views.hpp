// What the firmware tells about its state: values for the HMC, checkers and exports.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

PartitionView partition_view(const Core& core, std::size_t partition);
LedgerView ledger_view(const Core& core);
// Tree of the partition as it is now, with RTAS tokens and area.
Node current_tree(const Core& core, std::size_t partition);

// OWN, DRSTATE, DTWF of the whole state, one line each. Trees are the dear part, and whoever asks
// again after a step finds most partitions as they were, and whoever plays episodes finds them in
// the few states where these begin and end: the last answers are remembered.
class StateCheck {
 public:
  std::vector<std::string> inconsistencies(const Core& core);

 private:
  const std::vector<std::string>& tree_problems_of(const Core& core, std::size_t partition);

  struct Checked {                 // a partition as it was, and what was wrong with its tree
    PartitionState state;
    std::vector<std::string> problems;
  };
  SharedState around_;             // with which all of checked_ were made
  // As SystemState::partitions; of each what was asked for last, the latest first.
  std::vector<std::deque<Checked>> checked_;
};

}  // namespace lparsim::firmware
