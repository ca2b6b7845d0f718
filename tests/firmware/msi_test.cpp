// Message signalled interrupts of adapters as a guest asks for them (LoPAR 6.2.3, 7.3.10.5).
#include <set>

#include "tests/firmware/pci_guest.hpp"

namespace lparsim::firmware {
namespace {

using ::testing::ElementsAre;

constexpr std::uint32_t kFunction1 = 0x100, kError = 0xffff'fffd;
enum Ask : std::uint32_t { kQuery, kAny, kDefault, kMsi, kMsiX, kNarrow };

class Msi : public PciGuest {
 protected:
  explicit Msi(std::string_view profile = "phyp") : PciGuest(profile) {}
  explicit Msi(const FirmwareProfile& profile) : PciGuest(profile) {}
  bool pin_off(DrcIndex phb, std::uint32_t address) {
    return (value(phb, address + 0x04, 2) & 0x400) != 0;
  }
};

TEST_F(Msi, EachFunctionHasOneFromTheStart) {
  EXPECT_RULE("R1-6.2.3-3", change_msi(kPhb, 0, kQuery, 0)[0] == 0);
  EXPECT_RULE("R1-6.2.3-4", change_msi(kPhb, 0, kQuery, 0)[1] == 1 &&
                                (value(kPhb, 0x52, 2) & 1) == 1 && pin_off(kPhb, 0));
  EXPECT_EQ(change_msi(kPhb, 0, kQuery, 0)[3], 1U);                      // MSI where it has both
  EXPECT_EQ(change_msi(kPairPhb, kFunction1, kQuery, 0)[3], 2U);         // has MSI-X only
  EXPECT_EQ(value(kPairPhb, kFunction1 + 0x62, 2) >> 15, 1U);
  EXPECT_THAT(change_msi(kBridgedPhb, kBehind + kFunction1, kQuery, 0), ElementsAre(0, 0, 0, 0));
}

TEST_F(Msi, TheCallsHaveTheirCounts) {
  EXPECT_RULE("R1-7.3.10.5.1-1",
              status("ibm,change-msi", {0, kUnit, kPhb.value, 0, 0, 1}, 3) == 0 &&
                  status("ibm,change-msi", {0, kUnit, kPhb.value, 0, 0, 1}, 4) == 0 &&
                  status("ibm,change-msi", {0, kUnit, kPhb.value, 0, 0}, 3) == -3 &&
                  status("ibm,change-msi", {0, kUnit, kPhb.value, 0, 0, 1}, 5) == -3);
  EXPECT_RULE("R1-7.3.10.5.2-1", source(kPhb, 0, 0)[0] == 0 &&
                                     status("ibm,query-interrupt-source-number",
                                            {0, kUnit, kPhb.value}, 3) == -3);
  for (const std::uint32_t function : {6U, 0xffff'ffffU}) {
    EXPECT_EQ(change_msi(kPhb, 0, function, 1)[0], kError);
  }
  EXPECT_EQ(change_msi(kForeignPhb, 0, kQuery, 0)[0], kError);
  EXPECT_EQ(change_msi(kPhb, kFunction1, kQuery, 0)[0], kError);
  EXPECT_EQ(change_msi(kPhb, 0x50, kQuery, 0)[0], kError);
  EXPECT_EQ(change_msi(kBridgedPhb, 0, kQuery, 0)[0], kError);           // the bridge asks for none
  EXPECT_EQ(source(kForeignPhb, 0, 0)[0], kError);
}

TEST_F(Msi, GrowsUpToWhatTheFunctionAskedFor) {
  EXPECT_THAT(change_msi(kPhb, 0, kMsiX, 9), ElementsAre(0, 9, 0, 2));
  EXPECT_THAT(change_msi(kPhb, 0, kMsiX, 1000), ElementsAre(0, 17, 0, 2));
  EXPECT_RULE("R1-7.3.10.5.1-2", change_msi(kPhb, 0, kMsiX, 17)[1] == 17 &&
                                     change_msi(kPhb, 0, kQuery, 0)[3] == 2);
  EXPECT_RULE("R1-7.3.10.5.1-6", change_msi(kPhb, 0, kMsiX, 5)[1] == 5 &&
                                     change_msi(kPhb, 0, kMsiX, 0)[1] == 0);
  EXPECT_THAT(change_msi(kPairPhb, 0, kMsi, 3), ElementsAre(0, 2, 0, 1));  // powers of two
  EXPECT_THAT(change_msi(kPairPhb, 0, kMsi, 4), ElementsAre(0, 4, 0, 1));
  EXPECT_EQ(value(kPairPhb, 0x52, 2) & 0x71, 0x21U);                     // 4 enabled
  expect_sound();
}

TEST_F(Msi, ThePlatformChoosesTheKindOnlyWithFourOutputs) {
  EXPECT_THAT(change_msi(kPhb, 0, kAny, 1), ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(change_msi(kPhb, 0, kAny, 12), ElementsAre(0, 12, 0, 2));
  const auto three = cells("ibm,change-msi", {0, kUnit, kPhb.value, kAny, 12, 1}, 3);
  EXPECT_THAT(three, ElementsAre(0, 1, 0));                              // MSI, of which it has one
  EXPECT_EQ(change_msi(kPhb, 0, kQuery, 0)[3], 1U);
}

TEST_F(Msi, OneKindReplacesTheOther) {
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 4)[3], 2U);
  EXPECT_EQ(value(kPhb, 0x52, 2) & 1, 0U);
  EXPECT_EQ(value(kPhb, 0x62, 2) >> 15, 1U);
  EXPECT_EQ(change_msi(kPhb, 0, kMsi, 1)[3], 1U);
  EXPECT_EQ(value(kPhb, 0x52, 2) & 1, 1U);
  EXPECT_EQ(value(kPhb, 0x62, 2) >> 15, 0U);
  EXPECT_NE(value(kPhb, 0x58), 0U);                                      // 64-bit address
  EXPECT_EQ(change_msi(kPhb, 0, kNarrow, 1)[3], 1U);
  EXPECT_EQ(value(kPhb, 0x58), 0U);
  EXPECT_NE(value(kPhb, 0x54), 0U);
}

TEST_F(Msi, AKindThatTheFunctionLacksIsAParameterError) {
  const std::uint32_t none = kBehind + kFunction1;
  const auto held = all_sources(kPairPhb, kFunction1);
  EXPECT_RULE("R1-7.3.10.5.1-3", change_msi(kPairPhb, kFunction1, kMsi, 4)[0] == kError &&
                                     change_msi(kPairPhb, kFunction1, kNarrow, 1)[0] == kError &&
                                     change_msi(kBridgedPhb, kBehind, kMsiX, 4)[0] == 0 &&
                                     change_msi(kBridgedPhb, none, kMsiX, 4)[0] == kError &&
                                     change_msi(kBridgedPhb, none, kAny, 1)[0] == kError);
  EXPECT_EQ(all_sources(kPairPhb, kFunction1), held);
  EXPECT_EQ(change_msi(kBridgedPhb, none, kDefault, 0)[0], 0U);
}

TEST_F(Msi, ThePinComesBackWithItsOwnNumber) {
  EXPECT_EQ(change_msi(kPhb, 0, kMsi, 0)[1], 0U);
  const auto pin = source(kPhb, 0, 0);
  EXPECT_EQ(pin[0], 0U);
  EXPECT_EQ(pin[2], 0U);                                                 // level
  EXPECT_FALSE(pin_off(kPhb, 0));
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 3)[1], 3U);
  EXPECT_RULE("R1-7.3.10.5.1-4", pin_off(kPhb, 0) && source(kPhb, 0, 0)[1] != pin[1]);
  EXPECT_EQ(source(kPhb, 0, 0)[2], 1U);                                  // edge
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 0)[1], 0U);
  EXPECT_RULE("R1-7.3.10.5.1-5", source(kPhb, 0, 0)[1] == pin[1] && !pin_off(kPhb, 0));
}

