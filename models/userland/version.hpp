// A level of powerpc-utils is data: what it can do, its texts and its known defects, each a named
// switch. Code asks for a switch, never for a level; each switch changes one decision.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lparsim::userland {

enum class Switch : std::uint8_t {
  // What a level can do or says.
  kernel_updates_tree,
  partner_devices,
  prompts_name_slot,
  hooks,
  smt_by_control,
  info_by_physical_id,
  // Defects.
  slot_index_passed_over,
  slot_refusal_unnoticed,
  slot_add_failure_forgotten,
  display_bridge_succeeds,
  unknown_card_slot_crashes,
  sense_failure_ignored,
  replace_success_fails,
  replace_again_crashes,
  type_by_prefix,
  migration_settles,
  lmb_size_32_bits,
  lsslot_decimal_addresses,
  lsslot_uneven_columns,
  lsslot_l3_not_found,
  cpu_count_unsigned,
  cpu_picked_again,
  last_cpu_miscounted,
  unnamed_lmb_counts,
  partial_removal_succeeds,
  entitlement_32_bits,
  lock_never_waits,
  prrn_name_not_index,
  accelerator_reversed,
};

constexpr std::uint64_t bit(Switch s) { return std::uint64_t{1} << static_cast<unsigned>(s); }

struct Version {
  std::string_view name;         // "1.3.10", "1.3.13", "fixed"
  std::uint64_t switches = 0;    // bit(Switch)

  bool has(Switch s) const { return (switches & bit(s)) != 0; }
};

// One row per switch, in the order of the enumeration.
struct SwitchInfo {
  Switch id;
  std::string_view name;
  std::string_view source;       // section of drmgr.md, or the commit's subject
  std::string_view versions;     // names of those that have it
  std::string_view effect;
};
std::span<const SwitchInfo> switches();

const Version& default_version();                        // 1.3.10
const Version* find_version(std::string_view name);      // nullptr: none of that name
std::span<const Version> versions();                     // default first

}  // namespace lparsim::userland
