#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

TEST(LevelTest, LevelsHaveWhatTheTableSays) {
  std::set<std::string> found;
  for (const KernelLevel& level : levels()) {
    EXPECT_EQ(find_level(level.name), &level);
    found.insert(level.name);
    for (const SwitchInfo& row : switches()) {
      const std::string words = " " + std::string(row.levels) + " ";
      EXPECT_EQ(level.has(row.id), words.find(" " + level.name + " ") != std::string::npos)
          << level.name << " " << row.name;
    }
  }
  EXPECT_EQ(found.size(), 5U);
  EXPECT_EQ(find_level("fixed")->switches, bit(Switch::dt_requests)) << "no defect";
  EXPECT_EQ(find_level("5.0"), nullptr);
}

TEST(LevelTest, RowsAreCompleteAndUnique) {
  std::set<std::string_view> names;
  for (const SwitchInfo& row : switches()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(find_switch(row.name), &row);
    EXPECT_FALSE(row.source.empty()) << row.name;
    EXPECT_FALSE(row.effect.empty()) << row.name;
    EXPECT_FALSE(row.levels.empty()) << row.name;
  }
  EXPECT_EQ(find_switch("none"), nullptr);
}

// kernel.md 11 numbers 29 weak spots.
TEST(LevelTest, EveryWeakSpotHasASwitch) {
  std::set<int> numbers;
  for (const SwitchInfo& row : switches()) numbers.insert(std::atoi(row.source.data()));
  for (int number = 1; number <= 29; ++number) EXPECT_TRUE(numbers.contains(number)) << number;
}

std::set<std::string> all_tests() {
  std::set<std::string> names;
  const auto& unit = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < unit.total_test_suite_count(); ++i) {
    const auto& suite = *unit.GetTestSuite(i);
    for (int k = 0; k < suite.total_test_count(); ++k) {
      const std::string name = suite.GetTestInfo(k)->name();
      names.insert(std::string(suite.name()) + "." + name.substr(0, name.find('/')));
    }
  }
  return names;
}

TEST(LevelTest, EverySwitchDecidesSomethingInATestOfItsOwn) {
  std::map<Switch, std::string> shown;
  const auto tests = all_tests();
  for (const SwitchShown& row : switches_shown()) {
    EXPECT_TRUE(shown.emplace(row.id, row.test).second) << row.test;
    EXPECT_TRUE(tests.contains(std::string(row.test))) << row.test;
  }
  for (const SwitchInfo& row : switches()) EXPECT_TRUE(shown.contains(row.id)) << row.name;
}

std::string list_of_switches() {
  std::string out =
      "# Switches of the kernel levels\n\n"
      "Made from `models/kernel/level.cpp` and `tests/kernel/switches_shown.cpp`\n"
      "(`LPARSIM_UPDATE_GOLDENS=1 ./lparsim test -R LevelTest`). *source*: number in section 11 of "
      "the kernel\nreference, or another section of it; entry of the zoo. *test*: where the switch "
      "alone decides.\n\n| switch | source | levels | effect | test |\n|---|---|---|---|---|\n";
  for (const SwitchInfo& row : switches()) {
    const auto shown = std::find_if(switches_shown().begin(), switches_shown().end(),
                                    [&](const SwitchShown& s) { return s.id == row.id; });
    out += "| `" + std::string(row.name) + "` | " + std::string(row.source) + " | " +
           std::string(row.levels) + " | " + std::string(row.effect) + " | `" +
           std::string(shown->test) + "` |\n";
  }
  return out;
}

TEST(LevelTest, TheListForPeopleIsTheOneOfTheRows) {
  const std::string path = LPARSIM_SOURCE_DIR "/docs/kernel-switches.md";
  if (std::getenv("LPARSIM_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << list_of_switches();
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), list_of_switches());
}

using LevelFilesTest = KernelRig;

TEST_F(LevelFilesTest, WhatTheKernelAsksFirmwareFor) {
  // Bytes of option vector 5, which begins behind its length byte after `before` bytes.
  const auto vector5 = [&](std::size_t byte) {
    const Bytes all = kernel_->architecture_vector();
    std::size_t at = 10 * 8 + 1;                       // PVR list, number of vectors
    for (int vector = 1; vector < 5; ++vector) at += std::size_t{all.at(at)} + 2;
    return all.at(at + byte);
  };
  start("fixed");
  EXPECT_EQ(vector5(22), 0xc0);
  EXPECT_EQ(vector5(5), 0xe0);
  EXPECT_EQ(vector5(6), 0x05);
  start(alone(Switch::no_drc_info));
  EXPECT_EQ(vector5(22), 0);
  EXPECT_EQ(vector5(5), 0xc0);
  start(alone(Switch::no_hotplug_events));
  EXPECT_EQ(vector5(5), 0xa0);
  EXPECT_EQ(vector5(6), 0x01);
}

TEST_F(LevelFilesTest, FilesThatCameLater) {
  FileStat stat;
  const auto there = [&](const char* path) { return kernel_->stat(path, stat) == 0; };
  start("fixed");
  EXPECT_TRUE(there("/sys/kernel/dlpar"));
  EXPECT_TRUE(there("/sys/kernel/mobility/migration"));
  start(alone(Switch::no_dlpar_file));
  EXPECT_FALSE(there("/sys/kernel/dlpar"));
  EXPECT_EQ(dlpar("cpu remove index 0x10000000"), -ENOENT);
  start(alone(Switch::no_mobility_files));
  EXPECT_FALSE(there("/sys/kernel/mobility/migration"));
  EXPECT_FALSE(there("/sys/kernel/mobility/api_version"));
}

TEST_F(LevelFilesTest, EventsAreNotFetched) {
  start(alone(Switch::no_hotplug_events));
  kernel_->interrupt(0x1001);
  start("fixed");
  host_.expect({{"check-exception", {0x500, 0x1001, 0x10000000, 0, 0x6000, 2048}, {1}, {}, {},
                 {}}});
  kernel_->interrupt(0x1001);
}

}  // namespace
}  // namespace lparsim::kernel
