// Dynamic DMA windows as a guest makes and removes them (LoPAR 7.3.27).
#include "tests/firmware/pci_guest.hpp"

namespace lparsim::firmware {
namespace {

using ::testing::ElementsAre;

constexpr std::uint32_t kError = 0xffff'fffd, kDefaultLiobn = 0x8000'0018;
constexpr std::uint32_t kDefaultTces = 0x4'0000, kExtraTces = 0x10'0000;
constexpr std::uint32_t k4K = 12, k64K = 16, k16M = 24;

class DmaWindows : public PciGuest {
 protected:
  explicit DmaWindows(std::string_view profile = "phyp") : PciGuest(profile) {}
  explicit DmaWindows(const FirmwareProfile& profile) : PciGuest(profile) {}
  // (windows available, entries)
  std::pair<std::uint32_t, std::uint32_t> room(DrcIndex phb) {
    const auto out = query_windows(phb);
    EXPECT_EQ(out[0], 0U);
    return {out[1], out[2]};
  }
  static constexpr std::pair<std::uint32_t, std::uint32_t> kBootRoom{1, kExtraTces};
};

TEST_F(DmaWindows, TellWhatCanBeMade) {
  EXPECT_RULE("R1-7.3.27.1-1",
              query_windows(kPhb)[0] == 0 &&
                  status("ibm,query-pe-dma-window", {0, kUnit, kPhb.value}, 4) == -3 &&
                  status("ibm,query-pe-dma-window", {0, kUnit, kPhb.value}, 7) == -3);
  EXPECT_THAT(query_windows(kPhb), ElementsAre(0, 1, kExtraTces, 0x47, 0x3));
  EXPECT_THAT(cells("ibm,query-pe-dma-window", {0, kUnit, kPhb.value}, 6),
              ElementsAre(0, 1, 0, kExtraTces, 0x47, 0x3));
  EXPECT_EQ(query_windows(kForeignPhb)[0], kError);
  EXPECT_EQ(query_windows(kPhb, 0x100)[0], kError);
  EXPECT_EQ(query_windows(kBridgedPhb, kBehind)[0], kError);
  EXPECT_EQ(query_windows(kBridgedPhb)[0], 0U);
}

TEST_F(DmaWindows, WhatIsReportedCanBeMade) {
  const auto made = create_window(kPhb, k64K, k64K + 20);                // 2^20 entries
  EXPECT_RULE("R1-7.3.27.1-2", made[0] == 0);
  EXPECT_RULE("R1-7.3.27.2-1",
              made[1] != kDefaultLiobn &&
                  status("ibm,create-pe-dma-window", {0, kUnit, kPhb.value, 12, 20}, 3) == -3);
  EXPECT_EQ((std::uint64_t{made[2]} << 32 | made[3]), 1ULL << 59);
  EXPECT_EQ(room(kPhb), std::pair(0U, 0U));
  EXPECT_EQ(room(kPairPhb), kBootRoom);                                  // its own entries
  expect_sound();
}

TEST_F(DmaWindows, OnlyWhatWasAskedForIsMade) {
  const auto refused = [&](std::uint32_t page, std::uint32_t size) {
    return create_window(kPhb, page, size)[0] == kError && room(kPhb) == kBootRoom;
  };
  EXPECT_RULE("R1-7.3.27.2-2", refused(k64K, k64K + 21));                // too many entries
  for (const std::uint32_t page : {0U, 11U, 13U, 25U, 34U, 0xffff'ffffU}) {
    EXPECT_RULE("R1-7.3.27.2-2", refused(page, 30));
  }
  for (const std::uint32_t size : {0U, 15U, 60U, 64U, 0xffff'ffffU}) {
    EXPECT_TRUE(refused(k64K, size));
  }
  EXPECT_EQ(create_window(kForeignPhb, k64K, 30)[0], kError);
  EXPECT_EQ(create_window(kPhb, k64K, 30, 0x100)[0], kError);
  EXPECT_EQ(create_window(kPhb, k4K, k4K)[0], 0U);                       // a single page
  EXPECT_EQ(create_window(kPhb, k4K, k4K)[0], kError);                   // no window left
}

TEST_F(DmaWindows, RemovingTheDefaultOneMakesRoom) {
  EXPECT_EQ(remove_window(kDefaultLiobn), 0);
  EXPECT_EQ(room(kPhb), std::pair(2U, kDefaultTces + kExtraTces));
  const auto first = create_window(kPhb, k16M, k16M + 20), second = create_window(kPhb, k4K, 30);
  EXPECT_EQ(first[0], 0U);
  EXPECT_EQ(second[0], 0U);
  EXPECT_NE(first[1], second[1]);
  EXPECT_NE(second[1], kDefaultLiobn);
  EXPECT_NE(first[2], second[2]);                                        // apart on the bus
  EXPECT_EQ(room(kPhb), std::pair(0U, 0U));
  expect_sound();
}

TEST_F(DmaWindows, TheLastOneToGoBringsTheDefaultBack) {
  const auto made = create_window(kPhb, k64K, 32);
  EXPECT_EQ(remove_window(kDefaultLiobn), 0);
  EXPECT_EQ(remove_window(kDefaultLiobn), -3);
  EXPECT_RULE("R1-7.3.27.3-1", remove_window(made[1]) == 0);
  EXPECT_RULE("R1-7.3.27.3-3", room(kPhb) == kBootRoom);
  EXPECT_RULE("R1-7.3.27.3-4", remove_window(kDefaultLiobn) == 0 &&
                                   room(kPhb) == std::pair(2U, kDefaultTces + kExtraTces));
  EXPECT_EQ(room(kPhb).first, 2U);                                       // that one stays away
}

TEST_F(DmaWindows, UnknownAndForeignNumbersAreParameterErrors) {
  for (const std::uint32_t liobn : {0U, 0x8000'001bU, 0x8001'0018U, 0x1000'0002U, 0xffff'ffffU}) {
    EXPECT_EQ(remove_window(liobn), -3) << liobn;
  }
  EXPECT_EQ(room(kPhb), kBootRoom);
}

TEST_F(DmaWindows, ResetBringsBackTheDefaultAlone) {
  EXPECT_EQ(remove_window(kDefaultLiobn), 0);
  const auto made = create_window(kPhb, k64K, 32);
  EXPECT_RULE("R1-7.3.27.4.1-1",
              status("ibm,reset-pe-dma-windows", {0, kUnit, kPhb.value}) == 0 &&
                  status("ibm,reset-pe-dma-windows", {0, kUnit}) == -3);
  EXPECT_RULE("R1-7.3.27.4.1-3", room(kPhb) == kBootRoom && remove_window(made[1]) == -3 &&
                                     remove_window(kDefaultLiobn) == 0);
  EXPECT_EQ(status("ibm,reset-pe-dma-windows", {0, kUnit, kForeignPhb.value}), -3);
}

TEST_F(DmaWindows, IsolateAndRebootRestoreTheDefault) {
  auto made = create_window(kPhb, k64K, 32);
  EXPECT_EQ(remove_window(kDefaultLiobn), 0);
  ASSERT_EQ(isolation(kSlot, 0), 0);
  EXPECT_EQ(query_windows(kPhb)[0], kError);
  EXPECT_EQ(remove_window(made[1]), -3);
  ASSERT_EQ(isolation(kSlot, 1), 0);
  EXPECT_RULE("R1-7.3.27-5", room(kPhb) == kBootRoom);
  EXPECT_RULE("R1-7.3.27-6", remove_window(made[1]) == -3 && remove_window(kDefaultLiobn) == 0);
  made = create_window(kPhb, k64K, 32);
  hypervisor.power_off(id);
  boot();
  EXPECT_RULE("R1-7.3.27-5", room(kPhb) == kBootRoom && remove_window(made[1]) == -3);
}

TEST_F(DmaWindows, TheTreeTellsTheDefaultWindowAndTheCalls) {
  const auto tree = unflatten(hypervisor.flattened_tree(id));
  ASSERT_TRUE(tree.has_value());
  for (const char* call :
       {"ibm,query-pe-dma-window", "ibm,create-pe-dma-window", "ibm,remove-pe-dma-window"}) {
    EXPECT_RULE("R1-7.3.27-1", tree->find("/rtas")->property(call) != nullptr);
  }
  const Node* phb = tree->find("/pci@800000020000018");
  ASSERT_NE(phb, nullptr);
  const Property* applicable = phb->property("ibm,ddw-applicable");
  ASSERT_NE(applicable, nullptr);
  EXPECT_RULE("R1-7.3.27-2",
              applicable->value == CellWriter{}.u32(tokens.at("ibm,query-pe-dma-window"))
                                       .u32(tokens.at("ibm,create-pe-dma-window"))
                                       .u32(tokens.at("ibm,remove-pe-dma-window")).take());
  const Property* window = phb->property("ibm,dma-window");
  ASSERT_NE(window, nullptr);
  CellReader reader(window->value);
  EXPECT_EQ(reader.u32(), kDefaultLiobn);
  const std::uint64_t start = reader.u64(), bytes = reader.u64();
  EXPECT_RULE("R1-7.3.27-4", start + bytes <= 1ULL << 32);
  EXPECT_RULE("R1-14.3-6", bytes >= 256ULL << 20);
  EXPECT_RULE("R1-14.3-8", bytes == 0x4000'0000);
}

TEST_F(DmaWindows, ASnapshotHoldsThem) {
  const auto before = hypervisor.snapshot();
  const auto made = create_window(kPhb, k64K, 32);
  hypervisor.restore(before);
  EXPECT_EQ(room(kPhb), kBootRoom);
  EXPECT_EQ(create_window(kPhb, k64K, 32), made);
}

TEST_F(DmaWindows, EveryStatusCanBeScripted) {
  script("rtas.ibm,create-pe-dma-window", "extended_delay_1s");
  EXPECT_EQ(create_window(kPhb, k64K, 32)[0], 9903U);
  EXPECT_EQ(room(kPhb), kBootRoom);
  script("rtas.ibm,reset-pe-dma-windows", "busy");
  EXPECT_EQ(status("ibm,reset-pe-dma-windows", {0, kUnit, kPhb.value}), -2);
}

FirmwareProfile without_windows() {
  FirmwareProfile profile = *find_profile("phyp");
  profile.pci.dma_windows_change = false;
  return profile;
}
const FirmwareProfile kFixed = without_windows();

class DmaFixed : public DmaWindows {
 protected:
  DmaFixed() : DmaWindows(kFixed) {}
};

TEST_F(DmaFixed, WithoutThePropertyTheCallsAreParameterErrors) {
  EXPECT_RULE("R1-7.3.27-3", query_windows(kPhb)[0] == kError &&
                                 create_window(kPhb, k64K, 32)[0] == kError &&
                                 remove_window(kDefaultLiobn) == -3);
  EXPECT_EQ(status("ibm,reset-pe-dma-windows", {0, kUnit, kPhb.value}), -3);
}

}  // namespace
}  // namespace lparsim::firmware
