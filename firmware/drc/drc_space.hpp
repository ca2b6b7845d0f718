// The DRCs of one partition: index -> type and position, names, and the calls of the state machine
// with their effect on ledger, contexts and log.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/drc/drc_table.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// Which array a DRC's byte stands in. hot_plug: the physical connector below slots[position].
enum class DrcArray : std::uint8_t {
  cpus, lmbs, phbs, slots, virtual_slots, hot_plug, resources,
};
inline constexpr std::array kDrcArrays{DrcArray::cpus,  DrcArray::lmbs,
                                       DrcArray::phbs,  DrcArray::slots,
                                       DrcArray::virtual_slots, DrcArray::hot_plug,
                                       DrcArray::resources};

struct DrcPlace {
  DrcArray array{};
  std::size_t position = 0;
};
DrcType type_of(const Core& core, DrcPlace place);
std::vector<DrcState>& states(PartitionState& partition, DrcArray array);
const std::vector<DrcState>& states(const PartitionState& partition, DrcArray array);
inline DrcState state_of(const PartitionState& partition, DrcPlace place) {
  return states(partition, place.array)[place.position];
}
// Of a logical connector: the partition's, isolated or not.
constexpr bool is_owned(DrcState state) {
  return state >= DrcState::available && state <= DrcState::configured;
}
// Whether the partition may use what stands behind it; false beyond the last one.
inline bool is_usable(const std::vector<DrcState>& states, std::size_t position) {
  return position < states.size() && states[position] >= DrcState::unisolated;
}
constexpr bool is_offered(DrcState state) {
  return state == DrcState::for_exchange || state == DrcState::for_recovery;
}

// nullopt: no such DRC in this partition (off, foreign, boot memory, out of range).
std::optional<DrcPlace> find_drc(const Core& core, const PartitionState& partition,
                                 DrcIndex index);
// The physical connector of a power domain that is this partition's; nullopt: not its, or none.
std::optional<DrcPlace> find_power_domain(const Core& core, const PartitionState& partition,
                                          std::uint32_t domain);
DrcIndex drc_index(const Core& core, DrcPlace place);
std::string drc_name(const Core& core, const PartitionState& partition, DrcPlace place);
DrcView drc_view(const Core& core, const PartitionState& partition, DrcPlace place);
std::vector<DrcView> drc_views(const Core& core, const PartitionState& partition, DrcType type);

// The connector above: SLOT -> PHB, physical slot -> SLOT, PORT -> SLOT, COPLATFUN -> COPLATFAC.
std::optional<DrcPlace> place_above(const Core& core, const PartitionState& partition,
                                    DrcPlace place);

// Sets the byte and logs drc_state; nothing else.
void set_drc_state(Core& core, PartitionState& partition, DrcPlace place, DrcState to);

// Judges the call and carries it out (all but the walk of configure-connector and the value of the
// indicator); -2 or 990x while it goes on. `arguments`: where the caller's block lies, if there is
// one.
DrcVerdict perform(Core& core, std::size_t partition, DrcPlace place, DrcCall call,
                   std::optional<GuestAddress> arguments = {});
// Busy status of configure-connector's first call while the platform powers an adapter up.
std::int32_t powering_up(Core& core, PartitionState& partition, DrcPlace place);

// True when a hardware thread of CPU `number` is not stopped.
bool threads_running(const Core& core, const PartitionState& partition, std::size_t number);

// The physical connector below a SLOT that is now owned (P5, or P6 where power is always on) or not
// (P0): figure 13-2.
void enter_slot(Core& core, PartitionState& partition, std::size_t slot, bool owned);

// The same for one that the partition boots with: P8, or P5 or P6 when it is empty.
void boot_card_slot(Core& core, PartitionState& partition, std::size_t slot);

// Power-on: owned -> L4 and P8, the rest L1b (R1-13.5.2-1).
void boot_drcs(Core& core, std::size_t partition);

}  // namespace lparsim::firmware
