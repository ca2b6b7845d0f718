// Conversations of CPU add and remove (kernel.md 1, 2; order as recorded, section 12).
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"
#include "tests/support/expect_rule.hpp"

namespace lparsim::kernel {
namespace {

using CpuTest = KernelRig;
constexpr std::uint32_t kCpu1 = 0x10000001;

TEST_F(CpuTest, AddIsSensorUsableUnisolateConnectorStart) {
  start("6.1");
  host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}) + start_cpu(1));
  EXPECT_EQ(dlpar("cpu add index 0x10000001\n"), 25);
  EXPECT_EQ(online(), "0-1\n");
  EXPECT_EQ(host_.tree_events, std::vector<std::string>{"+/cpus/PowerPC,POWER9@1"});
  EXPECT_EQ(kernel_->view().cpu_drcs, (std::vector<std::uint32_t>{kCpu1, 0x10000000}));
  EXPECT_EQ(read("/sys/devices/system/cpu/cpu1/physical_id"), "1\n");
}

TEST_F(CpuTest, AddBringsAllThreadsOnlineInPropertyOrder) {
  start("6.1", {.threads = 2});
  host_.expect(acquire(0x10000002) + cpu_connector(0x10000002, {2, 3}) + start_cpu(2) +
               start_cpu(3));
  EXPECT_GT(dlpar("cpu add index 0x10000002"), 0);
  EXPECT_EQ(online(), "0-3\n");
}

TEST_F(CpuTest, LogicalNumberIsTheLowestFreeOne) {
  start("6.1");
  host_.expect(acquire(0x10000003) + cpu_connector(0x10000003, {3}) + start_cpu(3));
  EXPECT_GT(dlpar("cpu add index 0x10000003"), 0);
  EXPECT_EQ(read("/sys/devices/system/cpu/cpu1/physical_id"), "3\n");
  EXPECT_EQ(read("/sys/devices/system/cpu/cpu3/physical_id"), "-1\n");
}

TEST_F(CpuTest, LogicalNumberOfAnotherNumaNodeIsTakenOnlyWhenNoneIsLeft) {
  start("6.1", {.cores = 2, .possible_cores = 3});
  const auto on_node_1 = [](std::uint32_t drc, std::uint32_t server) {
    Script script = cpu_connector(drc, {server});
    script.pop_back();
    return script + connector(3, "ibm,associativity", CellWriter().u32(1).u32(1).take()) +
           connector(0);
  };
  host_.expect(stop_cpu(1) + release(kCpu1));
  EXPECT_GT(dlpar("cpu remove index 0x10000001"), 0);   // id 1 stays recorded for node 0
  host_.expect(acquire(0x10000002) + on_node_1(0x10000002, 2) + start_cpu(2));
  EXPECT_GT(dlpar("cpu add index 0x10000002"), 0);
  EXPECT_EQ(online(), "0,2\n");
  host_.expect(acquire(0x10000003) + on_node_1(0x10000003, 3) + start_cpu(3));
  EXPECT_GT(dlpar("cpu add index 0x10000003"), 0);
  EXPECT_EQ(online(), "0-2\n");
}

TEST_F(CpuTest, RemoveStopsThenReleases) {
  start("6.1", {.cores = 2});
  host_.expect(stop_cpu(1, 3) + release(kCpu1));
  EXPECT_GT(dlpar("cpu remove index 0x10000001"), 0);
  EXPECT_EQ(online(), "0\n");
  EXPECT_EQ(host_.tree_events, std::vector<std::string>{"-/cpus/PowerPC,POWER9@1"});
  host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}) + start_cpu(1));
  EXPECT_RULE("R1-11.1-2", dlpar("cpu add index 0x10000001") > 0 && online() == "0-1\n")
      << "it goes on with one processor";
}

TEST_F(CpuTest, SharedCacheGoesWithItsLastUser) {
  start("6.1");
  Script second = cpu_connector(0x10000002, {2});
  second.pop_back();
  second = second + connector(3, "l2-cache", CellWriter().u32(0x2001).take()) + connector(0);
  host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}, true) + start_cpu(1) +
               acquire(0x10000002) + second + start_cpu(2));
  EXPECT_GT(dlpar("cpu add index 0x10000001"), 0);
  EXPECT_GT(dlpar("cpu add index 0x10000002"), 0);
  FileStat stat;
  host_.expect(stop_cpu(1) + release(kCpu1));
  EXPECT_GT(dlpar("cpu remove index 0x10000001"), 0);
  EXPECT_EQ(kernel_->stat("/proc/device-tree/cpus/l2-cache@8193", stat), 0);
  host_.expect(stop_cpu(2) + release(0x10000002));
  EXPECT_GT(dlpar("cpu remove index 0x10000002"), 0);
  EXPECT_EQ(kernel_->stat("/proc/device-tree/cpus/l2-cache@8193", stat), -ENOENT);
}

