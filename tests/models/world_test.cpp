#include <gmock/gmock.h>

#include "tests/models/world_rig.hpp"

namespace lparsim::models {
namespace {

using namespace std::chrono_literals;

constexpr const char* kAddToOne = "chhwres -r proc -m small -o a -p one --procs 1";

TEST_F(WorldTest, BootsAndComesToRest) {
  boot();
  EXPECT_TRUE(world.at_rest());
  EXPECT_EQ(online_threads(kOne), 16U);  // 2 processors of 8 threads
  EXPECT_FALSE(world.has_linux(kVios));
  EXPECT_EQ(events(EventKind::kernel_bug), 0U);
  EXPECT_THAT(world.hypervisor().inconsistencies(), testing::IsEmpty());
}

TEST_F(WorldTest, ProcessorAddTravelsAllTheWay) {
  boot();
  const auto result = hmc(kAddToOne);
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
  EXPECT_EQ(online_threads(kOne), 24U);
  EXPECT_EQ(world.hypervisor().partition(kOne).owned_procs, 3);
  EXPECT_EQ(world.hypervisor_port().partition(kOne).run_procs, 3);
  EXPECT_EQ(events(EventKind::rmc_request, kOne), 1U);
  EXPECT_EQ(events(EventKind::rmc_reply, kOne), 1U);
  EXPECT_EQ(events(EventKind::violation), 0U);
  EXPECT_TRUE(world.run_to_rest(1min));
  EXPECT_EQ(online_threads(kTwo), 16U);
}

TEST_F(WorldTest, AddThenRemoveBringsBackTheLedger) {
  boot();
  const auto before = world.hypervisor().ledger();
  EXPECT_EQ(hmc(kAddToOne).exit_status, 0);
  const auto removed = hmc("chhwres -r proc -m small -o r -p one --procs 1");
  EXPECT_EQ(removed.exit_status, 0) << removed.out << removed.err;
  EXPECT_EQ(world.hypervisor().ledger().free_units, before.free_units);
  EXPECT_EQ(online_threads(kOne), 16U);
}

TEST_F(WorldTest, TwoPartitionsAtTheSameTime) {
  boot();
  int done = 0;
  const auto count = [&](const hmc::CommandResult& result) {
    EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
    ++done;
  };
  world.hmc_command(kAddToOne, count);
  world.hmc_command("chhwres -r proc -m small -o a -p two --procs 1", count);
  EXPECT_TRUE(world.run_until([&] { return done == 2; }, 10min));
  EXPECT_EQ(online_threads(kOne), 24U);
  EXPECT_EQ(online_threads(kTwo), 24U);
}

TEST_F(WorldTest, PowerOffInTheMiddleEndsTheActors) {
  boot();
  std::optional<hmc::CommandResult> result;
  world.hmc_command(kAddToOne, [&](hmc::CommandResult r) { result = std::move(r); });
  // drmgr has been started and is at work
  ASSERT_TRUE(world.run_until([&] { return events(EventKind::process_start, kOne) == 1; }, 1min));
  ASSERT_FALSE(result.has_value());
  const auto off = hmc("chsysstate -m small -r lpar -o shutdown --immed -n one");
  EXPECT_EQ(off.exit_status, 0) << off.out << off.err;
  EXPECT_TRUE(world.run_until([&] { return result.has_value(); }, 10min));
  EXPECT_NE(result->exit_status, 0);
  EXPECT_TRUE(world.run_to_rest(10min));
  EXPECT_FALSE(world.has_linux(kOne));
  EXPECT_EQ(events(EventKind::process_exit, kOne), 1U);
  EXPECT_THAT(world.hypervisor().inconsistencies(), testing::IsEmpty());
}

TEST_F(WorldTest, LostRequestEndsWithTheDeadline) {
  boot();
  use({answer("rmc.request", "lost")});
  const auto start = world.clock().now();
  const auto result = hmc(std::string(kAddToOne) + " -w 1");
  EXPECT_NE(result.exit_status, 0);
  EXPECT_GE(world.clock().now() - start, 1min);
  EXPECT_EQ(events(EventKind::rmc_lost, kOne), 1U);
  EXPECT_EQ(events(EventKind::process_start, kOne), 0U);
  EXPECT_THAT(scripted->problems(), testing::IsEmpty());
}

TEST_F(WorldTest, LostReplyLeavesThePartitionChanged) {
  boot();
  use({answer("rmc.reply", "lost")});
  const auto result = hmc(std::string(kAddToOne) + " -w 1");
  EXPECT_NE(result.exit_status, 0);
  EXPECT_EQ(online_threads(kOne), 24U);
}

TEST_F(WorldTest, WithoutConnectionNothingIsSent) {
  boot();
  world.set_rmc(kOne, false);
  EXPECT_FALSE(world.rmc_active(kOne));
  EXPECT_NE(hmc(kAddToOne).exit_status, 0);
  EXPECT_EQ(events(EventKind::rmc_request, kOne), 0U);
}

TEST_F(WorldTest, CableBrokenWhileWaitingIsNoticed) {
  boot();
  use({answer("rmc.reply", "late")});
  std::optional<hmc::CommandResult> result;
  world.hmc_command(kAddToOne, [&](hmc::CommandResult r) { result = std::move(r); });
  ASSERT_TRUE(world.run_until([&] { return events(EventKind::process_exit, kOne) == 1; }, 1min));
  world.set_rmc(kOne, false);
  EXPECT_TRUE(world.run_until([&] { return result.has_value(); }, 10min));
  EXPECT_NE(result->exit_status, 0);
}

TEST_F(WorldTest, ShellCommandReadsTheTree) {
  boot();
  const auto result = shell(kOne, "ls /proc/device-tree");
  EXPECT_EQ(result.exit_status, 0) << result.err;
  EXPECT_THAT(result.out, testing::HasSubstr("cpus"));
  EXPECT_EQ(shell(kVios, "ls /").exit_status, 255);  // it is off
}

TEST_F(WorldTest, SecondEpisodeIsTheSame) {
  boot();
  const auto rest = world.snapshot();
  std::vector<std::uint64_t> hashes;
  for (int episode = 0; episode < 3; ++episode) {
    world.restore(rest);
    EXPECT_EQ(online_threads(kOne), 16U);
    EXPECT_EQ(hmc(kAddToOne).exit_status, 0);
    EXPECT_TRUE(world.run_to_rest(1min));
    EXPECT_EQ(online_threads(kOne), 24U);
    hashes.push_back(world.log().hash());
  }
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_EQ(hashes[0], hashes[2]);
}

TEST_F(WorldTest, EpisodeMayEndInTheMiddleAndWithAPowerCycle) {
  boot();
  const auto rest = world.snapshot();
  std::vector<std::uint64_t> hashes;
  for (int episode = 0; episode < 2; ++episode) {
    world.restore(rest);
    EXPECT_EQ(hmc(kAddToOne).exit_status, 0);
    hashes.push_back(world.log().hash());
    world.restore(rest);
    world.hmc_command(kAddToOne, [](const hmc::CommandResult&) { ADD_FAILURE(); });
    EXPECT_FALSE(world.run_until([] { return false; }, 5ms));
    EXPECT_FALSE(world.at_rest());
    world.restore(rest);
    EXPECT_EQ(hmc("chsysstate -m small -r lpar -o shutdown --immed -n two").exit_status, 0);
    EXPECT_FALSE(world.has_linux(kTwo));
  }
  world.restore(rest);
  EXPECT_TRUE(world.has_linux(kTwo));
  EXPECT_EQ(shell(kTwo, "ls /proc/device-tree").exit_status, 0);
  EXPECT_EQ(hashes[0], hashes[1]);
}

}  // namespace
}  // namespace lparsim::models
