// LoPAR chapter 13 row by row: the calls (13.5.3) and the order of things (13.5.4, 13.7).
#include <memory>

#include "drc_rules.hpp"

namespace lparsim::firmware {
namespace {

TEST_F(Rules, SensorTakesEveryListedIndex) {
  std::size_t listed = 0;
  bool accepted = true;
  each_node(tree(), "", [&](const Node& node, const std::string&) {
    if (node.property("ibm,drc-indexes") == nullptr) return;
    for (const std::uint32_t index : connectors_of(node).indexes) {
      ++listed;
      accepted = accepted && sense(DrcIndex{index}).status == 0;
    }
  });
  const Reply present = sense(cpu(0));
  EXPECT_RULE("R1-13.5.3.3-1", token("get-sensor-state") != 0 && present.status == 0 &&
                                   present.value == 1);
  bool unknown = true;
  for (const std::uint32_t index : {0x10000001U, 0x10000030U, 0x80000010U, 0x3000000aU, 0x24000000U,
                                    0U, 0xffffffffU}) {
    unknown = unknown && sense(DrcIndex{index}).status == -3 &&
              isolation(DrcIndex{index}, 0) == -3 && allocation(DrcIndex{index}, 0) == -3;
  }
  EXPECT_RULE("R1-13.5.3.3-4", listed > 25 && accepted && unknown);
  EXPECT_RULE("R1-13.5.3.4-2", unknown && isolation(kCard, 0) == 0);
  EXPECT_EQ(rtas("get-sensor-state", {9002, cpu(0).value}, 2).status, -3);
}

TEST_F(Rules, IndicatorsAreForTheirKindOfConnector) {
  bool refused = true;
  for (const DrcIndex drc : {cpu(1), lmb(7), kPhb, kSlot, kPort, kRegion, kFacility, kFunction,
                             DrcIndex{0x30000002}}) {
    for (const std::uint32_t value : {0U, 1U, 2U, 3U}) {
      refused = refused && indicator(drc, value) == -3;
    }
  }
  EXPECT_RULE("R1-13.7.4.2-1", refused);
  EXPECT_RULE("R1-13.7.2-7", allocation(cpu(1), 1) == 0 && allocation(kCard, 1) == -3);
  const bool null = isolation(cpu(1), 1) == 0 && allocation(lmb(7), 1) == 0 &&
                    isolation(kEmpty, 0) == 0 && set_power(kEmptyDomain, 0).status == 0;
  const bool values = isolation(cpu(1), 2) == -3 && allocation(cpu(1), 4) == -3;
  EXPECT_RULE("R1-13.5.3.4-1", null && values && indicator(kCard, 2) == 0);
  EXPECT_RULE("R1-13.5.3.4-1", indicator(kCard, 4) == -3) << "9002 has four values";
}

TEST_F(Rules, UnusableConnectorsRefuseAllButUsable) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  const bool refused = isolation(cpu(2), 0) == -3 && isolation(cpu(2), 1) == -3 &&
                       indicator(cpu(2), 1) == -3 && sense(cpu(2)).value == 2;
  EXPECT_RULE("R1-13.5.3.4-5", refused && allocation(cpu(4), 1) == -3 &&
                                   allocation(cpu(2), 1) == 0);
}

TEST_F(Rules, UnusableTakesTheMappingsAway) {
  ASSERT_EQ(hypervisor.set_lmbs(id, 9).status, AssignStatus::done);
  const bool before = hypervisor.set_mapped(id, lmb(8), true);
  EXPECT_EQ(allocation(lmb(8), 1), 0);
  EXPECT_RULE("R1-13.5.3.4-7", !before && hypervisor.set_mapped(id, lmb(8), true));
  EXPECT_EQ(isolation(lmb(8), 1), 0);
  EXPECT_EQ(isolation(lmb(8), 0), 0) << "never configured: not in use";
  EXPECT_EQ(allocation(lmb(8), 0), 0);
  acquire(lmb(8));
  EXPECT_RULE("R1-13.5.3.4-6", isolation(lmb(8), 0) == 0) << "no mapping came back with it";
}

TEST_F(Rules, TranslationsKeepMemoryAndAdapters) {
  release(kPort);
  for (const DrcIndex drc : {lmb(7), kSlot}) {
    ASSERT_TRUE(hypervisor.set_mapped(id, drc, true));
    const bool kept = isolation(drc, 0) == -9001 && state(drc) == DrcState::configured;
    ASSERT_TRUE(hypervisor.set_mapped(id, drc, false));
    const bool let_go = isolation(drc, 0) == 0;
    if (drc == kSlot) {
      EXPECT_RULE("R1-13.7.4.1.3-2", kept && let_go);
    } else {
      EXPECT_RULE("R1-13.7.4.1.2-2", kept && let_go);
    }
  }
}

TEST_F(Rules, ProcessorsStopFirst) {
  EXPECT_EQ(rtas("start-cpu", {9, 0, 0}).status, 0);
  const bool refused = isolation(cpu(1), 0) == -1 && state(cpu(1)) == DrcState::configured;
  EXPECT_TRUE(rtas("stop-self", {}, 1, 9).parks);
  EXPECT_RULE("R1-13.7.4.1.1-1", refused && isolation(cpu(1), 0) == 0);
  EXPECT_EQ(isolation(cpu(0), 0), -1) << "the last one";
  const LedgerView before = hypervisor.ledger();
  EXPECT_TRUE(rtas("stop-self", {}).parks);
  hypervisor.release_configuration(id);
  const LedgerView after = hypervisor.ledger();
  EXPECT_RULE("R1-13.7.4.1.1-2", hypervisor.partition(id).power == PowerState::off &&
                                     after.free_units - before.free_units == ProcUnits{200} &&
                                     after.free_lmbs - before.free_lmbs == 8);
}

TEST_F(Rules, ConfigureConnectorAnswersByState) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.offer(id, cpu(4), Offer::exchange).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.offer(id, lmb(9), Offer::recovery).status, AssignStatus::done);
  EXPECT_RULE("R1-13.7.4.3-2", configure(cpu(2), kWork) == Lines{"-9003"} &&
                                   configure(cpu(4), kWork) == Lines{"-9003"} &&
                                   configure(lmb(9), kWork) == Lines{"-9003"} &&
                                   state(cpu(2)) == DrcState::allocatable);
  EXPECT_EQ(allocation(cpu(2), 1), 0);
  EXPECT_RULE("R1-13.7.4.3-1", configure(cpu(2), kWork) == Lines{"0"} &&
                                   state(cpu(2)) == DrcState::available);
  EXPECT_EQ(isolation(cpu(2), 1), 0);
  start_walk(cpu(2), kWork);
  EXPECT_EQ(walk(kWork), 2);
  const bool abandoned = state(cpu(2)) == DrcState::unisolated;
  const std::vector<std::int32_t> all = statuses(cpu(2));
  EXPECT_RULE("R1-13.5.3.5-4", abandoned && all.back() == 0 &&
                                   state(cpu(2)) == DrcState::configured);
  const bool known = std::all_of(all.begin(), all.end(), [](std::int32_t status) {
    return status >= 0 && status <= 4;
  });
  EXPECT_RULE("R1-13.5.3.5-1", known && all.front() == 2 &&
                                   configure(DrcIndex{0x10000003}, kWork) == Lines{"-3"});
}

