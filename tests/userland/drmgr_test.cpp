// drmgr on data of our own; the twin of recorded_test that always runs.
#include <gtest/gtest.h>

#include <cstdlib>

#include "models/userland/glibc_random.hpp"
#include "tests/userland/fake_partition.hpp"

namespace lparsim::userland::testing {
namespace {

using Writes = std::vector<std::string>;

// A kernel that does what it is asked for CPUs and notes every request.
class Drmgr : public ::testing::Test {
 protected:
  Drmgr() : partition(power9_partition()) {
    partition.on_write("/sys/kernel/dlpar", [this](const std::string& text) {
      writes.push_back(text);
      return kernel(text);
    });
  }

  std::int64_t kernel(const std::string& text) {
    if (refuse.contains(text)) return -refuse[text];
    for (std::uint32_t i = 0; i < 4; ++i) {
      const std::string index = "index 0x1000000" + std::to_string(i);
      if (text == "cpu add " + index) {
        add_cpu_node(partition, i);
        set_thread(partition, i, int(i), true);
      } else if (text == "cpu remove " + index) {
        partition.remove_tree("/proc/device-tree/cpus/PowerPC,POWER9@" + std::to_string(i));
        set_thread(partition, i, -1, false);
      }
    }
    return std::int64_t(text.size());
  }

  void own_memory() {  // connectors 4..7 assigned on node 0
    partition.set_hex(
        "/proc/device-tree/ibm,dynamic-reconfiguration-memory/ibm,dynamic-memory-v2",
        "0000000300000004000000000000000000000000ffffffff000000a0"
        "0000000400000000400000008000000400000000000000080000000800000000800000008000000"
        "8ffffffff00000000");
  }

  FakePartition partition;
  std::map<std::string, int> refuse;
  Writes writes;
};

TEST_F(Drmgr, AddsTheFirstConnectorThatIsNotOwned) {
  const Ran ran = run(partition, "drmgr -c cpu -a -q 1 -w 5 -d 1");
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.output, "CPU 3\n");
  EXPECT_EQ(ran.error, "Validating CPU DLPAR capability...yes.\n");
  EXPECT_EQ(writes, Writes{"cpu add index 0x10000003"});
}

TEST_F(Drmgr, TriesTheNextConnectorAfterARefusal) {
  refuse["cpu add index 0x10000003"] = EINVAL;
  const Ran ran = run(partition, "drmgr -c cpu -a -q 2");
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.output, "CPU 1\nCPU 2\n");
  EXPECT_EQ(ran.error,
            "Validating CPU DLPAR capability...yes.\n"
            "Failed to write to /sys/kernel/dlpar: Invalid argument\n");
}

TEST_F(Drmgr, AddingFewerThanAskedIsStillSuccessWhenTheLastOneWent) {
  const Ran ran = run(partition, "drmgr -c cpu -a -q 9");
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.output, "CPU 3\nCPU 1\nCPU 2\n");
  EXPECT_NE(ran.error.find("Could not find available cpu.\n"), std::string::npos);
}

TEST_F(Drmgr, RemovesTheLastConnectorInUseAndKeepsTheLastCpu) {
  run(partition, "drmgr -c cpu -a -s 0x10000001");
  EXPECT_EQ(run(partition, "drmgr -c cpu -r -q 1").output, "CPU 1\n");
  const Ran last = run(partition, "drmgr -c cpu -r -q 1 -d 2");
  EXPECT_EQ(last.status, 255);
  EXPECT_EQ(last.error,
            "Validating CPU DLPAR capability...yes.\nCannot remove the last CPU\n");
}

TEST_F(Drmgr, NamedCpuMustExistAndBeInTheRightState) {
  EXPECT_NE(run(partition, "drmgr -c cpu -a -s 0x10000009").error.find(
                "Could not locate CPU with drc index 10000009\n"), std::string::npos);
  EXPECT_NE(run(partition, "drmgr -c cpu -a -s \"CPU 0\"").error.find(
                "Requested CPU \"CPU 0\" is already present.\n"), std::string::npos);
  const Ran gone = run(partition, "drmgr -c cpu -r -s 0x10000001");
  EXPECT_EQ(writes, Writes{});
  EXPECT_EQ(gone.status, 255);
}

TEST_F(Drmgr, FailedRemoveBringsThreadsOnlineAgain) {
  run(partition, "drmgr -c cpu -a -s 0x10000001");
  refuse["cpu remove index 0x10000001"] = EBUSY;
  partition.on_write("/sys/devices/system/cpu/cpu1/online", [](const std::string&) {
    return std::int64_t{1};
  });
  set_thread(partition, 1, 1, false);
  const Ran ran = run(partition, "drmgr -c cpu -r -s \"CPU 1\"");
  EXPECT_EQ(ran.status, 255);
  EXPECT_NE(ran.error.find("Failed to write to /sys/kernel/dlpar: Device or resource busy\n"
                           "Failure setting thread state for "
                           "/sys/devices/system/cpu/cpu1/online\n"), std::string::npos);
}

