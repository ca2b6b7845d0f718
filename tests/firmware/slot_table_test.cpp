// Every cell of the state machine of physical slots, empty and with a card, against DRC.md 6
// written down a second time.
#include <gtest/gtest.h>

#include "firmware/drc/drc_table.hpp"

namespace lparsim::firmware {
namespace {

struct Cell {
  DrcState next;
  std::int32_t status;
  std::int32_t value = 0;
};
constexpr auto P0 = DrcState::foreign, P5 = DrcState::powered_off, P6 = DrcState::powered_on,
               P7 = DrcState::slot_unisolated, P8 = DrcState::slot_configured;
using Table = Cell[kSlotCalls][kSlotStates];
// Columns P0, P5, P6, P7, P8; rows in the order of DrcCall.
constexpr Table kCard = {
    {{P0, -3}, {P5, 0, 1}, {P6, 0, 1}, {P7, 0, 1}, {P8, 0, 1}},         // sense
    {{P0, -3}, {P5, -3}, {P6, -3}, {P7, -3}, {P8, -3}},                 // 9003=0
    {{P0, -3}, {P5, -3}, {P6, -3}, {P7, -3}, {P8, -3}},                 // 9003=1
    {{P0, -3}, {P5, -3}, {P6, -3}, {P7, -3}, {P8, -3}},                 // 9003=2
    {{P0, -3}, {P5, -3}, {P6, -3}, {P7, -3}, {P8, -3}},                 // 9003=3
    {{P0, -3}, {P5, 0}, {P6, 0}, {P6, 0}, {P6, 0}},                     // isolate
    {{P0, -3}, {P5, -1}, {P7, 0}, {P7, 0}, {P8, 0}},                    // unisolate
    {{P0, -3}, {P5, 0}, {P6, 0}, {P7, 0}, {P8, 0}},                     // 9002
    {{P0, -3}, {P5, -1}, {P6, 0}, {P8, 0}, {P8, 0}},                    // configure-connector
    {{P0, -3}, {P5, -3}, {P6, -3}, {P7, -3}, {P8, -3}},                 // value that is none
    {{P0, -3}, {P6, 0, 100}, {P6, 0, 100}, {P7, 0, 100}, {P8, 0, 100}}, // power 100
    {{P0, -3}, {P5, 0}, {P5, 0}, {P7, -1}, {P8, -1}},                   // power 0
    {{P0, -3}, {P5, 0, 0}, {P6, 0, 100}, {P7, 0, 100}, {P8, 0, 100}},   // get-power-level
};
constexpr Table kEmpty = {
    {{P0, -3}, {P5, 0, 0}, {P6, 0, 0}, {P7, 0, 0}, {P8, 0, 0}},
    {{P0, -3}, {P5, -3}, {P6, -3}, {P7, -3}, {P8, -3}},
    {{P0, -3}, {P5, -3}, {P6, -3}, {P7, -3}, {P8, -3}},
    {{P0, -3}, {P5, -3}, {P6, -3}, {P7, -3}, {P8, -3}},
    {{P0, -3}, {P5, -3}, {P6, -3}, {P7, -3}, {P8, -3}},
    {{P0, -3}, {P5, 0}, {P6, 0}, {P6, 0}, {P6, 0}},
    {{P0, -3}, {P5, 0}, {P6, 0}, {P7, 0}, {P8, 0}},
    {{P0, -3}, {P5, 0}, {P6, 0}, {P7, 0}, {P8, 0}},
    {{P0, -3}, {P5, -1}, {P6, 0}, {P7, 0}, {P8, 0}},
    {{P0, -3}, {P5, -3}, {P6, -3}, {P7, -3}, {P8, -3}},
    {{P0, -3}, {P6, 0, 100}, {P6, 0, 100}, {P7, 0, 100}, {P8, 0, 100}},
    {{P0, -3}, {P5, 0}, {P5, 0}, {P7, -1}, {P8, -1}},
    {{P0, -3}, {P5, 0, 0}, {P6, 0, 100}, {P7, 0, 100}, {P8, 0, 100}},
};

class SlotCell : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t, bool>> {};

TEST_P(SlotCell, AnswersAsTheTableOfTheSpecification) {
  const auto [call, column, card] = GetParam();
  const auto state = static_cast<DrcState>(static_cast<std::size_t>(P0) + column);
  const Cell& expected = (card ? kCard : kEmpty)[call][column];
  const DrcVerdict verdict =
      judge(state, static_cast<DrcCall>(call), {.type = DrcType::hot_plug, .card = card},
            find_profile("phyp")->drc);
  EXPECT_EQ(verdict.next, expected.next);
  EXPECT_EQ(verdict.status, expected.status);
  EXPECT_EQ(verdict.value, expected.value);
  EXPECT_FALSE(drc_row(state, static_cast<DrcCall>(call))->requirement.empty());
}
INSTANTIATE_TEST_SUITE_P(All, SlotCell,
                         ::testing::Combine(::testing::Range(std::size_t{0}, kSlotCalls),
                                            ::testing::Range(std::size_t{0}, kSlotStates),
                                            ::testing::Bool()));

DrcVerdict with(DrcState state, DrcCall call, CardFit fit) {
  return judge(state, call, {.type = DrcType::hot_plug, .fit = fit}, find_profile("phyp")->drc);
}

TEST(SlotCards, ThatDoNotFitAreRefusedWhereItShows) {
  EXPECT_EQ(with(P5, DrcCall::power_on, CardFit::changes_bus_frequency).status, -9000);
  EXPECT_EQ(with(P5, DrcCall::power_on, CardFit::changes_bus_frequency).next, P5);
  EXPECT_EQ(with(P6, DrcCall::unisolate, CardFit::harmful).status, -9004);
  EXPECT_EQ(with(P6, DrcCall::unisolate, CardFit::harmful).next, P6);
  EXPECT_EQ(with(P7, DrcCall::configure, CardFit::not_in_this_system).status, -9001);
  EXPECT_EQ(with(P7, DrcCall::configure, CardFit::not_in_this_connector).status, -9002);
  EXPECT_EQ(with(P7, DrcCall::configure, CardFit::not_in_this_connector).next, P7);
  EXPECT_EQ(with(P5, DrcCall::power_on, CardFit::harmful).next, P6);
}

TEST(SlotSense, OfOtherThanPciSlotsMayNeedPower) {
  const auto sense = [](DrcState state, SenseNeeds needs) {
    return judge(state, DrcCall::sense, {.type = DrcType::hot_plug, .sense_needs = needs},
                 find_profile("phyp")->drc)
        .status;
  };
  EXPECT_EQ(sense(P5, SenseNeeds::power), -9001);
  EXPECT_EQ(sense(P6, SenseNeeds::power), 0);
  EXPECT_EQ(sense(P5, SenseNeeds::power_and_unisolate), -9000);
  EXPECT_EQ(sense(P6, SenseNeeds::power_and_unisolate), -9000);
  EXPECT_EQ(sense(P7, SenseNeeds::power_and_unisolate), 0);
}

}  // namespace
}  // namespace lparsim::firmware