TEST_F(Msi, AFunctionWithoutPinMayHaveNoInterrupt) {
  EXPECT_EQ(change_msi(kPairPhb, kFunction1, kMsiX, 0)[1], 0U);
  EXPECT_RULE("R1-7.3.10.5.2-2(b)", source(kPairPhb, kFunction1, 0)[0] == 1);
  EXPECT_RULE("R1-7.3.10.5.2-2(b)", source(kPhb, 0, 1)[0] == 1 && source(kPhb, 0, 0)[0] == 0);
  EXPECT_EQ(source(kPhb, 0, 0xffff'ffff)[0], 1U);
}

TEST_F(Msi, NoNumberIsGivenTwice) {
  change_msi(kPhb, 0, kMsiX, 17);
  change_msi(kPairPhb, 0, kMsi, 4);
  change_msi(kPairPhb, kFunction1, kMsiX, 8);
  std::set<std::uint32_t> seen;
  std::size_t count = 0;
  for (const auto& [phb, address] : {std::pair{kPhb, 0U}, {kPairPhb, 0U}, {kPairPhb, kFunction1},
                                     {kBridgedPhb, kBehind}, {kBridgedPhb, kBehind + kFunction1}}) {
    for (const std::uint32_t number : all_sources(phb, address)) seen.insert(number), ++count;
  }
  EXPECT_EQ(count, 17U + 4U + 8U + 1U + 1U);
  EXPECT_RULE("R1-6.2.3-5", seen.size() == count);
  EXPECT_RULE("R1-5.4.1.1-17", *seen.begin() != 0 && seen.size() == count);
  EXPECT_RULE("R1-14.4-1", seen.size() == count) << "five functions of three PEs";
}

TEST_F(Msi, NumbersThatFirmwareGaveAreNotOverwritten) {
  const std::uint32_t address = value(kPhb, 0x54), data = value(kPhb, 0x5c, 2);
  write(kPhb, 0x54, 4, ~address);
  write(kPhb, 0x5c, 2, ~data & 0xffffU);
  EXPECT_RULE("R1-14.10-10", address != 0 && value(kPhb, 0x54) == address &&
                                 value(kPhb, 0x5c, 2) == data);
}

TEST_F(Msi, TheDefaultIsWhatItHadAtBoot) {
  const auto boot = all_sources(kPhb, 0);
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 10)[1], 10U);
  EXPECT_THAT(change_msi(kPhb, 0, kDefault, 99), ElementsAre(0, 1, 0, 1));
  EXPECT_EQ(all_sources(kPhb, 0), boot);
  EXPECT_EQ(change_msi(kPhb, 0, kQuery, 99)[1], 1U);                     // the number is ignored
}

