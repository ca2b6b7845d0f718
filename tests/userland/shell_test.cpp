#include "models/userland/shell.hpp"

#include <gtest/gtest.h>

#include "tests/userland/fake_partition.hpp"

namespace lparsim::userland::testing {
namespace {

using Words = std::vector<std::string>;

TEST(CommandLine, KeepsQuotedWordsTogether) {
  EXPECT_EQ(split_command_line("drmgr -s \"CPU 1\" 'a > b' c\\ d").words,
            (Words{"drmgr", "-s", "CPU 1", "a > b", "c d"}));
  EXPECT_EQ(split_command_line("x \"\" \"a\\\"b\"").words, (Words{"x", "", "a\"b"}));
}

TEST(CommandLine, FindsTheRedirection) {
  const CommandLine line = split_command_line("echo 1 >/sys/x");
  EXPECT_EQ(line.words, (Words{"echo", "1"}));
  EXPECT_EQ(line.redirect, "/sys/x");
  EXPECT_FALSE(line.append);
  EXPECT_TRUE(split_command_line("echo 1 >> f").append);
}

TEST(CommandLine, RefusesWhatItCannotRead) {
  EXPECT_NE(split_command_line("echo 'x").error, "");
  EXPECT_NE(split_command_line("echo x >").error, "");
  FakePartition partition;
  EXPECT_EQ(run(partition, "echo 'x").status, 2);
}

TEST(Shell, UnknownProgramIs127) {
  FakePartition partition;
  const Ran ran = run(partition, "vmstat 1");
  EXPECT_EQ(ran.status, 127);
  EXPECT_EQ(ran.error, "sh: vmstat: not found\n");
}

TEST(Shell, EchoReachesAKernelFileInOneWrite) {
  FakePartition partition = power9_partition();
  std::vector<std::string> writes;
  partition.on_write("/sys/kernel/dlpar", [&](const std::string& text) {
    writes.push_back(text);
    return std::int64_t(text.size());
  });
  EXPECT_EQ(run(partition, "echo cpu add index 0x10000001 > /sys/kernel/dlpar").status, 0);
  EXPECT_EQ(writes, Words{"cpu add index 0x10000001\n"});
}

TEST(Shell, RefusedWriteIsTheCommandsError) {
  FakePartition partition = power9_partition();
  partition.on_write("/sys/kernel/dlpar", [](const std::string&) { return -EINVAL; });
  const Ran ran = run(partition, "echo nonsense > /sys/kernel/dlpar");
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.error, "sh: write error: Invalid argument\n");
}

TEST(Shell, KernelFilesAreNotCreated) {
  FakePartition partition = power9_partition();
  EXPECT_EQ(run(partition, "echo 1 > /sys/none").status, 1);
  EXPECT_EQ(run(partition, "echo 1 > /tmp/x").status, 0);
  EXPECT_EQ(run(partition, "echo 2 >> /tmp/x").status, 0);
  EXPECT_EQ(partition.text("/tmp/x"), "1\n2\n");
}

TEST(Tools, CatJoinsFilesAndNamesTheMissingOne) {
  FakePartition partition;
  partition.set("/a", "one\n");
  const Ran ran = run(partition, "cat /a /x /a");
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.output, "one\none\n");
  EXPECT_EQ(ran.error, "cat: /x: No such file or directory\n");
}

TEST(Tools, TestAndLsSeeTheSameFiles) {
  FakePartition partition;
  partition.set("/d/b", "");
  partition.set("/d/a", "");
  EXPECT_EQ(run(partition, "test -e /d/a").status, 0);
  EXPECT_EQ(run(partition, "test -d /d/a").status, 1);
  EXPECT_EQ(run(partition, "test -e /d/c").status, 1);
  EXPECT_EQ(run(partition, "ls /d").output, "a\nb\n");
  EXPECT_EQ(run(partition, "ls /e").status, 1);
  EXPECT_EQ(run(partition, "/bin/true").status, 0);
  EXPECT_EQ(run(partition, "false").status, 1);
}

TEST(Tools, ModprobeAsksTheKernelForEachModule) {
  FakePartition partition;
  EXPECT_EQ(run(partition, "modprobe rpaphp rpadlpar_io").status, 0);
  EXPECT_EQ(partition.modules, (Words{"rpaphp", "rpadlpar_io"}));
  partition.no_modules = true;
  const Ran ran = run(partition, "/sbin/modprobe ehea");
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.error, "modprobe: FATAL: Module ehea not found.\n");
  EXPECT_EQ(run(partition, "modprobe -q ehea").error, "");
}

TEST(Tools, ChcpuWritesTheOnlineFile) {
  FakePartition partition = power9_partition();
  set_thread(partition, 1, 1, true);
  const Ran off = run(partition, "chcpu -d 1");
  EXPECT_EQ(off.status, 0);
  EXPECT_EQ(off.output, "CPU 1 disabled\n");
  EXPECT_EQ(partition.text("/sys/devices/system/cpu/cpu1/online"), "0");
  EXPECT_EQ(run(partition, "chcpu -e 9").status, 1);
  EXPECT_EQ(run(partition, "chcpu -e 1,9").status, 64);
}

TEST(Shutdown, EndsTheKernelAfterItsDelay) {
  using namespace std::chrono_literals;
  struct Row {
    const char* command;
    Duration at;
    bool restart;
  };
  for (const Row& row : {Row{"shutdown -h now", 10s, false}, Row{"shutdown -r now", 10s, true},
                         Row{"shutdown", 70s, false}, Row{"shutdown -P +5", 310s, false}}) {
    FakePartition partition;
    partition.refuses_to_end = -EIO;
    const Ran ran = run(partition, row.command);
    EXPECT_EQ(ran.status, 1) << row.command;
    EXPECT_EQ(ran.error, "shutdown: Input/output error\n");
    ASSERT_EQ(partition.ends.size(), 1U) << row.command;
    EXPECT_EQ(partition.ends[0].first.time_since_epoch(), row.at) << row.command;
    EXPECT_EQ(partition.ends[0].second, row.restart) << row.command;
  }
}

TEST(Shutdown, RefusesWhatItDoesNotUnderstand) {
  for (const char* word : {"-x", "soon", "+", "+-1", "+1x", "+99999999999"}) {
    FakePartition partition;
    const Ran ran = run(partition, std::string("shutdown ") + word);
    EXPECT_EQ(ran.status, 1) << word;
    EXPECT_EQ(ran.error, std::string("shutdown: \"") + word + "\" is not understood\n");
    EXPECT_TRUE(partition.ends.empty()) << word;
  }
}

}  // namespace
}  // namespace lparsim::userland::testing