TEST_F(CpuTest, LastCpuStaysAndTheHypervisorIsTold) {
  start("6.1");
  host_.expect(sense(0x10000000, 1) + isolate(0x10000000, 1));
  EXPECT_EQ(dlpar("cpu remove index 0x10000000"), -EINVAL);
  EXPECT_TRUE(host_.logged("Unable to remove last online CPU PowerPC,POWER9"));
  EXPECT_TRUE(host_.logged("Failed to offline CPU PowerPC,POWER9, rc: -16"));
}

TEST_F(CpuTest, LastCpuIsBusyWhenErrnoIsKept) {
  start("fixed");
  host_.expect(sense(0x10000000, 1) + isolate(0x10000000, 1));
  EXPECT_EQ(dlpar("cpu remove index 0x10000000"), -EBUSY);
}

TEST_F(CpuTest, UnknownIndexToRemoveStillGivesTheHint) {
  start("6.1");
  host_.expect(sense(0x1000ffff, 0, -3));
  EXPECT_EQ(dlpar("cpu remove index 0x1000ffff"), -ENODEV);
}

TEST_F(CpuTest, AddRefusesWithoutCalls) {
  start("6.1");
  EXPECT_EQ(dlpar("cpu add index 0x10000000"), -EINVAL);
  EXPECT_TRUE(host_.logged("CPU with drc index 10000000 already exists"));
  EXPECT_EQ(dlpar("cpu add index 0x1000ffff"), -EINVAL);
  EXPECT_TRUE(host_.logged("Cannot find CPU (drc index 1000ffff) to add."));
  EXPECT_EQ(dlpar("cpu add count 1"), -EINVAL);
}

TEST_F(CpuTest, AcquireErrorBecomesEinval) {
  start("6.1");
  host_.expect(sense(0x10000002, 2) + allocate(0x10000002, 1, -3));
  EXPECT_EQ(dlpar("cpu add index 0x10000002"), -EINVAL);
  EXPECT_TRUE(host_.logged("Failed to acquire DRC, rc: -22, drc index: 10000002"));
}

TEST_F(CpuTest, UnisolateErrorTakesTheAllocationBack) {
  start("6.1");
  host_.expect(sense(kCpu1, 2) + allocate(kCpu1, 1) + isolate(kCpu1, 1, -1) + allocate(kCpu1, 0));
  EXPECT_EQ(dlpar("cpu add index 0x10000001"), -EINVAL);
}

TEST_F(CpuTest, ConnectorErrorReleasesAndLeavesNothing) {
  start("6.1");
  const std::uint64_t before = kernel_->view().allocations;
  host_.expect(acquire(kCpu1) + connector(2, "PowerPC,POWER9@1") + connector(-9003) +
               release(kCpu1));
  EXPECT_EQ(dlpar("cpu add index 0x10000001"), -EINVAL);
  EXPECT_EQ(kernel_->view().allocations, before);
}

TEST_F(CpuTest, OnlineErrorKeepsTheCacheOnlyWithTheDefect) {
  for (const bool defect : {true, false}) {
    start(alone(Switch::cpu_add_keeps_caches, defect));
    host_.refuse["kernel.cpu_online"] = {1};
    host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}, true) + release(kCpu1));
    EXPECT_EQ(dlpar("cpu add index 0x10000001"), -EIO);
    FileStat stat;
    EXPECT_EQ(kernel_->stat("/proc/device-tree/cpus/l2-cache@8193", stat), defect ? 0 : -ENOENT);
    EXPECT_EQ(kernel_->stat("/proc/device-tree/cpus/PowerPC,POWER9@1", stat), -ENOENT);
  }
}

TEST_F(CpuTest, StuckProcessorIsEnoent) {
  start("6.1");
  host_.call_in = false;
  host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}) + start_cpu(1) + release(kCpu1));
  EXPECT_EQ(dlpar("cpu add index 0x10000001"), -ENOENT);
  EXPECT_EQ(host_.now_ns(), 5'000'000'000U);
}

TEST_F(CpuTest, PartialOfflineIsRolledBackOnlyWithoutTheDefect) {
  for (const bool defect : {true, false}) {
    start(alone(Switch::cpu_offline_no_rollback, defect), {.threads = 2, .cores = 2});
    host_.refuse["kernel.cpu_offline"] = {3};
    host_.expect(stop_cpu(2));
    if (!defect) host_.expect(start_cpu(2));
    host_.expect(sense(0x10000002, 1) + isolate(0x10000002, 1));
    EXPECT_EQ(dlpar("cpu remove index 0x10000002"), -EBUSY);
    EXPECT_EQ(online(), defect ? "0-1,3\n" : "0-3\n");
  }
}

TEST_F(CpuTest, OfflineErrorAfterOnlineErrorIsABug) {
  start("6.1", {.threads = 2});
  host_.refuse["kernel.cpu_online"] = {3};
  host_.refuse["kernel.cpu_offline"] = {2};
  host_.expect(acquire(0x10000002) + cpu_connector(0x10000002, {2, 3}) + start_cpu(2));
  EXPECT_THROW(dlpar("cpu add index 0x10000002"), BugHit);
  EXPECT_TRUE(kernel_->view().crashed);
}

