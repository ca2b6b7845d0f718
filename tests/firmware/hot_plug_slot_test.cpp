// Physical slots through RTAS (LoPAR 13.6, DRC.md 6): power, cards, indicators, and what stands
// between them and the logical SLOT above.
#include "drc_machine.hpp"

namespace lparsim::firmware {
namespace {

using Lines = std::vector<std::string>;

class Slots : public MachineTest {};

TEST_F(Slots, StandAtBootAsTheirCardsDo) {
  EXPECT_EQ(state(kCard), DrcState::slot_configured);
  EXPECT_EQ(state(kEmpty), DrcState::powered_off);
  EXPECT_EQ(state(kFreeCard), DrcState::foreign);
  EXPECT_EQ(state(kLive), DrcState::slot_configured);
  const bool present = sense(kCard).value == 1 && get_power(kCardDomain).value == 100;
  EXPECT_RULE("R1-13.5.2-1", present && light(kCard) == 1 && light(kEmpty) == 0);
  EXPECT_RULE("R1-13.5.3.3-2", sense(kEmpty).status == 0 && sense(kEmpty).value == 0 &&
                                   sense(kFreeCard).status == -3);
  EXPECT_RULE("R1-13.6.2-1", tree().find("/pci@800000020000020/pci@0/pci14e4,1657@0") != nullptr);
  EXPECT_EQ(tree().find("/pci@800000020000021/pci@0/pci14e4,1657@0"), nullptr) << "empty";
  expect_sound();
}

TEST_F(Slots, CardIsReplaced) {
  EXPECT_EQ(isolation(kCard, 0), 0);
  EXPECT_EQ(state(kCard), DrcState::powered_on);
  const Reply off = set_power(kCardDomain, 0);
  EXPECT_RULE("R1-13.5.3.2-1", off.status == 0 && off.value == 0);
  EXPECT_EQ(indicator(kCard, 3), 0);
  EXPECT_EQ(hypervisor.pull_card(kCard).status, AssignStatus::done);
  EXPECT_EQ(sense(kCard).value, 0U);
  EXPECT_EQ(hypervisor.insert_card(kCardSlot).status, AssignStatus::done);
  EXPECT_RULE("R1-13.6.1-5", sense(kCard).status == 0 && sense(kCard).value == 1)
      << "off, isolated";
  EXPECT_RULE("R1-13.5.3.2-1", set_power(kCardDomain, 100).value == 100);
  EXPECT_EQ(isolation(kCard, 1), 0);
  const Lines steps = configure(kCard, kWork);
  EXPECT_EQ(steps.front(), "2 pci14e4,1657@0");
  EXPECT_EQ(steps.back(), "0");
  EXPECT_EQ(state(kCard), DrcState::slot_configured);
  EXPECT_EQ(indicator(kCard, 1), 0);
  expect_sound();
}

TEST_F(Slots, LevelFollowsOnlyWhatIsDone) {
  EXPECT_EQ(set_power(kCardDomain, 0).status, -1) << "in use (R1-13.5.4.2-3)";
  EXPECT_EQ(get_power(kCardDomain).value, 100U);
  offline(kCard, kCardDomain);
  const bool off = get_power(kCardDomain).value == 0;
  EXPECT_RULE("R1-13.5.1-12", off && set_power(kCardDomain, 100).status == 0 &&
                                  get_power(kCardDomain).value == 100);
  EXPECT_EQ(set_power(kCardDomain, 50).status, -3);
  EXPECT_EQ(set_power(77, 100).status, -3);
  EXPECT_EQ(set_power(0, 0).status, -3) << "the root domain is nobody's slot";
  EXPECT_EQ(set_power(0xffffffff, 100).status, -3);
  EXPECT_EQ(get_power(0xffffffff).status, -3);
}

TEST_F(Slots, LightsAreSetOneByOne) {
  EXPECT_TRUE(hypervisor.hot_plug_slot(kCard)->power_led);
  EXPECT_FALSE(hypervisor.hot_plug_slot(kEmpty)->power_led);
  for (const std::uint32_t value : {0U, 1U, 2U, 3U}) {
    EXPECT_EQ(indicator(kCard, value), 0);
    EXPECT_RULE("R1-13.5.1-8", light(kCard) == value && light(kEmpty) == 0 && light(kLive) == 1);
    EXPECT_TRUE(hypervisor.hot_plug_slot(kCard)->power_led);
  }
  EXPECT_EQ(indicator(kCard, 4), -3);
  EXPECT_EQ(light(kCard), 3);
  offline(kCard, kCardDomain);
  const bool dark = !hypervisor.hot_plug_slot(kCard)->power_led;
  EXPECT_RULE("R1-13.6.1-3", dark && light(kCard) == 3) << "power drives green, 9002 only amber";
  EXPECT_EQ(set_power(kCardDomain, 100).status, 0);
  EXPECT_RULE("R1-13.5.1-9", dark && hypervisor.hot_plug_slot(kCard)->power_led);
  EXPECT_EQ(indicator(kFreeCard, 1), -3) << "another's";
  EXPECT_EQ(light(kFreeCard), 0);
}

TEST_F(Slots, LightChangesByItselfOnlyWhenPowerFails) {
  EXPECT_EQ(indicator(kCard, 2), 0);
  offline(kCard, kCardDomain);
  EXPECT_EQ(set_power(kCardDomain, 100).status, 0);
  EXPECT_EQ(isolation(kCard, 1), 0);
  EXPECT_EQ(configure(kCard, kWork).back(), "0");
  const bool kept = light(kCard) == 2;
  EXPECT_EQ(hypervisor.slot_power_fault(kCard).status, AssignStatus::done);
  EXPECT_RULE("R1-13.5.2-2", kept && light(kCard) == 0);
  EXPECT_EQ(state(kCard), DrcState::powered_off);
  EXPECT_EQ(get_power(kCardDomain).value, 0U);
  EXPECT_EQ(hypervisor.slot_power_fault(kCard).status, AssignStatus::wrong_state) << "is off";
  EXPECT_EQ(hypervisor.slot_power_fault(kSlot).status, AssignStatus::no_such_slot) << "built in";
  expect_sound();
}

TEST_F(Slots, SurprisePullShowsInTheSensorOnly) {
  EXPECT_EQ(hypervisor.pull_card(kCard).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.pull_card(kCard).status, AssignStatus::wrong_state);
  EXPECT_EQ(sense(kCard).value, 0U);
  EXPECT_EQ(state(kCard), DrcState::slot_configured);
  EXPECT_EQ(configure(kCard, kWork), Lines{"0"});
  offline(kCard, kCardDomain);
  EXPECT_EQ(hypervisor.insert_card(kCard, CardFit::fits).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.insert_card(kCard, CardFit::fits).status, AssignStatus::wrong_state);
  expect_sound();
}

TEST_F(Slots, EmptyOnesUnisolateAndConfigureToNothing) {
  EXPECT_EQ(isolation(kEmpty, 1), 0);
  EXPECT_EQ(set_power(kEmptyDomain, 100).status, 0);
  EXPECT_RULE("R1-13.6.3-2", isolation(kEmpty, 1) == 0);
  EXPECT_EQ(configure(kEmpty, kWork), Lines{"0"});
  EXPECT_EQ(set_power(kEmptyDomain, 0).status, 0) << "was never unisolated in earnest";
}

TEST_F(Slots, CardsThatDoNotFitAreRefused) {
  const auto plug = [&](CardFit fit) {
    if (hypervisor.hot_plug_slot(kEmpty)->card) hypervisor.pull_card(kEmpty);
    EXPECT_EQ(hypervisor.insert_card(kEmpty, fit).status, AssignStatus::done);
  };
  plug(CardFit::changes_bus_frequency);
  const Reply refused = set_power(kEmptyDomain, 100);
  const bool stays_off = refused.value == 0 && get_power(kEmptyDomain).value == 0;
  EXPECT_RULE("R1-13.5.3.2-3", refused.status == -9000 && stays_off);
  EXPECT_RULE("R1-13.6.1-7", refused.status == -9000 && state(kCard) == DrcState::slot_configured);
  plug(CardFit::harmful);
  EXPECT_EQ(set_power(kEmptyDomain, 100).status, 0);
  const std::int32_t status = isolation(kEmpty, 1);
  EXPECT_RULE("R1-13.5.3.4-4", status == -9004 && state(kEmpty) == DrcState::powered_on);
  plug(CardFit::not_in_this_system);
  EXPECT_EQ(isolation(kEmpty, 1), 0);
  EXPECT_EQ(configure(kEmpty, kWork), Lines{"-9001"});
  EXPECT_EQ(state(kEmpty), DrcState::slot_unisolated);
  plug(CardFit::not_in_this_connector);
  EXPECT_EQ(configure(kEmpty, kWork), Lines{"-9002"});
  plug(CardFit::fits);
  EXPECT_EQ(configure(kEmpty, kWork).back(), "0");
}

TEST_F(Slots, LiveInsertionHasNoPowerOfItsOwn) {
  EXPECT_EQ(isolation(kLive, 0), 0);
  EXPECT_EQ(state(kLive), DrcState::powered_on);
  EXPECT_EQ(hypervisor.pull_card(kLive).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.insert_card(kLive).status, AssignStatus::done);
  EXPECT_EQ(isolation(kLive, 1), 0);
  EXPECT_EQ(configure(kLive, kWork).back(), "0");
  EXPECT_EQ(isolation(kLive, 0), 0);
  EXPECT_EQ(isolation(kLiveSlot, 0), 0);
  EXPECT_EQ(allocation(kLiveSlot, 0), 0);
  EXPECT_EQ(state(kLive), DrcState::foreign);
  EXPECT_EQ(allocation(kLiveSlot, 1), 0);
  EXPECT_EQ(state(kLive), DrcState::powered_on) << "P5 and P6 are one";
  expect_sound();
}

TEST_F(Slots, LogicalSlotWaitsForThePhysicalOneBelow) {
  EXPECT_RULE("R1-13.7.4.1.3-1", isolation(kCardSlot, 0) == -9000 &&
                                     state(kCardSlot) == DrcState::configured);
  EXPECT_EQ(isolation(kCard, 0), 0);
  EXPECT_EQ(isolation(kCardSlot, 0), 0) << "isolated is enough, on or off";
  EXPECT_EQ(isolation(kCardPhb, 0), -9000) << "the SLOT is still usable";
  EXPECT_EQ(allocation(kCardSlot, 0), 0);
  EXPECT_EQ(sense(kCard).status, -3);
  EXPECT_EQ(set_power(kCardDomain, 100).status, -3);
  EXPECT_EQ(isolation(kCardPhb, 0), 0);
  expect_sound();
}

TEST_F(Slots, AddIsLogicalFirstThenPhysical) {
  ASSERT_EQ(hypervisor.assign_slot(kFreeCardSlot, id).status, AssignStatus::done);
  EXPECT_EQ(isolation(kFreeCard, 1), -3);
  acquire(kFreeCardPhb);
  EXPECT_EQ(allocation(kFreeCardSlot, 1), 0);
  EXPECT_EQ(state(kFreeCard), DrcState::powered_off);
  EXPECT_EQ(isolation(kFreeCardSlot, 1), 0);
  const Lines bridge = configure(kFreeCardSlot, kWork);
  EXPECT_EQ(bridge.front(), "2 pci@0");
  EXPECT_THAT(bridge, ::testing::Contains("3 ibm,drc-types"));
  EXPECT_THAT(bridge, ::testing::Not(::testing::Contains("2 pci14e4,1657@0")))
      << "stops at the physical connector";
  EXPECT_RULE("R1-13.7.1-2", bridge.back() == "0" && state(kFreeCard) == DrcState::powered_off);
  EXPECT_EQ(isolation(kFreeCard, 1), -1) << "no power";
  EXPECT_EQ(set_power(kFreeDomain, 100).status, 0);
  EXPECT_EQ(isolation(kFreeCard, 1), 0);
  EXPECT_EQ(configure(kFreeCard, kWork).back(), "0");
  expect_sound();
}

TEST_F(Slots, PowerOfOnePartitionIsNoneOfTheOthers) {
  ASSERT_EQ(hypervisor.assign_slot(kFreeCardSlot, kShared).status, AssignStatus::done);
  TestMemory memory_of_lp3{1U << 20};
  ASSERT_EQ(hypervisor.power_on(kShared, memory_of_lp3).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.hot_plug_slot(kFreeCard)->state, DrcState::slot_configured);
  const auto untouched = [&] {
    const HotPlugSlotView view = *hypervisor.hot_plug_slot(kFreeCard);
    return view.state == DrcState::slot_configured && view.indicator == 1 && view.power_led;
  };
  EXPECT_RULE("R1-14.10-27", set_power(kFreeDomain, 0).status == -3 &&
                                 get_power(kFreeDomain).status == -3 && untouched());
  EXPECT_RULE("R1-14.10-12", isolation(kFreeCard, 0) == -3 && indicator(kFreeCard, 2) == -3 &&
                                 allocation(kFreeCardSlot, 0) == 0 && untouched());
  EXPECT_RULE("R1-14.10-25", configure(kFreeCard, kWork) == Lines{"-3"} && untouched());
  offline(kCard, kCardDomain);
  EXPECT_RULE("R1-14.10-26", untouched());
  expect_sound();
}

TEST_F(Slots, NextOwnerFindsTheSlotReset) {
  EXPECT_EQ(isolation(kCard, 0), 0);
  ASSERT_EQ(hypervisor.assign_slot(kCardSlot, kNoPartition).status, AssignStatus::done);
  release(kCardSlot);
  release(kCardPhb);
  EXPECT_FALSE(hypervisor.hot_plug_slot(kCard)->power_led);
  ASSERT_EQ(hypervisor.assign_slot(kCardSlot, id).status, AssignStatus::done);
  EXPECT_EQ(allocation(kCardPhb, 1), 0);
  EXPECT_EQ(allocation(kCardSlot, 1), -3) << "the PHB above is isolated";
  EXPECT_EQ(isolation(kCardPhb, 1), 0);
  EXPECT_EQ(allocation(kCardSlot, 1), 0);
  EXPECT_RULE("R1-13.7.1-1", state(kCard) == DrcState::powered_off &&
                                 get_power(kCardDomain).value == 0);
}

TEST_F(Slots, RebootComputesThemAnew) {
  offline(kCard, kCardDomain);
  EXPECT_EQ(hypervisor.insert_card(kEmpty).status, AssignStatus::done);
  hypervisor.power_off(id);
  EXPECT_EQ(hypervisor.hot_plug_slot(kCard)->state, DrcState::foreign);
  boot();
  EXPECT_EQ(state(kCard), DrcState::slot_configured);
  EXPECT_EQ(state(kEmpty), DrcState::slot_configured);
  EXPECT_EQ(light(kEmpty), 1);
  expect_sound();
}

TEST_F(Slots, BuiltInHardwareIsTakenOutOnlyFromThePool) {
  EXPECT_EQ(hypervisor.pull_card(kSlot).status, AssignStatus::wrong_state);
  EXPECT_RULE("13.7-e (no R1 number)",
              hypervisor.pull_card(kSlot).status == AssignStatus::wrong_state &&
                  hypervisor.pull_card(kFreeSlot).status == AssignStatus::done);
  EXPECT_EQ(hypervisor.insert_card(DrcIndex{7}).status, AssignStatus::no_such_slot);
}

TEST_F(Slots, HaveConnectorsOfTheirTypeInTheTree) {
  const Node root = tree();
  const Node* bridge = root.find("/pci@800000020000020/pci@0");
  ASSERT_NE(bridge, nullptr);
  EXPECT_EQ(bridge->property("ibm,my-drc-index")->value, CellWriter{}.u32(kCardSlot.value).take());
  EXPECT_EQ(bridge->property("ibm,drc-types")->value, CellWriter{}.u32(1).str("28").take());
  EXPECT_EQ(bridge->property("ibm,drc-power-domains")->value,
            CellWriter{}.u32(1).u32(kCardDomain).take());
  EXPECT_EQ(bridge->property("ibm,drc-names")->value,
            CellWriter{}.u32(1).str("U78D5.ND1.CSS130E-P2-C32").take());
  EXPECT_EQ(bridge->children.front().property("ibm,my-drc-index")->value,
            CellWriter{}.u32(kCard.value).take());
  const Node* live = root.find("/pci@800000020000023/pci@0");
  EXPECT_EQ(live->property("ibm,drc-power-domains")->value,
            CellWriter{}.u32(1).u32(kLiveInsertion).take());
  CellWriter domains;
  domains.u32(0).u32(2).u32(0).u32(0).u32(100).u32(0).u32(3);
  for (const std::uint32_t d : {1U, 2U, 3U}) {
    domains.u32(d).u32(2).u32(0).u32(0).u32(100).u32(0).u32(0);
  }
  EXPECT_RULE("R1-13.5.2-3",
              root.find("/rtas")->property("power-domains-tree")->value == domains.take());
  const DrcView view = *hypervisor.drc(id, kCard);
  EXPECT_EQ(drc_type_text(view), "28");
  EXPECT_EQ(hypervisor.drcs(id, DrcType::hot_plug).size(), 4U);
}

}  // namespace
}  // namespace lparsim::firmware
