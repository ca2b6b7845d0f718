// The parts of a partition that need no simulation: memory and files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "models/partition_files.hpp"
#include "models/rmo_memory.hpp"

namespace lparsim::models {
namespace {

constexpr std::uint64_t kSize = 1U << 20;

struct Memory : testing::Test {
  Memory() { memory.power_on(kSize); }
  std::uint64_t isolated_from = kSize;  // usable below
  RmoMemory memory{[this](std::uint64_t address, std::uint64_t size) {
    return address + size <= isolated_from;
  }};
  std::uint8_t byte(std::uint64_t address) {
    std::uint8_t value = 0;
    EXPECT_TRUE(memory.read(GuestAddress{address}, {&value, 1}));
    return value;
  }
};

TEST_F(Memory, CopiesInsideAndRefusesOutside) {
  const Bytes bytes{1, 2, 3};
  EXPECT_TRUE(memory.write(GuestAddress{kSize - 3}, bytes));
  EXPECT_EQ(byte(kSize - 1), 3);
  EXPECT_FALSE(memory.write(GuestAddress{kSize - 2}, bytes));
  EXPECT_FALSE(memory.write(GuestAddress{~std::uint64_t{0}}, bytes));
  EXPECT_EQ(memory.pointer(kSize - 2, 3), nullptr);
  EXPECT_EQ(memory.pointer(kSize - 3, 3)[1], 2);
}

TEST_F(Memory, AForkedProcessHasItsOwn) {
  ASSERT_TRUE(memory.write(GuestAddress{5}, Bytes{1}));
  const pid_t child = ::fork();
  if (child == 0) {
    memory.part_from_parent();
    const bool kept = byte(5) == 1 && memory.write(GuestAddress{5}, Bytes{2}) && byte(5) == 2;
    ::_exit(kept ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(byte(5), 1);
}

TEST_F(Memory, IsolatedBlocksAreOutOfReach) {
  isolated_from = 0x1000;
  const Bytes bytes{1};
  EXPECT_TRUE(memory.write(GuestAddress{0xfff}, bytes));
  EXPECT_FALSE(memory.write(GuestAddress{0x1000}, bytes));
}

TEST_F(Memory, ForgetsOverAPowerCycle) {
  memory.pointer(0, 1)[0] = 9;
  memory.power_on(kSize);
  EXPECT_EQ(byte(0), 0);
  memory.power_off();
  EXPECT_EQ(memory.rmo_limit(), 0U);
}

TEST_F(Memory, SnapshotBringsBackWhatWasWritten) {
  memory.pointer(0x5000, 1)[0] = 5;
  const auto first = memory.snapshot();
  for (int round = 0; round < 2; ++round) {
    memory.pointer(0x5000, 1)[0] = 6;
    memory.pointer(0x9000, 1)[0] = 9;
    memory.restore(first);
    EXPECT_EQ(byte(0x5000), 5);
    EXPECT_EQ(byte(0x9000), 0);
  }
  memory.pointer(0x9000, 1)[0] = 9;
  const auto second = memory.snapshot();
  EXPECT_EQ(second->pages.size(), 2U);
  memory.restore(first);
  EXPECT_EQ(byte(0x9000), 0);
  memory.power_off();
  memory.restore(second);
  EXPECT_EQ(byte(0x5000), 5);
  EXPECT_EQ(byte(0x9000), 9);
}

struct Files : testing::Test {
  PartitionFiles files;
  static ByteView bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }
  std::string text(std::string_view path) {
    Bytes out;
    EXPECT_EQ(files.read(path, out), 0);
    return {out.begin(), out.end()};
  }
};

TEST_F(Files, WriteReplacesAppendAddsRemoveRemoves) {
  EXPECT_EQ(files.write("/var/log/drmgr", bytes("one")), 3);
  EXPECT_EQ(files.append("/var/log/drmgr", bytes("two")), 3);
  EXPECT_EQ(text("/var/log/drmgr"), "onetwo");
  EXPECT_EQ(files.write("/var/log/drmgr", bytes("x")), 1);
  EXPECT_EQ(text("/var/log/drmgr"), "x");
  EXPECT_EQ(files.remove("/var/log/drmgr"), 0);
  EXPECT_EQ(files.remove("/var/log/drmgr"), -ENOENT);
}

TEST_F(Files, ErrorsAreThoseOfTheKernel) {
  Bytes out;
  EXPECT_EQ(files.read("/nowhere", out), -ENOENT);
  EXPECT_EQ(files.read("/etc", out), -EISDIR);
  EXPECT_EQ(files.write("/nowhere/x", bytes("x")), -ENOENT);
  EXPECT_EQ(files.read("/sys/kernel/dlpar", out), -ENOENT);  // no kernel runs
}

TEST_F(Files, ListsDirectoriesAndFiles) {
  files.write("/var/log/drmgr", bytes("x"));
  std::vector<userland::DirectoryEntry> entries;
  ASSERT_EQ(files.list("/var", entries), 0);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].name, "lock");
  ASSERT_EQ(files.list("/var/log", entries), 0);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].name, "drmgr");
  EXPECT_EQ(entries[0].type, userland::FileType::file);
}

TEST_F(Files, LocksExcludeOtherProcessesUntilReleased) {
  EXPECT_EQ(files.lock("/var/lock/dr_config_lock", 1), 0);
  EXPECT_EQ(files.lock("/var/lock/dr_config_lock", 1), 0);
  EXPECT_EQ(files.lock("/var/lock/dr_config_lock", 2), -EAGAIN);
  files.unlock_all(1);
  EXPECT_EQ(files.lock("/var/lock/dr_config_lock", 2), 0);
}

}  // namespace
}  // namespace lparsim::models
