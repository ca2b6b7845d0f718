// The state machine of logical DRCs as one table (LoPAR 13.5, 13.7 and figure 13-2; DRC.md 5): one
// row for each state and call. Left out: exchange and recovery candidates (no mirrored resources),
// and physical hot-plug slots (P5-P8).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "firmware/hypervisor.hpp"
#include "firmware/profiles/profile.hpp"

namespace lparsim::firmware {

enum class DrcCall : std::uint8_t {
  sense, unusable, usable, exchange, recover, isolate, unisolate, indicator, configure,
};
inline constexpr std::size_t kDrcStates = 5;
inline constexpr std::size_t kDrcCalls = 9;

// What is asked before the row's transition; the first refusal ends the call with its status.
enum class DrcGuard : std::uint8_t {
  none,
  sense_reading,          // profile: status -3, or sense 2
  unusable_reading,       // profile: status of 9003=unusable in L1
  isolate_unusable,       // profile: status of 9001=isolate in L1
  isolate_unconfigured,   // profile: L3 may be isolated, else -3
  configure_isolated,     // profile: 0 at once or -9003
  parent_owned,           // SLOT: the PHB above is owned, else -3
  in_use,                 // section 7: the type's refusals
};
enum class DrcAction : std::uint8_t { none, acquire, release, walk };

struct DrcRow {
  DrcState state;
  DrcCall call;
  DrcGuard guard;
  DrcAction action;
  DrcState next;
  std::int32_t status;
  std::int32_t sense;             // value of dr-entity-sense, for DrcCall::sense; else 0
  std::string_view requirement;   // LoPAR requirement, table or figure; "(I)" a reading of ours
};

extern const std::array<DrcRow, kDrcStates * kDrcCalls> kDrcTable;   // by state, then call

const DrcRow& drc_row(DrcState state, DrcCall call);
std::string_view to_string(DrcCall call);
std::string_view to_string(DrcGuard guard);
std::string_view to_string(DrcAction action);

// What the guards ask about a DRC's surroundings.
struct DrcFacts {
  DrcType type = DrcType::cpu;
  bool threads_running = false;   // CPU: a hardware thread is not stopped
  bool mapped = false;            // MEM, SLOT: a translation remains
  bool remove_requested = false;  // MEM: a hot-plug event asked for it
  bool below_in_use = false;      // PHB: the slot below is not unusable
  bool parent_owned = true;       // SLOT: the PHB above is owned
};

struct DrcVerdict {
  std::int32_t status = 0;
  std::int32_t sense = 0;
  DrcState next{};
  DrcAction action = DrcAction::none;
};
// Pure: what the call answers and does in `state`.
DrcVerdict judge(DrcState state, DrcCall call, const DrcFacts& facts, const DrcReadings& readings);

// The table for docs/drc-table.md.
std::string drc_table_markdown();

}  // namespace lparsim::firmware
