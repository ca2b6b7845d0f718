// memory@ nodes through ofdt, and what counts as memory (kernel.md 3 and 11, 24).
#include <cerrno>
#include <map>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

class MemoryNodeTest : public KernelRig {
 protected:
  std::int64_t ofdt(const std::string& text) { return write("/proc/ppc64/ofdt", text); }
  std::string memory() { return read("/sys/kernel/debug/memblock/memory"); }
  std::int64_t offline(int block) {
    return write("/sys/devices/system/memory/memory" + std::to_string(block) + "/state", "offline");
  }
};

constexpr const char* kFirst = "   0: 0x0000000000000000..0x000000003fffffff\n";

TEST_F(MemoryNodeTest, LmbsCountWhileTheyAreThere) {
  start("6.1");
  EXPECT_EQ(memory(), kFirst);
  host_.expect(acquire(0x80000005) + lmb_connector());
  EXPECT_EQ(dlpar("memory add index 0x80000005"), 27);
  EXPECT_EQ(memory(), std::string(kFirst) + "   1: 0x0000000050000000..0x000000005fffffff\n");
  host_.expect(acquire(0x80000004) + lmb_connector());
  EXPECT_EQ(dlpar("memory add index 0x80000004"), 27);
  EXPECT_EQ(memory(), "   0: 0x0000000000000000..0x000000005fffffff\n");
  host_.expect(release(0x80000004));
  EXPECT_EQ(dlpar("memory remove index 0x80000004"), 30);
  EXPECT_EQ(memory(), std::string(kFirst) + "   1: 0x0000000050000000..0x000000005fffffff\n");
}

TEST_F(MemoryNodeTest, ANodeThatComesCountsButHasNoBlocks) {
  start("6.1", {.no_lmbs = true});
  const std::string reg("\0\0\0\0\x60\0\0\0\0\0\0\0\1\0\0\0", 16);
  EXPECT_GT(ofdt("add_node /memory@60000000 device_type 7 memory" + std::string(1, '\0') +
                 " reg 16 " + reg), 0);
  EXPECT_EQ(memory(), "   0: 0x0000000000000000..0x0000000041ffffff\n"
                      "   1: 0x0000000060000000..0x0000000060ffffff\n");
  EXPECT_EQ(offline(96), -ENOENT);
  EXPECT_GT(ofdt("remove_node /memory@60000000"), 0);   // no blocks: the base does not move
  EXPECT_EQ(memory(), "   0: 0x0000000000000000..0x0000000041ffffff\n");
}

TEST_F(MemoryNodeTest, ANodeThatGoesTakesItsNeighbourOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start(alone(Switch::memory_node_wrong_range, there), {.no_lmbs = true});
    EXPECT_EQ(offline(64), 7);
    EXPECT_GT(ofdt("remove_node /memory@40000000"), 0);
    EXPECT_EQ(offline(64), -ENOENT);
    EXPECT_EQ(memory(), there ? "   0: 0x0000000000000000..0x0000000040ffffff\n"
                              : std::string(kFirst) +
                                    "   1: 0x0000000041000000..0x0000000041ffffff\n");
  }
}

TEST_F(MemoryNodeTest, MemoryInUseIsABugOnlyWithTheDefect) {
  start(alone(Switch::memory_node_steps, false), {.no_lmbs = true});
  EXPECT_EQ(ofdt("remove_node /memory@40000000"), -EBUSY);
  EXPECT_TRUE(host_.tree_events.empty());
  start(alone(Switch::memory_node_steps), {.no_lmbs = true});
  EXPECT_THROW(ofdt("remove_node /memory@40000000"), BugHit);
  start(alone(Switch::memory_node_steps), {.no_lmbs = true});
  EXPECT_EQ(offline(64), 7);
  EXPECT_GT(ofdt("remove_node /memory@40000000"), 0);
  start(alone(Switch::memory_node_steps));             // blocks of 256 MiB
  EXPECT_THROW(ofdt("remove_node /memory@0"), BugHit);
  EXPECT_TRUE(host_.logged("less than a memory block"));
}

// One LMB's flags in ibm,dynamic-memory, written as drmgr does on old kernels.
class DrconfWriteTest : public MemoryNodeTest {
 protected:
  void boot(bool writes) {
    start(alone(Switch::drconf_writes, writes), {.v1 = true, .phandles = true});
  }
  std::int64_t set_flags(const std::map<std::size_t, std::uint32_t>& flags) {
    const char* path = "/proc/device-tree/ibm,dynamic-reconfiguration-memory/ibm,dynamic-memory";
    std::string table = read(path);
    for (const auto& [lmb, value] : flags) {
      store_be32(reinterpret_cast<std::uint8_t*>(table.data()) + 4 + lmb * 24 + 20, value);
    }
    return ofdt("update_property 0x50 ibm,dynamic-memory " + std::to_string(table.size()) + " " +
                table + " add 8 \1\2\3\4\5\6\7\10");
  }
};

TEST_F(DrconfWriteTest, BringsMemoryOnlyWhereUserSpaceDrivesIt) {
  for (const bool writes : {true, false}) {
    boot(writes);
    EXPECT_GT(set_flags({{5, 8}}), 0);
    EXPECT_EQ(lmb_flags(0x80000005), writes ? 8U : 0U);
    EXPECT_EQ(memory(), writes ? std::string(kFirst) +
                                     "   1: 0x0000000050000000..0x000000005fffffff\n"
                               : kFirst);
    EXPECT_GT(set_flags({{5, 0}}), 0);
    EXPECT_EQ(memory(), kFirst);
    EXPECT_EQ(lmb_flags(0x80000005), 0U);
  }
}

TEST_F(DrconfWriteTest, OnlyTheFirstOfTwoChangesIsSeen) {
  boot(true);
  EXPECT_GT(set_flags({{5, 8}, {7, 8}}), 0);
  EXPECT_EQ(memory(), std::string(kFirst) + "   1: 0x0000000050000000..0x000000005fffffff\n");
  EXPECT_EQ(lmb_flags(0x80000007), 8U);
}

TEST_F(MemoryNodeTest, ARangeWithoutEndIsNoHarm) {
  start("fixed", {.no_lmbs = true});
  const std::string reg = std::string(16, '\xff');
  EXPECT_GT(ofdt("add_node /memory@f device_type 7 memory" + std::string(1, '\0') + " reg 16 " +
                 reg), 0);
  EXPECT_GT(ofdt("remove_node /memory@f"), 0);
  EXPECT_GT(ofdt("add_node /memory@e device_type 7 memory" + std::string(1, '\0') + " reg 3 abc"),
            0);
  EXPECT_EQ(memory(), "   0: 0x0000000000000000..0x0000000041ffffff\n");
}

}  // namespace
}  // namespace lparsim::kernel