TEST_F(Rules, WorkAreaCarriesTheSequence) {
  memory.write(GuestAddress{kWork}, CellWriter().u32(cpu(1).value).u32(77).take());
  EXPECT_RULE("R1-13.5.3.5-2", walk(kWork) == -1) << "entry 1 is not 0 and no sequence is open";
  start_walk(cpu(1), kWork);
  EXPECT_EQ(walk(kWork), 2);
  const std::uint32_t sequence = memory.cell(kWork + 4);
  memory.write(GuestAddress{kWork + 4}, CellWriter().u32(sequence + 1).take());
  const bool modified = walk(kWork) == -1;
  memory.write(GuestAddress{kWork + 4}, CellWriter().u32(sequence).take());
  EXPECT_RULE("R1-13.5.3.5-3", modified && walk(kWork) == 3);
}

// -- 13.5.4, 13.7.3: the order of things ---------------------------------------------------------

TEST_F(Rules, OrderOfOnlineAndOfflineIsKept) {
  const bool in_use = set_power(kCardDomain, 0).status == -1;
  EXPECT_EQ(isolation(kCard, 0), 0);
  EXPECT_RULE("R1-13.5.4.2-3", in_use && set_power(kCardDomain, 0).status == 0);
  const bool no_power = isolation(kCard, 1) == -1 && configure(kCard, kWork) == Lines{"-1"};
  EXPECT_EQ(set_power(kCardDomain, 100).status, 0);
  const bool isolated = configure(kCard, kWork) == Lines{"0"} &&
                        state(kCard) == DrcState::powered_on;
  EXPECT_EQ(isolation(kCard, 1), 0);
  EXPECT_RULE("R1-13.5.4.2-2", no_power && isolated && configure(kCard, kWork).back() == "0" &&
                                   state(kCard) == DrcState::slot_configured);
  EXPECT_RULE("R1-13.5.4.2-1", set_power(0, 0).status == -3 && get_power(kCardDomain).value == 100)
      << "the parent of all domains is not switched off under live slots";
}

