#include "firmware/drc/drc_table.hpp"

#include <fmt/format.h>

namespace lparsim::firmware {
namespace {

constexpr auto L1b = DrcState::unallocatable;
constexpr auto L1a = DrcState::allocatable;
constexpr auto L2 = DrcState::available;
constexpr auto L3 = DrcState::unisolated;
constexpr auto L4 = DrcState::configured;
using C = DrcCall;
using G = DrcGuard;
using A = DrcAction;

constexpr std::array<DrcRow, kDrcStates * kDrcCalls> kTable{{
    // L1b: the platform's, and not on offer to this partition
    {L1b, C::sense, G::sense_reading, A::none, L1b, 0, 2, "figure 13-2, table 13-5"},
    {L1b, C::unusable, G::unusable_reading, A::none, L1b, 0, 0, "null transition"},
    {L1b, C::usable, G::none, A::none, L1b, -3, 0, "table 13-7, 13.7"},
    {L1b, C::exchange, G::none, A::none, L1b, -3, 0, "table 13-7"},
    {L1b, C::recover, G::none, A::none, L1b, -3, 0, "table 13-7"},
    {L1b, C::isolate, G::isolate_unusable, A::none, L1b, 0, 0, "R1-13.5.3.4-5"},
    {L1b, C::unisolate, G::none, A::none, L1b, -3, 0, "R1-13.5.3.4-5"},
    {L1b, C::indicator, G::none, A::none, L1b, -3, 0, "R1-13.7.4.2-1"},
    {L1b, C::configure, G::none, A::none, L1b, -9003, 0, "table 13-8"},
    // L1a: assigned to the partition, not yet taken
    {L1a, C::sense, G::none, A::none, L1a, 0, 2, "table 13-5"},
    {L1a, C::unusable, G::unusable_reading, A::none, L1a, 0, 0, "null transition"},
    {L1a, C::usable, G::parent_owned, A::acquire, L2, 0, 0, "13.7.3.1"},
    {L1a, C::exchange, G::none, A::none, L1a, -3, 0, "(I) table 13-7"},
    {L1a, C::recover, G::none, A::none, L1a, -3, 0, "(I) table 13-7"},
    {L1a, C::isolate, G::isolate_unusable, A::none, L1a, 0, 0, "R1-13.5.3.4-5"},
    {L1a, C::unisolate, G::none, A::none, L1a, -3, 0, "R1-13.5.3.4-5"},
    {L1a, C::indicator, G::none, A::none, L1a, -3, 0, "R1-13.7.4.2-1"},
    {L1a, C::configure, G::none, A::none, L1a, -9003, 0, "table 13-8"},
    // L2: the partition's, isolated
    {L2, C::sense, G::none, A::none, L2, 0, 1, "table 13-5"},
    {L2, C::unusable, G::none, A::release, L1a, 0, 0, "R1-13.5.3.4-6"},
    {L2, C::usable, G::none, A::none, L2, 0, 0, "null transition"},
    {L2, C::exchange, G::none, A::none, L2, -3, 0, "(I) not obtained so"},
    {L2, C::recover, G::none, A::none, L2, -3, 0, "(I) not obtained so"},
    {L2, C::isolate, G::none, A::none, L2, 0, 0, "null transition"},
    {L2, C::unisolate, G::none, A::none, L3, 0, 0, "figure 13-2"},
    {L2, C::indicator, G::none, A::none, L2, -3, 0, "R1-13.7.4.2-1"},
    {L2, C::configure, G::configure_isolated, A::none, L2, 0, 0, "R1-13.7.4.3-1"},
    // L3: unisolated, not yet configured
    {L3, C::sense, G::none, A::none, L3, 0, 1, "table 13-5"},
    {L3, C::unusable, G::none, A::none, L3, -3, 0, "(I) isolate first"},
    {L3, C::usable, G::none, A::none, L3, 0, 0, "null transition"},
    {L3, C::exchange, G::none, A::none, L3, -3, 0, "(I) not obtained so"},
    {L3, C::recover, G::none, A::none, L3, -3, 0, "(I) not obtained so"},
    {L3, C::isolate, G::isolate_unconfigured, A::none, L2, 0, 0, "(I) error recovery"},
    {L3, C::unisolate, G::none, A::none, L3, 0, 0, "null transition"},
    {L3, C::indicator, G::none, A::none, L3, -3, 0, "R1-13.7.4.2-1"},
    {L3, C::configure, G::none, A::walk, L4, 0, 0, "13.5.3.5, 13.7.4.3"},
    // L4: configured, in use
    {L4, C::sense, G::none, A::none, L4, 0, 1, "table 13-5"},
    {L4, C::unusable, G::none, A::none, L4, -3, 0, "(I) isolate first"},
    {L4, C::usable, G::none, A::none, L4, 0, 0, "null transition"},
    {L4, C::exchange, G::none, A::none, L4, -3, 0, "(I) not obtained so"},
    {L4, C::recover, G::none, A::none, L4, -3, 0, "(I) not obtained so"},
    {L4, C::isolate, G::in_use, A::none, L2, 0, 0, "R1-13.7.4.1.2-2, 13.7.4.1.3-1, -2"},
    {L4, C::unisolate, G::none, A::none, L4, 0, 0, "null transition"},
    {L4, C::indicator, G::none, A::none, L4, -3, 0, "R1-13.7.4.2-1"},
    {L4, C::configure, G::none, A::walk, L4, 0, 0, "(I) 13.5.3.5 note 1: walk again"},
}};

// Each pair of state and call has exactly one row: the rows stand at their computed place, and
// there are as many rows as pairs.
constexpr bool complete() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    const auto state = static_cast<std::size_t>(kTable[i].state);
    if (state * kDrcCalls + static_cast<std::size_t>(kTable[i].call) != i) return false;
  }
  return true;
}
static_assert(complete());
// A refusal changes nothing.
constexpr bool refusals_stay() {
  for (const DrcRow& row : kTable) {
    if (row.status != 0 && (row.next != row.state || row.action != A::none)) return false;
  }
  return true;
}
static_assert(refusals_stay());

}  // namespace

