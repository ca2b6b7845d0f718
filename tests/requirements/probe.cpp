// Tests that selftest.py runs one by one, to see what EXPECT_RULE does and notes. Some of them must
// fail, so ctest does not know this program.
#include <string>

#include "tests/support/expect_rule.hpp"

namespace {

TEST(Probe, Holds) { EXPECT_RULE("R1-1", true); }
TEST(Probe, DoesNotHold) { EXPECT_RULE("R1-1", false); }
TEST(Probe, HoldsAndDoesNotHold) {
  EXPECT_RULE("R1-1", true);
  EXPECT_RULE("R1-2", false);
}
TEST(Probe, HoldsAndAnotherAssertionFails) {
  EXPECT_RULE("R1-1", true);
  EXPECT_EQ(1, 2);
}
TEST(Probe, HoldsBeforeItIsSkipped) {
  EXPECT_RULE("R1-1", true);
  GTEST_SKIP() << "on purpose";
}
TEST(Probe, ChecksNothing) {}
TEST(Probe, ComputesTheId) {
  for (const int number : {1, 2, 1}) EXPECT_RULE("R1-" + std::to_string(number), number > 0);
}

class ProbeOf : public testing::TestWithParam<int> {};
TEST_P(ProbeOf, Holds) { EXPECT_RULE("R1-3", GetParam() != 0); }
INSTANTIATE_TEST_SUITE_P(Two, ProbeOf, testing::Values(1, 0));

}  // namespace
