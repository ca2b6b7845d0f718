#include "firmware/pci/pe_table.hpp"

#include <fmt/format.h>

namespace lparsim::firmware {
namespace {

using E = PeEvent;
constexpr auto N = PeState::normal;
constexpr auto R = PeState::reset;
constexpr auto S = PeState::stopped;
constexpr auto D = PeState::dma_stopped;
constexpr auto T = PeState::recovering;
constexpr auto Q = PeState::recovering_reset;
constexpr auto U = PeState::unavailable;

// Columns: N normal, R reset, S stopped, D DMA stopped, T and Q recovering, U unavailable.
constexpr std::array<PeRow, kPeEvents> kTable{{
    {E::disable, "R1-7.3.11.1-3",
     {{{N, 0}, {R, 0}, {N, 0}, {N, 0}, {T, 0}, {Q, 0}, {U, 0}}}},
    {E::release_mmio, "table 7-60",
     {{{N, -3}, {R, -7}, {D, 0}, {D, -3}, {T, -7}, {Q, -7}, {U, -7}}}},
    {E::release_dma, "table 7-60",
     {{{N, -3}, {R, -7}, {S, -7}, {N, 0}, {T, -7}, {Q, -7}, {U, -7}}}},
    {E::deactivate, "table 7-60, R1-7.3.11.2-4, -5, -8",
     {{{N, 0}, {N, 0}, {S, -7}, {D, -3}, {T, -7}, {Q, -7}, {U, -7}}}},
    {E::activate, "table 7-60, R1-7.3.11.2-6",
     {{{R, 0}, {R, 0}, {R, 0}, {R, 0}, {T, -7}, {Q, -7}, {U, -7}}}},
    {E::declare_permanent, "R1-7.3.11.5-12",
     {{{U, 0}, {U, 0}, {U, 0}, {U, 0}, {U, 0}, {U, 0}, {U, 0}}}},
    {E::error, "table 7-59",
     {{{S, 0}, {R, 0}, {S, 0}, {S, 0}, {T, 0}, {Q, 0}, {U, 0}}}},
    {E::platform_reset, "table 7-59, R1-7.3.11-4, -5",
     {{{T, 0}, {Q, 0}, {T, 0}, {T, 0}, {T, 0}, {Q, 0}, {U, 0}}}},
    {E::recovered, "table 7-59, R1-7.3.11-5",
     {{{N, 0}, {R, 0}, {S, 0}, {D, 0}, {S, 0}, {R, 0}, {U, 0}}}},
    {E::failed, "table 7-59",
     {{{U, 0}, {U, 0}, {U, 0}, {U, 0}, {U, 0}, {U, 0}, {U, 0}}}},
    {E::isolate, "R1-7.3.11.5-14; (I) what the OS did is gone, what the platform does goes on",
     {{{N, 0}, {N, 0}, {N, 0}, {N, 0}, {T, 0}, {T, 0}, {U, 0}}}},
    {E::clear, "R1-7.3.11.5-13",
     {{{N, 0}, {N, 0}, {N, 0}, {N, 0}, {N, 0}, {N, 0}, {N, 0}}}},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].event) != i) return false;
  }
  return true;
}
static_assert(in_order(), "each event has one row, each row a cell for each state");

constexpr bool refusals_stay() {
  for (const PeRow& row : kTable) {
    for (std::size_t i = 0; i < kPeStates; ++i) {
      if (row.cells[i].status != 0 && static_cast<std::size_t>(row.cells[i].next) != i) {
        return false;
      }
    }
  }
  return true;
}
static_assert(refusals_stay(), "a refusal changes nothing");

}  // namespace

const std::array<PeRow, kPeEvents> kPeTable = kTable;

const PeCell& pe_cell(PeState state, PeEvent event) {
  return kTable[static_cast<std::size_t>(event)].cells[static_cast<std::size_t>(state)];
}

std::uint32_t reported_state(PeState state) {
  constexpr std::array<std::uint32_t, kPeStates> kReported{0, 1, 2, 4, 5, 5, 5};
  return kReported[static_cast<std::size_t>(state)];
}

std::string_view to_string(PeState state) {
  constexpr std::array<std::string_view, kPeStates> kNames{
      "0 normal", "1 reset", "2 stopped", "4 DMA stopped", "5 recovering", "5 recovering, reset",
      "5 unavailable"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string_view to_string(PeEvent event) {
  constexpr std::array<std::string_view, kPeEvents> kNames{
      "set-eeh-option 0", "set-eeh-option 2", "set-eeh-option 3", "set-slot-reset 0",
      "set-slot-reset 1, 3",
      "slot-error-detail 2", "hardware error", "platform resets the PE", "platform is done",
      "platform gives up", "isolate", "power cycle, reboot, re-assignment"};
  return kNames.at(static_cast<std::size_t>(event));
}

std::string pe_table_markdown() {
  std::string out =
      "# States of a partitionable endpoint\n\n"
      "Generated from `firmware/pci/pe_table.cpp`; a test compares. A cell: next state, and the "
      "status of the call where it is not 0.\n\n| event |";
  for (std::size_t s = 0; s < kPeStates; ++s) {
    out += fmt::format(" {} |", to_string(static_cast<PeState>(s)));
  }
  out += " source |\n|---|---|---|---|---|---|---|---|---|\n";
  for (const PeRow& row : kTable) {
    out += fmt::format("| {} |", to_string(row.event));
    for (const PeCell& cell : row.cells) {
      out += fmt::format(" {} |", cell.status == 0 ? std::string(to_string(cell.next))
                                                   : std::to_string(cell.status));
    }
    out += fmt::format(" {} |\n", row.requirement);
  }
  return out;
}

}  // namespace lparsim::firmware
