// The DRCs of one partition: index -> type and position, names, and the calls of the state machine
// with their effect on ledger, contexts and log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/drc/drc_table.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// Which array a DRC's byte stands in.
enum class DrcArray : std::uint8_t { cpus, lmbs, phbs, slots, virtual_slots };

struct DrcPlace {
  DrcArray array{};
  std::size_t position = 0;
};
DrcType type_of(DrcArray array);
std::vector<DrcState>& states(PartitionState& partition, DrcArray array);
const std::vector<DrcState>& states(const PartitionState& partition, DrcArray array);
inline DrcState state_of(const PartitionState& partition, DrcPlace place) {
  return states(partition, place.array)[place.position];
}
constexpr bool is_owned(DrcState state) { return state >= DrcState::available; }

// nullopt: no such DRC in this partition (off, foreign, boot memory, out of range).
std::optional<DrcPlace> find_drc(const Core& core, const PartitionState& partition,
                                 DrcIndex index);
DrcIndex drc_index(const Core& core, DrcPlace place);
std::string drc_name(const Core& core, const PartitionState& partition, DrcPlace place);
std::vector<DrcView> drc_views(const Core& core, const PartitionState& partition, DrcType type);

// Sets the byte and logs drc_state; nothing else.
void set_drc_state(Core& core, PartitionState& partition, DrcPlace place, DrcState to);

// Judges the call and carries it out (all but the walk of configure-connector).
DrcVerdict perform(Core& core, std::size_t partition, DrcPlace place, DrcCall call);

// True when a hardware thread of CPU `number` is not stopped.
bool threads_running(const Core& core, const PartitionState& partition, std::size_t number);

// Power-on: owned -> L4, the rest L1b (R1-13.5.2-1).
void boot_drcs(Core& core, std::size_t partition);

}  // namespace lparsim::firmware
