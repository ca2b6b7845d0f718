// Hot-plug events from interrupt to handler (kernel.md 5; layout as recorded).
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"
#include "tests/support/expect_rule.hpp"

namespace lparsim::kernel {
namespace {

using EventTest = KernelRig;

Bytes hotplug_log(std::uint8_t resource, std::uint8_t action, std::uint8_t id_type,
                  std::uint32_t first, std::uint32_t second) {
  CellWriter out;
  out.u32(0x063460e5).u32(16 + 20);
  out.u32(0x86008e00).u64(0).u32(0x49424d00);
  out.u16(0x4850).u16(20).u8(1).u8(0).u16(0);
  out.u8(resource).u8(action).u8(id_type).u8(0).u32(first).u32(second);
  return out.take();
}

Script check(std::int32_t status, Bytes event) {
  return {{"check-exception", {0x500, 0x1001, 0x10000000, 0, 0x6000, 2048}, {status}, {}, {},
           std::move(event)}};
}

TEST_F(EventTest, CpuAddByEvent) {
  start("6.1");
  host_.expect(check(0, hotplug_log(1, 1, 2, 0x10000001, 0)) + acquire(0x10000001) +
               cpu_connector(0x10000001, {1}) + start_cpu(1));
  kernel_->interrupt(0x1001);
  EXPECT_RULE("R1-10.2-4", host_.left() == 0);   // vector, source and class as scripted
  EXPECT_RULE("R1-7.3.3.2-2", host_.left() == 0);
  EXPECT_EQ(online(), "0-1\n");
  EXPECT_EQ(kernel_->view().queued_work, 0U);
}

TEST_F(EventTest, MemoryAddByIndexedCount) {
  start("6.1");
  host_.expect(check(0, hotplug_log(2, 1, 4, 2, 0x80000004)) + acquire(0x80000004) +
               lmb_connector() + acquire(0x80000005) + lmb_connector());
  kernel_->interrupt(0x1001);
  EXPECT_EQ(lmb_flags(0x80000005), 8U);
}

TEST_F(EventTest, OtherSourcesAndOtherResourcesDoNothing) {
  start("6.1");
  kernel_->interrupt(0x1000);
  host_.expect(check(0, hotplug_log(4, 1, 2, 0x20000001, 0)));
  kernel_->interrupt(0x1001);
}

TEST_F(EventTest, StaleEventRunsAgainOnlyWithTheDefect) {
  for (const bool defect : {true, false}) {
    start(alone(Switch::stale_event_runs, defect));
    host_.expect(check(0, hotplug_log(1, 1, 2, 0x10000000, 0)));   // exists: refused, no calls
    kernel_->interrupt(0x1001);
    EXPECT_TRUE(host_.logged("already exists"));
    host_.messages.clear();
    host_.expect(check(1, {}));
    kernel_->interrupt(0x1001);
    EXPECT_EQ(host_.logged("already exists"), defect);
  }
}

TEST_F(EventTest, NoEventEverIsABadAccessOnlyWithTheDefect) {
  start("fixed");
  host_.expect(check(1, {}));
  kernel_->interrupt(0x1001);
  start(alone(Switch::stale_event_runs));
  host_.expect(check(1, {}));
  EXPECT_THROW(kernel_->interrupt(0x1001), BugHit);
}

TEST_F(EventTest, EventIsLostWithoutMemoryOnlyWithTheDefect) {
  host_.no_memory = {"kernel.hotplug_work"};
  start(alone(Switch::event_lost_on_oom));
  host_.expect(check(0, hotplug_log(1, 1, 2, 0x10000000, 0)));
  kernel_->interrupt(0x1001);
  EXPECT_FALSE(host_.logged("already exists"));
  start("fixed");
  host_.expect(check(0, hotplug_log(1, 1, 2, 0x10000000, 0)));
  kernel_->interrupt(0x1001);
  EXPECT_TRUE(host_.logged("already exists"));
}

// -- power warnings -------------------------------------------------------------------------------

Bytes epow_log(std::uint8_t code, std::uint8_t modifier) {
  CellWriter out;
  out.u32(0x06240040).u32(16 + 20);
  out.u32(0xa6008e00).u64(0).u32(0x49424d00);
  out.u16(0x4550).u16(20).u8(2).u8(0).u16(0);
  out.u8(code).u8(modifier).u16(0).u64(0);
  return out.take();
}

Script warning(std::uint8_t code, std::uint8_t modifier = 0) {
  const std::uint32_t critical = code > 3 ? 1 : 0;
  return {{"get-sensor-state", {9, 0}, {0, code}, {}, {}, {}},
          {"check-exception", {0x500, 0x1000, 0x40000000, critical, 0x6000, 2048}, {0}, {}, {},
           epow_log(code, modifier)}};
}

struct Warning {
  std::uint8_t code, modifier;
  bool off;
};

class WarningTest : public KernelRig, public ::testing::WithParamInterface<Warning> {};

TEST_P(WarningTest, IsNotedOrEndsThePartition) {
  TreeOptions options;
  options.epow = true;
  start(alone(Switch::event_lost_on_oom), options);
  host_.expect(warning(GetParam().code, GetParam().modifier));
  // Refused, so that the call comes back here.
  if (GetParam().off) {
    host_.expect({{"power-off", {0xffffffff, 0xffffffff}, {-1}, {}, {}, {}}});
  }
  kernel_->interrupt(0x1000);
  EXPECT_TRUE(host_.logged("EPOW:"));
  EXPECT_EQ(host_.left(), 0U);
  EXPECT_EQ(kernel_->view().queued_work, 0U);
}

INSTANTIATE_TEST_SUITE_P(Codes, WarningTest,
                         ::testing::Values(Warning{0, 0, false}, Warning{1, 0, false},
                                           Warning{2, 0, false}, Warning{3, 0, true},
                                           Warning{3, 1, true}, Warning{3, 2, false},
                                           Warning{3, 3, true}, Warning{3, 4, true},
                                           Warning{4, 0, true}, Warning{5, 0, true},
                                           Warning{7, 0, true}));

TEST_F(EventTest, AWarningWithoutItsSectionIsOnlyKept) {
  TreeOptions options;
  options.epow = true;
  start("6.1", options);
  Script fixed = warning(7);
  fixed[1].event = CellWriter().u32(0x06200040).u32(0).take();
  host_.expect(fixed);
  kernel_->interrupt(0x1000);
  EXPECT_FALSE(host_.logged("EPOW:"));
  Script nothing = warning(0);
  nothing[1].out = {1};
  host_.expect(nothing);
  kernel_->interrupt(0x1000);
  EXPECT_EQ(host_.left(), 0U);
}

}  // namespace
}  // namespace lparsim::kernel
