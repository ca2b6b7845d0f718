// Every cell of the state machine, against DRC.md 5 written down a second time.
#include "firmware/drc/drc_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace lparsim::firmware {
namespace {

struct Cell {
  DrcState next;
  std::int32_t status;
};
constexpr auto L1b = DrcState::unallocatable, L1a = DrcState::allocatable,
               L2 = DrcState::available, L3 = DrcState::unisolated, L4 = DrcState::configured;
// Columns L1b, L1a, L2, L3, L4; rows in the order of DrcCall. Profile phyp, nothing in the way.
constexpr Cell kExpected[kDrcCalls][kDrcStates] = {
    {{L1b, 0}, {L1a, 0}, {L2, 0}, {L3, 0}, {L4, 0}},              // sense
    {{L1b, 0}, {L1a, 0}, {L1a, 0}, {L3, -3}, {L4, -3}},           // unusable
    {{L1b, -3}, {L2, 0}, {L2, 0}, {L3, 0}, {L4, 0}},              // usable
    {{L1b, -3}, {L1a, -3}, {L2, -3}, {L3, -3}, {L4, -3}},         // exchange
    {{L1b, -3}, {L1a, -3}, {L2, -3}, {L3, -3}, {L4, -3}},         // recover
    {{L1b, -3}, {L1a, -3}, {L2, 0}, {L2, 0}, {L2, 0}},            // isolate
    {{L1b, -3}, {L1a, -3}, {L3, 0}, {L3, 0}, {L4, 0}},            // unisolate
    {{L1b, -3}, {L1a, -3}, {L2, -3}, {L3, -3}, {L4, -3}},         // 9002
    {{L1b, -9003}, {L1a, -9003}, {L2, 0}, {L4, 0}, {L4, 0}},      // configure-connector
};

class DrcCell : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

TEST_P(DrcCell, AnswersAsTheTableOfTheSpecification) {
  const auto [call, state] = GetParam();
  const DrcVerdict verdict = judge(static_cast<DrcState>(state), static_cast<DrcCall>(call), {},
                                   find_profile("phyp")->drc);
  EXPECT_EQ(verdict.next, kExpected[call][state].next);
  EXPECT_EQ(verdict.status, kExpected[call][state].status);
  const bool owned = state >= static_cast<std::size_t>(L2);
  if (static_cast<DrcCall>(call) == DrcCall::sense) {
    EXPECT_EQ(verdict.sense, owned ? 1 : 2);
  }
  EXPECT_FALSE(drc_row(static_cast<DrcState>(state), static_cast<DrcCall>(call))
                   .requirement.empty());
}
INSTANTIATE_TEST_SUITE_P(All, DrcCell,
                         ::testing::Combine(::testing::Range(std::size_t{0}, kDrcCalls),
                                            ::testing::Range(std::size_t{0}, kDrcStates)));

TEST(DrcRefusals, OfSectionSeven) {
  const DrcReadings& phyp = find_profile("phyp")->drc;
  const DrcReadings& qemu = find_profile("qemu")->drc;
  const auto isolate = [](DrcFacts facts, const DrcReadings& readings) {
    const DrcVerdict verdict = judge(L4, DrcCall::isolate, facts, readings);
    EXPECT_EQ(verdict.next, verdict.status == 0 ? L2 : L4);
    return verdict.status;
  };
  EXPECT_EQ(isolate({.type = DrcType::cpu, .threads_running = true}, phyp), -1);
  EXPECT_EQ(isolate({.type = DrcType::cpu, .threads_running = true}, qemu), 0);
  EXPECT_EQ(isolate({.type = DrcType::mem, .mapped = true}, phyp), -9001);
  EXPECT_EQ(isolate({.type = DrcType::mem}, qemu), -1);
  EXPECT_EQ(isolate({.type = DrcType::mem, .remove_requested = true}, qemu), 0);
  EXPECT_EQ(isolate({.type = DrcType::phb, .below_in_use = true}, phyp), -9000);
  EXPECT_EQ(isolate({.type = DrcType::phb, .mapped = true}, phyp), -9001);
  EXPECT_EQ(isolate({.type = DrcType::slot, .mapped = true}, phyp), -9001);
}

TEST(DrcReadingsOfProfiles, ChooseAmongTheMarkedCells) {
  const DrcReadings& qemu = find_profile("qemu")->drc;
  EXPECT_EQ(judge(L3, DrcCall::isolate, {}, qemu).status, -3);
  EXPECT_EQ(judge(L1a, DrcCall::isolate, {}, qemu).status, 0);
  EXPECT_EQ(judge(L2, DrcCall::configure, {}, qemu).status, -9003);
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
