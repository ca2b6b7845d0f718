// The file surface: contents, sizes, errno (drmgr.md section 2).
#include <algorithm>
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

using FileTest = KernelRig;

TEST_F(FileTest, DeviceTreePropertiesAreBinaryWithExactSize) {
  start("6.1");
  const char* path = "/proc/device-tree/cpus/PowerPC,POWER9@0/ibm,my-drc-index";
  FileStat stat;
  EXPECT_EQ(kernel_->stat(path, stat), 0);
  EXPECT_EQ(stat.size, 4U);
  EXPECT_EQ(stat.type, FileType::file);
  EXPECT_EQ(read(path), std::string("\x10\0\0\0", 4));
  EXPECT_EQ(read("/proc/device-tree/device_type"), std::string("chrp\0", 5));
  EXPECT_EQ(read("/proc/device-tree/cpus/PowerPC,POWER9@0/name"),
            std::string("PowerPC,POWER9\0", 15));
}

TEST_F(FileTest, ListsNodesPropertiesAndImpliedDirectories) {
  start("6.1", {.cores = 2});
  std::vector<DirectoryEntry> entries;
  const auto has = [&](std::string_view name, FileType type) {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const auto& e) { return e.name == name && e.type == type; });
  };
  ASSERT_EQ(kernel_->list("/proc/device-tree/cpus", entries), 0);
  EXPECT_TRUE(has("PowerPC,POWER9@1", FileType::directory));
  EXPECT_TRUE(has("ibm,drc-indexes", FileType::file));
  ASSERT_EQ(kernel_->list("/sys/devices/system/cpu/", entries), 0);
  EXPECT_TRUE(has("cpu3", FileType::directory));
  EXPECT_FALSE(has("cpu4", FileType::directory));
  EXPECT_TRUE(has("probe", FileType::file));
  ASSERT_EQ(kernel_->list("/sys/devices/system/node/node0", entries), 0);
  EXPECT_TRUE(has("cpu1", FileType::link));
  EXPECT_FALSE(has("cpu2", FileType::link));
  ASSERT_EQ(kernel_->list("/proc", entries), 0);
  EXPECT_TRUE(has("device-tree", FileType::directory));
  ASSERT_EQ(kernel_->list("/", entries), 0);
  EXPECT_TRUE(has("sys", FileType::directory));
}

TEST_F(FileTest, ErrorsAreExact) {
  start("6.1");
  Bytes out;
  FileStat stat;
  std::vector<DirectoryEntry> entries;
  std::string target;
  EXPECT_EQ(kernel_->read("/proc/absent", out), -ENOENT);
  EXPECT_EQ(kernel_->read("/proc/device-tree/absent", out), -ENOENT);
  EXPECT_EQ(kernel_->read("/proc/device-tree/cpus", out), -EISDIR);
  EXPECT_EQ(kernel_->read("/proc/device-tree/model/x", out), -ENOTDIR);
  EXPECT_EQ(kernel_->read("/sys/devices/system/cpu", out), -EISDIR);
  EXPECT_EQ(kernel_->read("/sys/devices/system/cpu/probe", out), -EACCES);
  EXPECT_EQ(kernel_->stat("/proc/cpuinfo/x", stat), -ENOTDIR);
  EXPECT_EQ(kernel_->stat("/sys/devices/system/cpu/cpu01", stat), -ENOENT);
  EXPECT_EQ(kernel_->list("/proc/cpuinfo", entries), -ENOTDIR);
  EXPECT_EQ(kernel_->read_link("/proc/cpuinfo", target), -EINVAL);
  EXPECT_EQ(kernel_->read_link("/sys/devices/system/node/node0/cpu0", target), 0);
  EXPECT_EQ(target, "../../cpu/cpu0");
  EXPECT_EQ(write("/proc/device-tree/model", "x"), -EACCES);
  EXPECT_EQ(write("/proc/device-tree", "x"), -EISDIR);
  EXPECT_EQ(write("/sys/devices/system/cpu/online", "x"), -EACCES);
  EXPECT_EQ(write("/sys/kernel", "x"), -EISDIR);
}

