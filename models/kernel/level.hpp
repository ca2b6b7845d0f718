// A kernel level is data: which defects and which ways of its time it has, and how it was
// configured. Code asks for a switch, never for a level; each switch changes one decision.
#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <string>
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
  cpu_attach_error_lost,
  cpu_caches_dropped,
  cpu_count_requests,
  cpu_die_gives_up,
  probe_configures_first,
  connector_impatient,
  connector_abandons,
  connector_one_page,
  drc_info_ends_search,
  associativity_update_ignored,
  undo_leaves_drc_owned,
  reserved_removable,
  drconf_writes,
  no_unisolate_hint,
  no_drc_info,
  no_dlpar_file,
  no_mobility_files,
  no_hotplug_events,
  dt_requests,
  stop_self_panics,
  release_undo_unconfigured,
  undo_not_repeated,
};

using Switches = std::bitset<96>;
inline Switches bit(Switch s) { return Switches{}.set(static_cast<std::size_t>(s)); }

// How the kernel was built and booted.
struct KernelConfig {
  bool lparcfg = true;            // CONFIG_PPC_LPARCFG: /proc/powerpc/lparcfg
  bool memory_hotremove = true;   // CONFIG_MEMORY_HOTREMOVE; without it removal is EOPNOTSUPP
  bool cpu_probe_release = true;  // CPUs can be added and removed through two files of sysfs
  bool auto_online = true;        // memory blocks that somebody adds by hand come up online

  bool operator==(const KernelConfig&) const = default;
};

struct KernelLevel {
  std::string name;               // "6.1", "fixed": the word of --kernel
  Switches switches{};
  KernelConfig config{};

  bool has(Switch s) const { return switches.test(static_cast<std::size_t>(s)); }
};

// One row per switch, in the order of the enumeration.
struct SwitchInfo {
  Switch id;
  std::string_view name;
  std::string_view source;    // number in kernel.md section 11, and zoo id where there is one
  std::string_view levels;    // words: names of the levels that have it
  std::string_view effect;    // what it changes
};
std::span<const SwitchInfo> switches();
const SwitchInfo* find_switch(std::string_view name);              // nullptr: there is none

// One row per switch of the configuration, by its name in a file.
struct ConfigField {
  std::string_view name;
  bool KernelConfig::*value;
  std::string_view effect;
};
std::span<const ConfigField> config_fields();

// The shipped levels, oldest first; "fixed" has no defect.
std::span<const KernelLevel> levels();
const KernelLevel* find_level(std::string_view name);              // nullptr: not shipped

}  // namespace lparsim::kernel
