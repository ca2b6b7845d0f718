#include "models/actor_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/choices.hpp"
#include "sim/base/event_log.hpp"

namespace lparsim::models {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct PoolTest : testing::Test {
  PoolTest() { pool.serve(actors); }
  ActorPool::Stop run(TimePoint limit = TimePoint::max()) {
    return pool.run([] { return false; }, limit);
  }
  Duration now() const { return clock.now().time_since_epoch(); }

  struct Resolution {
    Resolution() { sc_core::sc_set_time_resolution(1, sc_core::SC_NS); }
  } resolution;
  SimulationClock clock;
  NormalChoices choices;
  EventLog log{clock};
  ActorPool pool{"pool", clock, 4};
  ActorScheduler actors{clock, choices, log, pool};
};

TEST_F(PoolTest, TimePassesAndActorsTakeTurns) {
  std::vector<std::string> trail;
  const auto actor = [&](const char* name, Duration step) {
    actors.spawn(name, kNoPartition, [&, name, step] {
      for (int i = 0; i < 2; ++i) {
        actors.sleep(step);
        trail.push_back(name + std::to_string(now().count()));
      }
    });
  };
  actor("a", 10ns);
  actor("b", 15ns);
  EXPECT_EQ(run(), ActorPool::Stop::idle);
  EXPECT_THAT(trail, ElementsAre("a10", "b15", "a20", "b30"));
  EXPECT_EQ(now(), 30ns);
}

// SystemC's own time is only asked for when somebody else may look: afterwards both agree.
TEST_F(PoolTest, SystemCCatchesUpWithAnActorThatRanAhead) {
  const auto systemc = [] { return Duration{static_cast<Duration::rep>(
                                sc_core::sc_time_stamp().value())}; };
  std::vector<Duration> seen;
  actors.spawn("alone", kNoPartition, [&] {
    for (int i = 0; i < 3; ++i) actors.sleep(10ns);
    seen.push_back(now());
    actors.spawn("second", kNoPartition, [&] { seen.push_back(systemc()); });
    actors.sleep(5ns);
    seen.push_back(systemc());
    actors.sleep(1ns);
  });
  EXPECT_EQ(run(), ActorPool::Stop::idle);
  EXPECT_THAT(seen, ElementsAre(30ns, 30ns, 35ns));
  EXPECT_EQ(now(), 36ns);
  EXPECT_EQ(systemc(), 36ns);
}

TEST_F(PoolTest, StopsAtTheLimitAndGoesOn) {
  actors.spawn("sleeper", kNoPartition, [&] { actors.sleep(100ns); });
  EXPECT_EQ(run(TimePoint{40ns}), ActorPool::Stop::limit);
  EXPECT_EQ(now(), 40ns);
  EXPECT_EQ(run(), ActorPool::Stop::idle);
  EXPECT_EQ(now(), 100ns);
}

TEST_F(PoolTest, StopsWhenTheConditionIsTrue) {
  bool over = false;
  actors.at(TimePoint{10ns}, [&] { over = true; });
  actors.at(TimePoint{20ns}, [] {});
  EXPECT_EQ(pool.run([&] { return over; }, TimePoint::max()), ActorPool::Stop::reached);
  EXPECT_EQ(now(), 10ns);
}

TEST_F(PoolTest, GrowsBeyondItsStacksAndReusesThem) {
  int done = 0;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 20; ++i) {
      actors.spawn("many", kNoPartition, [&] {
        actors.sleep(5ns);
        ++done;
      });
    }
    run();
  }
  EXPECT_EQ(done, 60);
}

TEST_F(PoolTest, EndedActorsAreUnwoundAndTheirStacksServeAgain) {
  int unwound = 0;
  struct Guard {
    int& count;
    ~Guard() { ++count; }
  };
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 3; ++i) {
      actors.spawn("blocked", kNoPartition, [&] {
        const Guard guard{unwound};
        actors.block({this, 1});
        ADD_FAILURE() << "nobody wakes it";
      });
    }
    EXPECT_EQ(run(), ActorPool::Stop::idle);
    actors.end_all();
    run();
  }
  EXPECT_EQ(unwound, 30);
}

TEST_F(PoolTest, ClockOfAnEpisodeStartsWhereItIsTold) {
  actors.at(TimePoint{100ns}, [] {});
  run();
  clock.call_it(TimePoint{7ns});
  EXPECT_EQ(now(), 7ns);
  actors.spawn("later", kNoPartition, [&] { actors.sleep(3ns); });
  run();
  EXPECT_EQ(now(), 10ns);
}

TEST_F(PoolTest, ARunWithoutEndIsGivenUpAndItsActorsCanBeEnded) {
  actors.set_bounds({1000, 10000});
  const auto forever = [&](Duration step) {
    return [this, step] {
      for (;;) actors.sleep(step);
    };
  };
  for (const Duration step : {Duration{0}, Duration{1}}) {
    actors.spawn("a", kNoPartition, forever(step));
    actors.spawn("b", kNoPartition, forever(step));
    EXPECT_EQ(run(), ActorPool::Stop::overrun);
    EXPECT_TRUE(actors.overrun());
    actors.end_all();
    EXPECT_EQ(run(clock.now()), ActorPool::Stop::idle);
    EXPECT_EQ(actors.live_actors(), 0U);
    EXPECT_FALSE(actors.overrun());
  }
}

}  // namespace
}  // namespace lparsim::models
