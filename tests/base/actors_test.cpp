#include "sim/base/actors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/context_carrier.hpp"

namespace lparsim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using test::ActorRig;

struct Trail : std::vector<std::string> {
  void operator()(std::string text) { push_back(std::move(text)); }
};

// Picks the last outcome each time and remembers what it was asked.
struct LastChoices final : Choices {
  std::size_t pick(const ChoicePoint& point, std::span<const Outcome> outcomes) override {
    std::string line(point.site);
    for (const auto& outcome : outcomes) line += " " + std::string(outcome.name);
    asked.push_back(line);
    return outcomes.size() - 1;
  }
  std::vector<std::string> asked;
};

const WaitKey kKey{nullptr, 7};

TEST(Actors, FirstComeFirstServedUnderNormalChoices) {
  ActorRig rig;
  Trail trail;
  for (const char* name : {"a", "b", "c"}) {
    rig.actors.spawn(name, kNoPartition, [&, name] {
      trail(name);
      rig.actors.yield();
      trail(name);
    });
  }
  rig.run();
  EXPECT_THAT(trail, ElementsAre("a", "b", "c", "a", "b", "c"));
  EXPECT_EQ(rig.actors.live_actors(), 0U);
}

TEST(Actors, TieIsAChoiceAndASingleOneIsNot) {
  LastChoices choices;
  ActorRig rig(&choices);
  Trail trail;
  for (const char* name : {"a", "b", "c"}) {
    rig.actors.spawn(name, kNoPartition, [&, name] { trail(name); });
  }
  rig.run();
  EXPECT_THAT(trail, ElementsAre("c", "b", "a"));
  EXPECT_THAT(choices.asked, ElementsAre("actors.next 0 1 2", "actors.next 0 1"));
}

TEST(Actors, UninterruptedSleepPassesInPlace) {
  ActorRig rig;
  rig.actors.spawn("a", kNoPartition, [&] {
    for (int i = 0; i < 10; ++i) rig.actors.sleep(5ns);
  });
  rig.run();
  EXPECT_EQ(rig.now(), 50ns);
  EXPECT_EQ(rig.actors.counts().switches, 1U);
  EXPECT_EQ(rig.actors.counts().passes, 10U);
}

TEST(Actors, SleepersWakeInOrderOfTime) {
  ActorRig rig;
  Trail trail;
  const auto sleeper = [&](const char* name, Duration by) {
    rig.actors.spawn(name, kNoPartition, [&, name, by] {
      rig.actors.sleep(by);
      trail(name + std::to_string(rig.now().count()));
    });
  };
  sleeper("late", 30ns);
  sleeper("early", 10ns);
  sleeper("middle", 20ns);
  rig.run();
  EXPECT_THAT(trail, ElementsAre("early10", "middle20", "late30"));
}

TEST(Actors, TimerIsNotOvertakenBySleepInPlace) {
  ActorRig rig;
  Trail trail;
  rig.actors.at(TimePoint{10ns}, [&] { trail("timer" + std::to_string(rig.now().count())); });
  rig.actors.spawn("a", kNoPartition, [&] {
    rig.actors.sleep(10ns);
    trail("actor" + std::to_string(rig.now().count()));
  });
  rig.run();
  EXPECT_THAT(trail, ElementsAre("timer10", "actor10"));
}

TEST(Actors, WakeReleasesAllWaitersOfTheKeyOnly) {
  ActorRig rig;
  Trail trail;
  const auto waiter = [&](const char* name, WaitKey key) {
    rig.actors.spawn(name, kNoPartition, [&, name, key] {
      EXPECT_EQ(rig.actors.block(key), Woken::by_key);
      trail(name);
    });
  };
  waiter("a", kKey);
  waiter("other", WaitKey{&rig, 7});
  waiter("b", kKey);
  rig.actors.spawn("waker", kNoPartition, [&] { rig.actors.wake(kKey); });
  rig.run();
  EXPECT_THAT(trail, ElementsAre("a", "b"));
  EXPECT_THAT(rig.actors.blocked_actors(), ElementsAre("other"));
  rig.actors.end_all();
  rig.run();
}

TEST(Actors, TimeoutComesWhenNobodyWakes) {
  ActorRig rig;
  Woken first{}, second{};
  rig.actors.spawn("waiter", kNoPartition, [&] {
    first = rig.actors.block(kKey, 10ns);
    second = rig.actors.block(kKey, 100ns);
  });
  rig.actors.at(TimePoint{60ns}, [&] { rig.actors.wake(kKey); });
  rig.run();
  EXPECT_EQ(first, Woken::by_timeout);
  EXPECT_EQ(second, Woken::by_key);
  EXPECT_EQ(rig.now(), 60ns);  // the timer of the second wait is stale and does not count
}

