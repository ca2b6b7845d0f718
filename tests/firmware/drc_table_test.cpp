// Every cell of the state machine of logical connectors, against DRC.md 5 written down again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "firmware/drc/drc_table.hpp"

namespace lparsim::firmware {
namespace {

struct Cell {
  DrcState next;
  std::int32_t status;
};
constexpr auto L1b = DrcState::unallocatable, L1a = DrcState::allocatable,
               L1x = DrcState::for_exchange, L1r = DrcState::for_recovery,
               L2 = DrcState::available, L3 = DrcState::unisolated, L4 = DrcState::configured;
// Columns L1b, L1a, L1x, L1r, L2, L3, L4; rows in the order of DrcCall. Profile phyp, nothing in
// the way.
constexpr Cell kExpected[kLogicalCalls][kLogicalStates] = {
    // sense
    {{L1b, 0}, {L1a, 0}, {L1x, 0}, {L1r, 0}, {L2, 0}, {L3, 0}, {L4, 0}},
    // 9003: unusable, usable, exchange, recover
    {{L1b, 0}, {L1a, 0}, {L1x, 0}, {L1r, 0}, {L1a, 0}, {L3, -3}, {L4, -3}},
    {{L1b, -3}, {L2, 0}, {L1x, -3}, {L1r, -3}, {L2, 0}, {L3, 0}, {L4, 0}},
    {{L1b, -3}, {L1a, -3}, {L2, 0}, {L1r, -3}, {L2, -3}, {L3, -3}, {L4, -3}},
    {{L1b, -3}, {L1a, -3}, {L1x, -3}, {L2, 0}, {L2, -3}, {L3, -3}, {L4, -3}},
    // 9001: isolate, unisolate
    {{L1b, -3}, {L1a, -3}, {L1x, -3}, {L1r, -3}, {L2, 0}, {L2, 0}, {L2, 0}},
    {{L1b, -3}, {L1a, -3}, {L1x, -3}, {L1r, -3}, {L3, 0}, {L3, 0}, {L4, 0}},
    // 9002
    {{L1b, -3}, {L1a, -3}, {L1x, -3}, {L1r, -3}, {L2, -3}, {L3, -3}, {L4, -3}},
    // configure-connector
    {{L1b, -9003}, {L1a, -9003}, {L1x, -9003}, {L1r, -9003}, {L2, 0}, {L4, 0}, {L4, 0}},
    // a value that the indicator does not have
    {{L1b, -3}, {L1a, -3}, {L1x, -3}, {L1r, -3}, {L2, -3}, {L3, -3}, {L4, -3}},
};
constexpr std::int32_t kSenses[kLogicalStates] = {2, 2, 3, 4, 1, 1, 1};

class DrcCell : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

TEST_P(DrcCell, AnswersAsTheTableOfTheSpecification) {
  const auto [call, state] = GetParam();
  const DrcVerdict verdict = judge(static_cast<DrcState>(state), static_cast<DrcCall>(call), {},
                                   find_profile("phyp")->drc);
  EXPECT_EQ(verdict.next, kExpected[call][state].next);
  EXPECT_EQ(verdict.status, kExpected[call][state].status);
  const bool sense = static_cast<DrcCall>(call) == DrcCall::sense;
  EXPECT_EQ(verdict.value, sense ? kSenses[state] : 0);
  EXPECT_FALSE(drc_row(static_cast<DrcState>(state), static_cast<DrcCall>(call))
                   ->requirement.empty());
}
INSTANTIATE_TEST_SUITE_P(All, DrcCell,
                         ::testing::Combine(::testing::Range(std::size_t{0}, kLogicalCalls),
                                            ::testing::Range(std::size_t{0}, kLogicalStates)));

TEST(DrcObtained, VerbIsANullTransitionAfterwards) {
  const DrcReadings& phyp = find_profile("phyp")->drc;
  for (const DrcState state : {L2, L3, L4}) {
    EXPECT_EQ(judge(state, DrcCall::exchange, {.by_exchange = true}, phyp).status, 0);
    EXPECT_EQ(judge(state, DrcCall::recover, {.by_exchange = true}, phyp).status, -3);
    EXPECT_EQ(judge(state, DrcCall::recover, {.by_recovery = true}, phyp).status, 0);
    EXPECT_EQ(judge(state, DrcCall::exchange, {.by_recovery = true}, phyp).status, -3);
    EXPECT_EQ(judge(state, DrcCall::usable, {.by_recovery = true}, phyp).status, 0);
  }
}

TEST(DrcParent, MustBeOwnedBeforeAConnectorBelowIsTaken) {
  const DrcReadings& phyp = find_profile("phyp")->drc;
  const DrcFacts orphan{.type = DrcType::slot, .parent_open = false};
  EXPECT_EQ(judge(L1a, DrcCall::usable, orphan, phyp).status, -3);
  EXPECT_EQ(judge(L1x, DrcCall::exchange, orphan, phyp).status, -3);
  EXPECT_EQ(judge(L1r, DrcCall::recover, orphan, phyp).status, -3);
}

TEST(DrcPower, IsNothingThatALogicalConnectorHas) {
  for (std::size_t state = 0; state < kLogicalStates; ++state) {
    for (const DrcCall call : {DrcCall::power_on, DrcCall::power_off, DrcCall::get_power}) {
      const auto from = static_cast<DrcState>(state);
      EXPECT_EQ(drc_row(from, call), nullptr);
      EXPECT_EQ(judge(from, call, {}, find_profile("phyp")->drc).status, -3);
    }
  }
}

struct Refusal {
  const char* what;
  DrcFacts facts;
  std::int32_t phyp, qemu;
};

TEST(DrcRefusals, OfSectionSeven) {
  const Refusal kRefusals[] = {
      {"cpu runs", {.type = DrcType::cpu, .threads_running = true}, -1, 0},
      {"mem mapped", {.type = DrcType::mem, .mapped = true, .remove_requested = true}, -9001, 0},
      {"mem not asked for", {.type = DrcType::mem}, 0, -1},
      {"mem caller inside", {.type = DrcType::mem, .remove_requested = true, .caller_inside = true},
       -1, 0},
      {"mem region mapped", {.type = DrcType::mem_region, .mapped = true}, -9001, 0},
      {"phb below", {.type = DrcType::phb, .below_in_use = true}, -9000, -9000},
      {"phb below on offer", {.type = DrcType::phb, .below_offered = true}, -9000, -9000},
      {"phb mapped", {.type = DrcType::phb, .mapped = true}, -9001, 0},
      {"slot mapped", {.type = DrcType::slot, .mapped = true}, -9001, 0},
      {"slot below before mapped",
       {.type = DrcType::slot, .mapped = true, .below_in_use = true}, -9000, -9000},
      {"virtual mapped", {.type = DrcType::slot, .is_virtual = true, .mapped = true}, -9001, 0},
      {"port mapped", {.type = DrcType::port, .mapped = true}, -9001, 0},
      {"facility below", {.type = DrcType::facility, .below_in_use = true}, -9000, -9000},
      {"function attached", {.type = DrcType::function, .mapped = true}, -9001, -9001},
  };
  for (const Refusal& refusal : kRefusals) {
    for (const auto& [name, status] : {std::pair{"phyp", refusal.phyp}, {"qemu", refusal.qemu}}) {
      SCOPED_TRACE(std::string(refusal.what) + " " + name);
      const DrcVerdict verdict =
          judge(L4, DrcCall::isolate, refusal.facts, find_profile(name)->drc);
      EXPECT_EQ(verdict.status, status);
      EXPECT_EQ(verdict.next, status == 0 ? L2 : L4);
    }
  }
}

// LPARSIM_UPDATE_GOLDENS=1 writes the file anew.
TEST(DrcTable, IsWrittenDownInTheDocumentation) {
  const std::string path = LPARSIM_SOURCE_DIR "/docs/drc-table.md";
  if (std::getenv("LPARSIM_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << drc_table_markdown();
  std::ifstream file(path);
  const std::string written{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(written, drc_table_markdown());
}

}  // namespace
}  // namespace lparsim::firmware
