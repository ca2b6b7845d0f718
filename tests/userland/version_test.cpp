// Each switch of a level of powerpc-utils, alone: `fixed` with it and without it, and two outcomes.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "models/userland/shell.hpp"
#include "tests/userland/slot_partition.hpp"

namespace lparsim::userland::testing {
namespace {

const std::string kMemoryNode = "/proc/device-tree/ibm,dynamic-reconfiguration-memory";

// What is to be seen of a command: status, streams, calls, what was written, and the time.
using Prepare = void (*)(SlotPartition&);
struct Case {
  Prepare prepare;
  const char* command;
};

void nothing(SlotPartition&) {}

void two_paths(SlotPartition& machine) {
  machine.add_node("/pci@0/ethernet@2", kC2, "C2");
  machine.partition.set_cells("/proc/device-tree/pci@0/ethernet@1/ibm,multipath-partner-drc",
                              {kC2});
}

void refused_add(SlotPartition& machine) {
  machine.sensors[kLogicalSlot] = 2;
  machine.sensors[0x31010001] = 0;
  machine.refuse("/sys/bus/pci/slots/control/add_slot", EIO);
}

void memory_of_two_gib(SlotPartition& machine) {
  machine.partition.set("/proc/ppc64/lparcfg", "entitled_memory=2147483392\n");
}

// Four LMBs, of which the kernel gives up none.
void kept_memory(SlotPartition& machine) {
  machine.partition.set_hex(kMemoryNode + "/ibm,dynamic-memory-v2",
                            "0000000300000004000000000000000000000000ffffffff000000a0"
                            "00000004000000004000000080000004000000000000000800000008"
                            "000000008000000080000008ffffffff00000000");
  machine.refuse("/sys/kernel/dlpar", EBUSY);
}

void lmb_of_4_gib(SlotPartition& machine) {
  machine.partition.set_hex(kMemoryNode + "/ibm,lmb-size", "0000000100000000");
}

void caches(SlotPartition& machine) {
  machine.partition.set("/proc/device-tree/ibm,lpar-capable", "");
  machine.partition.set_cells("/proc/device-tree/cpus/l2-cache@1/ibm,phandle", {0x77});
  machine.partition.set_cells("/proc/device-tree/cpus/l2-cache@1/l2-cache", {0x78});
  machine.partition.set_cells("/proc/device-tree/cpus/l3-cache@2/ibm,phandle", {0x78});
  machine.partition.set_cells("/proc/device-tree/cpus/PowerPC,POWER9@0/l2-cache", {0x77});
}

// CPUs 1, 0 and 3 on threads 0, 1 and 2, and a kernel that removes them.
// One core of two threads and a kernel that takes the number of threads.
void smt_control(SlotPartition& machine) {
  FakePartition& partition = machine.partition;
  partition.set_cells("/proc/device-tree/cpus/PowerPC,POWER9@0/ibm,ppc-interrupt-server#s", {0, 1});
  const char* control = "/sys/devices/system/cpu/smt/control";
  partition.set(control, "on\n");
  partition.on_write(control, [&](const std::string& text) -> std::int64_t {
    machine.writes.push_back("smt/control " + text);
    return std::int64_t(text.size());
  });
}

// The first logical CPU is free: the core of the tree has the second one.
void missing_core(SlotPartition& machine) {
  machine.partition.set_cells(
      "/proc/device-tree/cpus/PowerPC,POWER9@0/ibm,ppc-interrupt-server#s", {0});
  set_thread(machine.partition, 0, -1, false);
  set_thread(machine.partition, 1, 0, true);
}

void three_cpus(SlotPartition& machine) {
  FakePartition& partition = machine.partition;
  for (const std::uint32_t core : {1U, 3U}) add_cpu_node(partition, core);
  set_thread(partition, 0, 1, true);
  set_thread(partition, 1, 0, true);
  set_thread(partition, 2, 3, true);
  partition.on_write("/sys/kernel/dlpar", [&](const std::string& text) -> std::int64_t {
    machine.writes.push_back(text);
    const auto core = static_cast<std::uint32_t>(text.back() - '0');
    const std::string node = "/proc/device-tree/cpus/PowerPC,POWER9@" + std::to_string(core);
    FileStat stat;
    if (partition.stat(node, stat) != 0) return -EINVAL;
    partition.remove_tree(node);
    set_thread(partition, core == 3 ? 2 : 1 - core, -1, false);
    return std::int64_t(text.size());
  });
}

void held_lock(SlotPartition& machine) {
  machine.partition.locks["/var/lock/dr_config_lock"] = 7;
}

const std::map<Switch, Case> kCases{
    {Switch::kernel_updates_tree,
     {[](SlotPartition& machine) {
        machine.sensors[kLogicalSlot] = 2;
        machine.partition.set("/sys/kernel/dlpar", "memory,cpu,dt\n");
      },
      "drmgr -c slot -a -s P1-C1 -d 4"}},
    {Switch::partner_devices, {two_paths, "drmgr -c pci -r -s C1 -n"}},
    {Switch::prompts_name_slot, {nothing, "drmgr -c pci -i -s C1"}},
    {Switch::hooks,
     {[](SlotPartition& machine) {
        machine.partition.set("/proc/device-tree/ibm,migratable-partition", "");
        machine.partition.set("/etc/drmgr.d/pmig/10-no", "#!/bin/sh\nfalse\n");
      },
      "drmgr -m -c pmig -p check -s 0x1"}},
    {Switch::smt_by_control, {smt_control, "ppc64_cpu --smt=2"}},
    {Switch::info_by_physical_id, {missing_core, "ppc64_cpu --info"}},
    {Switch::slot_index_passed_over, {nothing, "drmgr -c slot -Q -s 0x30000002"}},
    {Switch::slot_refusal_unnoticed,
     {[](SlotPartition& machine) {
        machine.refuse("/sys/bus/pci/slots/control/remove_slot", EIO);
      },
      "drmgr -c slot -r -s V1-C2"}},
    {Switch::slot_add_failure_forgotten, {refused_add, "drmgr -c slot -a -s P1-C1"}},
    {Switch::display_bridge_succeeds,
     {[](SlotPartition& machine) {
        machine.set_connectors("/pci@0", {kC1}, {"C1"}, {"display"});
      },
      "drmgr -c phb -r -s \"PHB 0\""}},
    {Switch::unknown_card_slot_crashes,
     {[](SlotPartition& machine) {
        machine.set_connectors("/pci@2", {kLogicalSlot}, {"P1-C1"}, {"odd"});
      },
      "drmgr -c phb -r -s \"PHB 2\""}},
    {Switch::sense_failure_ignored,
     {[](SlotPartition& machine) { machine.sensors[kC2] = -1; }, "drmgr -c pci -a -s C2 -n"}},
    {Switch::replace_success_fails, {nothing, "drmgr -c pci -R -s C1 -n"}},
    {Switch::replace_again_crashes,
     {[](SlotPartition& machine) {
        machine.partition.set("/sys/bus/pci/slots/C1/adapter", "2\n");
        machine.partition.on_write("/sys/bus/pci/slots/C1/power", [&](const std::string&) {
          machine.partition.set("/sys/bus/pci/slots/C1/adapter", "1\n");
          return std::int64_t{1};
        });
      },
      "drmgr -c pci -R -s C1 -n"}},
    {Switch::type_by_prefix, {nothing, "drmgr -c slots -Q -s V1-C2"}},
    {Switch::migration_settles,
     {[](SlotPartition& machine) {
        machine.partition.set("/proc/device-tree/ibm,migratable-partition", "");
        machine.partition.set("/sys/kernel/mobility/api_version", "1\n");
        machine.partition.set("/sys/kernel/mobility/migration", "");
      },
      "drmgr -m -c pmig -p pre -s 0x1"}},
    {Switch::lmb_size_32_bits, {lmb_of_4_gib, "lsslot -c mem"}},
    {Switch::lsslot_decimal_addresses, {kept_memory, "lsslot -c mem"}},
    {Switch::lsslot_uneven_columns, {caches, "lsslot -c cpu"}},
    {Switch::lsslot_l3_not_found, {caches, "lsslot -c cpu -b"}},
    {Switch::cpu_count_unsigned, {three_cpus, "drmgr -c cpu -r -q -1"}},
    {Switch::cpu_picked_again, {three_cpus, "drmgr -c cpu -r -q 2"}},
    {Switch::last_cpu_miscounted, {three_cpus, "drmgr -c cpu -r -q 3"}},
    {Switch::unnamed_lmb_counts, {kept_memory, "drmgr -c mem -a -s 80000004"}},
    {Switch::partial_removal_succeeds, {kept_memory, "drmgr -c mem -r -q 2"}},
    {Switch::entitlement_32_bits,
     {memory_of_two_gib, "drmgr -c mem -a -p ent_capacity -q 1024 -d 4"}},
    {Switch::lock_never_waits, {held_lock, "drmgr -c slot -Q -s V1-C2 -w 1"}},
    {Switch::prrn_name_not_index,
     {[](SlotPartition& machine) {
        kept_memory(machine);
        machine.partition.set("/tmp/prrn", "mem 80000004\n");
      },
      "drmgr -P /tmp/prrn"}},
    {Switch::accelerator_reversed, {nothing, "drmgr -c acc -t gzip -q 1"}},
};

Version alone(Switch s, bool there) {
  Version version = *find_version("fixed");
  version.name = "alone";
  version.switches = there ? version.switches | bit(s) : version.switches & ~bit(s);
  return version;
}

std::string outcome(Switch s, bool there) {
  const Case& shown = kCases.at(s);
  SlotPartition machine;
  machine.partition.version = alone(s, there);
  shown.prepare(machine);
  FakeProcess process(machine.partition);
  std::string out = "status " + std::to_string(run_shell(process, shown.command)) + "\n";
  out += process.output + process.error;
  for (const std::string& call : machine.calls) out += call + "\n";
  for (const std::string& write : machine.writes) out += write + "\n";
  const auto time = process.time.time_since_epoch();
  return out + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

TEST(Versions, EverySwitchAloneDecidesSomething) {
  for (const SwitchInfo& row : switches()) {
    SCOPED_TRACE(std::string(row.name));
    ASSERT_TRUE(kCases.contains(row.id)) << "nothing shows what this switch changes";
    const std::string with = outcome(row.id, true), without = outcome(row.id, false);
    EXPECT_NE(with, without);
    EXPECT_EQ(with, outcome(row.id, true));
  }
}

TEST(Versions, TheDefectsAreSeenAndTheFixedLevelIsRight) {
  EXPECT_TRUE(outcome(Switch::replace_success_fails, true).starts_with("status 1\n"));
  EXPECT_TRUE(outcome(Switch::replace_success_fails, false).starts_with("status 0\n"));
  EXPECT_TRUE(outcome(Switch::slot_refusal_unnoticed, true).starts_with("status 0\n"));
  EXPECT_TRUE(outcome(Switch::slot_refusal_unnoticed, false).starts_with("status 255\n"));
  EXPECT_TRUE(outcome(Switch::display_bridge_succeeds, true).starts_with("status 0\n"));
  EXPECT_TRUE(outcome(Switch::display_bridge_succeeds, false).starts_with("status 255\n"));
  EXPECT_TRUE(outcome(Switch::slot_add_failure_forgotten, true).starts_with("status 0\n"));
  EXPECT_TRUE(outcome(Switch::slot_add_failure_forgotten, false).starts_with("status 255\n"));
  EXPECT_TRUE(outcome(Switch::partial_removal_succeeds, true).starts_with("status 0\n"));
  EXPECT_TRUE(outcome(Switch::partial_removal_succeeds, false).starts_with("status 255\n"));
  EXPECT_NE(outcome(Switch::entitlement_32_bits, true).find("to -2147482880"), std::string::npos);
  EXPECT_NE(outcome(Switch::entitlement_32_bits, false).find("to 2147484416"), std::string::npos);
  EXPECT_NE(outcome(Switch::kernel_updates_tree, true).find("dt add index 0x21010001"),
            std::string::npos);
  EXPECT_NE(outcome(Switch::kernel_updates_tree, false).find("add_node /pci@2/pci@1"),
            std::string::npos);
}

TEST(Versions, AreDocumented) {
  std::ifstream file(std::string(LPARSIM_SOURCE_DIR) + "/docs/userland-levels.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const SwitchInfo& row : switches()) {
    const std::string line = "| " + std::string(row.name) + " | " + std::string(row.versions) +
                             " | " + std::string(row.source) + " | " + std::string(row.effect) +
                             " |\n";
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

TEST(Versions, RowsAreInOrderAndNameLevels) {
  std::size_t i = 0;
  for (const SwitchInfo& row : switches()) {
    EXPECT_EQ(static_cast<std::size_t>(row.id), i++) << row.name;
    bool somewhere = false;
    for (const Version& version : versions()) somewhere = somewhere || version.has(row.id);
    EXPECT_TRUE(somewhere) << row.name;
  }
  EXPECT_EQ(default_version().name, "1.3.10");
  EXPECT_EQ(find_version("1.3.11"), nullptr);
  // `fixed` has what the newest level can do and no defect.
  std::uint64_t abilities = 0;
  for (const Switch can : {Switch::kernel_updates_tree, Switch::partner_devices,
                           Switch::prompts_name_slot, Switch::hooks, Switch::smt_by_control,
                           Switch::info_by_physical_id}) {
    abilities |= bit(can);
  }
  EXPECT_EQ(find_version("fixed")->switches, abilities);
}

}  // namespace
}  // namespace lparsim::userland::testing
