#include "models/kernel/level.hpp"

#include <algorithm>
#include <array>

namespace lparsim::kernel {
namespace {

// Levels that have a row.
constexpr std::string_view kAll = "2.6.33 4.12 6.1 6.12";
constexpr std::string_view kBefore61 = "2.6.33 4.12";
constexpr std::string_view kSince412 = "4.12 6.1 6.12";
constexpr std::string_view kSince61 = "6.1 6.12";

#define SWITCH(name, source, levels, effect) \
  SwitchInfo { Switch::name, #name, source, levels, effect }

constexpr std::array kSwitches{
    SWITCH(cpu_add_frees_live_nodes, "1", kSince61,
           "no free logical ids: nodes are freed while they hang in the live tree (crash)"),
    SWITCH(cpu_add_keeps_caches, "2, CPU-03", kSince61,
           "online error after an add: the new cache nodes stay in the tree"),
    SWITCH(cpu_detach_while_online, "3, CPU-01", kAll,
           "detach of a node whose thread could not go offline again is a BUG"),
    SWITCH(cpu_offline_no_rollback, "4", kAll,
           "one thread refuses: the threads before it stay offline"),
    SWITCH(cpu_remove_leaks_nodes, "5", "6.1",
           "detached CPU and cache nodes keep the reference of their creator"),
    SWITCH(cpu_remove_late_changeset, "20, CPU-33", kSince61,
           "the changeset is allocated after the DRC was released"),
    SWITCH(cpu_die_waits_forever, "17", kSince61,
           "no end to the wait for a dying CPU"),
    SWITCH(release_result_ignored, "6, MEM-02", kSince412,
           "memory remove: a DRC that firmware does not take back counts as released"),
    SWITCH(rewrite_failure_keeps_lmbs, "7", kSince412,
           "no memory for the new property: the request fails after it was done"),
    SWITCH(add_helper_releases, "8, MEM-01, MEM-08", "4.12 6.1",
           "the add-LMB helper releases the DRC when configure-connector fails"),
    SWITCH(undo_leaves_property_stale, "9", kSince412,
           "after a failed request the property is not rewritten from the table"),
    SWITCH(add_count_takes_reserved, "10", kSince412,
           "add by count also tries LMBs that firmware reserved"),
    SWITCH(indexed_count_sign, "11", kSince412,
           "a count of 2^31 or more is an empty range and succeeds"),
    SWITCH(v2_merges_gaps, "14", kSince61,
           "the v2 writer joins runs without looking at addresses and DRC indexes"),
    SWITCH(connector_trusts_order, "18, CC-04, CC-05", kAll,
           "a property or sibling before the first child is a bad access"),
    SWITCH(stale_event_runs, "12", kSince412,
           "the status of check-exception is not looked at"),
    SWITCH(event_lost_on_oom, "16, EVT-02", kSince412,
           "a hot-plug event is dropped when no work item can be allocated"),
    SWITCH(coarse_errno, "28, IND-03", kAll,
           "-1 reaches the user as EPERM, EBUSY and acquire errors as EINVAL"),
    SWITCH(node_remove_leaks, "5", kAll,
           "a node removed through ofdt keeps the reference of its creator"),
    SWITCH(ofdt_unknown_parent, "15", kAll,
           "add_node below a path that does not exist is a bad access"),
    SWITCH(ofdt_add_ignores_result, "25", kAll,
           "add_property of a property that exists succeeds and loses it"),
    SWITCH(ofdt_reference_leak, "25", kAll,
           "property commands keep a reference on their node"),
    SWITCH(slot_add_no_undo, "21", kAll,
           "bus and devices stay when the hot-plug slots cannot be registered"),
    SWITCH(slot_name_length, "21", kAll,
           "a name of 64 bytes and more: the write returns 0"),
    SWITCH(slot_message_always, "21", kAll,
           "\"slot added\" and \"slot removed\" are logged after a failure too"),
    SWITCH(slot_dropped_before_check, "21", kAll,
           "PHB remove takes a hot-plug slot away before it sees that the bus is busy"),
    SWITCH(slot_remove_leaves_slots, "21", kAll,
           "of several hot-plug slots of a node, remove takes only the last one away"),
    SWITCH(unmap_failure_succeeds, "21", kAll,
           "a PHB whose I/O space cannot be unmapped counts as removed"),
    SWITCH(drc_lookup_unchecked, "22", kAll,
           "an index that no table announces has an empty name; increments do not count"),
    SWITCH(drc_info_first_slot, "22", kSince61,
           "only the first connector of ibm,drc-info becomes a hot-plug slot"),
    SWITCH(power_level_delay_fails, "23", kAll,
           "an extended delay of get-power-level is an error"),
    SWITCH(prod_failure_ignored, "8 (as read)", kSince412,
           "a joined CPU that could not be prodded after a migration sleeps for ever"),
    SWITCH(update_keeps_drc_word, "13", kSince412,
           "an added node without a known parent: its DRC index is read as a list of its own"),
    SWITCH(update_adds_root_only, "27", kSince412,
           "of what configure-connector returns for an added node only the first is attached"),
    SWITCH(update_trusts_firmware, "27 (as read)", kSince412,
           "lists and values beyond the work area are a bad access"),
    SWITCH(update_part_leaks, "27", kSince412,
           "the first part of a value whose rest never comes is not freed"),
    SWITCH(update_busy_ends, "27", kSince412,
           "update-nodes and update-properties are not repeated when they are busy"),
    SWITCH(update_node_error_lost, "27", kSince412,
           "nobody learns that an update of one node failed"),
    SWITCH(tree_update_error_lost, "27", kSince412,
           "a migration succeeds although the tree could not be updated"),
    SWITCH(prrn_updates_tree, "10 (PRRN dropped in 5.10)", "4.12",
           "a resource reassignment updates the tree at once"),
    SWITCH(memory_node_steps, "24", kSince412,
           "a memory@ node is removed in steps of 16 MiB, online or not: a BUG in most cases"),
    SWITCH(memory_node_wrong_range, "24", kSince412,
           "a memory@ node that goes takes the range behind it along"),
    SWITCH(dt_needs_drc_info, "section 10", "6.12",
           "\"dt add\" is EIO where firmware lists connectors without ibm,drc-info"),
    SWITCH(pmem_used_after_put, "26", kSince61,
           "persistent memory whose DRC is not released: its node is used after it was put"),
    SWITCH(pmem_remove_leaks, "26", kSince61,
           "the node of removed persistent memory keeps a reference"),
    SWITCH(cpu_attach_error_lost, "6", kBefore61,
           "a CPU that finds no logical id counts as added: it is in the tree and nowhere else"),
    SWITCH(cpu_caches_dropped, "CPU-04", kBefore61,
           "cache nodes are dropped on add and left over on remove"),
    SWITCH(cpu_count_requests, "section 4, CPU-06", "4.12",
           "CPUs are also added and removed by count, the last one kept"),
    SWITCH(cpu_die_gives_up, "CPU-02", kBefore61,
           "after 25 polls a dying CPU counts as dead"),
    SWITCH(probe_configures_first, "section 4", "2.6.33",
           "CPU probe configures the connector before it acquires it and undoes nothing"),
    SWITCH(connector_impatient, "CC-01", kBefore61,
           "configure-connector: -2 is repeated at once, an extended delay is an error"),
    SWITCH(connector_abandons, "19", kAll,
           "configure-connector ends in the middle when memory is short: firmware is left there"),
    SWITCH(connector_one_page, "CC-02", kAll,
           "configure-connector that needs more memory fails"),
    SWITCH(drc_info_ends_search, "22, CPU-32", kSince61,
           "the search of ibm,drc-info ends at the first record of another type"),
    SWITCH(associativity_update_ignored, "29", kSince412,
           "a new associativity array that cannot be written counts as written"),
    SWITCH(undo_leaves_drc_owned, "8", "6.12",
           "an LMB that cannot be added back stays owned, and nobody uses it"),
    SWITCH(reserved_removable, "MEM-03", kBefore61,
           "LMBs that firmware reserved count as removable until they are tried"),
    SWITCH(drconf_writes, "section 4", kBefore61,
           "a write of ibm,dynamic-memory adds or removes the LMB whose flags changed"),
    SWITCH(no_unisolate_hint, "section 4", kBefore61,
           "firmware is not told that a removal failed"),
    SWITCH(no_drc_info, "section 4, DRC-07", kBefore61,
           "neither ibm,drc-info nor ibm,dynamic-memory-v2 is asked for"),
    SWITCH(no_dlpar_file, "section 4", "2.6.33",
           "/sys/kernel/dlpar is not there"),
    SWITCH(no_mobility_files, "section 4", "2.6.33",
           "/sys/kernel/mobility is not there"),
    SWITCH(no_hotplug_events, "section 4", "2.6.33",
           "hot-plug interrupts and reassignment events are not asked for"),
    SWITCH(dt_requests, "section 10", "6.12 fixed",
           "/sys/kernel/dlpar takes \"dt add\" and \"dt remove\""),
    SWITCH(stop_self_panics, "found by explore", kAll,
           "stop-self that firmware refuses once ends the partition"),
    SWITCH(release_undo_unconfigured, "found by explore", kAll,
           "a release that fails half way leaves its connector unisolated, not configured"),
    SWITCH(undo_not_repeated, "found by explore", kAll,
           "an undo that fails is not tried again, and leaves its DRC half way"),
};

#undef SWITCH

constexpr bool in_order() {
  for (std::size_t i = 0; i < kSwitches.size(); ++i) {
    if (static_cast<std::size_t>(kSwitches[i].id) != i) return false;
  }
  return kSwitches.size() <= Switches{}.size();
}
static_assert(in_order());

// Is `word` one of the words of `list`, which are parted by one blank?
constexpr bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

KernelLevel shipped(std::string_view name, const KernelConfig& config = {}) {
  KernelLevel level{std::string(name), {}, config};
  for (const SwitchInfo& row : kSwitches) {
    if (has_word(row.levels, name)) level.switches |= bit(row.id);
  }
  return level;
}

constexpr std::array kConfigFields{
    ConfigField{"lparcfg", &KernelConfig::lparcfg, "/proc/powerpc/lparcfg is there"},
    ConfigField{"memory_hotremove", &KernelConfig::memory_hotremove,
                "memory can be removed; without it that is EOPNOTSUPP"},
    ConfigField{"cpu_probe_release", &KernelConfig::cpu_probe_release,
                "the files cpu/probe and cpu/release are there"},
    ConfigField{"auto_online", &KernelConfig::auto_online,
                "memory added through sysfs comes online by itself"},
};

}  // namespace

std::span<const SwitchInfo> switches() { return kSwitches; }
std::span<const ConfigField> config_fields() { return kConfigFields; }

const SwitchInfo* find_switch(std::string_view name) {
  const auto found = std::find_if(kSwitches.begin(), kSwitches.end(),
                                  [&](const SwitchInfo& row) { return row.name == name; });
  return found == kSwitches.end() ? nullptr : found;
}

std::span<const KernelLevel> levels() {
  static const std::array kLevels{shipped("2.6.33", {.auto_online = false}), shipped("4.12"),
                                  shipped("6.1"), shipped("6.12"), shipped("fixed")};
  return kLevels;
}

const KernelLevel* find_level(std::string_view name) {
  for (const KernelLevel& level : levels()) {
    if (level.name == name) return &level;
  }
  return nullptr;
}

}  // namespace lparsim::kernel
