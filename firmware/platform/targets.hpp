// The HMC's absolute targets and what follows from them (DRC.md 5, "HMC-side transitions"): a
// raised target reserves what is free and turns L1b into L1a; a lowered one first takes back what
// was reserved and not yet acquired, and then whatever the OS releases beyond the target.
#pragma once

#include "firmware/drc/drc_space.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// DRCs of the partition that are reserved (L1a) or owned (L2..L4): what its targets count.
std::uint32_t held_procs(const PartitionState& partition);
std::uint32_t held_lmbs(const PartitionState& partition);
// Those on offer (L1x, L1r), which the ledger counts beside them.
std::uint32_t offered_procs(const PartitionState& partition);
std::uint32_t offered_lmbs(const PartitionState& partition);
// Makes the ledger hold exactly this much for the partition; false: not free.
bool hold_units(Core& core, std::size_t partition, ProcUnits wanted);
bool hold_lmbs(Core& core, std::size_t partition, std::uint32_t wanted);
// Whether connectors of this kind are processors or LMBs, which the ledger counts.
constexpr bool is_counted(DrcArray array) {
  return array == DrcArray::cpus || array == DrcArray::lmbs;
}
// Makes the ledger hold what the connectors of a counted kind say (held and on offer), and `more`.
// Virtual processors cost nothing. False: not free.
bool hold_connectors(Core& core, std::size_t partition, DrcArray array, std::int32_t more = 0);
// The refusal when it is not.
inline AssignStatus nothing_free(DrcArray array) {
  return array == DrcArray::lmbs ? AssignStatus::not_enough_memory
                                 : AssignStatus::not_enough_processors;
}
// What a connector becomes when the HMC assigns it: L1a, in the exclusive model L2.
DrcState assigned_state(const Core& core);
std::uint32_t count_owned(const std::vector<DrcState>& states);

// Takes what `config` asks for into the (empty) hands of a partition that is off.
AssignAnswer hold_configuration(Core& core, std::size_t partition, const PartitionConfig& config);
void drop_configuration(Core& core, std::size_t partition);

AssignAnswer target_processors(Core& core, std::size_t partition, std::int32_t procs);
AssignAnswer target_units(Core& core, std::size_t partition, ProcUnits units);
AssignAnswer target_weight(Core& core, std::size_t partition, std::int32_t weight);
AssignAnswer target_lmbs(Core& core, std::size_t partition, std::uint32_t lmbs);
AssignAnswer target_resource(Core& core, DrcIndex resource, PartitionId owner);
AssignAnswer target_slot(Core& core, std::size_t slot, PartitionId owner);
void restore_processor_target(Core& core, std::size_t partition);
void restore_lmb_target(Core& core, std::size_t partition);

// After 9003=unusable: the DRC is L1a; beyond the target it goes back to the platform.
void released(Core& core, std::size_t partition, DrcPlace place);
// H_SET_PPP: what is entitled or promised stays held, the rest is free again.
void settle_units(Core& core, std::size_t partition);

// Power-off: the configuration becomes what is pending; DRCs, threads and events are gone.
void settle_off(Core& core, std::size_t partition);

}  // namespace lparsim::firmware
