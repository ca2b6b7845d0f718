#include <gmock/gmock.h>

#include "firmware/profiles/profile.hpp"

namespace lparsim::firmware {
namespace {

TEST(Profile, AreFoundByNameAndPhypIsTheDefault) {
  EXPECT_THAT(profile_names(), ::testing::ElementsAre("phyp", "qemu"));
  for (const std::string_view name : profile_names()) {
    const FirmwareProfile* profile = find_profile(name);
    ASSERT_NE(profile, nullptr);
    EXPECT_EQ(profile->name, name);
  }
  EXPECT_EQ(find_profile("kvm"), nullptr);
  EXPECT_EQ(find_profile(""), nullptr);
}

TEST(Profile, LatencyFallsBackToTheGeneralOne) {
  const FirmwareProfile* phyp = find_profile("phyp");
  EXPECT_EQ(phyp->latency_of("ibm,configure-connector"), std::chrono::microseconds{5});
  EXPECT_EQ(phyp->latency_of("set-indicator:mem-isolate"), std::chrono::microseconds{50});
  EXPECT_EQ(phyp->latency_of("get-sensor-state"), std::chrono::microseconds{2});
}

TEST(Profile, TakeDifferentReadingsOfTheOpenPoints) {
  const DrcReadings& phyp = find_profile("phyp")->drc;
  const DrcReadings& qemu = find_profile("qemu")->drc;
  EXPECT_TRUE(phyp.isolate_unconfigured_allowed);
  EXPECT_FALSE(qemu.isolate_unconfigured_allowed);
  EXPECT_EQ(phyp.mem_mapped_isolate_status, -9001);
  EXPECT_EQ(qemu.configure_isolated_status, -9003);
}

TEST(Profile, FormTwoGoesWithTheTablesThatLinuxReadsUnchecked) {
  for (const std::string_view name : profile_names()) {
    const FirmwareProfile* profile = find_profile(name);
    EXPECT_FALSE(profile->tree.reference_points.empty());
    EXPECT_FALSE(profile->tree.hypertas_functions.empty());
    EXPECT_GE(profile->events.limits.hot_plug, 1U);
  }
}

}  // namespace
}  // namespace lparsim::firmware
