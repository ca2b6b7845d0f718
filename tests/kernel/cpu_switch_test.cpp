// What one switch of CPU add and remove, or of the connector, decides: `fixed` with and without it.
#include <algorithm>
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

using CpuSwitchTest = KernelRig;
constexpr std::uint32_t kCpu1 = 0x10000001, kCpu2 = 0x10000002;
constexpr std::uint32_t kPage = kConnectorWorkArea, kSecondPage = kConnectorExtent;

Script hint(std::uint32_t drc) { return sense(drc, 1) + isolate(drc, 1); }

Script with_page(Script script) {
  for (Step& step : script) step.in = {kPage, kSecondPage};
  return script;
}

TEST_F(CpuSwitchTest, ReleasedForGoodBeforeItIsDetached) {
  for (const bool there : {true, false}) {
    start(alone(Switch::cpu_remove_late_changeset, there), {.cores = 2});
    host_.no_memory = {"kernel.cpu_changeset"};
    if (there) host_.expect(stop_cpu(1) + release(kCpu1) + acquire(kCpu1) + start_cpu(1));
    host_.expect(hint(kCpu1));
    EXPECT_EQ(dlpar("cpu remove index 0x10000001"), -ENOMEM);
    EXPECT_EQ(online(), "0-1\n") << "with the defect on a connector that is not configured";
    host_.no_memory.clear();
  }
}

TEST_F(CpuSwitchTest, ADyingCpuIsWaitedForWithoutEnd) {
  for (const bool there : {true, false}) {
    start(alone(Switch::cpu_die_waits_forever, there), {.cores = 2});
    host_.expect({{"stop-self", {}, {0}, {}, {}, {}}});
    const std::size_t polls = 120'000'000'000 / 1'000'000 + 1;
    host_.expect(Script(polls, {"query-cpu-stopped-state", {1}, {0, 2}, {}, {}, {}}));
    if (there) host_.expect({{"query-cpu-stopped-state", {1}, {0, 0}, {}, {}, {}}});
    EXPECT_EQ(write("/sys/devices/system/cpu/cpu1/online", "0"), there ? 1 : -ETIMEDOUT);
  }
}

TEST_F(CpuSwitchTest, ADyingCpuCountsAsDeadAfter25Polls) {
  for (const bool there : {true, false}) {
    start(alone(Switch::cpu_die_gives_up, there), {.cores = 2});
    host_.expect({{"stop-self", {}, {0}, {}, {}, {}}});
    host_.expect(Script(25, {"query-cpu-stopped-state", {1}, {0, 2}, {}, {}, {}}));
    if (!there) host_.expect({{"query-cpu-stopped-state", {1}, {0, 0}, {}, {}, {}}});
    EXPECT_EQ(write("/sys/devices/system/cpu/cpu1/online", "0"), 1);
    EXPECT_EQ(host_.logged("Querying DEAD? cpu 1 (1) shows 2"), there);
  }
}

TEST_F(CpuSwitchTest, OfflineErrorAfterAnOnlineError) {
  for (const bool there : {true, false}) {
    start(alone(Switch::cpu_detach_while_online, there), {.threads = 2});
    host_.refuse["kernel.cpu_online"] = {3};
    host_.refuse["kernel.cpu_offline"] = {2};
    host_.expect(acquire(kCpu2) + cpu_connector(kCpu2, {2, 3}) + start_cpu(2));
    if (there) {
      EXPECT_THROW(dlpar("cpu add index 0x10000002"), BugHit);
      host_.forget();
    } else {
      EXPECT_EQ(dlpar("cpu add index 0x10000002"), -EIO);
      EXPECT_EQ(online(), "0-2\n");
    }
  }
}

TEST_F(CpuSwitchTest, ACpuWithoutALogicalIdCountsAsAdded) {
  for (const bool there : {true, false}) {
    start(alone(Switch::cpu_attach_error_lost, there), {.possible_cores = 1});
    host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}));
    if (!there) host_.expect(release(kCpu1));
    EXPECT_EQ(dlpar("cpu add index 0x10000001"), there ? 24 : -ENOSPC);
    EXPECT_EQ(kernel_->view().cpu_drcs.size(), there ? 2U : 1U);
    EXPECT_EQ(online(), "0\n");
  }
}

