// What one switch of memory add and remove decides: `fixed` with and without it.
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

using MemorySwitchTest = KernelRig;
constexpr std::uint32_t kFirst = 0x80000004, kSecond = 0x80000005;
constexpr const char* kTable = "/proc/device-tree/ibm,dynamic-reconfiguration-memory/"
                               "ibm,dynamic-memory-v2";
constexpr const char* kArrays = "/proc/device-tree/ibm,dynamic-reconfiguration-memory/"
                                "ibm,associativity-lookup-arrays";

Script add(std::uint32_t drc) { return acquire(drc) + lmb_connector(); }

// The undo of the first LMB fails too: it stays, and the property says so or not.
TEST_F(MemorySwitchTest, ThePropertyAfterAFailedRequest) {
  for (const bool there : {true, false}) {
    start(alone(Switch::undo_leaves_property_stale, there));
    host_.refuse["kernel.lmb_offline"] = {kFirst};
    const std::string before = read(kTable);
    host_.expect(add(kFirst) + sense(kSecond, 1));
    EXPECT_EQ(dlpar("memory add indexed-count 2 0x80000004"), -EBUSY);
    EXPECT_EQ(lmb_flags(kFirst), 8U);
    EXPECT_EQ(read(kTable) == before, there);
    host_.refuse.clear();
  }
}

TEST_F(MemorySwitchTest, AnLmbThatCannotComeBackStaysOwned) {
  for (const bool there : {true, false}) {
    start(alone(Switch::undo_leaves_drc_owned, there));
    host_.expect(add(kFirst) + add(kSecond));
    EXPECT_GT(dlpar("memory add indexed-count 2 0x80000004"), 0);
    host_.refuse["kernel.lmb_offline"] = {kSecond};
    if (there) host_.expect(connector(-9003));
    EXPECT_EQ(dlpar("memory remove count 2"), -EBUSY);
    EXPECT_EQ(lmb_flags(kFirst), there ? 0U : 8U) << "no call released it";
    host_.refuse.clear();
  }
}

TEST_F(MemorySwitchTest, AnLmbThatCannotComeBackIsReleased) {
  start(*find_level("fixed"));
  host_.expect(add(kFirst) + add(kSecond));
  EXPECT_GT(dlpar("memory add indexed-count 2 0x80000004"), 0);
  host_.refuse["kernel.lmb_offline"] = {kSecond};
  host_.no_memory = {"kernel.add_memory"};
  host_.expect(release(kFirst));
  EXPECT_EQ(dlpar("memory remove count 2"), -EBUSY);
  EXPECT_EQ(lmb_flags(kFirst), 0U);
  host_.refuse.clear();
  host_.no_memory.clear();
}

TEST_F(MemorySwitchTest, ReservedLmbsCountAsRemovable) {
  for (const bool there : {true, false}) {
    start(alone(Switch::reserved_removable, there), {.boot_assigned = true});
    EXPECT_EQ(dlpar("memory remove count 4"), there ? -EBUSY : -EINVAL);
    const std::string_view found =
        there ? "adding LMB's back" : "Not enough LMBs available (0 of 4)";
    EXPECT_TRUE(host_.logged(found)) << found;
  }
}

TEST_F(MemorySwitchTest, AnAssociativityThatCannotBeWritten) {
  for (const bool there : {true, false}) {
    start(alone(Switch::associativity_update_ignored, there));
    const std::string before = read(kArrays);
    host_.no_memory = {"kernel.associativity"};
    host_.expect(acquire(kFirst) + connector(2, "memory@0") +
                 connector(3, "ibm,associativity", CellWriter().u32(1).u32(5).take()) +
                 connector(0));
    if (!there) host_.expect(release(kFirst));
    EXPECT_EQ(dlpar("memory add index 0x80000004"), there ? 27 : -ENOMEM);
    EXPECT_EQ(read(kArrays), before);
    EXPECT_EQ(kernel_->view().lmbs[4].associativity_index, there ? 1U : 0xffffffffU);
    host_.no_memory.clear();
  }
}

TEST_F(MemorySwitchTest, RemovalThatTheKernelWasBuiltWithout) {
  KernelLevel level = *find_level("6.1");
  level.config.memory_hotremove = false;
  start(level);
  host_.expect(add(kFirst));
  EXPECT_GT(dlpar("memory add index 0x80000004"), 0);
  EXPECT_EQ(dlpar("memory remove index 0x80000004"), -EOPNOTSUPP);
  EXPECT_EQ(dlpar("memory remove count 1"), -EOPNOTSUPP);
  EXPECT_EQ(lmb_flags(kFirst), 8U);
}

// /sys/devices/system/memory/probe: the way of user space before the kernel did it.
TEST_F(MemorySwitchTest, ProbedMemoryComesOnlineByItselfWhereConfigured) {
  for (const bool automatic : {true, false}) {
    KernelLevel level = *find_level("2.6.33");
    level.config.auto_online = automatic;
    start(level);
    const char* probe = "/sys/devices/system/memory/probe";
    EXPECT_EQ(read("/sys/devices/system/memory/auto_online_blocks"),
              automatic ? "online\n" : "offline\n");
    EXPECT_EQ(write(probe, "0x40000000\n"), 11);
    EXPECT_EQ(read("/sys/devices/system/memory/memory4/state"),
              automatic ? "online\n" : "offline\n");
    EXPECT_EQ(write(probe, "0x40000000"), -EEXIST);
    EXPECT_EQ(write(probe, "0x40000001"), -EINVAL);
    EXPECT_EQ(write(probe, "four"), -EINVAL);
    host_.no_memory = {"kernel.add_memory"};
    EXPECT_EQ(write(probe, "0x50000000"), -ENOMEM);
    host_.no_memory.clear();
  }
}

}  // namespace
}  // namespace lparsim::kernel
