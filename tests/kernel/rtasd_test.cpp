// event-scan and resource reassignment (EVENTS.md 5): 6.1 only says that it ignores it, earlier
// kernels updated the tree.
#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

using RtasdTest = KernelRig;

Script scan(std::int32_t status, Bytes event = {}) {
  return {{"event-scan", {0xffffffff, 0, 0x6000, 2048}, {status}, {}, {}, std::move(event)}};
}
Bytes reassignment(std::uint32_t scope) { return CellWriter().u32(0x062060a0).u32(scope).take(); }

TEST_F(RtasdTest, NextRoundTakesEverythingThatWaits) {
  start("6.1");
  host_.sleep_ns(12'000'000'000);
  host_.expect(scan(0, CellWriter().u32(0x06200000).u32(0).take()) + scan(0, reassignment(2)) +
               scan(1));
  kernel_->events_wait();
  EXPECT_EQ(host_.now_ns(), 30'000'000'000U);
  EXPECT_TRUE(host_.logged("Platform resource reassignment ignored."));
  EXPECT_EQ(host_.messages.size(), 1U);
  host_.expect(scan(-1));
  kernel_->events_wait();
  EXPECT_EQ(host_.now_ns(), 60'000'000'000U);
  EXPECT_TRUE(host_.logged("event-scan failed"));
}

TEST_F(RtasdTest, ReassignmentUpdatesTheTreeOnlyInEarlierKernels) {
  for (const bool earlier : {true, false}) {
    start(alone(Switch::prrn_updates_tree, earlier), {.phandles = true});
    Script script = scan(0, reassignment(7));
    CellWriter nodes, properties;
    nodes.u64(0).u64(0).u32(0x02000001).u32(0x100).u32(0);
    properties.u32(0x100).u32(0).u64(0).u32(1).str("x").u32(1).u8(9);
    if (earlier) {
      const auto scope = static_cast<std::uint32_t>(-7);
      script.push_back({"ibm,update-nodes", {0x4000, scope}, {0}, {}, nodes.take(), {}});
      script.push_back({"ibm,update-properties", {0x4000, scope}, {0}, {}, properties.take(), {}});
    }
    host_.expect(script + scan(1));
    kernel_->events_wait();
    FileStat stat;
    const int found = kernel_->stat("/proc/device-tree/cpus/PowerPC,POWER9@0/x", stat);
    EXPECT_EQ(found == 0, earlier);
    EXPECT_EQ(host_.logged("reassignment ignored"), !earlier);
  }
}

}  // namespace
}  // namespace lparsim::kernel