TEST_F(CpuSwitchTest, CachesAreDroppedOnAddAndLeftOverOnRemove) {
  for (const bool there : {true, false}) {
    start(alone(Switch::cpu_caches_dropped, there));
    FileStat stat;
    const auto before = kernel_->view().allocations;
    host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}, true) + start_cpu(1));
    EXPECT_GT(dlpar("cpu add index 0x10000001"), 0);
    const int found = kernel_->stat("/proc/device-tree/cpus/l2-cache@8193", stat);
    EXPECT_EQ(found, there ? -ENOENT : 0);
    host_.expect(stop_cpu(1) + release(kCpu1));
    EXPECT_GT(dlpar("cpu remove index 0x10000001"), 0);
    EXPECT_EQ(kernel_->view().allocations, before + (there ? 2 : 0));
  }
}

TEST_F(CpuSwitchTest, RequestsByCount) {
  for (const bool there : {true, false}) {
    start(alone(Switch::cpu_count_requests, there));
    if (!there) {
      EXPECT_EQ(dlpar("cpu add count 2"), -EINVAL);
      EXPECT_EQ(dlpar("cpu remove count 1"), -EINVAL);
      continue;
    }
    host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}) + start_cpu(1) + acquire(kCpu2) +
                 cpu_connector(kCpu2, {2}) + start_cpu(2));
    EXPECT_EQ(dlpar("cpu add count 2"), 15);
    EXPECT_EQ(online(), "0-2\n");
    EXPECT_EQ(dlpar("cpu remove count 3"), -EINVAL) << "one stays";
    EXPECT_TRUE(host_.logged("Failed to find enough CPUs (3 of 3) to remove"));
    EXPECT_EQ(dlpar("cpu add count 2"), -EINVAL);
    EXPECT_TRUE(host_.logged("Failed to find enough CPUs (1 of 2) to add"));
    host_.expect(stop_cpu(2) + release(kCpu2) + stop_cpu(1) + release(kCpu1));
    EXPECT_EQ(dlpar("cpu remove count 2"), 18);
    EXPECT_EQ(online(), "0\n");
  }
}

TEST_F(CpuSwitchTest, AFailedCountIsTakenBack) {
  start(alone(Switch::cpu_count_requests));
  host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}) + start_cpu(1) + sense(kCpu2, 1) +
               stop_cpu(1) + release(kCpu1));
  EXPECT_EQ(dlpar("cpu add count 2"), -EINVAL);
  EXPECT_EQ(online(), "0\n");
  start(alone(Switch::cpu_count_requests), {.cores = 3});
  host_.refuse["kernel.cpu_offline"] = {1};
  host_.expect(stop_cpu(0) + release(0x10000000) + acquire(0x10000000) +
               cpu_connector(0x10000000, {0}) + start_cpu(0));
  EXPECT_EQ(dlpar("cpu remove count 2"), -EINVAL);
  EXPECT_EQ(online(), "0-2\n");
}

TEST_F(CpuSwitchTest, ProbeConfiguresBeforeItAcquiresAndUndoesNothing) {
  for (const bool there : {true, false}) {
    start(alone(Switch::probe_configures_first, there));
    const Script nodes = cpu_connector(kCpu1, {1});
    host_.refuse["kernel.cpu_online"] = {1};
    host_.expect(there ? nodes + acquire(kCpu1) : acquire(kCpu1) + nodes + release(kCpu1));
    EXPECT_EQ(write("/sys/devices/system/cpu/probe", "0x10000001\n"), -EIO);
    EXPECT_EQ(kernel_->view().cpu_drcs.size(), there ? 2U : 1U);
    host_.refuse.clear();
  }
}

