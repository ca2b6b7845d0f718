#include "models/kernel/level.hpp"

#include <array>

#include "models/kernel/linux.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::array kSwitches{
    SwitchInfo{Switch::cpu_add_frees_live_nodes, "cpu_add_frees_live_nodes", "1", "6.1",
               "no free logical ids: nodes are freed while they hang in the live tree (crash)"},
    SwitchInfo{Switch::cpu_add_keeps_caches, "cpu_add_keeps_caches", "2, CPU-03", "6.1",
               "online error after an add: the new cache nodes stay in the tree"},
    SwitchInfo{Switch::cpu_detach_while_online, "cpu_detach_while_online", "3, CPU-01", "6.1",
               "detach of a node whose thread could not go offline again is a BUG"},
    SwitchInfo{Switch::cpu_offline_no_rollback, "cpu_offline_no_rollback", "4", "6.1",
               "one thread refuses: the threads before it stay offline"},
    SwitchInfo{Switch::cpu_remove_leaks_nodes, "cpu_remove_leaks_nodes", "5", "6.1",
               "detached CPU and cache nodes keep the reference of their creator"},
    SwitchInfo{Switch::cpu_remove_late_changeset, "cpu_remove_late_changeset", "20, CPU-33", "6.1",
               "the changeset is allocated after the DRC was released"},
    SwitchInfo{Switch::cpu_die_waits_forever, "cpu_die_waits_forever", "17", "6.1",
               "no end to the wait for a dying CPU"},
    SwitchInfo{Switch::release_result_ignored, "release_result_ignored", "6, MEM-02", "6.1",
               "memory remove: a DRC that firmware does not take back counts as released"},
    SwitchInfo{Switch::rewrite_failure_keeps_lmbs, "rewrite_failure_keeps_lmbs", "7", "6.1",
               "no memory for the new property: the request fails after it was done"},
    SwitchInfo{Switch::add_helper_releases, "add_helper_releases", "8, MEM-01, MEM-08", "6.1",
               "the add-LMB helper releases the DRC when configure-connector fails"},
    SwitchInfo{Switch::undo_leaves_property_stale, "undo_leaves_property_stale", "9", "6.1",
               "after a failed request the property is not rewritten from the table"},
    SwitchInfo{Switch::add_count_takes_reserved, "add_count_takes_reserved", "10", "6.1",
               "add by count also tries LMBs that firmware reserved"},
    SwitchInfo{Switch::indexed_count_sign, "indexed_count_sign", "11", "6.1",
               "a count of 2^31 or more is an empty range and succeeds"},
    SwitchInfo{Switch::v2_merges_gaps, "v2_merges_gaps", "14", "6.1",
               "the v2 writer joins runs without looking at addresses and DRC indexes"},
    SwitchInfo{Switch::connector_trusts_order, "connector_trusts_order", "18, CC-04, CC-05", "6.1",
               "a property or sibling before the first child is a bad access"},
    SwitchInfo{Switch::stale_event_runs, "stale_event_runs", "12", "6.1",
               "the status of check-exception is not looked at"},
    SwitchInfo{Switch::event_lost_on_oom, "event_lost_on_oom", "16, EVT-02", "6.1",
               "a hot-plug event is dropped when no work item can be allocated"},
    SwitchInfo{Switch::coarse_errno, "coarse_errno", "28, IND-03", "6.1",
               "-1 reaches the user as EPERM, EBUSY and acquire errors as EINVAL"},
    SwitchInfo{Switch::node_remove_leaks, "node_remove_leaks", "5", "6.1",
               "a node removed through ofdt keeps the reference of its creator"},
    SwitchInfo{Switch::ofdt_unknown_parent, "ofdt_unknown_parent", "15", "6.1",
               "add_node below a path that does not exist is a bad access"},
    SwitchInfo{Switch::ofdt_add_ignores_result, "ofdt_add_ignores_result", "25", "6.1",
               "add_property of a property that exists succeeds and loses it"},
    SwitchInfo{Switch::ofdt_reference_leak, "ofdt_reference_leak", "25", "6.1",
               "property commands keep a reference on their node"},
    SwitchInfo{Switch::slot_add_no_undo, "slot_add_no_undo", "21", "6.1",
               "bus and devices stay when the hot-plug slots cannot be registered"},
    SwitchInfo{Switch::slot_name_length, "slot_name_length", "21", "6.1",
               "a name of 64 bytes and more: the write returns 0"},
    SwitchInfo{Switch::slot_message_always, "slot_message_always", "21", "6.1",
               "\"slot added\" and \"slot removed\" are logged after a failure too"},
    SwitchInfo{Switch::slot_dropped_before_check, "slot_dropped_before_check", "21", "6.1",
               "PHB remove takes a hot-plug slot away before it sees that the bus is busy"},
    SwitchInfo{Switch::slot_remove_leaves_slots, "slot_remove_leaves_slots", "21", "6.1",
               "of several hot-plug slots of a node, remove takes only the last one away"},
    SwitchInfo{Switch::unmap_failure_succeeds, "unmap_failure_succeeds", "21", "6.1",
               "a PHB whose I/O space cannot be unmapped counts as removed"},
    SwitchInfo{Switch::drc_lookup_unchecked, "drc_lookup_unchecked", "22", "6.1",
               "an index that no table announces has an empty name; increments do not count"},
    SwitchInfo{Switch::drc_info_first_slot, "drc_info_first_slot", "22", "6.1",
               "only the first connector of ibm,drc-info becomes a hot-plug slot"},
    SwitchInfo{Switch::power_level_delay_fails, "power_level_delay_fails", "23", "6.1",
               "an extended delay of get-power-level is an error"},
    SwitchInfo{Switch::prod_failure_ignored, "prod_failure_ignored", "8 (as read)", "6.1",
               "a joined CPU that could not be prodded after a migration sleeps for ever"},
    SwitchInfo{Switch::update_keeps_drc_word, "update_keeps_drc_word", "13", "6.1",
               "an added node without a known parent: its DRC index is read as a list of its own"},
    SwitchInfo{Switch::update_adds_root_only, "update_adds_root_only", "27", "6.1",
               "of what configure-connector returns for an added node only the first is attached"},
    SwitchInfo{Switch::update_trusts_firmware, "update_trusts_firmware", "27 (as read)", "6.1",
               "lists and values beyond the work area are a bad access"},
    SwitchInfo{Switch::update_part_leaks, "update_part_leaks", "27", "6.1",
               "the first part of a value whose rest never comes is not freed"},
    SwitchInfo{Switch::update_busy_ends, "update_busy_ends", "27", "6.1",
               "update-nodes and update-properties are not repeated when they are busy"},
    SwitchInfo{Switch::update_node_error_lost, "update_node_error_lost", "27", "6.1",
               "nobody learns that an update of one node failed"},
    SwitchInfo{Switch::tree_update_error_lost, "tree_update_error_lost", "27", "6.1",
               "a migration succeeds although the tree could not be updated"},
    SwitchInfo{Switch::prrn_updates_tree, "prrn_updates_tree", "10 (PRRN dropped in 5.10)", "4.12",
               "a resource reassignment updates the tree at once"},
    SwitchInfo{Switch::memory_node_steps, "memory_node_steps", "24", "6.1",
               "a memory@ node is removed in steps of 16 MiB, online or not: a BUG in most cases"},
    SwitchInfo{Switch::memory_node_wrong_range, "memory_node_wrong_range", "24", "6.1",
               "a memory@ node that goes takes the range behind it along"},
    SwitchInfo{Switch::dt_needs_drc_info, "dt_needs_drc_info", "section 10", "6.12",
               "\"dt add\" is EIO where firmware lists connectors without ibm,drc-info"},
    SwitchInfo{Switch::pmem_used_after_put, "pmem_used_after_put", "26", "6.1",
               "persistent memory whose DRC is not released: its node is used after it was put"},
    SwitchInfo{Switch::pmem_remove_leaks, "pmem_remove_leaks", "26", "6.1",
               "the node of removed persistent memory keeps a reference"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kSwitches.size(); ++i) {
    if (static_cast<std::size_t>(kSwitches[i].id) != i) return false;
  }
  return kSwitches.size() <= 64;
}
static_assert(in_order());

constexpr std::uint64_t switches_of(std::string_view level) {
  std::uint64_t set = 0;
  for (const SwitchInfo& row : kSwitches) {
    if (row.levels == level) set |= bit(row.id);   // a list once there are more levels
  }
  return set;
}

constexpr std::array kLevels{
    KernelLevel{"6.1", switches_of("6.1"), true},
    KernelLevel{"fixed", switches_of("fixed"), true},
};

}  // namespace

std::span<const SwitchInfo> switches() { return kSwitches; }

const KernelLevel* find_level(std::string_view name) {
  for (const KernelLevel& level : kLevels) {
    if (level.name == name) return &level;
  }
  return nullptr;
}

}  // namespace lparsim::kernel
