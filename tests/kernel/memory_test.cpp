// Conversations of memory add and remove with their undo (kernel.md 3).
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

using MemoryTest = KernelRig;
constexpr std::uint32_t kFirst = 0x80000004;
constexpr const char* kV2 = "/proc/device-tree/ibm,dynamic-reconfiguration-memory/"
                            "ibm,dynamic-memory-v2";

Script add(std::uint32_t drc) { return acquire(drc) + lmb_connector(); }

// The boot LMBs that add by count asks for under 6.1 (kernel.md 12).
Script asked_reserved() {
  return sense(0, 0, -3) + sense(1, 0, -3) + sense(2, 0, -3) + sense(3, 0, -3);
}

Bytes table(std::initializer_list<std::array<std::uint64_t, 5>> runs) {
  CellWriter out;
  out.u32(static_cast<std::uint32_t>(runs.size()));
  for (const auto& run : runs) {
    out.u32(static_cast<std::uint32_t>(run[0])).u64(run[1]);
    for (std::size_t i = 2; i < 5; ++i) out.u32(static_cast<std::uint32_t>(run[i]));
  }
  return out.take();
}

TEST_F(MemoryTest, AddByIndexRewritesTheProperty) {
  start("6.1");
  host_.expect(add(0x80000005));
  EXPECT_EQ(dlpar("memory add index 0x80000005"), 27);
  Bytes value;
  EXPECT_EQ(kernel_->read(kV2, value), 0);
  EXPECT_EQ(value, table({{4, 0, 0, 0xffffffff, 0xa0},
                          {1, 0x40000000, kFirst, 0xffffffff, 0},
                          {1, 0x50000000, 0x80000005, 0, 8},
                          {6, 0x60000000, 0x80000006, 0xffffffff, 0}}));
  EXPECT_EQ(read("/sys/devices/system/memory/memory5/state"), "online\n");
  EXPECT_TRUE(host_.logged("Memory at 50000000 (drc index 80000005) was hot-added"));
}

TEST_F(MemoryTest, AddRewritesV1InPlace) {
  start("6.1", {.v1 = true});
  host_.expect(add(kFirst));
  EXPECT_GT(dlpar("memory add index 0x80000004"), 0);
  Bytes value;
  EXPECT_EQ(kernel_->read("/proc/device-tree/ibm,dynamic-reconfiguration-memory/"
                          "ibm,dynamic-memory", value), 0);
  ASSERT_EQ(value.size(), 4U + 12 * 24);
  EXPECT_EQ(load_be32(&value[4 + 4 * 24 + 16]), 0U);   // associativity index
  EXPECT_EQ(load_be32(&value[4 + 4 * 24 + 20]), 8U);   // assigned
}

TEST_F(MemoryTest, RunsWithAHoleBetweenThemAreMergedOnlyWithTheDefect) {
  for (const bool defect : {true, false}) {
    start(alone(Switch::v2_merges_gaps, defect), {.hole = true});
    host_.expect(add(kFirst) + release(kFirst));
    EXPECT_GT(dlpar("memory add index 0x80000004"), 0);
    EXPECT_GT(dlpar("memory remove index 0x80000004"), 0);
    FileStat stat;
    EXPECT_EQ(kernel_->stat(kV2, stat), 0);
    EXPECT_EQ(stat.size, 4U + 24U * (defect ? 2U : 3U));
  }
}

TEST_F(MemoryTest, AddByCountAsksReservedOnesOnlyWithTheDefect) {
  start(alone(Switch::add_count_takes_reserved));
  host_.expect(asked_reserved() + add(kFirst) + add(0x80000005));
  EXPECT_GT(dlpar("memory add count 2"), 0);
  start("fixed");
  host_.expect(add(kFirst) + add(0x80000005));
  EXPECT_GT(dlpar("memory add count 2"), 0);
}

TEST_F(MemoryTest, AddByCountTakesAllBackOnShortfall) {
  start("fixed");
  host_.expect(add(kFirst));
  for (std::uint32_t i = 5; i < 12; ++i) {
    host_.expect(sense(0x80000000 + i, 2) + allocate(0x80000000 + i, 1, -3));
  }
  host_.expect(release(kFirst));
  EXPECT_EQ(dlpar("memory add count 2"), -EINVAL);
  EXPECT_EQ(lmb_flags(kFirst), 0U);
  FileStat stat;
  EXPECT_EQ(kernel_->stat("/sys/devices/system/memory/memory4", stat), -ENOENT);
}