TEST_F(FileTest, FixedTexts) {
  start("6.1");
  EXPECT_EQ(read("/proc/ppc64/rtas/rmo_buffer"), "0000000000010000 10000\n");
  EXPECT_NE(read("/proc/cpuinfo").find("pSeries"), std::string::npos);
  EXPECT_EQ(read("/sys/devices/system/memory/block_size_bytes"), "10000000\n");
  EXPECT_EQ(read("/sys/devices/system/memory/memory3/phys_index"), "00000003\n");
  EXPECT_EQ(read("/sys/devices/system/cpu/possible"), "0-3\n");
  EXPECT_EQ(read("/sys/devices/system/cpu/cpu3/online"), "0\n");
}

TEST_F(FileTest, LparcfgReadsAndWritesEntitlement) {
  start("6.1");
  constexpr std::uint64_t kGet = 0xec;
  // 1.50 units, group 0x8002, pool 0, capped, weight 128, 4 in the pool, 8 active.
  host_.hcall_outputs[kGet] = {150, 20, 0x80020000, 0x0001800000040008};
  const std::string text = read("/proc/ppc64/lparcfg");
  for (const char* line : {"partition_id=3\n", "partition_entitled_capacity=150\n",
                           "group=32770\n", "pool=0\n", "pool_capacity=400\n",
                           "capacity_weight=128\n", "capped=1\n", "unallocated_capacity=20\n",
                           "shared_processor_mode=1\n", "partition_potential_processors=4\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  host_.hcalls.clear();
  EXPECT_EQ(write("/proc/ppc64/lparcfg", "partition_entitled_capacity=160\n"), 32);
  ASSERT_EQ(host_.hcalls.size(), 2U);
  EXPECT_EQ(host_.hcalls[1][0], 0xf0U);
  EXPECT_EQ(host_.hcalls[1][1], 160U);
  EXPECT_EQ(host_.hcalls[1][2], 128U);
  EXPECT_EQ(write("/proc/ppc64/lparcfg", "capacity_weight=7\n"), 18);
  EXPECT_EQ(host_.hcalls[3][1], 150U);
  EXPECT_EQ(host_.hcalls[3][2], 7U);
  EXPECT_EQ(write("/proc/ppc64/lparcfg", "capacity_weight=256\n"), -EINVAL);
  EXPECT_EQ(write("/proc/ppc64/lparcfg", "nonsense\n"), -EINVAL);
  EXPECT_EQ(write("/proc/ppc64/lparcfg", "other_key=1\n"), -EINVAL);
}

TEST_F(FileTest, TwoKernelsDoNotSeeEachOther) {
  start("6.1");
  ScriptedHost other_host;
  const auto other = make_linux(other_host, *find_level("6.1"));
  const Bytes flat = flat_tree({});
  std::copy(flat.begin(), flat.end(), other_host.rmo(0x100000, flat.size()));
  ASSERT_EQ(other->boot(0x100000, flat.size()), 0);
  host_.expect(acquire(0x80000004) + lmb_connector());
  EXPECT_GT(dlpar("memory add index 0x80000004"), 0);
  EXPECT_EQ(lmb_flags(0x80000004), 8U);
  EXPECT_EQ(other->view().lmbs[4].flags, 0U);
}

TEST_F(FileTest, SnapshotIsACopyOfEverything) {
  start("6.1");
  const auto snapshot = kernel_->snapshot();
  host_.expect(acquire(0x10000001) + cpu_connector(0x10000001, {1}) + start_cpu(1));
  EXPECT_GT(dlpar("cpu add index 0x10000001"), 0);
  kernel_->restore(*snapshot);
  EXPECT_EQ(online(), "0\n");
  FileStat stat;
  EXPECT_EQ(kernel_->stat("/proc/device-tree/cpus/PowerPC,POWER9@1", stat), -ENOENT);
  host_.expect(acquire(0x10000001) + cpu_connector(0x10000001, {1}) + start_cpu(1));
  EXPECT_GT(dlpar("cpu add index 0x10000001"), 0);
}

}  // namespace
}  // namespace lparsim::kernel