TEST_F(CpuSwitchTest, ProbeFreesWhatItCannotAcquire) {
  start(alone(Switch::probe_configures_first));
  const auto before = kernel_->view().allocations;
  host_.expect(cpu_connector(kCpu1, {1}) + sense(kCpu1, 1));
  EXPECT_EQ(write("/sys/devices/system/cpu/probe", "0x10000001\n"), -EINVAL);
  host_.expect(connector(-9003));
  EXPECT_EQ(write("/sys/devices/system/cpu/probe", "0x10000001\n"), -EINVAL);
  EXPECT_EQ(kernel_->view().allocations, before);
}

TEST_F(CpuSwitchTest, FirmwareHearsOfAFailedRemoval) {
  for (const bool there : {true, false}) {
    start(alone(Switch::no_unisolate_hint, there));
    if (!there) host_.expect(hint(0x10000000));
    EXPECT_EQ(dlpar("cpu remove index 0x10000000"), -EBUSY);
  }
}

TEST_F(CpuSwitchTest, AConnectorThatIsBusy) {
  for (const bool there : {true, false}) {
    start(alone(Switch::connector_impatient, there));
    const auto began = host_.now_ns();
    host_.expect(acquire(kCpu1) + connector(-2) + connector(9902));
    host_.expect(there ? release(kCpu1) : cpu_connector(kCpu1, {1}) + start_cpu(1));
    EXPECT_EQ(dlpar("cpu add index 0x10000001"), there ? -EINVAL : 24);
    EXPECT_EQ(host_.now_ns() == began, there);
  }
}

TEST_F(CpuSwitchTest, AConnectorThatTheKernelCannotFinish) {
  for (const bool there : {true, false}) {
    start(alone(Switch::connector_abandons, there));
    const auto before = kernel_->view().allocations;
    host_.no_memory = {"kernel.connector_property"};
    host_.expect(acquire(kCpu1) + connector(2, "PowerPC,POWER9@1") + connector(3, "x", {1}));
    if (!there) host_.expect(connector(1, "l2-cache@9") + connector(-2) + connector(0));
    host_.expect(release(kCpu1));
    EXPECT_EQ(dlpar("cpu add index 0x10000001"), -EINVAL);
    EXPECT_EQ(kernel_->view().allocations, before);
    host_.no_memory.clear();
  }
}

TEST_F(CpuSwitchTest, AConnectorThatNeedsMoreMemory) {
  for (const bool there : {true, false}) {
    start(alone(Switch::connector_one_page, there));
    host_.expect(acquire(kCpu1) + connector(2, "PowerPC,POWER9@1") + connector(5));
    host_.expect(there ? release(kCpu1)
                       : with_page(connector(3, "long", Bytes(4096, 7)) +
                                   connector(3, "ibm,my-drc-index",
                                             CellWriter().u32(kCpu1).take()) + connector(0)));
    EXPECT_EQ(dlpar("cpu add index 0x10000001"), there ? -EINVAL : 24);
    if (there) continue;
    EXPECT_EQ(read("/proc/device-tree/cpus/PowerPC,POWER9@1/long"), std::string(4096, 7));
    host_.expect(acquire(kCpu2) + connector(5) + with_page(connector(5)) + release(kCpu2));
    EXPECT_EQ(dlpar("cpu add index 0x10000002"), -EINVAL) << "two pages are all there is";
  }
}

TEST_F(CpuSwitchTest, AConnectorOutOfOrder) {
  for (const bool there : {true, false}) {
    for (const std::int32_t first : {1, 3, 4}) {
      start(alone(Switch::connector_trusts_order, there));
      host_.expect(acquire(kCpu1) + connector(first, "x", {1}));
      if (there) {
        EXPECT_THROW(dlpar("cpu add index 0x10000001"), BugHit);
        host_.forget();
      } else {
        host_.expect(connector(0) + release(kCpu1));
        EXPECT_EQ(dlpar("cpu add index 0x10000001"), -EINVAL);
      }
    }
  }
}