TEST_F(MemoryTest, AddByCountRefusesWhatCannotBe) {
  start("6.1");
  EXPECT_EQ(dlpar("memory add count 100"), -EINVAL);
  EXPECT_EQ(dlpar("memory add count 0"), -EINVAL);
  EXPECT_EQ(dlpar("memory add index 0x8000ffff"), -EINVAL);
}

TEST_F(MemoryTest, WrongSenseIsEpermOnlyWithTheDefect) {
  start(alone(Switch::coarse_errno));
  host_.expect(sense(kFirst, 1));
  EXPECT_EQ(dlpar("memory add index 0x80000004"), -EPERM);
  start("fixed");
  host_.expect(sense(kFirst, 1));
  EXPECT_EQ(dlpar("memory add index 0x80000004"), -EBUSY);
}

TEST_F(MemoryTest, HelperReleasesTwiceOnlyWithTheDefect) {
  start(alone(Switch::add_helper_releases));
  host_.expect(acquire(kFirst) + connector(-9003) + release(kFirst) + sense(kFirst, 2));
  EXPECT_EQ(dlpar("memory add index 0x80000004"), -EINVAL);
  start("fixed");
  host_.expect(acquire(kFirst) + connector(-9003) + release(kFirst));
  EXPECT_EQ(dlpar("memory add index 0x80000004"), -EINVAL);
}

TEST_F(MemoryTest, IndexedCountAddStopsAtTheFirstError) {
  start("6.1");
  host_.expect(add(kFirst) + sense(0x80000005, 1) + release(kFirst));
  EXPECT_EQ(dlpar("memory add indexed-count 3 0x80000004"), -EINVAL);
  EXPECT_EQ(lmb_flags(kFirst), 0U);
}

TEST_F(MemoryTest, IndexedCountBounds) {
  start("6.1");
  EXPECT_EQ(dlpar("memory add indexed-count 9 0x80000004"), -EINVAL);
  EXPECT_EQ(dlpar("memory add indexed-count 1 0x0"), -EINVAL);   // reserved by firmware
}

TEST_F(MemoryTest, HugeIndexedCountIsAnEmptyRangeOnlyWithTheDefect) {
  for (const bool defect : {true, false}) {
    start(alone(Switch::indexed_count_sign, defect));
    const auto result = dlpar("memory add indexed-count 0x80000000 0x80000004");
    EXPECT_EQ(result, defect ? 46 : -EINVAL);
  }
}

TEST_F(MemoryTest, RemoveReleasesAfterAllAreOffline) {
  start("6.1");
  host_.expect(add(kFirst) + add(0x80000005));
  EXPECT_GT(dlpar("memory add indexed-count 2 0x80000004"), 0);
  host_.expect(release(kFirst) + release(0x80000005));
  EXPECT_GT(dlpar("memory remove indexed-count 2 0x80000004"), 0);
  EXPECT_EQ(lmb_flags(0x80000005), 0U);
  EXPECT_TRUE(host_.logged("Memory at 50000000 (drc index 80000005) was hot-removed"));
}

TEST_F(MemoryTest, RemoveByCountGoesOnAfterAFailure) {
  start("6.1");
  host_.expect(add(kFirst) + add(0x80000005) + release(0x80000005));
  EXPECT_GT(dlpar("memory add indexed-count 2 0x80000004"), 0);
  host_.refuse["kernel.lmb_offline"] = {kFirst};
  EXPECT_GT(dlpar("memory remove count 1"), 0);
  EXPECT_EQ(lmb_flags(kFirst), 8U);
}

TEST_F(MemoryTest, RemoveByCountShortfallWithTheDefectNeedsTheConnectorAgain) {
  start("6.1");
  host_.expect(add(kFirst) + add(0x80000005) + lmb_connector());
  EXPECT_GT(dlpar("memory add indexed-count 2 0x80000004"), 0);
  host_.refuse["kernel.lmb_offline"] = {0x80000005};
  EXPECT_EQ(dlpar("memory remove count 2"), -EINVAL);
  EXPECT_EQ(lmb_flags(kFirst), 8U);
}