// -- sequences -----------------------------------------------------------------------------------

TEST_F(Msi, AFirstCallHasSequenceOne) {
  for (const std::uint32_t sequence : {0U, 2U, 7U}) {
    EXPECT_RULE("R1-7.3.10.5.1-7", change_msi(kPhb, 0, kMsiX, 4, sequence)[0] == kError);
  }
  EXPECT_EQ(change_msi(kPhb, 0, kQuery, 0)[1], 1U);
}

TEST_F(Msi, ABusyChangeIsContinuedWithItsSequenceNumber) {
  script("rtas.ibm,change-msi", "busy");
  const auto busy = change_msi(kPhb, 0, kMsiX, 4);
  EXPECT_EQ(busy[0], 0xffff'fffeU);
  EXPECT_EQ(busy[2], 2U);
  EXPECT_RULE("R1-7.3.10.5.1-8", change_msi(kPhb, 0, kMsiX, 4, 1)[0] == kError &&
                                     change_msi(kPhb, 0, kMsiX, 5, 2)[0] == kError &&
                                     change_msi(kPhb, 0, kMsi, 4, 2)[0] == kError &&
                                     change_msi(kPhb, 0, kMsiX, 4, 3)[0] == kError);
  EXPECT_EQ(change_msi(kPairPhb, 0, kMsi, 4)[0], 0U);                    // another function's
  EXPECT_THAT(change_msi(kPhb, 0, kMsiX, 4, 2), ElementsAre(0, 4, 0, 2));
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 4, 2)[0], kError);                // it is over
}

TEST_F(Msi, ADelayedChangeIsGivenUpByFunctionTwo) {
  script("rtas.ibm,change-msi", "extended_delay_10ms", 2);
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 4)[0], 9901U);
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 4, 2)[2], 3U);
  EXPECT_RULE("R1-7.3.10.5.1-8", change_msi(kPhb, 0, kDefault, 4, 1)[1] == 1);
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 4, 1)[1], 4U);
}

TEST_F(Msi, NoBusyAnswerWhereNoneIsAllowed) {
  script("rtas.ibm,change-msi", "busy", 0);
  EXPECT_RULE("R1-7.3.10.5.1-10", change_msi(kPhb, 0, kQuery, 0)[0] == 0 &&
                                      change_msi(kPhb, 0, kDefault, 3)[0] == 0 &&
                                      change_msi(kPhb, 0, kMsiX, 0)[0] == 0);
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 4)[0], 0xffff'fffeU);
  EXPECT_EQ(change_msi(kPhb, 0, 9, 4)[0], kError);
}

// -- DR, reset, errors ---------------------------------------------------------------------------

TEST_F(Msi, IsolateGivesUpAndUnisolateStartsAfresh) {
  const auto boot = all_sources(kPhb, 0);
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 10)[1], 10U);
  ASSERT_EQ(isolation(kSlot, 0), 0);
  EXPECT_EQ(change_msi(kPhb, 0, kQuery, 0)[0], kError);
  EXPECT_EQ(source(kPhb, 0, 0)[0], kError);
  ASSERT_EQ(isolation(kSlot, 1), 0);
  EXPECT_RULE("R1-7.3.10.5.1-13", change_msi(kPhb, 0, kQuery, 0)[1] == 1 &&
                                      (value(kPhb, 0x52, 2) & 1) == 1);
  EXPECT_RULE("R1-6.2.3-8", value(kPhb, 0x58) != 0);
  EXPECT_EQ(all_sources(kPhb, 0), boot);
}

