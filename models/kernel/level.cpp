#include "models/kernel/level.hpp"

#include <algorithm>
#include <array>

namespace lparsim::kernel {
namespace {

constexpr std::array kSwitches{
    SwitchInfo{Switch::cpu_add_frees_live_nodes, "cpu_add_frees_live_nodes", "1", "6.1 6.12",
               "no free logical ids: nodes are freed while they hang in the live tree (crash)"},
    SwitchInfo{Switch::cpu_add_keeps_caches, "cpu_add_keeps_caches", "2, CPU-03", "6.1 6.12",
               "online error after an add: the new cache nodes stay in the tree"},
    SwitchInfo{Switch::cpu_detach_while_online, "cpu_detach_while_online", "3, CPU-01", "2.6.33 4.12 6.1 6.12",
               "detach of a node whose thread could not go offline again is a BUG"},
    SwitchInfo{Switch::cpu_offline_no_rollback, "cpu_offline_no_rollback", "4", "2.6.33 4.12 6.1 6.12",
               "one thread refuses: the threads before it stay offline"},
    SwitchInfo{Switch::cpu_remove_leaks_nodes, "cpu_remove_leaks_nodes", "5", "6.1",
               "detached CPU and cache nodes keep the reference of their creator"},
    SwitchInfo{Switch::cpu_remove_late_changeset, "cpu_remove_late_changeset", "20, CPU-33", "6.1 6.12",
               "the changeset is allocated after the DRC was released"},
    SwitchInfo{Switch::cpu_die_waits_forever, "cpu_die_waits_forever", "17", "6.1 6.12",
               "no end to the wait for a dying CPU"},
    SwitchInfo{Switch::release_result_ignored, "release_result_ignored", "6, MEM-02", "4.12 6.1 6.12",
               "memory remove: a DRC that firmware does not take back counts as released"},
    SwitchInfo{Switch::rewrite_failure_keeps_lmbs, "rewrite_failure_keeps_lmbs", "7", "4.12 6.1 6.12",
               "no memory for the new property: the request fails after it was done"},
    SwitchInfo{Switch::add_helper_releases, "add_helper_releases", "8, MEM-01, MEM-08", "4.12 6.1",
               "the add-LMB helper releases the DRC when configure-connector fails"},
    SwitchInfo{Switch::undo_leaves_property_stale, "undo_leaves_property_stale", "9", "4.12 6.1 6.12",
               "after a failed request the property is not rewritten from the table"},
    SwitchInfo{Switch::add_count_takes_reserved, "add_count_takes_reserved", "10", "4.12 6.1 6.12",
               "add by count also tries LMBs that firmware reserved"},
    SwitchInfo{Switch::indexed_count_sign, "indexed_count_sign", "11", "4.12 6.1 6.12",
               "a count of 2^31 or more is an empty range and succeeds"},
    SwitchInfo{Switch::v2_merges_gaps, "v2_merges_gaps", "14", "6.1 6.12",
               "the v2 writer joins runs without looking at addresses and DRC indexes"},
    SwitchInfo{Switch::connector_trusts_order, "connector_trusts_order", "18, CC-04, CC-05", "2.6.33 4.12 6.1 6.12",
               "a property or sibling before the first child is a bad access"},
    SwitchInfo{Switch::stale_event_runs, "stale_event_runs", "12", "4.12 6.1 6.12",
               "the status of check-exception is not looked at"},
    SwitchInfo{Switch::event_lost_on_oom, "event_lost_on_oom", "16, EVT-02", "4.12 6.1 6.12",
               "a hot-plug event is dropped when no work item can be allocated"},
    SwitchInfo{Switch::coarse_errno, "coarse_errno", "28, IND-03", "2.6.33 4.12 6.1 6.12",
               "-1 reaches the user as EPERM, EBUSY and acquire errors as EINVAL"},
    SwitchInfo{Switch::node_remove_leaks, "node_remove_leaks", "5", "2.6.33 4.12 6.1 6.12",
               "a node removed through ofdt keeps the reference of its creator"},
    SwitchInfo{Switch::ofdt_unknown_parent, "ofdt_unknown_parent", "15", "2.6.33 4.12 6.1 6.12",
               "add_node below a path that does not exist is a bad access"},
    SwitchInfo{Switch::ofdt_add_ignores_result, "ofdt_add_ignores_result", "25", "2.6.33 4.12 6.1 6.12",
               "add_property of a property that exists succeeds and loses it"},
    SwitchInfo{Switch::ofdt_reference_leak, "ofdt_reference_leak", "25", "2.6.33 4.12 6.1 6.12",
               "property commands keep a reference on their node"},
    SwitchInfo{Switch::slot_add_no_undo, "slot_add_no_undo", "21", "2.6.33 4.12 6.1 6.12",
               "bus and devices stay when the hot-plug slots cannot be registered"},
    SwitchInfo{Switch::slot_name_length, "slot_name_length", "21", "2.6.33 4.12 6.1 6.12",
               "a name of 64 bytes and more: the write returns 0"},
    SwitchInfo{Switch::slot_message_always, "slot_message_always", "21", "2.6.33 4.12 6.1 6.12",
               "\"slot added\" and \"slot removed\" are logged after a failure too"},
    SwitchInfo{Switch::slot_dropped_before_check, "slot_dropped_before_check", "21", "2.6.33 4.12 6.1 6.12",
               "PHB remove takes a hot-plug slot away before it sees that the bus is busy"},
    SwitchInfo{Switch::slot_remove_leaves_slots, "slot_remove_leaves_slots", "21", "2.6.33 4.12 6.1 6.12",
               "of several hot-plug slots of a node, remove takes only the last one away"},
    SwitchInfo{Switch::unmap_failure_succeeds, "unmap_failure_succeeds", "21", "2.6.33 4.12 6.1 6.12",
               "a PHB whose I/O space cannot be unmapped counts as removed"},
    SwitchInfo{Switch::drc_lookup_unchecked, "drc_lookup_unchecked", "22", "2.6.33 4.12 6.1 6.12",
               "an index that no table announces has an empty name; increments do not count"},
    SwitchInfo{Switch::drc_info_first_slot, "drc_info_first_slot", "22", "6.1 6.12",
               "only the first connector of ibm,drc-info becomes a hot-plug slot"},
    SwitchInfo{Switch::power_level_delay_fails, "power_level_delay_fails", "23", "2.6.33 4.12 6.1 6.12",
               "an extended delay of get-power-level is an error"},
    SwitchInfo{Switch::prod_failure_ignored, "prod_failure_ignored", "8 (as read)", "4.12 6.1 6.12",
               "a joined CPU that could not be prodded after a migration sleeps for ever"},
    SwitchInfo{Switch::update_keeps_drc_word, "update_keeps_drc_word", "13", "4.12 6.1 6.12",
               "an added node without a known parent: its DRC index is read as a list of its own"},
    SwitchInfo{Switch::update_adds_root_only, "update_adds_root_only", "27", "4.12 6.1 6.12",
               "of what configure-connector returns for an added node only the first is attached"},
    SwitchInfo{Switch::update_trusts_firmware, "update_trusts_firmware", "27 (as read)", "4.12 6.1 6.12",
               "lists and values beyond the work area are a bad access"},
    SwitchInfo{Switch::update_part_leaks, "update_part_leaks", "27", "4.12 6.1 6.12",
               "the first part of a value whose rest never comes is not freed"},
    SwitchInfo{Switch::update_busy_ends, "update_busy_ends", "27", "4.12 6.1 6.12",
               "update-nodes and update-properties are not repeated when they are busy"},
    SwitchInfo{Switch::update_node_error_lost, "update_node_error_lost", "27", "4.12 6.1 6.12",
               "nobody learns that an update of one node failed"},
    SwitchInfo{Switch::tree_update_error_lost, "tree_update_error_lost", "27", "4.12 6.1 6.12",
               "a migration succeeds although the tree could not be updated"},
    SwitchInfo{Switch::prrn_updates_tree, "prrn_updates_tree", "10 (PRRN dropped in 5.10)", "4.12",
               "a resource reassignment updates the tree at once"},
    SwitchInfo{Switch::memory_node_steps, "memory_node_steps", "24", "4.12 6.1 6.12",
               "a memory@ node is removed in steps of 16 MiB, online or not: a BUG in most cases"},
    SwitchInfo{Switch::memory_node_wrong_range, "memory_node_wrong_range", "24", "4.12 6.1 6.12",
               "a memory@ node that goes takes the range behind it along"},
    SwitchInfo{Switch::dt_needs_drc_info, "dt_needs_drc_info", "section 10", "6.12",
               "\"dt add\" is EIO where firmware lists connectors without ibm,drc-info"},
    SwitchInfo{Switch::pmem_used_after_put, "pmem_used_after_put", "26", "6.1 6.12",
               "persistent memory whose DRC is not released: its node is used after it was put"},
    SwitchInfo{Switch::pmem_remove_leaks, "pmem_remove_leaks", "26", "6.1 6.12",
               "the node of removed persistent memory keeps a reference"},
    SwitchInfo{Switch::cpu_attach_error_lost, "cpu_attach_error_lost", "6", "2.6.33 4.12",
               "a CPU that finds no logical id counts as added: it is in the tree and nowhere else"},
    SwitchInfo{Switch::cpu_caches_dropped, "cpu_caches_dropped", "CPU-04", "2.6.33 4.12",
               "cache nodes are dropped on add and left over on remove"},
    SwitchInfo{Switch::cpu_count_requests, "cpu_count_requests", "section 4, CPU-06", "4.12",
               "CPUs are also added and removed by count, the last one kept"},
    SwitchInfo{Switch::cpu_die_gives_up, "cpu_die_gives_up", "CPU-02", "2.6.33 4.12",
               "after 25 polls a dying CPU counts as dead"},
    SwitchInfo{Switch::probe_configures_first, "probe_configures_first", "section 4", "2.6.33",
               "CPU probe configures the connector before it acquires it and undoes nothing"},
    SwitchInfo{Switch::connector_impatient, "connector_impatient", "CC-01", "2.6.33 4.12",
               "configure-connector: -2 is repeated at once, an extended delay is an error"},
    SwitchInfo{Switch::connector_abandons, "connector_abandons", "19", "2.6.33 4.12 6.1 6.12",
               "configure-connector ends in the middle when memory is short: firmware is left there"},
    SwitchInfo{Switch::connector_one_page, "connector_one_page", "CC-02", "2.6.33 4.12 6.1 6.12",
               "configure-connector that needs more memory fails"},
    SwitchInfo{Switch::drc_info_ends_search, "drc_info_ends_search", "22, CPU-32", "6.1 6.12",
               "the search of ibm,drc-info ends at the first record of another type"},
    SwitchInfo{Switch::associativity_update_ignored, "associativity_update_ignored", "29", "4.12 6.1 6.12",
               "a new associativity array that cannot be written counts as written"},
    SwitchInfo{Switch::undo_leaves_drc_owned, "undo_leaves_drc_owned", "8", "6.12",
               "an LMB that cannot be added back stays owned, and nobody uses it"},
    SwitchInfo{Switch::reserved_removable, "reserved_removable", "MEM-03", "2.6.33 4.12",
               "LMBs that firmware reserved count as removable until they are tried"},
    SwitchInfo{Switch::drconf_writes, "drconf_writes", "section 4", "2.6.33 4.12",
               "a write of ibm,dynamic-memory adds or removes the LMB whose flags changed"},
    SwitchInfo{Switch::no_unisolate_hint, "no_unisolate_hint", "section 4", "2.6.33 4.12",
               "firmware is not told that a removal failed"},
    SwitchInfo{Switch::no_drc_info, "no_drc_info", "section 4, DRC-07", "2.6.33 4.12",
               "neither ibm,drc-info nor ibm,dynamic-memory-v2 is asked for"},
    SwitchInfo{Switch::no_dlpar_file, "no_dlpar_file", "section 4", "2.6.33",
               "/sys/kernel/dlpar is not there"},
    SwitchInfo{Switch::no_mobility_files, "no_mobility_files", "section 4", "2.6.33",
               "/sys/kernel/mobility is not there"},
    SwitchInfo{Switch::no_hotplug_events, "no_hotplug_events", "section 4", "2.6.33",
               "hot-plug interrupts and reassignment events are not asked for"},
    SwitchInfo{Switch::dt_requests, "dt_requests", "section 10", "6.12 fixed",
               "/sys/kernel/dlpar takes \"dt add\" and \"dt remove\""},
};

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

KernelLevel shipped(std::string_view name) {
  KernelLevel level{std::string(name)};
  for (const SwitchInfo& row : kSwitches) {
    if (has_word(row.levels, name)) level.switches |= bit(row.id);
  }
  return level;
}

constexpr std::array kConfigFields{
    ConfigField{"lparcfg", &KernelConfig::lparcfg, "/proc/powerpc/lparcfg is there"},
    ConfigField{"memory_hotremove", &KernelConfig::memory_hotremove,
                "memory can be removed; without it that is EOPNOTSUPP"},
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
  static const std::array kLevels{shipped("2.6.33"), shipped("4.12"), shipped("6.1"),
                                  shipped("6.12"), shipped("fixed")};
  return kLevels;
}

const KernelLevel* find_level(std::string_view name) {
  for (const KernelLevel& level : levels()) {
    if (level.name == name) return &level;
  }
  return nullptr;
}

}  // namespace lparsim::kernel