TEST_F(CpuSwitchTest, ARecordOfAnotherTypeBeforeTheCpus) {
  for (const bool there : {true, false}) {
    start(alone(Switch::drc_info_ends_search, there), {.phandles = true});
    CellWriter info;
    info.u32(2);
    for (const char* type : {"MEM", "CPU"}) {
      info.str(type).str("LMB ").u32(kCpu1).u32(1).u32(1).u32(1).u32(0xffffffff);
    }
    const Bytes value = info.take();
    const std::string text = "add_property 0x20 ibm,drc-info " + std::to_string(value.size()) +
                             " " + std::string(value.begin(), value.end());
    ASSERT_GT(write("/proc/powerpc/ofdt", text), 0);
    if (!there) host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}) + start_cpu(1));
    EXPECT_EQ(dlpar("cpu add index 0x10000001"), there ? -EINVAL : 24);
  }
}

TEST_F(CpuSwitchTest, StopSelfThatComesBack) {
  const Script refused{{"stop-self", {}, {-1}, {}, {}, {}}};
  for (const bool there : {true, false}) {
    start(alone(Switch::stop_self_panics, there), {.cores = 2});
    host_.expect(refused);
    if (there) {
      EXPECT_THROW(write("/sys/devices/system/cpu/cpu1/online", "0"), BugHit);
      host_.forget();
    } else {
      host_.expect(stop_cpu(1));
      EXPECT_EQ(write("/sys/devices/system/cpu/cpu1/online", "0"), 1);
      EXPECT_EQ(online(), "0\n");
    }
  }
}

TEST_F(CpuSwitchTest, AReleaseThatFailsHalfWay) {
  for (const bool there : {true, false}) {
    start(alone(Switch::release_undo_unconfigured, there), {.cores = 2});
    const auto before = kernel_->view().allocations;
    host_.expect(stop_cpu(1) + sense(kCpu1, 1) + isolate(kCpu1, 0) + allocate(kCpu1, 0, -1) +
                 isolate(kCpu1, 1));
    if (!there) host_.expect(cpu_connector(kCpu1, {1}));
    host_.expect(start_cpu(1) + hint(kCpu1));
    EXPECT_EQ(dlpar("cpu remove index 0x10000001"), -EIO);
    EXPECT_EQ(online(), "0-1\n");
    EXPECT_EQ(kernel_->view().allocations, before);
  }
}

// Both ways to take a state back: of a connector that cannot be had, and of one that has no node.
TEST_F(CpuSwitchTest, AnUndoThatFirmwareRefusesOnce) {
  for (const bool there : {true, false}) {
    start(alone(Switch::undo_not_repeated, there), {.cores = 2});
    host_.expect(stop_cpu(1) + release(kCpu1));
    ASSERT_GT(dlpar("cpu remove index 0x10000001"), 0);
    host_.expect(sense(kCpu1, 2) + allocate(kCpu1, 1) + isolate(kCpu1, 1, -1) +
                 allocate(kCpu1, 0, -1));
    if (!there) host_.expect(allocate(kCpu1, 0));
    EXPECT_EQ(dlpar("cpu add index 0x10000001"), -EIO);

    host_.expect(acquire(kCpu1) + connector(-9002) + sense(kCpu1, 1, -1));
    if (!there) host_.expect(release(kCpu1));
    EXPECT_EQ(dlpar("cpu add index 0x10000001"), -EINVAL);

    host_.expect(acquire(kCpu1) + connector(-9002) + sense(kCpu1, 1) + isolate(kCpu1, 0, -3));
    if (!there) host_.expect(cpu_connector(kCpu1, {1}) + release(kCpu1));
    EXPECT_EQ(dlpar("cpu add index 0x10000001"), -EINVAL);
  }
}

// What firmware says without end uses the memory up, on every level.
TEST_F(CpuSwitchTest, AnEndlessConnectorComesToAnEnd) {
  for (const KernelLevel& level : levels()) {
    if (level.has(Switch::no_dlpar_file)) continue;
    start(level);
    const auto before = kernel_->view().allocations;
    Script endless = acquire(kCpu1);
    endless.insert(endless.end(), 1 << 16, connector(2, "deep").front());
    host_.expect(endless + release(kCpu1));
    EXPECT_EQ(dlpar("cpu add index 0x10000001"), -EINVAL) << level.name;
    EXPECT_EQ(kernel_->view().allocations, before) << level.name;
  }
}

}  // namespace
}  // namespace lparsim::kernel