TEST_F(MemoryTest, RemoveShortfallLosesTheLmbWhenFirmwareRefusesTheConnector) {
  start("6.1");
  host_.expect(add(kFirst) + add(0x80000005) + connector(-9003) + release(kFirst));
  EXPECT_GT(dlpar("memory add indexed-count 2 0x80000004"), 0);
  host_.refuse["kernel.lmb_offline"] = {0x80000005};
  EXPECT_EQ(dlpar("memory remove count 2"), -EINVAL);
  EXPECT_EQ(lmb_flags(kFirst), 0U);
}

TEST_F(MemoryTest, RemoveShortfallIsUndoneWithoutCallsWhenFixed) {
  start("fixed");
  host_.expect(add(kFirst) + add(0x80000005));
  EXPECT_GT(dlpar("memory add indexed-count 2 0x80000004"), 0);
  host_.refuse["kernel.lmb_offline"] = {0x80000005};
  EXPECT_EQ(dlpar("memory remove count 2"), -EBUSY);
  EXPECT_EQ(lmb_flags(kFirst), 8U);
  EXPECT_EQ(read("/sys/devices/system/memory/memory4/state"), "online\n");
}

TEST_F(MemoryTest, IndexedRemoveTellsTheHypervisorOfItsFailure) {
  start("6.1");
  host_.expect(add(kFirst) + add(0x80000005) + sense(kFirst, 1) + isolate(kFirst, 1) +
               lmb_connector());
  EXPECT_GT(dlpar("memory add indexed-count 2 0x80000004"), 0);
  host_.refuse["kernel.lmb_offline"] = {0x80000005};
  EXPECT_EQ(dlpar("memory remove indexed-count 2 0x80000004"), -EINVAL);
}

TEST_F(MemoryTest, ReleaseErrorIsSuccessOnlyWithTheDefect) {
  for (const bool defect : {true, false}) {
    start(alone(Switch::release_result_ignored, defect));
    host_.expect(add(kFirst) + sense(kFirst, 1) + isolate(kFirst, 0, -9000));
    EXPECT_GT(dlpar("memory add index 0x80000004"), 0);
    const auto result = dlpar("memory remove index 0x80000004");
    if (defect) {
      EXPECT_GT(result, 0);
    } else {
      EXPECT_EQ(result, -EFAULT);
    }
    EXPECT_EQ(lmb_flags(kFirst), defect ? 0U : 8U);
  }
}

TEST_F(MemoryTest, PropertyWithoutMemoryFailsAfterTheFactOnlyWithTheDefect) {
  for (const bool defect : {true, false}) {
    start(alone(Switch::rewrite_failure_keeps_lmbs, defect));
    host_.no_memory = {"kernel.lmb_property"};
    if (defect) host_.expect(add(kFirst));
    EXPECT_EQ(dlpar("memory add index 0x80000004"), defect ? -1 : -ENOMEM);
    EXPECT_EQ(lmb_flags(kFirst), defect ? 8U : 0U);
  }
}

TEST_F(MemoryTest, RemoveRefusesWithoutCalls) {
  start("6.1");
  EXPECT_EQ(dlpar("memory remove index 0x80000009"), -EINVAL);
  EXPECT_EQ(dlpar("memory remove index 0x0"), -EINVAL);
  EXPECT_EQ(dlpar("memory remove count 0"), -EINVAL);
  EXPECT_EQ(dlpar("memory remove count 100"), -EINVAL);
  EXPECT_TRUE(host_.logged("Not enough LMBs available (0 of 100) to satisfy request"));
}

TEST_F(MemoryTest, BlockStateFileMakesNoCalls) {
  start("6.1");
  host_.expect(add(kFirst) + release(kFirst));
  EXPECT_GT(dlpar("memory add index 0x80000004"), 0);
  const char* state = "/sys/devices/system/memory/memory4/state";
  EXPECT_EQ(write(state, "online"), -EINVAL);   // it is
  EXPECT_EQ(write(state, "offline\n"), 8);
  EXPECT_EQ(read(state), "offline\n");
  EXPECT_EQ(write(state, "away"), -EINVAL);
  EXPECT_EQ(write("/sys/devices/system/memory/memory0/state", "offline"), -EBUSY);
  EXPECT_GT(dlpar("memory remove index 0x80000004"), 0);   // an offline block needs no offline
}

}  // namespace
}  // namespace lparsim::kernel
