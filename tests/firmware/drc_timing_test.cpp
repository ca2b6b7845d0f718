// Transitions that take their time (DRC.md 9): -2 and 990x by the profile, the same again as
// scripted faults; what is under way is state.
#include "drc_machine.hpp"
#include "firmware/drc/busy.hpp"

namespace lparsim::firmware {
namespace {

using std::chrono::milliseconds;

FirmwareProfile slow_profile() {
  FirmwareProfile profile = *find_profile("phyp");
  profile.drc_timing = {.power_on = milliseconds{500},      .power_off = milliseconds{30},
                        .card_ready = milliseconds{120},    .connector_power_up = milliseconds{15},
                        .memory_isolate = milliseconds{12}, .allocation = milliseconds{2}};
  return profile;
}

class Timing : public MachineTest {
 protected:
  Timing() : MachineTest(slow_profile()) {}

  // Repeats the call after each 10^x ms that it asks for, as an OS does; gives all statuses.
  template <class Call>
  std::vector<std::int32_t> until_done(Call call) {
    std::vector<std::int32_t> statuses;
    for (int i = 0; i < 100; ++i) {
      statuses.push_back(call());
      const std::int32_t status = statuses.back();
      if (status != -2 && status < 9900) break;
      std::int64_t wait_ms = 1;
      for (std::int32_t x = 9900; x < status; ++x) wait_ms *= 10;
      clock.advance(milliseconds{wait_ms});
    }
    return statuses;
  }
  void script(std::string outcome, std::uint32_t argument) {
    ScriptedAnswer answer;
    answer.site = "rtas.set-indicator";
    answer.any_argument = false;
    answer.argument = argument;
    answer.outcome = std::move(outcome);
    choices = ScriptedChoices({answer});
  }
};

TEST(ExtendedDelay, IsTheLargestThatIsNotTooLong) {
  EXPECT_EQ(extended_delay_status(Duration{1}), 9900);
  EXPECT_EQ(extended_delay_status(milliseconds{1}), 9900);
  EXPECT_EQ(extended_delay_status(milliseconds{9}), 9900);
  EXPECT_EQ(extended_delay_status(milliseconds{10}), 9901);
  EXPECT_EQ(extended_delay_status(milliseconds{999}), 9902);
  EXPECT_EQ(extended_delay_status(std::chrono::seconds{1}), 9903);
  EXPECT_EQ(extended_delay_status(std::chrono::seconds{99}), 9904);
  EXPECT_EQ(extended_delay_status(std::chrono::hours{10}), 9905);
}

TEST_F(Timing, PowerIsBusyUntilItIsThere) {
  EXPECT_EQ(isolation(kCard, 0), 0);
  const Reply first = set_power(kCardDomain, 0);
  EXPECT_EQ(first.status, 9901);
  EXPECT_EQ(first.value, 100U) << "still on";
  EXPECT_EQ(get_power(kCardDomain).value, 100U);
  EXPECT_EQ(until_done([&] { return set_power(kCardDomain, 0).status; }).back(), 0);
  EXPECT_EQ(get_power(kCardDomain).value, 0U);
  const TimePoint start = clock.now();
  const auto on = until_done([&] {
    const Reply reply = set_power(kCardDomain, 100);
    const bool level = get_power(kCardDomain).value == (reply.status == 0 ? 100U : 0U);
    EXPECT_RULE("R1-13.5.1-11", level) << "the ramp is inside of the call";
    return reply.status;
  });
  EXPECT_RULE("R1-13.5.3.2-2", on.size() > 2 && on.front() == 9902 && on.back() == 0);
  EXPECT_GE(clock.now() - start, milliseconds{500});
}

TEST_F(Timing, CardAnswersOnlyAfterItsReset) {
  EXPECT_EQ(isolation(kCard, 0), 0);
  EXPECT_EQ(isolation(kCard, 1), 9902);
  EXPECT_EQ(state(kCard), DrcState::powered_on);
  EXPECT_EQ(configure(kCard, kWork), std::vector<std::string>{"0"}) << "still isolated";
  EXPECT_EQ(sense(kCard).value, 1U);
  clock.advance(milliseconds{100});
  EXPECT_EQ(isolation(kCard, 1), 9901) << "another 20 ms";
  clock.advance(milliseconds{30});
  EXPECT_EQ(isolation(kCard, 1), 0);
  EXPECT_EQ(state(kCard), DrcState::slot_unisolated);
  EXPECT_EQ(isolation(kEmpty, 1), 0) << "nothing to wait for";
}

TEST_F(Timing, OppositeCallGivesTheTransitionUp) {
  EXPECT_EQ(isolation(kCard, 0), 0);
  EXPECT_EQ(isolation(kCard, 1), 9902);
  clock.advance(milliseconds{200});
  EXPECT_EQ(isolation(kCard, 0), 0) << "null transition";
  EXPECT_EQ(isolation(kCard, 1), 9902) << "from the start";
  EXPECT_EQ(set_power(kCardDomain, 0).status, 9901);
  clock.advance(milliseconds{200});
  EXPECT_EQ(isolation(kCard, 1), 9902) << "and so does the power call";
  EXPECT_EQ(get_power(kCardDomain).value, 100U);
}

TEST_F(Timing, CardPulledInTheMiddleEndsTheWait) {
  EXPECT_EQ(isolation(kCard, 0), 0);
  EXPECT_EQ(isolation(kCard, 1), 9902);
  ASSERT_EQ(hypervisor.pull_card(kCard).status, AssignStatus::done);
  EXPECT_EQ(isolation(kCard, 1), 0);
  EXPECT_EQ(state(kCard), DrcState::powered_on);
}

TEST_F(Timing, IsolateOfMemoryAnswersBusyUntilDone) {
  const auto statuses = until_done([&] {
    const std::int32_t status = isolation(lmb(7), 0);
    EXPECT_EQ(state(lmb(7)), status == 0 ? DrcState::available : DrcState::configured);
    return status;
  });
  EXPECT_EQ(statuses, (std::vector<std::int32_t>{9901, 9900, 9900, 0}));
  const auto unusable = until_done([&] { return allocation(lmb(7), 0); });
  EXPECT_EQ(unusable, (std::vector<std::int32_t>{-2, -2, 0}));
  EXPECT_RULE("R1-13.5.3.4-3", statuses.front() == 9901 && unusable.front() == -2);
}

TEST_F(Timing, MappingMadeInTheMiddleIsStillSeen) {
  EXPECT_EQ(isolation(lmb(7), 0), 9901);
  clock.advance(milliseconds{20});
  ASSERT_TRUE(hypervisor.set_mapped(id, lmb(7), true));
  EXPECT_EQ(isolation(lmb(7), 0), -9001);
  EXPECT_EQ(state(lmb(7)), DrcState::configured);
}

TEST_F(Timing, ConnectorPowersABuiltInAdapterUp) {
  const auto slowly = [&](auto call) { EXPECT_EQ(until_done(call).back(), 0); };
  slowly([&] { return isolation(kPort, 0); });
  slowly([&] { return allocation(kPort, 0); });
  slowly([&] { return isolation(kSlot, 0); });
  slowly([&] { return isolation(kSlot, 1); });
  start_walk(kSlot, kWork);
  const auto first = until_done([&] { return walk(kWork); });
  EXPECT_RULE("R1-13.7.4.3-7", first.front() == 9901 && first.back() == 2);
  std::int32_t status = 2;
  while (status > 0 && status < 9900) status = walk(kWork);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(state(kSlot), DrcState::configured);
}

TEST_F(Timing, WhatIsUnderWayIsState) {
  EXPECT_EQ(isolation(kCard, 0), 0);
  const auto before = hypervisor.snapshot();
  EXPECT_EQ(isolation(kCard, 1), 9902);
  const auto during = hypervisor.snapshot();
  clock.advance(milliseconds{130});
  EXPECT_EQ(isolation(kCard, 1), 0);
  hypervisor.restore(during);
  EXPECT_EQ(state(kCard), DrcState::powered_on);
  EXPECT_EQ(isolation(kCard, 1), 0) << "began long ago";
  hypervisor.restore(before);
  EXPECT_EQ(isolation(kCard, 1), 9902) << "had not begun";
  clock.set(TimePoint{});
  hypervisor.restore(during);
  EXPECT_EQ(isolation(kCard, 1), 9902);
  clock.advance(milliseconds{130});
  EXPECT_EQ(isolation(kCard, 1), 0) << "a clock that was set back does not stop it";
}

TEST_F(Timing, BusyIsAScriptedFaultAsWell) {
  script("extended_delay_1s", cpu(1).value);
  EXPECT_EQ(isolation(cpu(1), 0), 9903);
  EXPECT_EQ(state(cpu(1)), DrcState::configured);
  EXPECT_EQ(isolation(cpu(1), 0), 0);
  script("busy", kCard.value);
  EXPECT_EQ(indicator(kCard, 2), -2);
  EXPECT_EQ(light(kCard), 1);
  script("extended_delay_1s", kCard.value);
  EXPECT_EQ(indicator(kCard, 2), 0) << "9002 has no such status";
  EXPECT_FALSE(choices.problems().empty());
}

class PlainBusy : public MachineTest {
 protected:
  PlainBusy() : MachineTest([] {
    FirmwareProfile p = slow_profile();
    p.drc_timing.plain_busy = true;
    return p;
  }()) {}
};

TEST_F(PlainBusy, SaysMinusTwoEverywhere) {
  EXPECT_EQ(isolation(kCard, 0), 0);
  EXPECT_EQ(isolation(kCard, 1), -2);
  EXPECT_EQ(set_power(kCardDomain, 0).status, -2);
  EXPECT_EQ(isolation(lmb(7), 0), -2);
}

TEST(ShippedTiming, IsSlowForCardsAndQuickForTheRest) {
  const DrcTiming& phyp = find_profile("phyp")->drc_timing;
  EXPECT_GE(phyp.card_ready, milliseconds{100});
  EXPECT_LE(phyp.card_ready, milliseconds{1000});
  EXPECT_GT(phyp.power_on, milliseconds{1});
  EXPECT_EQ(find_profile("qemu")->drc_timing.power_on, Duration{});
}

}  // namespace
}  // namespace lparsim::firmware
