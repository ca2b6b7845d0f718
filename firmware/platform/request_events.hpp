// What a request of the HMC changes for a running partition, told to its OS as hot-plug events
// where the profile says so (hmc_sends_events). A processor, PHB or slot is told by its index, a
// run of LMBs by count and first index.
#pragma once

#include <vector>

#include "firmware/drc/drc_space.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

class RequestEvents {
 public:
  // Notes what the partition holds before the request.
  RequestEvents(Core& core, std::size_t partition);
  // Queues an event for all that it may acquire since then, and for what it is asked to release:
  // the highest processors and LMBs beyond the targets, and slots that have to leave.
  void queue();

 private:
  std::vector<DrcIndex> asked_back(DrcArray array) const;
  bool slot_leaves(DrcArray array, std::size_t position) const;
  void tell(HotPlugAction action, DrcArray array, const std::vector<DrcIndex>& connectors);

  Core& core_;
  std::size_t partition_;
  PartitionState before_;
  std::vector<SlotState> slots_;
};

}  // namespace lparsim::firmware