TEST(Actors, WakeBeforeBlockIsLost) {
  ActorRig rig;
  rig.actors.spawn("late", kNoPartition, [&] {
    rig.actors.wake(kKey);
    EXPECT_EQ(rig.actors.block(kKey, 5ns), Woken::by_timeout);
  });
  rig.run();
}

TEST(Actors, CancelledTimerNeverFires) {
  ActorRig rig;
  const auto timer = rig.actors.at(TimePoint{10ns}, [] { FAIL(); });
  EXPECT_EQ(rig.actors.pending_timers(), 1U);
  rig.actors.cancel(timer);
  EXPECT_EQ(rig.actors.next_time(), std::nullopt);
  rig.run();
  EXPECT_EQ(rig.now(), 0ns);
}

TEST(Actors, EndUnwindsABlockedActor) {
  ActorRig rig;
  Trail trail;
  struct Guard {
    Trail& trail;
    ~Guard() { trail("unwound"); }
  };
  const auto victim = rig.actors.spawn("victim", kNoPartition, [&] {
    const Guard guard{trail};
    rig.actors.block(kKey);
    trail("not reached");
  });
  rig.actors.spawn("killer", kNoPartition, [&] {
    rig.actors.end(victim);
    trail("still mine");
    rig.actors.yield();
    trail("after");
  });
  rig.run();
  EXPECT_THAT(trail, ElementsAre("still mine", "unwound", "after"));
  EXPECT_FALSE(rig.actors.alive(victim));
}

TEST(Actors, AnActorThatEndsItselfGoesAtItsNextWait) {
  ActorRig rig;
  Trail trail;
  rig.actors.spawn("self", PartitionId{3}, [&] {
    rig.actors.end_partition(PartitionId{3});
    trail("before");
    rig.actors.sleep(1ns);
    trail("not reached");
  });
  rig.run();
  EXPECT_THAT(trail, ElementsAre("before"));
  EXPECT_EQ(rig.actors.live_actors(), 0U);
}

TEST(Actors, OneThatNeverRanJustGoes) {
  ActorRig rig;
  const auto actor = rig.actors.spawn("never", kNoPartition, [] { FAIL(); });
  rig.actors.end(actor);
  EXPECT_EQ(rig.actors.live_actors(), 0U);
  rig.run();
}

TEST(Actors, EndPartitionLeavesOthersAlone) {
  ActorRig rig;
  Trail trail;
  for (const std::uint16_t id : std::vector<std::uint16_t>{1, 2, 1}) {
    rig.actors.spawn("p" + std::to_string(id), PartitionId{id}, [&, id] {
      rig.actors.block(kKey);
      trail("woken p" + std::to_string(id));
    });
  }
  rig.run();
  rig.actors.end_partition(PartitionId{1});
  rig.run();
  rig.actors.wake(kKey);
  rig.run();
  EXPECT_THAT(trail, ElementsAre("woken p2"));
}

TEST(Actors, ActorsSpawnActorsAndSlotsAreReused) {
  ActorRig rig;
  int ran = 0;
  std::function<void()> body = [&] {
    if (++ran < 1000) rig.actors.spawn("next", kNoPartition, body);
    rig.actors.sleep(1ns);
  };
  rig.actors.spawn("first", kNoPartition, body);
  rig.run();
  EXPECT_EQ(ran, 1000);
  EXPECT_EQ(rig.actors.live_actors(), 0U);
}

TEST(Actors, HorizonGivesTheShellAChanceToLook) {
  ActorRig rig;
  int steps = 0;
  rig.actors.spawn("busy", kNoPartition, [&] {
    for (; steps < 100; ++steps) rig.actors.sleep(10ns);
  });
  rig.run(TimePoint{55ns});
  EXPECT_EQ(steps, 5);
  EXPECT_EQ(rig.actors.next_time(), TimePoint{60ns});
  rig.run();
  EXPECT_EQ(steps, 100);
}

TEST(Actors, SecondEpisodeHasTheSameRecord) {
  ActorRig rig;
  const auto mark = rig.log.mark();
  std::vector<std::uint64_t> hashes;
  for (int episode = 0; episode < 3; ++episode) {
    rig.log.return_to(mark);
    rig.clock.set(TimePoint{});
    rig.actors.restart();
    for (int i = 0; i < 5; ++i) {
      rig.actors.spawn("actor" + std::to_string(i), kNoPartition, [&, i] {
        rig.actors.sleep(Duration{i * 10});
        if (i == 3) rig.actors.end_all();
        rig.actors.block(kKey);
      });
    }
    rig.run();
    hashes.push_back(rig.log.hash());
  }
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_EQ(hashes[0], hashes[2]);
}

