// A kernel level is data: which known defects it has and how it was configured. Code asks for a
// switch, never for a level; each switch changes one decision in one function (see kSwitches).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lparsim::kernel {

enum class Switch : std::uint8_t {
  cpu_add_frees_live_nodes,
  cpu_add_keeps_caches,
  cpu_detach_while_online,
  cpu_offline_no_rollback,
  cpu_remove_leaks_nodes,
  cpu_remove_late_changeset,
  cpu_die_waits_forever,
  release_result_ignored,
  rewrite_failure_keeps_lmbs,
  add_helper_releases,
  undo_leaves_property_stale,
  add_count_takes_reserved,
  indexed_count_sign,
  v2_merges_gaps,
  connector_trusts_order,
  stale_event_runs,
  event_lost_on_oom,
  coarse_errno,
  node_remove_leaks,
  ofdt_unknown_parent,
  ofdt_add_ignores_result,
  ofdt_reference_leak,
  slot_add_no_undo,
  slot_name_length,
  slot_message_always,
  slot_dropped_before_check,
  slot_remove_leaves_slots,
  unmap_failure_succeeds,
  drc_lookup_unchecked,
  drc_info_first_slot,
  power_level_delay_fails,
  prod_failure_ignored,
  update_keeps_drc_word,
  update_adds_root_only,
  update_trusts_firmware,
  update_part_leaks,
  update_busy_ends,
  update_node_error_lost,
  tree_update_error_lost,
  prrn_updates_tree,
  memory_node_steps,
  memory_node_wrong_range,
  dt_needs_drc_info,
  pmem_used_after_put,
  pmem_remove_leaks,
};

constexpr std::uint64_t bit(Switch s) { return std::uint64_t{1} << static_cast<unsigned>(s); }

struct KernelLevel {
  std::string_view name;      // "6.1", "fixed": the word of --kernel
  std::uint64_t switches;     // bit(Switch)
  bool lparcfg;               // configured with the /proc/ppc64/lparcfg file
  bool dt_requests = false;   // /sys/kernel/dlpar takes "dt" (since 6.12)
  // User space drives memory: a write of ibm,dynamic-memory adds or removes an LMB (before 5.x).
  bool drconf_writes = false;

  bool has(Switch s) const { return (switches & bit(s)) != 0; }
};

// One row per switch, in the order of the enumeration.
struct SwitchInfo {
  Switch id;
  std::string_view name;
  std::string_view source;    // number in kernel.md section 11, and zoo id where there is one
  std::string_view levels;    // names of the levels that have it
  std::string_view effect;    // what it changes
};
std::span<const SwitchInfo> switches();

}  // namespace lparsim::kernel