TEST_F(Drmgr, ReadsDrcInfo) {
  CellWriter info;
  info.u32(1).str("CPU").str("CPU ").u32(0x10000000).u32(0).u32(4).u32(1).u32(~0U);
  partition.files["/proc/device-tree/cpus/ibm,drc-info"] = info.take();
  EXPECT_EQ(run(partition, "drmgr -c cpu -a -q 1").output, "CPU 1\n");
}

TEST_F(Drmgr, UsesProbeAndReleaseFilesOfOlderKernels) {
  partition.set("/sys/kernel/dlpar", "memory\n");
  std::string probed;
  partition.set("/sys/devices/system/cpu/probe", "");
  partition.on_write("/sys/devices/system/cpu/probe", [&](const std::string& text) {
    probed = text;
    return std::int64_t(text.size());
  });
  run(partition, "drmgr -c cpu -a -s 0x10000002");
  EXPECT_EQ(probed, "0x10000002");
  partition.remove_tree("/sys/devices/system/cpu/probe");
  const Ran ran = run(partition, "drmgr -c cpu -a -s 0x10000002");
  EXPECT_EQ(ran.status, 1);
  // Without the file drmgr asks firmware itself, which this partition has none of.
  EXPECT_NE(ran.error.find("Entity sense failed for drc 10000002 with "), std::string::npos)
      << ran.error;
}

// The order in which memory is removed without help of the kernel is that of glibc's rand().
TEST(GlibcRandomTest, GivesTheNumbersOfTheCLibrary) {
  for (const std::uint32_t seed : {0U, 1U}) {
    GlibcRandom random(seed);
    EXPECT_EQ(random.next(), 1804289383U);
    EXPECT_EQ(random.next(), 846930886U);
    EXPECT_EQ(random.next(), 1681692777U);
  }
  for (const std::uint32_t seed : {60U, 2147483648U, 4294967295U}) {
    GlibcRandom random(seed);
    std::srand(seed);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(random.next(), std::uint32_t(std::rand())) << seed;
  }
}

TEST_F(Drmgr, MemoryAddIsOneRequest) {
  EXPECT_EQ(run(partition, "drmgr -c mem -a -q 3").output, "DR_TOTAL_RESOURCES=3\n");
  refuse["memory add count 4"] = EINVAL;
  const Ran ran = run(partition, "drmgr -c mem -a -q 4");
  EXPECT_EQ(ran.status, 255);
  EXPECT_EQ(ran.output, "DR_TOTAL_RESOURCES=0\n");
  EXPECT_EQ(writes, (Writes{"memory add count 3", "memory add count 4"}));
}

TEST_F(Drmgr, MemoryRemoveByNodeTakesTheHighestAndReportsWhatWent) {
  own_memory();
  refuse["memory remove index 0x80000007"] = EBUSY;
  const Ran ran = run(partition, "drmgr -c mem -r -q 2");
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.output, "DR_TOTAL_RESOURCES=2\n");
  EXPECT_EQ(writes, (Writes{"memory remove index 0x80000007", "memory remove index 0x80000006",
                            "memory remove index 0x80000005"}));
}

TEST_F(Drmgr, MemoryRemovePartlyDoneIsStatusZero) {
  own_memory();
  for (int i = 4; i < 8; ++i) {
    refuse["memory remove index 0x8000000" + std::to_string(i)] = EBUSY;
  }
  const Ran ran = run(partition, "drmgr -c mem -r -q 2");
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.output, "DR_TOTAL_RESOURCES=0\n");
  EXPECT_EQ(ran.error, "Validating Memory DLPAR capability...yes.\n");
}

TEST_F(Drmgr, NodesWithoutCpusGiveMemoryFirst) {
  // Two lists: index 0 is node 0 with the CPU, index 1 is node 1 without.
  const std::string memory = "/proc/device-tree/ibm,dynamic-reconfiguration-memory";
  partition.set_cells(memory + "/ibm,associativity-lookup-arrays", {2, 1, 0, 1});
  partition.set("/sys/devices/system/node/node1/cpumap", "00000000\n");
  partition.set_hex(memory + "/ibm,dynamic-memory-v2",
                    "00000002"
                    "00000002000000004000000080000004" "00000000" "00000008"
                    "00000002000000006000000080000006" "00000001" "00000008");
  EXPECT_EQ(run(partition, "drmgr -c mem -r -q 3").output, "DR_TOTAL_RESOURCES=3\n");
  EXPECT_EQ(writes, (Writes{"memory remove index 0x80000007", "memory remove index 0x80000006",
                            "memory remove index 0x80000005"}));
}

