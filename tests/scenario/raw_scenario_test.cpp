// Both stages of reading, without a world: names, patterns and numbers against a small machine.
#include <gtest/gtest.h>

#include "tests/scenario/reading.hpp"

namespace lparsim::scenario {
namespace {

Result<Scenario> scenario_of(const std::string& steps, const std::string& more = "") {
  const std::string header = R"({"kind":"scenario","version":1,"name":"n","machine":"m.json",)";
  return validated(header + more + R"("steps":)" + steps + "}");
}

TEST(Scenario, NamesBecomeIdsAndWordsBecomeValues) {
  const auto scenario = scenario_of(
      R"([{"in":"one","run":"ls","expect":{"exit":3,"stdout":{"contains":"x"}}},
          {"wait":{"ms":1500}},
          {"expect":{"drc":[{"partition":"two","drc":"0x10000008","state":"L1a"}]}}])");
  ASSERT_TRUE(scenario) << scenario.error().line();
  const auto& run = std::get<RunStep>(scenario->steps[0].what);
  EXPECT_EQ(run.partition, PartitionId{1});
  EXPECT_EQ(run.expect.exit, 3);
  EXPECT_TRUE(run.expect.out->holds("axb"));
  EXPECT_FALSE(run.expect.out->holds("ab"));
  EXPECT_EQ(std::get<WaitTimeStep>(scenario->steps[1].what).how_long,
            std::chrono::milliseconds(1500));
  const auto& state = std::get<StateStep>(scenario->steps[2].what);
  EXPECT_EQ(state.drcs.at(0).drc, DrcIndex{0x10000008});
  EXPECT_EQ(state.drcs.at(0).state, firmware::DrcState::allocatable);
}

TEST(Scenario, ACommandIsExpectedToSucceedUnlessSaidOtherwise) {
  const auto scenario = scenario_of(R"([{"hmc":"lssyscfg -r sys"}])");
  ASSERT_TRUE(scenario);
  EXPECT_EQ(std::get<HmcStep>(scenario->steps[0].what).expect.exit, 0);
}

TEST(Scenario, APartitionWithoutLinuxRunsNoCommand) {
  const auto scenario = scenario_of(R"([{"in":"two","run":"ls"}])");
  ASSERT_FALSE(scenario);
  EXPECT_NE(scenario.error().line().find("/steps/0/in: found \"two\""), std::string::npos)
      << scenario.error().line();
}

TEST(Scenario, FaultsCarryTheirPlace) {
  const auto scenario = scenario_of(
      "[]",
      R"("faults":[{"site":"s","partition":"two","argument":"0x10","outcome":"o","times":0}],)");
  ASSERT_TRUE(scenario) << scenario.error().line();
  const auto& fault = scenario->faults.at(0);
  EXPECT_EQ(fault.partition, PartitionId{2});
  EXPECT_FALSE(fault.any_argument);
  EXPECT_EQ(fault.argument, 16U);
  EXPECT_EQ(fault.times, 0U);
  EXPECT_TRUE(fault.where.ends_with("/faults/0"));
}

}  // namespace
}  // namespace lparsim::scenario