TEST(Actors, LogNamesStartEndAndActor) {
  ActorRig rig;
  rig.actors.spawn("drmgr", PartitionId{2},
                   [&] { rig.log.add(EventKind::step, PartitionId{2}, 1); });
  rig.run();
  ASSERT_EQ(rig.log.total(), 3U);
  EXPECT_EQ(rig.log.at(0).kind, EventKind::actor_start);
  EXPECT_EQ(rig.log.at(1).actor, 1U);
  EXPECT_EQ(rig.log.at(2).kind, EventKind::actor_end);
  EXPECT_EQ(rig.log.at(2).values[2], 0U);
  EXPECT_EQ(rig.log.text(rig.log.at(2).values[1]), "drmgr");
}

// Worlds that never end: each is given up at the same point of the run, every time.
struct Endless {
  const char* name;
  const char* found;
  void (*begin)(ActorRig&);
};

void wake_each_other(ActorRig& rig) {
  for (const std::uint64_t mine : {0U, 1U}) {
    rig.actors.spawn(mine == 0 ? "ping" : "pong", kNoPartition, [&rig, mine] {
      rig.actors.yield();
      for (;;) {
        rig.actors.wake({&rig, 1 - mine});
        rig.actors.block({&rig, mine});
      }
    });
  }
}

void yield_alone(ActorRig& rig) {
  rig.actors.spawn("alone", kNoPartition, [&rig] {
    for (;;) rig.actors.yield();
  });
}

void spawn_one_after_the_other(ActorRig& rig) {
  rig.actors.spawn("heir", kNoPartition, [&rig] { spawn_one_after_the_other(rig); });
}

void timer_sets_itself(ActorRig& rig) {
  rig.actors.at(rig.clock.now(), [&rig] { timer_sets_itself(rig); });
}

void wait_with_no_time(ActorRig& rig) {
  rig.actors.spawn("poller", kNoPartition, [&rig] {
    for (;;) rig.actors.block(kKey, Duration::zero());
  });
}

void sleep_for_ever(ActorRig& rig) {
  rig.actors.spawn("sleeper", kNoPartition, [&rig] {
    for (;;) rig.actors.sleep(1ns);
  });
}

constexpr Endless kEndless[] = {
    {"WakeEachOther", "101 steps of actors while simulated time stood still at 0 ns, allowed are "
                      "100; at work: ping", wake_each_other},
    {"YieldAlone", "still at 0 ns, allowed are 100; at work: alone", yield_alone},
    {"SpawnHeirs", "still at 0 ns, allowed are 100; at work: heir", spawn_one_after_the_other},
    {"TimerSetsItself", "still at 0 ns, allowed are 100; at work: a timer", timer_sets_itself},
    {"WaitWithNoTime", "still at 0 ns, allowed are 100; at work: poller", wait_with_no_time},
    {"SleepForEver", "1001 steps of actors in one go, allowed are 1000; at work: sleeper",
     sleep_for_ever},
};

struct EndlessActors : testing::TestWithParam<Endless> {};

TEST_P(EndlessActors, AreGivenUpWithOneLineAndStillEnd) {
  ActorRig rig;
  rig.actors.set_bounds({100, 1000});
  GetParam().begin(rig);
  rig.run();
  ASSERT_TRUE(rig.actors.overrun());
  EXPECT_THAT(*rig.actors.overrun(), testing::HasSubstr(GetParam().found));
  const auto given_up_at = rig.now();
  rig.actors.end_all();
  rig.run(rig.clock.now());
  EXPECT_EQ(rig.actors.live_actors(), 0U);
  EXPECT_EQ(rig.now(), given_up_at);
  rig.actors.restart();
  rig.actors.spawn("next", kNoPartition, [&] { rig.actors.sleep(1ns); });
  rig.run();
  EXPECT_FALSE(rig.actors.overrun());
}

INSTANTIATE_TEST_SUITE_P(All, EndlessActors, testing::ValuesIn(kEndless),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Actors, AsManyStepsAsAllowedAreNoOverrun) {
  ActorRig rig;
  rig.actors.set_bounds({100, 250});
  rig.actors.spawn("busy", kNoPartition, [&] {
    for (int burst = 0; burst < 2; ++burst) {   // the first time: entered, 98 yields, a sleep
      for (int i = 0; i < 98; ++i) rig.actors.yield();
      rig.actors.sleep(1ns);
    }
  });
  rig.run();
  EXPECT_FALSE(rig.actors.overrun()) << *rig.actors.overrun();
  EXPECT_EQ(rig.now(), 2ns);
}

}  // namespace
}  // namespace lparsim