const std::array<DrcRow, kDrcStates * kDrcCalls> kDrcTable = kTable;

const DrcRow& drc_row(DrcState state, DrcCall call) {
  return kTable[static_cast<std::size_t>(state) * kDrcCalls + static_cast<std::size_t>(call)];
}

namespace {

// DRC.md 7: why an operational resource cannot be isolated.
std::int32_t refusal_in_use(const DrcFacts& facts, const DrcReadings& readings) {
  switch (facts.type) {
    case DrcType::cpu:
      return facts.threads_running ? readings.cpu_running_isolate_status : 0;
    case DrcType::mem:
      if (readings.mem_isolate_needs_request && !facts.remove_requested) return -1;
      return facts.mapped ? readings.mem_mapped_isolate_status : 0;
    case DrcType::phb:
    case DrcType::slot:
      if (facts.below_in_use) return -9000;
      return facts.mapped ? -9001 : 0;
  }
  return 0;
}

// 0: the row's transition happens.
std::int32_t refusal(DrcGuard guard, const DrcFacts& facts, const DrcReadings& readings) {
  switch (guard) {
    case G::none: return 0;
    case G::sense_reading: return readings.unallocatable_sense_fails ? -3 : 0;
    case G::unusable_reading: return readings.unusable_null_status;
    case G::isolate_unusable: return readings.isolate_unusable_status;
    case G::isolate_unconfigured: return readings.isolate_unconfigured_allowed ? 0 : -3;
    case G::configure_isolated: return readings.configure_isolated_status;
    case G::parent_owned: return facts.parent_owned ? 0 : -3;
    case G::in_use: return refusal_in_use(facts, readings);
  }
  return 0;
}

}  // namespace

DrcVerdict judge(DrcState state, DrcCall call, const DrcFacts& facts,
                 const DrcReadings& readings) {
  const DrcRow& row = drc_row(state, call);
  const std::int32_t refused = refusal(row.guard, facts, readings);
  if (refused != 0) return {refused, 0, state, A::none};
  return {row.status, row.sense, row.next, row.action};
}

std::string_view to_string(DrcCall call) {
  constexpr std::array<std::string_view, kDrcCalls> kNames{
      "sense 9003",    "9003=0 unusable", "9003=1 usable",    "9003=2 exchange",  "9003=3 recover",
      "9001=0 isolate", "9001=1 unisolate", "9002 indicator", "configure-connector"};
  return kNames.at(static_cast<std::size_t>(call));
}

std::string_view to_string(DrcGuard guard) {
  constexpr std::array<std::string_view, 8> kNames{
      "", "profile: or -3", "profile's status", "profile's status", "profile: or -3",
      "profile's status", "PHB above owned, else -3", "not in use, else section 7"};
  return kNames.at(static_cast<std::size_t>(guard));
}

std::string_view to_string(DrcAction action) {
  constexpr std::array<std::string_view, 4> kNames{"", "acquire", "release", "walk"};
  return kNames.at(static_cast<std::size_t>(action));
}

std::string drc_table_markdown() {
  std::string out =
      "# Logical DRC state machine\n\n"
      "Generated from `firmware/drc/drc_table.cpp`; a test compares. Section 7: DRC.md, refusals "
      "on isolate.\n\n"
      "| state | call | guard | action | next | status | sense | source |\n"
      "|---|---|---|---|---|---|---|---|\n";
  for (const DrcRow& row : kTable) {
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", to_string(row.state),
                       to_string(row.call), to_string(row.guard), to_string(row.action),
                       to_string(row.next), row.status,
                       row.sense == 0 ? std::string{} : std::to_string(row.sense),
                       row.requirement);
  }
  return out;
}

}  // namespace lparsim::firmware
