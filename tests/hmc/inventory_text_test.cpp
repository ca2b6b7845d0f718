// Numbers and indexes as the HMC spells them (hmc.md 1.2, 1.3).
#include "hmc/inventory/text.hpp"

#include <gtest/gtest.h>

namespace lparsim::hmc {
namespace {

TEST(InventoryText, UnitsHaveOneDecimalUnlessTwoAreNeeded) {
  const std::pair<int, const char*> cases[] = {{0, "0.0"},   {30, "0.3"},    {110, "1.1"},
                                               {200, "2.0"}, {5, "0.05"},    {125, "1.25"},
                                               {101, "1.01"}, {24000, "240.0"}};
  for (const auto& [hundredths, text] : cases) {
    EXPECT_EQ(units_text({hundredths}), text);
    EXPECT_EQ(parse_units(text), ProcUnits{hundredths});
  }
  EXPECT_EQ(parse_units("2"), ProcUnits{200});
  for (const char* bad : {"", ".", "1.", "0.305", "-1", "1,5", "x", "1.5 ", "99999999999"}) {
    EXPECT_FALSE(parse_units(bad)) << bad;
  }
}

TEST(InventoryText, DrcIndexesAreEightCapitalDigits) {
  EXPECT_EQ(drc_text(DrcIndex{0x2101001a}), "2101001A");
  EXPECT_EQ(parse_drc("2101001A"), DrcIndex{0x2101001a});
  EXPECT_EQ(parse_drc("2101001a"), DrcIndex{0x2101001a});
  for (const char* bad : {"", "2101001", "02101001A", "2101001G", "0x210100"}) {
    EXPECT_FALSE(parse_drc(bad)) << bad;
  }
}

TEST(InventoryText, NumbersArePlainDecimals) {
  EXPECT_EQ(parse_number("0"), 0);
  EXPECT_EQ(parse_number("6144"), 6144);
  for (const char* bad : {"", "-1", "+1", "1.0", " 1", "1 ", "0x1", "99999999999999999999"}) {
    EXPECT_FALSE(parse_number(bad)) << bad;
  }
}

TEST(InventoryText, LogicalSerialNumbersEndInABase36Digit) {
  EXPECT_EQ(logical_serial("6535CCG", PartitionId{15}), "6535CCGF");
  EXPECT_EQ(logical_serial("215296V", PartitionId{7}), "215296V7");
  EXPECT_EQ(logical_serial("65YDR6E", PartitionId{10}), "65YDR6EA");
  EXPECT_EQ(logical_serial("65YDR6E", PartitionId{35}), "65YDR6EZ");
  EXPECT_EQ(logical_serial("65YDR6E", PartitionId{36}), "65YDR6E10");
}

TEST(InventoryText, WordsGoBothWays) {
  for (const auto& [state, word] : kPartitionStates) {
    EXPECT_EQ(value_of(kPartitionStates, word), state);
  }
  for (const auto& [mode, word] : kSharingModes) EXPECT_EQ(word_of(kSharingModes, mode), word);
  EXPECT_FALSE(value_of(kSharingModes, "uncapped"));
}

}  // namespace
}  // namespace lparsim::hmc
