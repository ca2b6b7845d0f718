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
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kSwitches.size(); ++i) {
    if (static_cast<std::size_t>(kSwitches[i].id) != i) return false;
  }
  return kSwitches.size() <= 32;
}
static_assert(in_order());

constexpr std::uint32_t switches_of(std::string_view level) {
  std::uint32_t set = 0;
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
