#include <gtest/gtest.h>

#include "tests/userland/fake_partition.hpp"

namespace lparsim::userland::testing {
namespace {

const std::string kMemory = "/proc/device-tree/ibm,dynamic-reconfiguration-memory";

TEST(Lsslot, CpusNeedAnLpar) {
  FakePartition partition = power9_partition();
  const Ran ran = run(partition, "lsslot -c cpu");
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.error, "\nThe system is not LPAR.\n\n");
}

TEST(Lsslot, ListsOwnedCpusInColumns) {
  FakePartition partition = power9_partition();
  partition.set("/proc/device-tree/ibm,lpar-capable", "");
  const Ran ran = run(partition, "lsslot -c cpu");
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.output,
            "drc-name   OFDT-node           drc_index    thread id(s) \n"
            "CPU 0      PowerPC,POWER9@0    10000000     0\n");
}

TEST(Lsslot, ShowsCachesOfEveryCpu) {
  FakePartition partition = power9_partition();
  partition.set("/proc/device-tree/ibm,lpar-capable", "");
  partition.set_cells("/proc/device-tree/cpus/l2-cache@1/ibm,phandle", {0x77});
  partition.set_cells("/proc/device-tree/cpus/PowerPC,POWER9@0/l2-cache", {0x77});
  const Ran ran = run(partition, "lsslot -c cpu -b");
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.output.find("CPU 0     PowerPC,POWER9@0  10000000   0                l2-cache@1"
                            "     N/A            \n"), std::string::npos) << ran.output;
  EXPECT_EQ(run(partition, "lsslot -c cpu -a").status, 1);
}

TEST(Lsslot, ListsMemoryOfBothForms) {
  FakePartition partition = power9_partition();
  partition.set("/sys/devices/system/memory/memory4/removable", "0\n");
  const std::string expected =
      "Dynamic Reconfiguration Memory (LMB size 0x10000000)\n"
      ": \n"
      "    DRC Index: 80000004        Address: 1073741824\n"
      "    Removable: No              Associativity: (index: 0) 0 \n"
      "    Section(s): 4\n";
  partition.set_hex(kMemory + "/ibm,dynamic-memory-v2",
                    "00000001" "00000001" "0000000040000000" "80000004" "00000000" "00000008");
  EXPECT_EQ(run(partition, "lsslot -c mem").output, expected);
  partition.remove_tree(kMemory + "/ibm,dynamic-memory-v2");
  partition.set_hex(kMemory + "/ibm,dynamic-memory",
                    "00000001" "0000000040000000" "80000004" "00000000" "00000000" "00000008");
  EXPECT_EQ(run(partition, "lsslot -c mem").output, expected);
}

TEST(Lsslot, DetailShowsMemoryThatIsNotOwned) {
  FakePartition partition = power9_partition();
  EXPECT_EQ(run(partition, "lsslot -c mem -s 0x80000005").output,
            "Dynamic Reconfiguration Memory (LMB size 0x10000000)\n");
  EXPECT_EQ(run(partition, "lsslot -c mem -d 4 -s 0x80000005").output.substr(53),
            ": Not Owned\n"
            "    DRC Index: 80000005        Address: 1342177280\n"
            "    Removable: No              Associativity: Not Set\n");
}

}  // namespace
}  // namespace lparsim::userland::testing
