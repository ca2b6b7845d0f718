// Threads of cores: ppc64_cpu and drmgr -p smt_threads, on two cores of four threads.
#include <gtest/gtest.h>

#include "tests/userland/fake_partition.hpp"

namespace lparsim::userland::testing {
namespace {

class Smt : public ::testing::Test {
 protected:
  Smt() : partition(power9_partition()) {
    const std::string cpus = "/proc/device-tree/cpus/PowerPC,POWER9@";
    partition.remove_tree(cpus + "0");
    partition.set_cells("/proc/device-tree/cpus/ibm,drc-indexes", {2, 0x10000000, 0x10000004});
    partition.set_cells("/proc/device-tree/cpus/ibm,drc-power-domains", {2, ~0U, ~0U});
    partition.set("/proc/device-tree/cpus/ibm,drc-names",
                  std::string_view("\0\0\0\2CPU 0\0CPU 4\0", 16));
    partition.set("/proc/device-tree/cpus/ibm,drc-types",
                  std::string_view("\0\0\0\2CPU\0CPU\0", 12));
    for (const std::uint32_t first : {0U, 4U}) {
      const std::string node = cpus + std::to_string(first);
      partition.set_cells(node + "/ibm,my-drc-index", {0x10000000 + first});
      partition.set_cells(node + "/reg", {first});
      partition.set_cells(node + "/ibm,ppc-interrupt-server#s",
                          {first, first + 1, first + 2, first + 3});
      for (std::uint32_t i = 0; i < 4; ++i) {
        set_thread(partition, first + i, static_cast<int>(first + i), true);
      }
    }
  }

  std::string online() {
    std::string out;
    for (int i = 0; i < 8; ++i) {
      out += partition.text("/sys/devices/system/cpu/cpu" + std::to_string(i) + "/online")[0];
    }
    return out;
  }
  // The kernel keeps this thread online.
  void keep(int thread) {
    partition.on_write("/sys/devices/system/cpu/cpu" + std::to_string(thread) + "/online",
                       [](const std::string&) { return std::int64_t{-EBUSY}; });
  }

  FakePartition partition;
};

TEST_F(Smt, IsShownAndSet) {
  EXPECT_EQ(run(partition, "ppc64_cpu --smt").output, "SMT=4\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --smt=2").status, 0);
  EXPECT_EQ(online(), "11001100");
  EXPECT_EQ(run(partition, "ppc64_cpu --smt -n").output, "SMT=2\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --smt=off").status, 0);
  EXPECT_EQ(run(partition, "ppc64_cpu --smt").output, "SMT is off\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --smt -n").output, "SMT=1\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --smt=on").status, 0);
  EXPECT_EQ(online(), "11111111");
  const Ran wrong = run(partition, "ppc64_cpu --smt=9");
  EXPECT_EQ(wrong.status, 255);
  EXPECT_EQ(wrong.output, "SMT=9 is not valid\n");
}

TEST_F(Smt, OfCoresThatDifferIsTold) {
  partition.set("/sys/devices/system/cpu/cpu7/online", "0\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --smt").output, "SMT=3: 1\nSMT=4: 0\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --info").output,
            "Core   0:    0*    1*    2*    3* \nCore   1:    4*    5*    6*    7  \n");
  EXPECT_EQ(run(partition, "ppc64_cpu --cores-on=1").status, 255);
}

TEST_F(Smt, NamedCoresComeAndGo) {
  EXPECT_EQ(run(partition, "ppc64_cpu --offline-cores=1").status, 0);
  EXPECT_EQ(online(), "11110000");
  EXPECT_EQ(run(partition, "ppc64_cpu --online-cores").output, "Cores online = 0\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --offline-cores").output, "Cores offline = 1\n");
  const Ran wrong = run(partition, "ppc64_cpu --online-cores=1,x,7");
  EXPECT_EQ(wrong.status, 255);
  EXPECT_EQ(wrong.output, "Invalid core to online: x\nInvalid core to online: 7\n");
  EXPECT_EQ(online(), "11110000");
  EXPECT_EQ(run(partition, "ppc64_cpu --online-cores=0,1").status, 0);
  EXPECT_EQ(online(), "11111111");
}

TEST_F(Smt, WhatAPartitionLacksIsTold) {
  EXPECT_EQ(run(partition, "ppc64_cpu --dscr").error, "Machine is not DSCR capable\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --subcores-per-core").error,
            "Machine is not subcore capable\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --frequency").status, 255);
  EXPECT_EQ(run(partition, "ppc64_cpu --info -n").status, 255);
}

TEST_F(Smt, TheDataStreamRegisterIsHexadecimalInItsFile) {
  const char* file = "/sys/devices/system/cpu/dscr_default";
  partition.set(file, "1f\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --dscr").output, "DSCR is 31\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --dscr=16").status, 0);
  EXPECT_EQ(partition.text(file), "10");
  EXPECT_EQ(run(partition, "ppc64_cpu --dscr -p 4").error,
            "Could not attach to process 4 to get the DSCR value\nNo such process\n");
}

TEST_F(Smt, AFailingThreadIsTold) {
  keep(5);
  const Ran ran = run(partition, "ppc64_cpu --smt=1");
  EXPECT_EQ(ran.status, 255);
  EXPECT_EQ(ran.error, "One or more cpus could not be on/offlined\n");
  EXPECT_EQ(online(), "10001111");
}

TEST_F(Smt, CoresComeAndGo) {
  EXPECT_EQ(run(partition, "ppc64_cpu --cores-present").output, "Number of cores present = 2\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --cores-on=1").status, 0);
  EXPECT_EQ(online(), "11110000");
  EXPECT_EQ(run(partition, "ppc64_cpu --cores-on").output, "Number of cores online = 1\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --cores-on=all").status, 0);
  EXPECT_EQ(online(), "11111111");
  EXPECT_EQ(run(partition, "ppc64_cpu --cores-on=3").output,
            "Cannot online more cores than are present.\nNumber of cores present = 2\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --cores-on=x").output,
            "Invalid number of cores to online: x\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --info -n").status, 255);
}

TEST_F(Smt, DrmgrChangesOneCpuOrAll) {
  EXPECT_EQ(run(partition, "drmgr -c cpu -r -p smt_threads").status, 0);
  EXPECT_EQ(online(), "10001000");
  EXPECT_EQ(run(partition, "drmgr -c cpu -a -p smt_threads -s \"CPU 4\"").status, 0);
  EXPECT_EQ(online(), "10001111");
  EXPECT_EQ(run(partition, "drmgr -c cpu -a -p smt_threads -s 0x10000000").status, 0);
  EXPECT_EQ(online(), "11111111");
  EXPECT_EQ(run(partition, "drmgr -c cpu -a -p smt_threads -s \"CPU 9\"").error,
            "Validating CPU DLPAR capability...yes.\nCould not find cpu CPU 9\n");
  EXPECT_EQ(run(partition, "drmgr -c cpu -a -p smt_threads -q 2").status, 255);
  keep(1);
  EXPECT_EQ(run(partition, "drmgr -c cpu -r -p smt_threads").status, 255);
}

TEST(SmtOfOneThread, IsNotThere) {
  FakePartition partition = power9_partition();
  const Ran ran = run(partition, "drmgr -c cpu -a -p smt_threads");
  EXPECT_EQ(ran.status, 255);
  EXPECT_EQ(ran.error, "Validating CPU DLPAR capability...yes.\n"
                       "SMT functions not available on this system.\n");
  EXPECT_EQ(run(partition, "ppc64_cpu --smt").error, "Machine is not SMT capable\n");
}

}  // namespace
}  // namespace lparsim::userland::testing
