// What the HMC may do with a running partition's connectors beyond its targets: virtual adapters
// come and go, spare resources are offered for exchange (a processor that is about to fail is
// replaced) and lost ones for recovery (DRC.md 5: L1x, L1r).
#pragma once

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

AssignAnswer add_adapter(Core& core, std::size_t partition, const VirtualSlotConfig& adapter);
AssignAnswer remove_adapter(Core& core, std::size_t partition, std::uint16_t slot);
// The OS released the slot: an adapter that was to leave is gone.
void adapter_released(Core& core, PartitionState& partition, std::size_t slot);
void undefine_adapter(PartitionConfig& config, std::uint16_t slot);

AssignAnswer offer_drc(Core& core, std::size_t partition, DrcIndex drc, Offer offer);
AssignAnswer withdraw_drc(Core& core, std::size_t partition, DrcIndex drc);

AssignAnswer new_revision(Core& core, DrcIndex facility, std::uint32_t revision);

}  // namespace lparsim::firmware
