// An ordinary shutdown from the HMC: the operating system is asked by RMC when it can be reached.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <utility>

#include "tests/models/world_rig.hpp"
#include "tests/support/expect_rule.hpp"

namespace lparsim::models {
namespace {

using namespace std::chrono_literals;
using hmc::PartitionState;

struct ShutdownTest : WorldTest {
  PartitionState state(PartitionId id) { return world.hypervisor_port().partition(id).state; }
  void shut_down(const std::string& name, const std::string& more = "") {
    const auto before = world.clock().now();
    const auto result = hmc("chsysstate -m small -r lpar -o shutdown -n " + name + more);
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_EQ(result.out + result.err, "");
    took = world.clock().now() - before;
  }
  void pass(Duration time) { world.run_until([] { return false; }, time); }
  ScriptedAnswer of_one(const char* site, const char* outcome) {
    ScriptedAnswer given = answer(site, outcome);
    given.partition = kOne;
    return given;
  }
  Duration took{};
};

TEST_F(ShutdownTest, TheOsIsAskedAndStopsItsCpusBeforeItGoes) {
  boot();
  const auto threads = online_threads(kOne);
  ASSERT_GT(threads, 1U);
  shut_down("one");
  EXPECT_GE(took, 10s);
  EXPECT_LT(took, 11s);
  EXPECT_EQ(state(kOne), PartitionState::not_activated);
  EXPECT_EQ(events(EventKind::process_start, kOne), 1U);
  EXPECT_EQ(events(EventKind::cpu_offline, kOne), threads - 1);
  EXPECT_RULE("14.10-17a", state(kOne) == PartitionState::not_activated &&
                               state(kTwo) == PartitionState::running);
  EXPECT_TRUE(world.run_to_rest(10min));
  const auto values = world.hypervisor_port().partition(kOne);
  EXPECT_EQ(values.run_procs, 0);
  EXPECT_EQ(values.run_mem_mb, 0);
  EXPECT_THAT(world.hypervisor().inconsistencies(), testing::IsEmpty());
}

TEST_F(ShutdownTest, WithoutRmcTheOsIsAskedByAPowerWarning) {
  boot();
  const auto threads = online_threads(kOne);
  world.set_rmc(kOne, false);
  shut_down("one");
  EXPECT_GE(took, 10s);
  EXPECT_LT(took, 12s);
  EXPECT_EQ(state(kOne), PartitionState::not_activated);
  EXPECT_EQ(events(EventKind::process_start, kOne), 0U);
  EXPECT_EQ(events(EventKind::event_delivered, kOne), 1U);
  EXPECT_EQ(events(EventKind::cpu_offline, kOne), threads - 1);
  EXPECT_TRUE(world.run_to_rest(10min));
}

TEST_F(ShutdownTest, AnotherOsWithoutRmcIsGivenItsTime) {
  boot();
  ASSERT_EQ(hmc("chsysstate -m small -r lpar -o on -n vios").exit_status, 0);
  ASSERT_TRUE(world.run_until([&] { return world.rmc_active(kVios); }, 10min));
  world.set_rmc(kVios, false);
  shut_down("vios");
  EXPECT_EQ(took, 10s);
  EXPECT_EQ(events(EventKind::event_queued, kVios), 0U);
}

TEST_F(ShutdownTest, AWarningThatIsNotUrgentChangesNothing) {
  boot();
  EXPECT_TRUE(world.hypervisor().raise(kOne, firmware::EpowEvent{1, 0, false, 0}));
  EXPECT_TRUE(world.run_to_rest(10min));
  EXPECT_EQ(events(EventKind::event_delivered, kOne), 1U);
  EXPECT_EQ(state(kOne), PartitionState::running);
}

TEST_F(ShutdownTest, AWarningBeforeTheOsIsUpWaitsForIt) {
  world.power_on_as_configured();
  EXPECT_TRUE(world.hypervisor().raise(kOne, firmware::EpowEvent{1, 0, false, 0}));
  EXPECT_TRUE(world.run_to_rest(10min));
  EXPECT_EQ(events(EventKind::event_delivered, kOne), 1U);
}

TEST_F(ShutdownTest, AnOsThatIsNeverReachedIsStopped) {
  boot();
  use({of_one("rmc.request", "lost")});
  shut_down("one");
  EXPECT_EQ(took, 5min);
  EXPECT_EQ(state(kOne), PartitionState::not_activated);
  EXPECT_TRUE(world.run_to_rest(10min));
}

TEST_F(ShutdownTest, AnOsThatFirmwareDoesNotLetGoIsStopped) {
  boot();
  use({of_one("rtas.power-off", "hardware_error")});
  shut_down("one");
  EXPECT_LT(took, 5min);
  EXPECT_EQ(state(kOne), PartitionState::not_activated);
  EXPECT_THAT(scripted->problems(), testing::IsEmpty());
  EXPECT_TRUE(world.run_to_rest(10min));
}

TEST_F(ShutdownTest, TheConnectionIsLostOnTheWay) {
  boot();
  bool done = false;
  world.hmc_command("chsysstate -m small -r lpar -o shutdown -n one",
                    [&](const hmc::CommandResult& result) {
                      EXPECT_EQ(result.exit_status, 0) << result.err;
                      done = true;
                    });
  pass(2s);
  ASSERT_EQ(events(EventKind::process_start, kOne), 1U);
  EXPECT_EQ(state(kOne), PartitionState::shutting_down);
  world.set_rmc(kOne, false);
  EXPECT_TRUE(world.run_until([&] { return done; }, 10min));
  EXPECT_EQ(state(kOne), PartitionState::not_activated);
  EXPECT_TRUE(world.run_to_rest(10min));
}

TEST_F(ShutdownTest, ARestartBringsItBack) {
  boot();
  shut_down("one", " --restart");
  EXPECT_TRUE(world.run_until([&] { return world.rmc_active(kOne); }, 10min));
  EXPECT_EQ(state(kOne), PartitionState::running);
  EXPECT_EQ(online_threads(kOne), 16U);
  EXPECT_TRUE(world.run_to_rest(10min));
}

TEST_F(ShutdownTest, AUserRestartsFromInside) {
  boot();
  const auto result = shell(kOne, "shutdown -r now");
  EXPECT_EQ(result.exit_status, 137);
  EXPECT_TRUE(world.run_until([&] { return world.rmc_active(kOne); }, 10min));
  EXPECT_EQ(state(kOne), PartitionState::running);
  EXPECT_TRUE(world.run_to_rest(10min));
}

TEST_F(ShutdownTest, ImmediateAsksNobody) {
  boot();
  shut_down("one", " --immed");
  EXPECT_EQ(took, Duration::zero());
  EXPECT_EQ(events(EventKind::process_start, kOne), 0U);
}

TEST_F(ShutdownTest, AnotherOperatingSystemIsAskedToo) {
  boot();
  ASSERT_EQ(hmc("chsysstate -m small -r lpar -o on -n vios").exit_status, 0);
  ASSERT_TRUE(world.run_until([&] { return world.rmc_active(kVios); }, 10min));
  shut_down("vios");
  EXPECT_EQ(state(kVios), PartitionState::not_activated);
  EXPECT_EQ(events(EventKind::process_start, kVios), 1U);
  EXPECT_LT(took, 11s);
  EXPECT_TRUE(world.run_to_rest(10min));
}

TEST_F(ShutdownTest, ImmediateWhileTheOsIsAskedEndsBoth) {
  boot();
  bool done = false;
  world.hmc_command("chsysstate -m small -r lpar -o shutdown -n one",
                    [&](const hmc::CommandResult&) { done = true; });
  pass(2s);
  ASSERT_EQ(events(EventKind::process_start, kOne), 1U);
  shut_down("one", " --immed");
  EXPECT_EQ(hmc("chsysstate -m small -r lpar -o on -n one").exit_status, 0);
  EXPECT_TRUE(world.run_until([&] { return done && world.rmc_active(kOne); }, 10min));
  EXPECT_EQ(state(kOne), PartitionState::running);   // the new boot is nobody's victim
  EXPECT_TRUE(world.run_to_rest(10min));
}

// The operator turns the partition off and on at the instant of its own power-off.
struct OffAndOn final : Choices {
  explicit OffAndOn(ShutdownTest& in) : test(in) {}
  std::size_t pick(const ChoicePoint& point, std::span<const Outcome>) override {
    if (point.site == site && !std::exchange(done, true)) {
      test.world.actors().at(test.world.clock().now(), [this] {
        auto& port = const_cast<hmc::HypervisorPort&>(test.world.hypervisor_port());
        EXPECT_EQ(port.power_off(kOne, true, restart).refusal, hmc::Refusal::none);
      });
    }
    return 0;
  }
  ShutdownTest& test;
  std::string_view site;
  bool restart = true, done = false;
};

struct SameInstant : ShutdownTest {
  OffAndOn operators{*this};
  void end_from_inside(const char* site, bool restart, const std::string& command) {
    boot();
    operators.site = site;
    operators.restart = restart;
    other = &operators;
    shell(kOne, command);
    EXPECT_TRUE(world.run_to_rest(10min));
    EXPECT_TRUE(operators.done);
    EXPECT_THAT(world.hypervisor().inconsistencies(), testing::IsEmpty());
  }
};

TEST_F(SameInstant, PowerOffDoesNotEndTheNextBoot) {
  end_from_inside("rtas.power-off", true, "shutdown -h now");
  EXPECT_EQ(state(kOne), PartitionState::running);
  EXPECT_EQ(online_threads(kOne), 16U);
}

TEST_F(SameInstant, RebootDoesNotBootTwice) {
  end_from_inside("rtas.system-reboot", true, "shutdown -r now");
  EXPECT_EQ(state(kOne), PartitionState::running);
}

TEST_F(SameInstant, RebootDoesNotUndoTheOperatorsPowerOff) {
  end_from_inside("rtas.system-reboot", false, "shutdown -r now");
  EXPECT_EQ(state(kOne), PartitionState::not_activated);
}

}  // namespace
}  // namespace lparsim::models
