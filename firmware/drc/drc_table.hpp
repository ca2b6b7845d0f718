// The state machine of connectors as tables (LoPAR 13.5, 13.7, figure 13-2; DRC.md 5, 6): one row
// for each state and call. drc_table.cpp has the logical connectors, slot_table.cpp the physical
// ones.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "firmware/drc/drc_call.hpp"
#include "firmware/hypervisor.hpp"
#include "firmware/profiles/profile.hpp"

namespace lparsim::firmware {

inline constexpr std::size_t kLogicalStates = 7, kSlotStates = 5;

// What is asked before the row's transition; the first refusal ends the call with its status.
enum class DrcGuard : std::uint8_t {
  none,
  sense_reading,          // profile: status -3 or -9002, or sense 2
  sense_unusable,         // profile: status -9002, or sense 2
  unusable_reading,       // profile: status of 9003=unusable in L1
  unusable_offered,       // profile: the same in L1x and L1r
  isolate_unusable,       // profile: status of 9001=isolate in L1
  isolate_offered,        // profile: the same in L1x and L1r
  unisolate_offered,      // profile: status of 9001=unisolate in L1x and L1r
  wrong_verb,             // profile: status of a 9003 that the offer is not for
  isolate_unconfigured,   // profile: L3 or P7 may be isolated, else -3; no thread, nothing below
  configure_isolated,     // profile: 0 at once or -9003
  takeable,               // connector above unisolated and 9003=usable allowed, else -3
  parent_open,            // the connector above is owned and unisolated, else -3
  obtained_so,            // it was obtained by this verb, else -3
  in_use,                 // section 7: the type's refusals
  sense_card,             // sense 1 with a card, else 0; no PCI slot: may need power
  bus_frequency,          // a card that changes the bus clock: -9000
  power_in_use,           // profile: status of power off in P7 and P8
  unisolate_off,          // P5: profile's status for empty and for a card
  unisolate_on,           // P6: profile's status for empty; harmful card: profile's status
  configure_off,          // P5: profile's status
  configure_isolated_slot,   // P6: profile: 0 with no node, or -9003
  configure_card,         // -9001, -9002 for a card not to be supported; empty: 0 with no node
};
enum class DrcAction : std::uint8_t { none, acquire, release, walk, indicate };

struct DrcRow {
  DrcState state;
  DrcCall call;
  DrcGuard guard;
  DrcAction action;
  DrcState next;
  std::int32_t status;
  std::int32_t value;             // of dr-entity-sense or the power level; else 0
  std::string_view requirement;   // LoPAR requirement, table or figure; "(I)" a reading of ours
};

// By state, then call.
std::span<const DrcRow, kLogicalStates * kLogicalCalls> logical_table();
std::span<const DrcRow, kSlotStates * kSlotCalls> slot_table();

constexpr bool is_physical(DrcState state) { return state >= DrcState::foreign; }
// nullptr: no such call for this kind of connector (power of a logical one).
const DrcRow* drc_row(DrcState state, DrcCall call);
std::string_view to_string(DrcGuard guard);
std::string_view to_string(DrcAction action);

// Each pair of state and call has exactly one row: the rows stand at their computed place, and
// there are as many rows as pairs. A refusal changes nothing.
constexpr bool is_complete(std::span<const DrcRow> rows, DrcState first, std::size_t calls) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto state = static_cast<std::size_t>(rows[i].state) - static_cast<std::size_t>(first);
    if (state * calls + static_cast<std::size_t>(rows[i].call) != i) return false;
    const bool stays = rows[i].next == rows[i].state && rows[i].action == DrcAction::none;
    if (rows[i].status != 0 && !stays) return false;
  }
  return true;
}

// What the guards ask about a DRC's surroundings.
struct DrcFacts {
  DrcType type = DrcType::cpu;
  bool is_virtual = false;        // SLOT below /vdevice
  bool threads_running = false;   // CPU: a hardware thread is not stopped
  bool last_running = false;      // CPU: no other one runs a thread
  bool mapped = false;            // a translation remains; COPLATFUN: a process is attached
  bool remove_requested = false;  // MEM: a hot-plug event asked for it
  bool caller_inside = false;     // MEM: the argument block lies in it
  bool below_in_use = false;      // a connector below is usable or unisolated
  bool below_offered = false;     // a connector below is at sense 3 or 4
  bool parent_open = true;        // SLOT, PORT, COPLATFUN: that above is owned and unisolated
  bool by_exchange = false;       // how it was obtained
  bool by_recovery = false;
  bool card = true;               // physical slot: something is plugged
  CardFit fit = CardFit::fits;
  SenseNeeds sense_needs = SenseNeeds::nothing;
};

struct DrcVerdict {
  std::int32_t status = 0;
  std::int32_t value = 0;         // sense or power level
  DrcState next{};
  DrcAction action = DrcAction::none;
};
// Pure: what the call answers and does in `state`.
DrcVerdict judge(DrcState state, DrcCall call, const DrcFacts& facts, const DrcReadings& readings);

// Both tables for docs/drc-table.md.
std::string drc_table_markdown();

}  // namespace lparsim::firmware
