// ibm,slot-error-detail: when there is a log, what is in it, and what the call does to a PE.
#include "firmware/pci/pe_table.hpp"
#include "tests/firmware/pci_guest.hpp"

namespace lparsim::firmware {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kDriver = 0x8000, kMost = 0x800;

class SlotError : public PciGuest {
 protected:
  std::int32_t detail(DrcIndex phb, std::uint32_t function = 1, std::uint32_t length = kMost,
                      std::uint32_t driver_length = 0, std::uint32_t address = 0) {
    memory.write(GuestAddress{kBuffer}, Bytes(kMost, 0xee));
    return status("ibm,slot-error-detail", {address, kUnit, phb.value, kDriver, driver_length,
                                            kBuffer, length, function});
  }
  // Ids of the sections of the log in the buffer; empty when it does not parse.
  std::vector<std::string> sections() const {
    std::vector<std::string> ids;
    const std::uint32_t end = 8 + memory.cell(kBuffer + 4);
    if ((memory.cell(kBuffer) >> 24) != 6 || end > kMost) return ids;
    for (std::uint32_t at = 24; at + 8 <= end;) {
      const std::uint8_t* section = memory.bytes.data() + kBuffer + at;
      const std::uint32_t length = load_be16(section + 2);
      if (length < 8 || at + length > end) return {};
      ids.emplace_back(section, section + 2);
      at += length;
    }
    return ids;
  }
  bool log_names(std::string_view text) const {
    const std::string all(memory.bytes.begin() + kBuffer, memory.bytes.begin() + kBuffer + kMost);
    return all.find(text) != std::string::npos;
  }
  bool log_has_cell(std::uint32_t wanted) const {
    for (std::uint32_t at = kBuffer; at < kBuffer + kMost; at += 4) {
      if (memory.cell(at) == wanted) return true;
    }
    return false;
  }
  std::uint8_t uh_severity() const { return memory.bytes[kBuffer + 24 + 48 + 0x0a]; }
};

TEST_F(SlotError, WithoutAnErrorThereIsNoLog) {
  EXPECT_RULE("R1-7.3.11.5-6", detail(kPhb) == 1 && memory.cell(kBuffer) == 0xeeee'eeee);
  ASSERT_EQ(reset(kPhb, 1), 0);
  EXPECT_RULE("R1-7.3.11.5-6", detail(kPhb) == 1);
}

TEST_F(SlotError, TheCallHasItsArguments) {
  EXPECT_RULE("R1-7.3.11.5-1",
              status("ibm,slot-error-detail", {0, kUnit, kPhb.value, 0, 0, kBuffer, kMost}) == -3 &&
                  detail(kPhb) == 1);
  for (const std::uint32_t function : {0U, 3U, 0xffff'ffffU}) EXPECT_EQ(detail(kPhb, function), -3);
  EXPECT_EQ(detail(kForeignPhb), -3);
  EXPECT_EQ(detail(kPhb, 1, kMost, 0, 0x100), -3);
  EXPECT_EQ(detail(kPhb, 1, 0xffff'0000), -3);
  EXPECT_EQ(detail(kPhb, 1, kMost, 0xffff'0000), -3);
  EXPECT_EQ(pe(kPhb), 0U);
}

TEST_F(SlotError, AStoppedEndpointNamesThePart) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  EXPECT_RULE("R1-7.3.11.5-4", detail(kPhb) == 0 && log_names("U78D5.ND1.CSS130E-P2-C1"));
  EXPECT_RULE("R1-7.3.11.5-2", sections().size() >= 4 && sections()[0] == "PH" &&
                                   sections()[1] == "UH" && sections()[2] == "PS" &&
                                   sections()[3] == "UD");
  EXPECT_RULE("R1-7.3.11.5-17", pe(kPhb) == 2 && detail(kPhb) == 0 && pe(kPhb) == 2);
  EXPECT_FALSE(log_has_cell(0x1657'14e4));           // behind a stopped path nothing is read
}

TEST_F(SlotError, RegistersAreCapturedOnceTheyCanBeRead) {
  ASSERT_TRUE(hypervisor.pci_error(kBridgedSlot, PciError::stopped));
  ASSERT_EQ(eeh(kBridgedPhb, 2), 0);
  EXPECT_EQ(detail(kBridgedPhb, 1, kMost, 0, kBehind), 0);   // any address inside of the PE
  EXPECT_RULE("R1-7.3.11.5-16", log_has_cell(0x1657'14e4) && log_has_cell(0x1658'14e4) &&
                                    log_has_cell(0x8747'10b5) && log_has_cell(0x4000) &&
                                    log_has_cell(kBridgedPhb.value));
  EXPECT_RULE("R1-7.3.11.5-18", pe(kBridgedPhb) == 4);
}

TEST_F(SlotError, AnErrorWhileProbingStopsTheEndpointAgain) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  ASSERT_EQ(eeh(kPhb, 2), 0);
  script("pci.probe", "error");
  EXPECT_EQ(detail(kPhb), 0);
  EXPECT_RULE("R1-7.3.11.5-18", pe(kPhb) == 2);
}

TEST_F(SlotError, DetailsAreKeptUntilTheyAreTold) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  clock.advance(1h);
  EXPECT_EQ(detail(kPhb), 0);
  EXPECT_RULE("R1-7.3.11.5-14", uh_severity() == 0x20);
  EXPECT_EQ(detail(kPhb), 0);
  EXPECT_RULE("R1-7.3.11.5-14", uh_severity() == 0x00);      // information only
}

TEST_F(SlotError, AResetEndsWhatThereIsToTell) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  ASSERT_EQ(reset(kPhb, 1), 0);
  EXPECT_EQ(detail(kPhb), 1);
  ASSERT_EQ(reset(kPhb, 0), 0);
  EXPECT_RULE("R1-7.3.11.5-8", detail(kPhb) == 1);
}

TEST_F(SlotError, ReleasingDmaEndsIt) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  ASSERT_EQ(eeh(kPhb, 2), 0);
  ASSERT_EQ(eeh(kPhb, 3), 0);
  EXPECT_EQ(detail(kPhb), 1);
}

TEST_F(SlotError, AnUnavailableEndpointAlwaysHasALog) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::unavailable));
  EXPECT_RULE("R1-7.3.11.5-5", detail(kPhb) == 0 && log_names("U78D5.ND1.CSS130E-P2-C1"));
  for (int i = 0; i < 3; ++i) EXPECT_RULE("R1-7.3.11.5-7", detail(kPhb) == 0);
  ASSERT_TRUE(hypervisor.pci_error(kPairSlot, PciError::recovering, 5s));
  EXPECT_RULE("R1-7.3.11.5-5", detail(kPairPhb) == 0);
  ASSERT_EQ(isolation(kBridgedSlot, 0), 0);
  EXPECT_RULE("R1-7.3.11.5-5", detail(kBridgedPhb) == 0);
}

TEST_F(SlotError, FunctionTwoEndsTheEndpoint) {
  EXPECT_EQ(detail(kPhb, 2), 0);
  EXPECT_RULE("R1-7.3.11.5-12", slot_state(kPhb)[1] == 5 && slot_state(kPhb)[3] == 0);
  ASSERT_TRUE(hypervisor.pci_error(kPairSlot, PciError::stopped));
  EXPECT_EQ(detail(kPairPhb, 2), 0);
  EXPECT_EQ(uh_severity(), 0x40);
  EXPECT_RULE("R1-7.3.11.5-12", slot_state(kPairPhb)[1] == 5 && slot_state(kPairPhb)[3] == 0);
  ASSERT_TRUE(hypervisor.pci_error(kBridgedSlot, PciError::recovering, 1s));
  EXPECT_EQ(detail(kBridgedPhb, 2), 0);
  clock.advance(2s);
  EXPECT_RULE("R1-7.3.11.5-12", slot_state(kBridgedPhb)[1] == 5);
  EXPECT_RULE("R1-7.3.11.3-2", slot_state(kBridgedPhb)[1] == 5);
}

TEST_F(SlotError, OnlyReassignmentOrRebootBringsItBack) {
  EXPECT_EQ(detail(kPhb, 2), 0);
  EXPECT_EQ(detail(kPairPhb, 2), 0);
  EXPECT_EQ(reset(kPhb, 1), -7);
  EXPECT_EQ(configure_pe(kPhb), 0);
  ASSERT_EQ(isolation(kSlot, 0), 0);
  ASSERT_EQ(isolation(kSlot, 1), 0);
  EXPECT_RULE("R1-7.3.11.5-13", pe(kPhb) == 5);
  release(kSlot);
  acquire(kSlot);
  EXPECT_RULE("R1-7.3.11.5-13", pe(kPhb) == 0 && detail(kPhb) == 1);
  hypervisor.power_off(id);
  boot();
  EXPECT_RULE("R1-7.3.11.5-13", pe(kPairPhb) == 0);
}

TEST_F(SlotError, TheLogIsCutAtTheBuffersLength) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  for (const std::uint32_t length : {8U, 50U, 96U, 120U, 300U}) {
    EXPECT_EQ(detail(kPhb, 1, length), 0);
    EXPECT_RULE("R1-7.3.11.5-11",
                8 + memory.cell(kBuffer + 4) <= length &&
                    memory.bytes[kBuffer + length] == 0xee);
  }
  EXPECT_EQ(detail(kPhb, 1, 7), -1);             // a log cannot be made
}

TEST_F(SlotError, TheDriversDataComesLast) {
  memory.write(GuestAddress{kDriver}, CellWriter{}.u32(0xdddd'0001).u32(0xdddd'0002).take());
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  EXPECT_EQ(detail(kPhb, 1, kMost, 8), 0);
  EXPECT_EQ(sections().back(), "UD");
  const std::uint32_t end = kBuffer + 8 + memory.cell(kBuffer + 4);
  EXPECT_EQ(memory.cell(end - 8), 0xdddd'0001U);
  EXPECT_EQ(memory.cell(end - 4), 0xdddd'0002U);
  EXPECT_EQ(detail(kPhb, 1, 250, 8), 0);         // where it does not fit, it is left out
  EXPECT_FALSE(log_has_cell(0xdddd'0001));
}

}  // namespace
}  // namespace lparsim::firmware