TEST_F(Drmgr, WithoutNodesTheKernelChooses) {
  partition.remove_tree("/sys/devices/system/node");
  run(partition, "drmgr -c mem -r -q 2");
  EXPECT_EQ(writes, Writes{"memory remove count 2"});
}

TEST_F(Drmgr, MemoryByIndex) {
  run(partition, "drmgr -c mem -r -s 0x80000005");
  EXPECT_EQ(writes, Writes{"memory remove index 0x80000005"});
}

TEST_F(Drmgr, EntitlementIsWrittenAsAnAbsoluteValue) {
  partition.set("/proc/ppc64/lparcfg",
                "serial\npartition_entitled_capacity=50\ncapacity_weight=128\n");
  Writes sets;
  partition.on_write("/proc/ppc64/lparcfg", [&](const std::string& text) {
    sets.push_back(text);
    return -EINVAL;  // lost: the program does not look
  });
  EXPECT_EQ(run(partition, "drmgr -c cpu -a -p ent_capacity -q 30").status, 0);
  EXPECT_EQ(run(partition, "drmgr -c cpu -r -p variable_weight -q 28").status, 0);
  EXPECT_EQ(sets, (Writes{"partition_entitled_capacity=80\n", "capacity_weight=100\n"}));
  const Ran ran = run(partition, "drmgr -c cpu -r -p ent_capacity -q 60");
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.error.find("Current value: 32, asking to remove: 3c\n"), std::string::npos);
}

TEST_F(Drmgr, LockHeldByAnotherProcessFailsAtOnce) {
  partition.lock("/var/lock/dr_config_lock", 7);
  const Ran ran = run(partition, "drmgr -c cpu -a -q 1 -w 5");
  EXPECT_EQ(ran.status, 255);
  EXPECT_EQ(ran.error,
            "/var/lock/dr_config_lock: Resource temporarily unavailable\n"
            "Unable to obtain Dynamic Reconfiguration lock. Please try command again later.\n");
  EXPECT_EQ(writes, Writes{});
  partition.unlock_all(7);
  EXPECT_EQ(run(partition, "drmgr -c cpu -a -q 1").status, 0);
  EXPECT_TRUE(partition.locks.empty());
}

TEST_F(Drmgr, StopsWhenItsTimeIsOver) {
  FakeProcess process(partition);
  partition.on_write("/sys/kernel/dlpar", [&](const std::string& text) {
    process.sleep(std::chrono::seconds(61));
    return kernel(text);
  });
  const std::vector<std::string> argv{"drmgr", "-c", "cpu", "-a", "-q", "3", "-w", "1", "-d2"};
  EXPECT_EQ(find_program("drmgr")(process, argv), 0);
  EXPECT_EQ(process.output, "CPU 3\n");
  EXPECT_NE(process.error.find("Drmgr has exceeded its specified wait time"), std::string::npos);
}

TEST_F(Drmgr, PlatformIsCheckedFirst) {
  partition.set("/proc/cpuinfo", "platform: PowerNV\n");
  const Ran ran = run(partition, "drmgr -c cpu -a");
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.error, "drmgr: is not supported on the PowerNV platform\n");
}

TEST_F(Drmgr, LogIsKeptAtEveryLevelAndRotated) {
  partition.set("/var/log/drmgr", std::string(1 << 20, 'x'));
  const Ran ran = run(partition, "drmgr -c cpu -a -q 1");
  EXPECT_NE(ran.error.find("Rotating logs...\n"), std::string::npos);
  EXPECT_FALSE(partition.files.contains("/var/log/drmgr"));
  EXPECT_NE(partition.text("/var/log/drmgr.0").find("Acquired 1 of 1 requested cpu(s).\n"),
            std::string::npos);
}

TEST_F(Drmgr, HooksRunInTheOrderOfTheirNamesWithWhatWasDone) {
  partition.version = *find_version("1.3.13");
  partition.set("/etc/drmgr.d/cpu/9-first",
                "# no command\necho $PHASE $DRC_TYPE $ACTION $DRC_COUNT\n");
  partition.set("/etc/drmgr.d/cpu/10-second", "echo second $PHASE\nfalse\n");
  refuse["cpu add index 0x10000003"] = EINVAL;
  const Ran ran = run(partition, "drmgr -c cpu -a -q 9");
  EXPECT_EQ(ran.output,
            "pre cpu add 9\nsecond pre\nCPU 1\nCPU 2\npost cpu add 2\nsecond post\n");
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(partition.text("/var/log/drmgr")
                .find("hook '/etc/drmgr.d/cpu/10-second' exited with status 1\n"),
            std::string::npos);
}

}  // namespace
}  // namespace lparsim::userland::testing
