#include "models/userland/version.hpp"

#include <algorithm>
#include <array>

namespace lparsim::userland {
namespace {

constexpr std::string_view kOld = "1.3.10", kNew = "1.3.13", kFixed = "fixed";
constexpr std::string_view kBoth = "1.3.10 1.3.13", kAbilities = "1.3.13 fixed";

constexpr std::array kSwitches{
    SwitchInfo{Switch::kernel_updates_tree, "kernel_updates_tree", "3", kAbilities,
               "nodes of slots, cards and host bridges come and go by dt add and dt remove"},
    SwitchInfo{Switch::partner_devices, "partner_devices", "2.4", kAbilities,
               "a card with two paths is added, removed and replaced on both"},
    SwitchInfo{Switch::prompts_name_slot, "prompts_name_slot", "4", kAbilities,
               "what the user is asked names the slot"},
    SwitchInfo{Switch::hooks, "hooks", "5", kAbilities,
               "scripts in /etc/drmgr.d run before and after changes of CPUs and migrations"},
    SwitchInfo{Switch::smt_by_control, "smt_by_control",
               "ppc64_cpu: partial SMT level through smt/control", kAbilities,
               "ppc64_cpu --smt=X asks the kernel through smt/control first"},
    SwitchInfo{Switch::info_by_physical_id, "info_by_physical_id",
               "ppc64_cpu: info shows cores that are there", kAbilities,
               "ppc64_cpu --info passes over cores whose first thread has no hardware number"},
    SwitchInfo{Switch::slot_index_passed_over, "slot_index_passed_over", "4", kOld,
               "a slot or host bridge is not found by its own DRC index"},
    SwitchInfo{Switch::slot_refusal_unnoticed, "slot_refusal_unnoticed", "2.4", kBoth,
               "that the kernel refuses add_slot or remove_slot is not noticed: the result is "
               "looked at while the text stands in stdio's buffer"},
    SwitchInfo{Switch::slot_add_failure_forgotten, "slot_add_failure_forgotten", "7 (10)", kBoth,
               "slot -a succeeds after add_slot failed when the slot has hot-plug slots below"},
    SwitchInfo{Switch::display_bridge_succeeds, "display_bridge_succeeds", "7 (10)", kBoth,
               "phb -r of a bridge with a display adapter refuses and exits 0"},
    SwitchInfo{Switch::unknown_card_slot_crashes, "unknown_card_slot_crashes", "6 (6)", kBoth,
               "phb -r of a bridge with a slot that the hot-plug list lacks is a bad access"},
    SwitchInfo{Switch::sense_failure_ignored, "sense_failure_ignored", "4", kBoth,
               "pci -a goes on although the sensor failed"},
    SwitchInfo{Switch::replace_success_fails, "replace_success_fails", "7 (5)", kNew,
               "pci -R exits 1 when it has replaced the card"},
    SwitchInfo{Switch::replace_again_crashes, "replace_again_crashes", "4", kOld,
               "pci -R of a card that was not configured: the second removal fails, a bad access"},
    SwitchInfo{Switch::type_by_prefix, "type_by_prefix", "drmgr: introduce a DRC type name table",
               kOld, "-c counts by how it begins: \"cpus\" is cpu"},
    SwitchInfo{Switch::migration_settles, "migration_settles", "drmgr: introducing the LPM hooks",
               kOld, "5 s pass before a migration is asked for"},
    SwitchInfo{Switch::lmb_size_32_bits, "lmb_size_32_bits", "7, commit b1b9e76", kOld,
               "lsslot: an LMB of 4 GiB has the size 0"},
    SwitchInfo{Switch::lsslot_decimal_addresses, "lsslot_decimal_addresses", "4", kOld,
               "lsslot: addresses of LMBs are decimal"},
    SwitchInfo{Switch::lsslot_uneven_columns, "lsslot_uneven_columns", "4", kOld,
               "lsslot: columns of CPUs, with and without caches, have widths of their own"},
    SwitchInfo{Switch::lsslot_l3_not_found, "lsslot_l3_not_found", "7, commit 2f0bdb0", kOld,
               "lsslot: an L3 cache is looked for as the cache that names itself"},
    SwitchInfo{Switch::cpu_count_unsigned, "cpu_count_unsigned",
               "drmgr/cpu: add CPU add and remove operation's hooks", kOld,
               "cpu -q with a negative number is a very large one; later it is nothing to do"},
    SwitchInfo{Switch::cpu_picked_again, "cpu_picked_again", "7 (3)", kBoth,
               "cpu -r: a CPU that was just removed can be picked again"},
    SwitchInfo{Switch::last_cpu_miscounted, "last_cpu_miscounted", "7 (4)", kBoth,
               "cpu -r: removed CPUs count, so that the last one is not spared"},
    SwitchInfo{Switch::unnamed_lmb_counts, "unnamed_lmb_counts", "7, issue 60", kBoth,
               "mem -s with a name that is no 0x index means any one LMB"},
    SwitchInfo{Switch::partial_removal_succeeds, "partial_removal_succeeds", "7 (9)", kBoth,
               "mem -r by node exits 0 however few LMBs went"},
    SwitchInfo{Switch::entitlement_32_bits, "entitlement_32_bits", "7 (7)", kBoth,
               "an entitlement of 2 GiB and more is written as a negative number"},
    SwitchInfo{Switch::lock_never_waits, "lock_never_waits", "7 (8)", kBoth,
               "-w does not hold for the lock"},
    SwitchInfo{Switch::prrn_name_not_index, "prrn_name_not_index", "7 (6)", kBoth,
               "-P: an index is taken for a name, which no CPU has and which means any one LMB"},
    SwitchInfo{Switch::accelerator_reversed, "accelerator_reversed", "7 (2)", kBoth,
               "-c acc -t gzip is refused and anything else is taken"},
};

// Whether `name` is a word of `list`.
constexpr bool lists(std::string_view list, std::string_view name) {
  for (std::size_t at = list.find(name); at != std::string_view::npos;
       at = list.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) return true;
  }
  return false;
}

constexpr Version make(std::string_view name) {
  Version version{name, 0};
  for (const SwitchInfo& row : kSwitches) {
    if (lists(row.versions, name)) version.switches |= bit(row.id);
  }
  return version;
}

constexpr std::array kVersions{make(kOld), make(kNew), make(kFixed)};

}  // namespace

std::span<const SwitchInfo> switches() { return kSwitches; }
std::span<const Version> versions() { return kVersions; }
const Version& default_version() { return kVersions.front(); }

const Version* find_version(std::string_view name) {
  const auto at = std::find_if(kVersions.begin(), kVersions.end(),
                               [&](const Version& one) { return one.name == name; });
  return at == kVersions.end() ? nullptr : &*at;
}

}  // namespace lparsim::userland
