#include "firmware/drc/drc_table.hpp"

#include <fmt/format.h>

namespace lparsim::firmware {
namespace {

constexpr auto L1b = DrcState::unallocatable;
constexpr auto L1a = DrcState::allocatable;
constexpr auto L1x = DrcState::for_exchange;
constexpr auto L1r = DrcState::for_recovery;
constexpr auto L2 = DrcState::available;
constexpr auto L3 = DrcState::unisolated;
constexpr auto L4 = DrcState::configured;
using C = DrcCall;
using G = DrcGuard;
using A = DrcAction;

constexpr std::array<DrcRow, kLogicalStates * kLogicalCalls> kTable{{
    // L1b: the platform's, and not on offer to this partition
    {L1b, C::sense, G::sense_reading, A::none, L1b, 0, 2, "figure 13-2, table 13-5"},
    {L1b, C::unusable, G::unusable_reading, A::none, L1b, 0, 0, "null transition"},
    {L1b, C::usable, G::none, A::none, L1b, -3, 0, "table 13-7, 13.7"},
    {L1b, C::exchange, G::none, A::none, L1b, -3, 0, "table 13-7"},
    {L1b, C::recover, G::none, A::none, L1b, -3, 0, "table 13-7"},
    {L1b, C::isolate, G::isolate_unusable, A::none, L1b, 0, 0, "R1-13.5.3.4-5"},
    {L1b, C::unisolate, G::none, A::none, L1b, -3, 0, "R1-13.5.3.4-5"},
    {L1b, C::indicator, G::none, A::none, L1b, -3, 0, "R1-13.7.4.2-1"},
    {L1b, C::configure, G::none, A::none, L1b, -9003, 0, "R1-13.7.4.3-2"},
    {L1b, C::bad_value, G::none, A::none, L1b, -3, 0, "table 7-25"},
    // L1a: assigned to the partition, not yet taken
    {L1a, C::sense, G::sense_unusable, A::none, L1a, 0, 2, "table 13-5"},
    {L1a, C::unusable, G::unusable_reading, A::none, L1a, 0, 0, "null transition"},
    {L1a, C::usable, G::takeable, A::acquire, L2, 0, 0, "13.7.3.1"},
    {L1a, C::exchange, G::none, A::none, L1a, -3, 0, "(I) table 13-7"},
    {L1a, C::recover, G::none, A::none, L1a, -3, 0, "(I) table 13-7"},
    {L1a, C::isolate, G::isolate_unusable, A::none, L1a, 0, 0, "R1-13.5.3.4-5"},
    {L1a, C::unisolate, G::none, A::none, L1a, -3, 0, "R1-13.5.3.4-5"},
    {L1a, C::indicator, G::none, A::none, L1a, -3, 0, "R1-13.7.4.2-1"},
    {L1a, C::configure, G::none, A::none, L1a, -9003, 0, "R1-13.7.4.3-2"},
    {L1a, C::bad_value, G::none, A::none, L1a, -3, 0, "table 7-25"},
    // L1x: on offer for exchange
    {L1x, C::sense, G::none, A::none, L1x, 0, 3, "R1-13.5.3.3-2"},
    {L1x, C::unusable, G::unusable_offered, A::none, L1x, 0, 0, "(I) null transition"},
    {L1x, C::usable, G::wrong_verb, A::none, L1x, 0, 0, "(I) wrong verb"},
    {L1x, C::exchange, G::parent_open, A::acquire, L2, 0, 0, "table 13-7"},
    {L1x, C::recover, G::wrong_verb, A::none, L1x, 0, 0, "(I) wrong verb"},
    {L1x, C::isolate, G::isolate_offered, A::none, L1x, 0, 0, "(I) open point 20"},
    {L1x, C::unisolate, G::unisolate_offered, A::none, L1x, 0, 0, "table 13-7"},
    {L1x, C::indicator, G::none, A::none, L1x, -3, 0, "R1-13.7.4.2-1"},
    {L1x, C::configure, G::none, A::none, L1x, -9003, 0, "R1-13.7.4.3-2"},
    {L1x, C::bad_value, G::none, A::none, L1x, -3, 0, "table 7-25"},
    // L1r: on offer for recovery
    {L1r, C::sense, G::none, A::none, L1r, 0, 4, "R1-13.5.3.3-2"},
    {L1r, C::unusable, G::unusable_offered, A::none, L1r, 0, 0, "(I) null transition"},
    {L1r, C::usable, G::wrong_verb, A::none, L1r, 0, 0, "(I) wrong verb"},
    {L1r, C::exchange, G::wrong_verb, A::none, L1r, 0, 0, "(I) wrong verb"},
    {L1r, C::recover, G::parent_open, A::acquire, L2, 0, 0, "table 13-7"},
    {L1r, C::isolate, G::isolate_offered, A::none, L1r, 0, 0, "(I) open point 20"},
    {L1r, C::unisolate, G::unisolate_offered, A::none, L1r, 0, 0, "table 13-7"},
    {L1r, C::indicator, G::none, A::none, L1r, -3, 0, "R1-13.7.4.2-1"},
    {L1r, C::configure, G::none, A::none, L1r, -9003, 0, "R1-13.7.4.3-2"},
    {L1r, C::bad_value, G::none, A::none, L1r, -3, 0, "table 7-25"},
    // L2: the partition's, isolated
    {L2, C::sense, G::none, A::none, L2, 0, 1, "table 13-5"},
    {L2, C::unusable, G::none, A::release, L1a, 0, 0, "R1-13.5.3.4-6"},
    {L2, C::usable, G::none, A::none, L2, 0, 0, "null transition"},
    {L2, C::exchange, G::obtained_so, A::none, L2, 0, 0, "(I) null if obtained so"},
    {L2, C::recover, G::obtained_so, A::none, L2, 0, 0, "(I) null if obtained so"},
    {L2, C::isolate, G::none, A::none, L2, 0, 0, "null transition"},
    {L2, C::unisolate, G::none, A::none, L3, 0, 0, "figure 13-2"},
    {L2, C::indicator, G::none, A::none, L2, -3, 0, "R1-13.7.4.2-1"},
    {L2, C::configure, G::configure_isolated, A::none, L2, 0, 0, "R1-13.7.4.3-1"},
    {L2, C::bad_value, G::none, A::none, L2, -3, 0, "table 7-25"},
    // L3: unisolated, not yet configured
    {L3, C::sense, G::none, A::none, L3, 0, 1, "table 13-5"},
    {L3, C::unusable, G::none, A::none, L3, -3, 0, "(I) isolate first"},
    {L3, C::usable, G::none, A::none, L3, 0, 0, "null transition"},
    {L3, C::exchange, G::obtained_so, A::none, L3, 0, 0, "(I) null if obtained so"},
    {L3, C::recover, G::obtained_so, A::none, L3, 0, 0, "(I) null if obtained so"},
    {L3, C::isolate, G::isolate_unconfigured, A::none, L2, 0, 0, "(I) error recovery"},
    {L3, C::unisolate, G::none, A::none, L3, 0, 0, "null transition"},
    {L3, C::indicator, G::none, A::none, L3, -3, 0, "R1-13.7.4.2-1"},
    {L3, C::configure, G::none, A::walk, L4, 0, 0, "13.5.3.5, 13.7.4.3"},
    {L3, C::bad_value, G::none, A::none, L3, -3, 0, "table 7-25"},
    // L4: configured, in use
    {L4, C::sense, G::none, A::none, L4, 0, 1, "table 13-5"},
    {L4, C::unusable, G::none, A::none, L4, -3, 0, "(I) isolate first"},
    {L4, C::usable, G::none, A::none, L4, 0, 0, "null transition"},
    {L4, C::exchange, G::obtained_so, A::none, L4, 0, 0, "(I) null if obtained so"},
    {L4, C::recover, G::obtained_so, A::none, L4, 0, 0, "(I) null if obtained so"},
    {L4, C::isolate, G::in_use, A::none, L2, 0, 0,
     "R1-13.7.4.1.2-2, 13.7.4.1.3-1, -2, 13.7.4.1.4-1, -2"},
    {L4, C::unisolate, G::none, A::none, L4, 0, 0, "null transition"},
    {L4, C::indicator, G::none, A::none, L4, -3, 0, "R1-13.7.4.2-1"},
    {L4, C::configure, G::none, A::walk, L4, 0, 0, "(I) 13.5.3.5 note 1: walk again"},
    {L4, C::bad_value, G::none, A::none, L4, -3, 0, "table 7-25"},
}};
static_assert(is_complete(kTable, L1b, kLogicalCalls));

}  // namespace

std::span<const DrcRow, kLogicalStates * kLogicalCalls> logical_table() { return kTable; }

const DrcRow* drc_row(DrcState state, DrcCall call) {
  const auto column = static_cast<std::size_t>(call);
  if (is_physical(state)) {
    const auto row = static_cast<std::size_t>(state) - static_cast<std::size_t>(DrcState::foreign);
    return &slot_table()[row * kSlotCalls + column];
  }
  if (column >= kLogicalCalls) return nullptr;
  return &kTable[static_cast<std::size_t>(state) * kLogicalCalls + column];
}

std::string_view to_string(DrcCall call) {
  constexpr std::array<std::string_view, kSlotCalls> kNames{
      "sense 9003",     "9003=0 unusable",  "9003=1 usable",  "9003=2 exchange",
      "9003=3 recover", "9001=0 isolate",   "9001=1 unisolate", "9002=0..3 indicator",
      "configure-connector", "other value of 9001, 9002, 9003", "set-power-level 100",
      "set-power-level 0",   "get-power-level"};
  return kNames.at(static_cast<std::size_t>(call));
}

std::string_view to_string(DrcGuard guard) {
  constexpr std::array<std::string_view, 23> kNames{
      "",
      "profile: or status -3, -9002",
      "profile: or status -9002",
      "profile's status",
      "profile's status",
      "profile's status",
      "profile's status",
      "profile's status",
      "profile's status",
      "no thread runs, nothing used below; profile: or -3",
      "profile's status",
      "connector above unisolated, else -3; profile: or -3",
      "connector above unisolated, else -3",
      "obtained so, else -3",
      "not in use, else section 7",
      "empty: sense 0; profile of the slot: or -9000, -9001",
      "card changes the bus clock: -9000",
      "profile's status",
      "card: profile's status; empty: profile's status",
      "harmful card: profile's status; empty: profile's status, stays",
      "profile's status",
      "profile's status",
      "empty: 0; card not to be supported: -9001, -9002"};
  return kNames.at(static_cast<std::size_t>(guard));
}

std::string_view to_string(DrcAction action) {
  constexpr std::array<std::string_view, 5> kNames{"", "acquire", "release", "walk", "indicate"};
  return kNames.at(static_cast<std::size_t>(action));
}

namespace {

void add_rows(std::string& out, std::span<const DrcRow> rows) {
  out += "| state | call | guard | action | next | status | value | source |\n"
         "|---|---|---|---|---|---|---|---|\n";
  for (const DrcRow& row : rows) {
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", to_string(row.state),
                       to_string(row.call), to_string(row.guard), to_string(row.action),
                       to_string(row.next), row.status,
                       row.value == 0 ? std::string{} : std::to_string(row.value),
                       row.requirement);
  }
}

}  // namespace

std::string drc_table_markdown() {
  std::string out =
      "# Logical DRC state machine\n\n"
      "Generated from `firmware/drc/drc_table.cpp`; a test compares. Section 7: DRC.md, refusals "
      "on isolate. Value: of the sensor, or the power level.\n\n";
  add_rows(out, kTable);
  out += "\n# Physical slot state machine\n\n"
         "Generated from `firmware/drc/slot_table.cpp`. A slot of power domain -1 has no P5.\n\n";
  add_rows(out, slot_table());
  return out;
}

}  // namespace lparsim::firmware
