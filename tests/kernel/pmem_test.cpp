// Hot-plug events of persistent memory (kernel.md 5 and 11, 26).
#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kDrc = 0x90000001;

class PmemTest : public KernelRig {
 protected:
  void event(std::uint8_t action, std::uint8_t id_type = 2) {
    CellWriter log;
    log.u32(0x063460e5).u32(16 + 20);
    log.u32(0x86008e00).u64(0).u32(0x49424d00);
    log.u16(0x4850).u16(20).u8(1).u8(0).u16(0);
    log.u8(6).u8(action).u8(id_type).u8(0).u32(kDrc).u32(0);
    const Script check{{"check-exception", {0x500, 0x1001, 0x10000000, 0, 0x6000, 2048}, {0}, {},
                        {}, log.take()}};
    host_.expect(check + next_);
    next_.clear();
    kernel_->interrupt(0x1001);
  }
  void add() {
    next_ = acquire(kDrc) + connector(2, "ibm,pmemory@1") +
            connector(3, "ibm,my-drc-index", CellWriter().u32(kDrc).take()) + connector(0);
    event(1);
  }
  bool there() {
    FileStat stat;
    return kernel_->stat("/proc/device-tree/ibm,persistent-memory/ibm,pmemory@1", stat) == 0;
  }
  Script next_;                        // calls after check-exception
};

TEST_F(PmemTest, ComesAndGoesByIndex) {
  start("fixed", {.io = true});
  add();
  EXPECT_TRUE(there());
  EXPECT_TRUE(host_.logged("Successfully added /ibm,persistent-memory/ibm,pmemory@1, drc index: "
                           "90000001"));
  next_ = release(kDrc);
  event(2);
  EXPECT_FALSE(there());
  EXPECT_TRUE(host_.logged("Successfully removed PMEM with drc index: 90000001"));
  event(2);
  EXPECT_TRUE(host_.logged("Attempting to remove unused DRC index 90000001"));
  EXPECT_EQ(kernel_->view().unread_events, 0U);
}

TEST_F(PmemTest, WhatCannotBeDoneIsSaid) {
  start("6.1");
  event(1);
  EXPECT_TRUE(host_.logged("Hotplug event for a pmem device, but none exists"));
  start("6.1", {.io = true});
  event(1, 3);
  EXPECT_TRUE(host_.logged("Unsupported hotplug event type 3"));
  event(7);
  EXPECT_TRUE(host_.logged("Unsupported hotplug action (7)"));
  next_ = sense(kDrc, 0);
  event(1);
  EXPECT_TRUE(host_.logged("Failed to acquire DRC, rc: -1, drc index: 90000001"));
  next_ = acquire(kDrc) + connector(-9003) + release(kDrc);
  event(1);
  EXPECT_TRUE(host_.logged("configure-connector failed for drc 90000001"));
}

TEST_F(PmemTest, AReleaseThatFailsIsAUseAfterFreeOnlyWithTheDefect) {
  for (const bool defective : {true, false}) {
    start(alone(Switch::pmem_used_after_put, defective), {.io = true});
    add();
    next_ = sense(kDrc, 1) + isolate(kDrc, 0, -9000);
    if (defective) {
      EXPECT_THROW(event(2), BugHit);
      host_.held.clear();
    } else {
      event(2);
      EXPECT_TRUE(there());
    }
  }
}

TEST_F(PmemTest, ARemovedNodeLeaksOnlyWithTheDefect) {
  for (const bool defective : {true, false}) {
    start(alone(Switch::pmem_remove_leaks, defective), {.io = true});
    const auto before = kernel_->view().allocations;
    add();
    next_ = release(kDrc);
    event(2);
    EXPECT_EQ(kernel_->view().allocations, before + (defective ? 2 : 0));
  }
}

}  // namespace
}  // namespace lparsim::kernel
