// "dt add|remove index" of /sys/kernel/dlpar (kernel.md 10).
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

// A bridge with a card behind it, as firmware hands out a logical slot.
Script slot_connector() {
  return connector(2, "pci@2") + connector(3, "ibm,my-drc-index",
                                           CellWriter().u32(0x21010010).take()) +
         connector(3, "device_type", CellWriter().str("pci").take()) +
         connector(2, "ethernet@0") + connector(3, "reg", Bytes(20, 0)) + connector(4) +
         connector(2, "sound@1") + connector(0);
}

class DtTest : public KernelRig {
 protected:
  bool exists(std::string_view path) {
    FileStat stat;
    return kernel_->stat(path, stat) == 0;
  }
  void start_without_slot(const KernelLevel& level, bool info = true) {
    start(level, {.io = true, .bridge = true, .drc_info = info});
    ASSERT_EQ(dlpar("dt remove index 0x21010010"), 26);
    host_.tree_events.clear();
    host_.messages.clear();
  }
};

TEST_F(DtTest, TheFileTellsWhetherTheLevelKnowsIt) {
  start(alone(Switch::dt_requests), {.io = true});     // turned: off
  EXPECT_EQ(read("/sys/kernel/dlpar"), "memory,cpu\n");
  EXPECT_EQ(dlpar("dt remove index 0x30000002"), -EINVAL);
  EXPECT_TRUE(host_.logged("dlpar: Invalid resource specified."));
  EXPECT_TRUE(exists("/proc/device-tree/vdevice/l-lan@30000002"));
  start("fixed", {.io = true});
  EXPECT_EQ(read("/sys/kernel/dlpar"), "memory,cpu,dt\n");
  EXPECT_EQ(dlpar("dt remove index 0x30000002\n"), 27);
  EXPECT_FALSE(exists("/proc/device-tree/vdevice/l-lan@30000002"));
  EXPECT_EQ(dlpar("dt remove count 1"), -EINVAL);
  EXPECT_EQ(dlpar("dt remove indexed-count 1 0x30000000"), -EINVAL);
}

TEST_F(DtTest, RemovesAllNodesOfTheIndexFromBelow) {
  start("fixed", {.io = true, .bridge = true});
  EXPECT_EQ(dlpar("dt remove index 0x21010010"), 26);
  EXPECT_EQ(host_.tree_events,
            (std::vector<std::string>{"-/pci@800000020000000/pci@2/ethernet@0",
                                      "-/pci@800000020000000/pci@2"}));
  EXPECT_EQ(dlpar("dt remove index 0x21010010"), 26);   // none left: no error
}

TEST_F(DtTest, AddsTheWholeSubtreeBelowTheNodeThatAnnouncesIt) {
  start_without_slot(*find_level("fixed"));
  host_.expect(slot_connector());
  EXPECT_EQ(dlpar("dt add index 0x21010010"), 23);
  EXPECT_EQ(host_.tree_events,
            (std::vector<std::string>{"+/pci@800000020000000/pci@2",
                                      "+/pci@800000020000000/pci@2/sound@1",
                                      "+/pci@800000020000000/pci@2/ethernet@0"}));
  std::vector<DirectoryEntry> entries;
  ASSERT_EQ(kernel_->list("/proc/device-tree/pci@800000020000000/pci@2", entries), 0);
  EXPECT_EQ(entries.back().name, "ethernet@0");   // readdir: by hash
  EXPECT_EQ(entries[entries.size() - 2].name, "sound@1");
  EXPECT_EQ(dlpar("dt add index 0x21010010"), -EINVAL);
  EXPECT_TRUE(host_.logged("already exists in the device tree"));
  EXPECT_EQ(dlpar("dt add index 0x99"), -EIO);          // nobody announces it
}

TEST_F(DtTest, ListsWithoutDrcInfoAreAnErrorOnlyWithTheDefect) {
  for (const bool there : {true, false}) {
    start_without_slot(alone(Switch::dt_needs_drc_info, there), false);
    if (!there) host_.expect(slot_connector());
    EXPECT_EQ(dlpar("dt add index 0x21010010"), there ? -EIO : 23);
  }
}

TEST_F(DtTest, AFailureLeavesNothingBehind) {
  start_without_slot(*find_level("fixed"));
  const auto before = kernel_->view().allocations;
  host_.expect(connector(2, "pci@2") + connector(-9003));
  EXPECT_EQ(dlpar("dt add index 0x21010010"), -EIO);
  host_.no_memory = {"kernel.dt_changeset"};
  host_.expect(slot_connector());
  EXPECT_EQ(dlpar("dt add index 0x21010010"), -ENOMEM);
  EXPECT_EQ(dlpar("dt remove index 0x30000002"), -ENOMEM);
  EXPECT_EQ(kernel_->view().allocations, before);
  EXPECT_TRUE(host_.tree_events.empty());
}

}  // namespace
}  // namespace lparsim::kernel
