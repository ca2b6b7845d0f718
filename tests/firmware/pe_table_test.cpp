// Every cell of a PE's state machine, against tables 7-59 and 7-60 written down a second time.
#include "firmware/pci/pe_table.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/expect_rule.hpp"

namespace lparsim::firmware {
namespace {

constexpr auto N = PeState::normal, R = PeState::reset, S = PeState::stopped,
               D = PeState::dma_stopped, T = PeState::recovering, Q = PeState::recovering_reset,
               U = PeState::unavailable;

// By PeEvent; columns N, R, S, D, T, Q, U.
constexpr PeState kNext[kPeEvents][kPeStates] = {
    {N, R, N, N, T, Q, U},     // set-eeh-option 0
    {N, R, D, D, T, Q, U},     // set-eeh-option 2
    {N, R, S, N, T, Q, U},     // set-eeh-option 3
    {N, N, S, D, T, Q, U},     // set-slot-reset 0
    {R, R, R, R, T, Q, U},     // set-slot-reset 1, 3
    {U, U, U, U, U, U, U},     // slot-error-detail 2
    {S, R, S, S, T, Q, U},     // error
    {T, Q, T, T, T, Q, U},     // platform resets
    {N, R, S, D, S, R, U},     // platform is done
    {U, U, U, U, U, U, U},     // platform gives up
    {N, N, N, N, T, T, U},     // isolate
    {N, N, N, N, N, N, N},     // power cycle, reboot, re-assignment
};
constexpr std::int32_t kStatus[kPeEvents][kPeStates] = {
    {0, 0, 0, 0, 0, 0, 0},     {-3, -7, 0, -3, -7, -7, -7}, {-3, -7, -7, 0, -7, -7, -7},
    {0, 0, -7, -3, -7, -7, -7}, {0, 0, 0, 0, -7, -7, -7},   {}, {}, {}, {}, {}, {}, {},
};

class PeCellTest : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

TEST_P(PeCellTest, IsThatOfTheSpecification) {
  const auto [event, state] = GetParam();
  const PeCell& cell = pe_cell(static_cast<PeState>(state), static_cast<PeEvent>(event));
  EXPECT_EQ(cell.next, kNext[event][state]);
  EXPECT_EQ(cell.status, kStatus[event][state]);
}
INSTANTIATE_TEST_SUITE_P(All, PeCellTest,
                         ::testing::Combine(::testing::Range(std::size_t{0}, kPeEvents),
                                            ::testing::Range(std::size_t{0}, kPeStates)));

// LPARSIM_UPDATE_GOLDENS=1 writes the file anew.
TEST(PeTable, IsWrittenDownInTheDocumentation) {
  const std::string path = LPARSIM_SOURCE_DIR "/docs/pe-table.md";
  if (std::getenv("LPARSIM_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << pe_table_markdown();
  std::ifstream in(path);
  const std::string written{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(written, pe_table_markdown());
}

}  // namespace
}  // namespace lparsim::firmware