TEST_F(CpuTest, NoFreeLogicalIdsFreesLiveNodesOnlyWithTheDefect) {
  for (const bool defect : {true, false}) {
    start(alone(Switch::cpu_add_frees_live_nodes, defect), {.possible_cores = 1});
    host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}) + release(kCpu1));
    if (defect) {
      EXPECT_THROW(dlpar("cpu add index 0x10000001"), BugHit);
    } else {
      EXPECT_EQ(dlpar("cpu add index 0x10000001"), -ENOSPC);
      EXPECT_EQ(kernel_->view().cpu_drcs, std::vector<std::uint32_t>{0x10000000});
    }
  }
}

TEST_F(CpuTest, RemoveLeaksTheNodesOnlyWithTheDefect) {
  for (const bool defect : {true, false}) {
    start(alone(Switch::cpu_remove_leaks_nodes, defect));
    const std::uint64_t before = kernel_->view().allocations;
    host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}, true) + start_cpu(1) + stop_cpu(1) +
                 release(kCpu1));
    EXPECT_GT(dlpar("cpu add index 0x10000001"), 0);
    EXPECT_GT(dlpar("cpu remove index 0x10000001"), 0);
    // Two nodes with 4 and 1 properties.
    EXPECT_EQ(kernel_->view().allocations, before + (defect ? 7U : 0U));
  }
}

TEST_F(CpuTest, ReleaseErrorBringsTheThreadsBack) {
  start("6.1", {.cores = 2});
  host_.expect(stop_cpu(1) + sense(kCpu1, 1) + isolate(kCpu1, 0, -9000) + start_cpu(1) +
               sense(kCpu1, 1) + isolate(kCpu1, 1));
  EXPECT_EQ(dlpar("cpu remove index 0x10000001"), -EFAULT);
  EXPECT_EQ(online(), "0-1\n");
}

TEST_F(CpuTest, DyingCpuIsWaitedForUntilTheLevelGivesUp) {
  start("fixed", {.cores = 2});
  host_.expect({{"stop-self", {}, {0}, {}, {}, {}}});
  const std::size_t polls = 120'000'000'000 / 1'000'000 + 1;
  host_.expect(Script(polls, {"query-cpu-stopped-state", {1}, {0, 2}, {}, {}, {}}));
  EXPECT_EQ(write("/sys/devices/system/cpu/cpu1/online", "0"), -ETIMEDOUT);
}

TEST_F(CpuTest, OnlineFileNeverTouchesADrc) {
  start("6.1", {.cores = 2});
  host_.expect(stop_cpu(1) + start_cpu(1));
  EXPECT_EQ(write("/sys/devices/system/cpu/cpu1/online", "0\n"), 2);
  EXPECT_EQ(online(), "0\n");
  EXPECT_EQ(write("/sys/devices/system/cpu/cpu1/online", "1\n"), 2);
  EXPECT_EQ(write("/sys/devices/system/cpu/cpu1/online", "1\n"), 2);   // it is online already
  EXPECT_EQ(write("/sys/devices/system/cpu/cpu2/online", "1\n"), -EINVAL);   // not present
  EXPECT_EQ(write("/sys/devices/system/cpu/cpu1/online", "x\n"), -EINVAL);
}

TEST_F(CpuTest, LastOnlineCpuIsBusyForTheOnlineFile) {
  start("6.1");
  EXPECT_EQ(write("/sys/devices/system/cpu/cpu0/online", "0"), -EBUSY);
}

TEST_F(CpuTest, ProbeTakesANumberAndReleaseAPath) {
  start("6.1");
  host_.expect(acquire(kCpu1) + cpu_connector(kCpu1, {1}) + start_cpu(1) + stop_cpu(1) +
               release(kCpu1));
  EXPECT_EQ(write("/sys/devices/system/cpu/probe", "0x10000001\n"), 11);
  EXPECT_EQ(write("/sys/devices/system/cpu/release", "/cpus/PowerPC,POWER9@1\n"), -EINVAL);
  EXPECT_EQ(write("/sys/devices/system/cpu/release", "/cpus/PowerPC,POWER9@1"), 22);
  EXPECT_EQ(online(), "0\n");
}

TEST_F(CpuTest, ShutdownStopsTheOthersAndCallsPowerOffOnTheLastOne) {
  start("6.1", {.threads = 2, .cores = 2});
  for (const std::int32_t status : {-2, 9900, -1}) {
    host_.expect({{"power-off", {0xffffffff, 0xffffffff}, {status}, {}, {}, {}}});
  }
  EXPECT_EQ(kernel_->shut_down(false), -EIO);
  EXPECT_EQ(online(), "0\n");
  EXPECT_EQ(host_.left(), 0U);
  EXPECT_TRUE(host_.logged("power-off refused: -1"));
  EXPECT_TRUE(host_.held.empty());
}

TEST_F(CpuTest, RestartCallsSystemReboot) {
  start("6.1");
  host_.expect({{"system-reboot", {}, {-1}, {}, {}, {}}});
  EXPECT_EQ(kernel_->shut_down(true), -EIO);
  EXPECT_EQ(host_.left(), 0U);
}

}  // namespace
}  // namespace lparsim::kernel
