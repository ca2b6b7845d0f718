// The states of a partitionable endpoint (PE) and what changes them, as one table (LoPAR 7.3.11,
// tables 7-59 and 7-60): a row for each event, a cell for each state.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace lparsim::firmware {

enum class PeState : std::uint8_t {
  normal,                // 0
  reset,                 // 1: held in reset
  stopped,               // 2: MMIO and DMA stopped
  dma_stopped,           // 4: DMA stopped
  recovering,            // 5, temporarily: the platform resets the PE, which then is stopped
  recovering_reset,      // 5, temporarily: the same, and the OS's reset comes back afterwards
  unavailable,           // 5, permanently
};
inline constexpr std::size_t kPeStates = 7;

enum class PeEvent : std::uint8_t {
  disable,               // ibm,set-eeh-option 0, where the platform allows it
  release_mmio,          // ibm,set-eeh-option 2
  release_dma,           // ibm,set-eeh-option 3
  deactivate,            // ibm,set-slot-reset 0
  activate,              // ibm,set-slot-reset 1 and 3
  declare_permanent,     // ibm,slot-error-detail 2
  error,                 // hardware: an error while EEH is enabled
  platform_reset,        // platform: recovers something above the PE and resets the PE
  recovered,             // platform: that is over
  failed,                // platform: found that the PE cannot be used again
  isolate,               // set-indicator isolation-state isolate
  clear,                 // power cycle, partition reboot, re-assignment (R1-7.3.11.5-13)
};
inline constexpr std::size_t kPeEvents = 12;

struct PeCell {
  PeState next;
  std::int32_t status;             // of the RTAS call; 0 for what is no call
};
struct PeRow {
  PeEvent event;
  std::string_view requirement;
  std::array<PeCell, kPeStates> cells;   // by state
};
extern const std::array<PeRow, kPeEvents> kPeTable;

const PeCell& pe_cell(PeState state, PeEvent event);
// Value of PE Reset State: 0, 1, 2, 4 or 5.
std::uint32_t reported_state(PeState state);
constexpr bool is_unavailable(PeState state) { return state >= PeState::recovering; }
// Loads and stores, and with them configuration cycles, reach the PE.
constexpr bool takes_cycles(PeState state) {
  return state == PeState::normal || state == PeState::dma_stopped;
}
std::string_view to_string(PeState state);
std::string_view to_string(PeEvent event);

// The table for docs/pe-table.md.
std::string pe_table_markdown();

}  // namespace lparsim::firmware
