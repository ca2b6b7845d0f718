// The stream's state machine (LPM.md 2), a test for every (side, state, event): written down a
// second time, by what leads out of each state.
#include "firmware/mobility/vasi.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "tests/support/expect_rule.hpp"

namespace lparsim::firmware {
namespace {

using S = VasiState;
using E = VasiEvent;
struct Way {
  S from;
  E event;
  S to;
};

constexpr std::array kSourceWays{
    Way{S::invalid, E::enable, S::enabled},        Way{S::enabled, E::suspend, S::suspending},
    Way{S::enabled, E::cancel, S::aborted},        Way{S::enabled, E::abort, S::aborted},
    Way{S::enabled, E::complete, S::completed},    Way{S::enabled, E::failover, S::enabled},
    Way{S::suspending, E::cancel, S::aborted},     Way{S::suspending, E::abort, S::aborted},
    Way{S::suspending, E::suspend_me, S::suspended},
    Way{S::suspending, E::failover, S::suspending}, Way{S::suspended, E::abort, S::aborted},
    Way{S::suspended, E::resume, S::resumed},      Way{S::suspended, E::failover, S::suspended},
    Way{S::resumed, E::complete, S::completed},    Way{S::resumed, E::failover, S::resumed},
    Way{S::aborted, E::abort, S::aborted},         Way{S::aborted, E::close, S::invalid},
    Way{S::completed, E::close, S::invalid},
};
constexpr std::array kTargetWays{
    Way{S::invalid, E::enable, S::enabled},     Way{S::enabled, E::cancel, S::aborted},
    Way{S::enabled, E::abort, S::aborted},      Way{S::enabled, E::resume, S::resumed},
    Way{S::enabled, E::complete, S::completed}, Way{S::enabled, E::failover, S::enabled},
    Way{S::resumed, E::complete, S::completed}, Way{S::resumed, E::failover, S::resumed},
    Way{S::aborted, E::abort, S::aborted},      Way{S::aborted, E::close, S::invalid},
    Way{S::completed, E::close, S::invalid},
};

using Case = std::tuple<VasiSide, int, int>;
class EveryCell : public ::testing::TestWithParam<Case> {};

TEST_P(EveryCell, GoesWhereTheTableSays) {
  const auto [side, state_number, event_number] = GetParam();
  const auto state = static_cast<S>(state_number);
  const auto event = static_cast<E>(event_number);
  const auto known = [&](const Way& way) { return way.from == state && way.event == event; };
  const Way* way = nullptr;
  if (side == VasiSide::source) {
    const auto* found = std::find_if(kSourceWays.begin(), kSourceWays.end(), known);
    if (found != kSourceWays.end()) way = found;
  } else {
    const auto* found = std::find_if(kTargetWays.begin(), kTargetWays.end(), known);
    if (found != kTargetWays.end()) way = found;
  }
  VasiStream stream{1, side, state};
  const VasiStatus status = perform(stream, event, 0x0600'0001);
  if (way == nullptr) {
    EXPECT_EQ(status, state == S::invalid ? VasiStatus::invalid_stream
                                          : VasiStatus::bad_transition);
    EXPECT_EQ(stream, (VasiStream{1, side, state})) << "refused: nothing changes";
    return;
  }
  EXPECT_EQ(status, VasiStatus::success);
  EXPECT_EQ(stream.state, way->to);
  EXPECT_EQ(mover_state(stream), event == E::failover ? S::failover : way->to);
  const bool first_abort = way->to == S::aborted && state != S::aborted;
  EXPECT_EQ(stream.reason, first_abort ? 0x0600'0001U : 0U);
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  const auto [side, state, event] = info.param;
  return std::string(side == VasiSide::source ? "source_" : "target_") +
         std::string(to_string(static_cast<S>(state))) + "_" +
         std::string(to_string(static_cast<E>(event)));
}

INSTANTIATE_TEST_SUITE_P(Vasi, EveryCell,
                         ::testing::Combine(::testing::Values(VasiSide::source, VasiSide::target),
                                            ::testing::Range(0, 8), ::testing::Range(0, 10)),
                         name_of);

TEST(Vasi, FailoverIsTheMoversAloneAndEndsWithTheNextPair) {
  VasiStream stream{1, VasiSide::source, S::suspending};
  ASSERT_EQ(perform(stream, E::failover), VasiStatus::success);
  EXPECT_EQ(mover_state(stream), S::failover);
  EXPECT_EQ(stream.state, S::suspending) << "what H_VASI_STATE tells";
  EXPECT_EQ(perform(stream, E::suspend_me), VasiStatus::success) << "the partition goes on";
  EXPECT_EQ(mover_state(stream), S::failover);
  ASSERT_EQ(perform(stream, E::reconnect), VasiStatus::success);
  EXPECT_EQ(mover_state(stream), S::suspended);
  EXPECT_EQ(perform(stream, E::reconnect), VasiStatus::bad_transition) << "no pair is missing";
}

}  // namespace
}  // namespace lparsim::firmware