TEST_F(Rules, VerbFollowsTheSensor) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.offer(id, cpu(4), Offer::exchange).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.offer(id, cpu(5), Offer::recovery).status, AssignStatus::done);
  bool all = true;
  for (const DrcIndex drc : {cpu(2), cpu(4), cpu(5)}) {
    const std::uint32_t verb = sense(drc).value - 1;
    for (std::uint32_t wrong = 1; wrong <= 3; ++wrong) {
      all = all && (wrong == verb || allocation(drc, wrong) == -3);
    }
    all = all && allocation(drc, verb) == 0 && isolation(drc, 1) == 0 &&
          configure(drc, kWork).back() == "0" &&
          rtas("start-cpu", {drc.value & 0xff, 0x60, 0}).status == 0;
  }
  EXPECT_RULE("13.7-b (no R1 number)", all && events.started.size() == 3);
  expect_sound();
}

TEST_F(Rules, HmcReassignsOnlyWhatWasGivenBack) {
  release(kPort);
  ASSERT_EQ(hypervisor.assign_slot(kSlot, kNoPartition).status, AssignStatus::done);
  const bool refused = hypervisor.assign_slot(kSlot, kShared).status == AssignStatus::slot_owned;
  release(kSlot);
  release(kPhb);
  EXPECT_RULE("13.7-c (no R1 number)",
              refused && hypervisor.assign_slot(kSlot, kShared).status == AssignStatus::done);
  expect_sound();
}

TEST_F(Rules, FailedConfigureIsUndoneStepByStep) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  EXPECT_EQ(allocation(cpu(2), 1), 0);
  EXPECT_EQ(isolation(cpu(2), 1), 0);
  ScriptedAnswer answer;
  answer.site = "rtas.ibm,configure-connector";
  answer.outcome = "hardware_error";
  choices = ScriptedChoices({answer});
  EXPECT_EQ(configure(cpu(2), kWork), Lines{"-1"});
  EXPECT_RULE("13.7-d (no R1 number)", isolation(cpu(2), 0) == 0 && allocation(cpu(2), 0) == 0 &&
                                           sense(cpu(2)).value == 2);
  expect_sound();
}

// The same connectors either way (B.5.2.3-11): OV5 byte 22 bit 1 is 0x40.
TEST_F(Rules, DrcInfoComesOnlyWhenAskedFor) {
  const auto lists = [](const Node& root) {
    std::pair<int, int> found{0, 0};
    each_node(root, "", [&](const Node& node, const std::string&) {
      found.first += node.property("ibm,drc-indexes") != nullptr ? 1 : 0;
      found.second += node.property("ibm,drc-info") != nullptr ? 1 : 0;
    });
    return found;
  };
  const std::pair<int, int> plain = lists(tree());
  CellWriter vector;
  vector.u32(0).u32(0x0f000006).u8(5 - 1);
  for (int i = 0; i < 4; ++i) vector.u8(0).u8(0);
  vector.u8(23 - 1);
  for (int byte = 0; byte < 23; ++byte) vector.u8(byte == 1 ? 0x20 : byte == 21 ? 0x40 : 0);
  hypervisor.client_architecture_support(id, vector.take());
  const std::pair<int, int> asked = lists(tree());
  EXPECT_RULE("R1-13.5.2.8-1", asked.second == plain.first && asked.second > 4);
  EXPECT_RULE("R1-13.5.2.8-2", plain.second == 0 && asked.first == 0);
}

// Without the dynamic memory node the regions are listed at the root.
class RootLists : public Rules {
 protected:
  RootLists() : Rules([] {
    FirmwareProfile p = quick_profile();
    p.tree.root_lists_lmbs = true;
    return p;
  }()) {}
};

TEST_F(RootLists, EveryRegionThatHasAConnector) {
  const Connectors top = connectors_of(tree());
  const auto regions = std::count(top.types.begin(), top.types.end(), "MEM");
  EXPECT_RULE("R1-13.7.2-3", regions == 14 &&
                                 std::count(top.indexes.begin(), top.indexes.end(), lmb(0).value) ==
                                     0);
}

}  // namespace
}  // namespace lparsim::firmware
