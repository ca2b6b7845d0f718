#include <gtest/gtest.h>

#include <set>

#include "models/kernel/linux.hpp"

namespace lparsim::kernel {
namespace {

TEST(LevelTest, FixedHasNoDefectAnd61HasAllOfTheTable) {
  ASSERT_NE(find_level("fixed"), nullptr);
  EXPECT_EQ(find_level("fixed")->switches, 0U);
  for (const SwitchInfo& row : switches()) {
    EXPECT_EQ(find_level("6.1")->has(row.id), row.levels == "6.1") << row.name;
  }
  EXPECT_EQ(find_level("5.0"), nullptr);
}

TEST(LevelTest, RowsAreCompleteAndUnique) {
  std::set<std::string_view> names;
  for (const SwitchInfo& row : switches()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.source.empty()) << row.name;
    EXPECT_FALSE(row.effect.empty()) << row.name;
  }
}

}  // namespace
}  // namespace lparsim::kernel