TEST_F(Msi, AResetKeepsThem) {
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 10)[1], 10U);
  const auto before = all_sources(kPhb, 0);
  ASSERT_EQ(reset(kPhb, 1), 0);
  ASSERT_EQ(reset(kPhb, 0), 0);
  EXPECT_RULE("R1-7.3.10.5.1-13", value(kPhb, 0x62, 2) >> 15 == 1);
  EXPECT_RULE("R1-6.2.3-11", all_sources(kPhb, 0) == before);
  EXPECT_EQ(configure_pe(kPhb), 0);
  EXPECT_EQ(value(kPhb, 0x62, 2) >> 15, 1U);
  EXPECT_TRUE(pin_off(kPhb, 0));
}

TEST_F(Msi, AnUnavailableEndpointCannotBeChanged) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::unavailable));
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 4)[0], 0xffff'ffffU);
  EXPECT_EQ(source(kPhb, 0, 0)[0], 0xffff'ffffU);
  EXPECT_EQ(change_msi(kPhb, 0, kQuery, 0)[1], 1U);
}

TEST_F(Msi, AChangeWhileStoppedShowsAfterTheReset) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 4)[1], 4U);
  ASSERT_EQ(reset(kPhb, 1), 0);
  ASSERT_EQ(reset(kPhb, 0), 0);
  EXPECT_EQ(value(kPhb, 0x62, 2) >> 15, 1U);
}

TEST_F(Msi, ASnapshotHoldsThem) {
  const auto before = hypervisor.snapshot();
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 10)[1], 10U);
  hypervisor.restore(before);
  EXPECT_EQ(change_msi(kPhb, 0, kQuery, 0)[1], 1U);
}

// -- limits --------------------------------------------------------------------------------------

FirmwareProfile with_store(std::uint32_t extra, std::uint32_t in_pe) {
  FirmwareProfile profile = *find_profile("phyp");
  profile.pci.extra_msis = extra;
  profile.pci.pe_total_msis = in_pe;
  return profile;
}
const FirmwareProfile kSmallStore = with_store(10, 256);
const FirmwareProfile kSmallEndpoint = with_store(4096, 6);

class MsiStore : public Msi {
 protected:
  MsiStore() : Msi(kSmallStore) {}
};
class MsiEndpoint : public Msi {
 protected:
  MsiEndpoint() : Msi(kSmallEndpoint) {}
};

TEST_F(MsiStore, WhatAnIsolatedSlotHeldIsForOthers) {
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 17)[1], 11U);                     // its own, and all of 10
  EXPECT_EQ(change_msi(kPairPhb, kFunction1, kMsiX, 8)[1], 1U);
  EXPECT_EQ(change_msi(kPairPhb, 0, kMsi, 4)[1], 1U);
  ASSERT_EQ(isolation(kSlot, 0), 0);
  EXPECT_RULE("R1-7.3.10.5.1-11", change_msi(kPairPhb, kFunction1, kMsiX, 8)[1] == 8);
  ASSERT_EQ(isolation(kSlot, 1), 0);
  EXPECT_EQ(change_msi(kPhb, 0, kQuery, 0)[1], 1U);                      // its own is kept for it
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 17)[1], 4U);
  EXPECT_EQ(change_msi(kPairPhb, kFunction1, kMsiX, 3)[1], 3U);          // less is always possible
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 17)[1], 9U);
  expect_sound();
}

TEST_F(MsiEndpoint, AnEndpointHasItsTotal) {
  EXPECT_EQ(change_msi(kPhb, 0, kMsiX, 17)[1], 6U);
  EXPECT_EQ(change_msi(kPairPhb, 0, kMsi, 4)[1], 4U);
  EXPECT_EQ(change_msi(kPairPhb, kFunction1, kMsiX, 8)[1], 2U);
  expect_sound();
}

class MsiQemu : public Msi {
 protected:
  MsiQemu() : Msi("qemu") {}
};

TEST_F(MsiQemu, PinsUntilTheGuestAsks) {
  EXPECT_EQ(change_msi(kPhb, 0, kQuery, 0)[1], 0U);
  EXPECT_EQ(source(kPhb, 0, 0)[2], 0U);
  EXPECT_EQ(change_msi(kPhb, 0, kMsi, 1)[1], 1U);
  EXPECT_EQ(source(kPhb, 0, 0)[2], 1U);
}

}  // namespace
}  // namespace lparsim::firmware
