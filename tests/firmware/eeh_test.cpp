// Enhanced I/O error handling as a guest drives it (LoPAR 7.3.11, 7.3.12): each cell of table 7-60
// through the calls, and what a PE goes through.
#include "firmware/pci/pe_table.hpp"
#include "tests/firmware/pci_guest.hpp"

namespace lparsim::firmware {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kOnes = 0xffff'ffff, kError = 0xffff'fffd, kFunction1 = 0x100;

class Eeh : public PciGuest {
 protected:
  explicit Eeh(std::string_view profile = "phyp") : PciGuest(profile) {}
  explicit Eeh(const FirmwareProfile& profile) : PciGuest(profile) {}

  // Brings the PE of kSlot into a state by calls and errors only.
  void bring(PeState state) {
    switch (state) {
      case PeState::normal: return;
      case PeState::reset: EXPECT_EQ(reset(kPhb, 1), 0); return;
      case PeState::stopped: EXPECT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped)); return;
      case PeState::dma_stopped:
        bring(PeState::stopped);
        EXPECT_EQ(eeh(kPhb, 2), 0);
        return;
      case PeState::recovering_reset: bring(PeState::reset); [[fallthrough]];
      case PeState::recovering:
        EXPECT_TRUE(hypervisor.pci_error(kSlot, PciError::recovering, 5s));
        return;
      case PeState::unavailable:
        EXPECT_TRUE(hypervisor.pci_error(kSlot, PciError::unavailable));
        return;
    }
  }
};

struct Cell {
  std::int32_t status;
  std::uint32_t next;
};
// Table 7-60; columns 0, 1, 2, 4, 5 temporary, 5 temporary from reset, 5 permanent.
struct Line {
  bool option;                     // ibm,set-eeh-option, else ibm,set-slot-reset
  std::uint32_t function;
  std::array<Cell, kPeStates> cells;
};
constexpr std::array kLines{
    Line{true, 2, {{{-3, 0}, {-7, 1}, {0, 4}, {-3, 4}, {-7, 5}, {-7, 5}, {-7, 5}}}},
    Line{true, 3, {{{-3, 0}, {-7, 1}, {-7, 2}, {0, 0}, {-7, 5}, {-7, 5}, {-7, 5}}}},
    Line{false, 0, {{{0, 0}, {0, 0}, {-7, 2}, {-3, 4}, {-7, 5}, {-7, 5}, {-7, 5}}}},
    Line{false, 1, {{{0, 1}, {0, 1}, {0, 1}, {0, 1}, {-7, 5}, {-7, 5}, {-7, 5}}}},
    Line{false, 3, {{{0, 1}, {0, 1}, {0, 1}, {0, 1}, {-7, 5}, {-7, 5}, {-7, 5}}}},
};

class EehCell : public Eeh,
                public ::testing::WithParamInterface<std::tuple<std::size_t, std::size_t>> {};

TEST_P(EehCell, AnswersAndMovesAsTheTableSays) {
  const auto [line, state] = GetParam();
  const Cell& cell = kLines[line].cells[state];
  bring(static_cast<PeState>(state));
  const std::int32_t answer =
      kLines[line].option ? eeh(kPhb, kLines[line].function) : reset(kPhb, kLines[line].function);
  EXPECT_RULE("R1-7.3.11-2", answer == cell.status);
  EXPECT_RULE("R1-7.3.11.3-5", pe(kPhb) == cell.next);
  EXPECT_EQ(pe(kPairPhb), 0U);
  expect_sound();
}
INSTANTIATE_TEST_SUITE_P(Table760, EehCell,
                         ::testing::Combine(::testing::Range(std::size_t{0}, kLines.size()),
                                            ::testing::Range(std::size_t{0}, kPeStates)));

TEST_F(Eeh, ReadsStateAndCapability) {
  EXPECT_RULE("R1-7.3.11.3-1",
              status("ibm,read-slot-reset-state2", {0, kUnit, kPhb.value}, 4) == 0);
  EXPECT_RULE("R1-7.3.11.3-4", slot_state(kPairPhb)[2] == 1 &&
                                   slot_state(kPairPhb, kFunction1)[2] == 1 &&
                                   slot_state(kBridgedPhb, kBehind)[2] == 1 &&
                                   slot_state(kBridgedPhb)[2] == 1);
  EXPECT_THAT(slot_state(kPhb, kFunction1), ::testing::ElementsAre(0, 0, 0, 0, 0));
  EXPECT_EQ(slot_state(kForeignPhb)[0], kError);
  EXPECT_EQ(slot_state(kPhb, 0x10)[0], kError);              // a register is no PE
  EXPECT_EQ(status("ibm,read-slot-reset-state2", {0, kUnit, kPhb.value}, 3), -3);
  EXPECT_EQ(status("ibm,read-slot-reset-state2", {0, kUnit, kPhb.value}, 6), -3);
  EXPECT_THAT(cells("ibm,read-slot-reset-state", {0, kUnit, kPhb.value}, 3),
              ::testing::ElementsAre(0, 0, 1));
}

TEST_F(Eeh, IsOnFromTheStartAndAfterDlpar) {
  EXPECT_RULE("R1-5.1-8", hypervisor.pci_error(kSlot, PciError::stopped) && pe(kPhb) == 2);
  release(kSlot);
  acquire(kSlot);
  EXPECT_EQ(pe(kPhb), 0U);
  EXPECT_RULE("R1-14.3-2", slot_state(kPhb)[2] == 1 &&
                               hypervisor.pci_error(kSlot, PciError::stopped) && pe(kPhb) == 2);
}

TEST_F(Eeh, AnErrorStopsOneEndpointOnly) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  EXPECT_EQ(pe(kPhb), 2U);
  EXPECT_RULE("R1-14.3-1", pe(kPairPhb) == 0 && pe(kBridgedPhb) == 0 &&
                               value(kPairPhb, 0) == 0x1657'14e4);
  EXPECT_RULE("R1-5.1-3", value(kPhb, 0) == kOnes && value(kBridgedPhb, kBehind) != kOnes);
}

TEST_F(Eeh, TheCallsHaveTheirCounts) {
  EXPECT_RULE("R1-7.3.11.1-1", eeh(kPhb, 1) == 0 &&
                                   status("ibm,set-eeh-option", {0, kUnit, kPhb.value}) == -3);
  EXPECT_RULE("R1-7.3.11.2-1", reset(kPhb, 0) == 0 &&
                                   status("ibm,set-slot-reset", {0, kUnit, kPhb.value}) == -3);
  EXPECT_RULE("R1-7.3.12.1-1",
              status("ibm,configure-bridge", {0, kUnit, kPhb.value}) == 0 &&
                  status("ibm,configure-bridge", {0, kUnit, kPhb.value, 0}) == -3);
  EXPECT_RULE("R1-7.3.12.2-1", configure_pe(kPhb) == 0 &&
                                   status("ibm,configure-pe", {0, kUnit, kPhb.value}, 2) == -3);
  for (const std::uint32_t function : {4U, 5U}) {
    EXPECT_RULE("R1-7.3.11.1-7", eeh(kPhb, function) == -3);
  }
  for (const std::uint32_t function : {6U, kOnes}) EXPECT_EQ(eeh(kPhb, function), -3);
  for (const std::uint32_t function : {2U, 4U, kOnes}) EXPECT_EQ(reset(kPhb, function), -3);
  EXPECT_EQ(eeh(kForeignPhb, 1), -3);
  EXPECT_EQ(reset(kForeignPhb, 1), -3);
  EXPECT_EQ(eeh(kPhb, 1, kFunction1), -3);                   // nothing there
  EXPECT_EQ(reset(kBridgedPhb, 1, kBehind), -3);             // not the PE's own address
}

TEST_F(Eeh, TellsTheAddressAndKindOfAnEndpoint) {
  const auto info = [&](DrcIndex phb, std::uint32_t address, std::uint32_t function) {
    return cells("ibm,get-config-addr-info2", {address, kUnit, phb.value, function}, 2);
  };
  using ::testing::ElementsAre;
  EXPECT_RULE("R1-7.3.11.4-1", info(kPhb, 0, 0)[0] == 0);
  EXPECT_THAT(info(kPairPhb, kFunction1, 0), ElementsAre(0, kFunction1));   // no bridge between
  EXPECT_RULE("R1-7.3.11.4-2", info(kBridgedPhb, kBehind + kFunction1, 0)[1] == 0 &&
                                   info(kPhb, 0, 1)[1] == 1 && info(kPairPhb, 0, 1)[1] == 2);
  EXPECT_EQ(info(kPhb, kFunction1, 0)[0], kError);
  EXPECT_THAT(info(kPhb, kFunction1, 1), ElementsAre(0, 0));
  EXPECT_EQ(info(kPhb, 0, 2)[0], kError);
  EXPECT_EQ(info(kForeignPhb, 0, 1)[0], kError);
}

TEST_F(Eeh, DisablingDoesNothingWhereTheDefaultIsOn) {
  EXPECT_RULE("R1-7.3.11.1-3", eeh(kPhb, 0) == 0 &&
                                   hypervisor.pci_error(kSlot, PciError::stopped));
  EXPECT_EQ(eeh(kPhb, 0), 0);
  EXPECT_EQ(pe(kPhb), 2U);
}

TEST_F(Eeh, AResetTakesEveryFunctionOfTheEndpoint) {
  EXPECT_EQ(write(kPairPhb, 0x3c, 1, 7), 0);
  EXPECT_EQ(write(kPairPhb, kFunction1 + 0x3c, 1, 7), 0);
  EXPECT_EQ(reset(kPairPhb, 1, kFunction1), 0);
  EXPECT_RULE("R1-7.3.11.2-6", pe(kPairPhb) == 1 && pe(kPairPhb, kFunction1) == 1 &&
                                   value(kPairPhb, 0) == kOnes);
  EXPECT_EQ(reset(kPairPhb, 0), 0);
  EXPECT_EQ(value(kPairPhb, 0x3c, 1), 0U);
  EXPECT_EQ(value(kPairPhb, kFunction1 + 0x3c, 1), 0U);
  EXPECT_EQ(value(kPairPhb, 0x10), 0x4U);                    // ranges are gone with the reset
  EXPECT_RULE("R1-5.1-4", pe(kPhb) == 0 && value(kPhb, 0x10) != 0x4);
}

TEST_F(Eeh, DeactivateEndsEveryResetAndIsANoOpWithoutOne) {
  EXPECT_EQ(reset(kPhb, 1), 0);
  EXPECT_EQ(reset(kPhb, 3), 0);
  EXPECT_RULE("R1-7.3.11.2-4", reset(kPhb, 0) == 0 && pe(kPhb) == 0);
  EXPECT_RULE("R1-7.3.11.2-5", reset(kPhb, 0) == 0 && pe(kPhb) == 0);
}

TEST_F(Eeh, AResetLeavesTheStoppedStates) {
  bring(PeState::dma_stopped);
  EXPECT_EQ(reset(kPhb, 1), 0);
  EXPECT_EQ(reset(kPhb, 0), 0);
  EXPECT_RULE("R1-7.3.11.2-8", pe(kPhb) == 0 && value(kPhb, 0) == 0x1657'14e4);
}

TEST_F(Eeh, AFundamentalResetIsOnlyForAdaptersThatKnowIt) {
  EXPECT_EQ(reset(kPairPhb, 3), -8);
  EXPECT_EQ(pe(kPairPhb), 0U);
  EXPECT_EQ(reset(kPhb, 3), 0);
  EXPECT_EQ(pe(kPhb), 1U);
}

TEST_F(Eeh, FunctionLevelResetShowsTheSameStates) {
  const auto trace = [&](DrcIndex phb, DrcIndex slot) {
    std::vector<std::uint32_t> seen;
    EXPECT_TRUE(hypervisor.pci_error(slot, PciError::stopped));
    seen.push_back(pe(phb));
    for (const std::uint32_t function : {1U, 0U}) {
      seen.push_back(static_cast<std::uint32_t>(reset(phb, function)));
      seen.push_back(pe(phb));
    }
    return seen;
  };
  EXPECT_RULE("R1-7.3.11.2-10", trace(kPhb, kSlot) == trace(kBridgedPhb, kBridgedSlot));
}

TEST_F(Eeh, ARecoveryOfThePlatformIsHiddenUntilItIsOver) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::recovering, 1500ms));
  EXPECT_RULE("R1-7.3.11-4", slot_state(kPhb)[1] == 5 && slot_state(kPhb)[3] > 1499);
  EXPECT_RULE("R1-7.3.11.3-3", slot_state(kPhb)[3] <= 1500);
  clock.advance(1s);
  const std::uint32_t left = slot_state(kPhb)[3];
  EXPECT_RULE("R1-7.3.11.3-3", left == 499 || left == 500);
  clock.advance(500ms);
  const auto after = slot_state(kPhb);
  EXPECT_EQ(after[1], 2U);
  EXPECT_EQ(after[3], 0U);
  EXPECT_EQ(after[4], 0x7U);                   // hot reset by the platform, for another's fault
  ASSERT_EQ(eeh(kPhb, 2), 0);
  EXPECT_EQ(value(kPhb, 0x10), 0x4U);          // the platform did reset it
  EXPECT_EQ(slot_state(kPhb)[4], 0U);          // told in state 2 only
  ASSERT_TRUE(hypervisor.pci_error(kBridgedSlot, PciError::recovering, 1ms));
  clock.advance(1ms);
  EXPECT_EQ(slot_state(kBridgedPhb)[4], 0xfU); // by a function-level reset
}

TEST_F(Eeh, ARecoveryDuringTheGuestsResetComesBackToThatReset) {
  ASSERT_EQ(reset(kPhb, 1), 0);
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::recovering, 2s));
  EXPECT_RULE("R1-7.3.11-5", slot_state(kPhb)[1] == 5 && slot_state(kPhb)[3] != 0 &&
                                 value(kPhb, 0) == kOnes);
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));   // does not get through
  clock.advance(2s);
  EXPECT_EQ(pe(kPhb), 1U);
  EXPECT_EQ(reset(kPhb, 0), 0);
}

TEST_F(Eeh, AnUnavailableEndpointHasNoEndInSight) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::unavailable));
  EXPECT_EQ(slot_state(kPhb)[1], 5U);
  EXPECT_EQ(slot_state(kPhb)[3], 0U);
  clock.advance(24h);
  EXPECT_EQ(slot_state(kPhb)[1], 5U);
  ASSERT_EQ(isolation(kSlot, 0), 0);
  ASSERT_EQ(isolation(kSlot, 1), 0);           // not re-assigned
  EXPECT_EQ(slot_state(kPhb)[1], 5U);
  EXPECT_EQ(value(kPhb, 0), kOnes);
  release(kSlot);
  acquire(kSlot);
  EXPECT_EQ(slot_state(kPhb)[1], 0U);
  EXPECT_EQ(value(kPhb, 0), 0x1657'14e4U);
}

TEST_F(Eeh, ARebootClearsWhatIsUnavailable) {
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::unavailable));
  ASSERT_TRUE(hypervisor.pci_error(kPairSlot, PciError::stopped));
  hypervisor.power_off(id);
  EXPECT_FALSE(hypervisor.pci_error(kSlot, PciError::stopped));
  boot();
  EXPECT_EQ(pe(kPhb), 0U);
  EXPECT_EQ(pe(kPairPhb), 0U);
}

TEST_F(Eeh, AnIsolatedSlotIsUnavailable) {
  ASSERT_EQ(isolation(kSlot, 0), 0);
  EXPECT_RULE("R1-7.3.11.3-2", slot_state(kPhb)[1] == 5 && slot_state(kPhb)[3] == 0);
  EXPECT_EQ(eeh(kPhb, 2), -7);
  EXPECT_EQ(eeh(kPhb, 1), -7);
  EXPECT_EQ(reset(kPhb, 0), -7);
  EXPECT_EQ(reset(kPhb, 1), -7);
  EXPECT_EQ(configure_pe(kPhb), 0);
  EXPECT_FALSE(hypervisor.pci_error(kSlot, PciError::stopped));
  ASSERT_EQ(allocation(kSlot, 0), 0);
  EXPECT_EQ(eeh(kPhb, 2), -3);                 // not in the partition's hands any more
  EXPECT_EQ(pe(kPairPhb), 0U);
}

// -- configure-bridge and configure-pe -----------------------------------------------------------

TEST_F(Eeh, ConfigureSetsUpAsAtBootAndOnlyOnceAfterAReset) {
  const std::uint32_t range = value(kPhb, 0x10), command = value(kPhb, 0x04, 2);
  ASSERT_EQ(reset(kPhb, 1), 0);
  ASSERT_EQ(reset(kPhb, 0), 0);
  EXPECT_EQ(value(kPhb, 0x10), 0x4U);
  EXPECT_EQ(configure_pe(kPhb), 0);
  EXPECT_RULE("R1-7.3.12.2-3", value(kPhb, 0x10) == range && value(kPhb, 0x04, 2) == command);
  EXPECT_EQ(write(kPhb, 0x10, 4, 0xb900'0000), 0);
  EXPECT_EQ(configure_pe(kPhb), 0);
  EXPECT_RULE("R1-7.3.12.2-3", value(kPhb, 0x10) == 0xb900'0004);
}

TEST_F(Eeh, StickyErrorBitsOutliveResetAndConfigure) {
  constexpr std::uint32_t kUncorrectable = 0x1000'0004;      // extended register 0x104
  bring(PeState::stopped);
  ASSERT_EQ(reset(kPhb, 1), 0);
  ASSERT_EQ(reset(kPhb, 0), 0);
  EXPECT_EQ(configure_pe(kPhb), 0);
  EXPECT_RULE("R1-7.3.12.2-3", value(kPhb, kUncorrectable) == 0x4000);
  EXPECT_EQ(write(kPhb, kUncorrectable, 4, 0x4000), 0);
  EXPECT_EQ(value(kPhb, kUncorrectable), 0U);
}

TEST_F(Eeh, ConfigureBridgeRestoresTheBridge) {
  const std::uint32_t numbers = value(kBridgedPhb, 0x18), memory_range = value(kBridgedPhb, 0x20);
  ASSERT_EQ(reset(kBridgedPhb, 1), 0);
  ASSERT_EQ(reset(kBridgedPhb, 0), 0);
  EXPECT_EQ(value(kBridgedPhb, 0x18), 0U);
  EXPECT_EQ(value(kBridgedPhb, kBehind), kOnes);
  EXPECT_EQ(status("ibm,configure-bridge", {0, kUnit, kBridgedPhb.value}), 0);
  EXPECT_RULE("R1-7.3.12.1-3", value(kBridgedPhb, 0x18) == numbers &&
                                   value(kBridgedPhb, 0x20) == memory_range &&
                                   value(kBridgedPhb, kBehind) == 0x1657'14e4);
}

TEST_F(Eeh, ConfigureNeedsTheAddressOfAnEndpoint) {
  for (const char* call : {"ibm,configure-bridge", "ibm,configure-pe"}) {
    EXPECT_EQ(status(call, {kBehind, kUnit, kBridgedPhb.value}), -3);
    EXPECT_EQ(status(call, {0x04, kUnit, kPhb.value}), -3);
    EXPECT_EQ(status(call, {kFunction1, kUnit, kPhb.value}), -3);
    EXPECT_EQ(status(call, {0, kUnit, kForeignPhb.value}), -3);
  }
  EXPECT_RULE("R1-7.3.12.1-2",
              status("ibm,configure-bridge", {kBehind, kUnit, kBridgedPhb.value}) == -3);
  EXPECT_RULE("R1-7.3.12.2-2", configure_pe(kBridgedPhb, kBehind) == -3);
}

class EehConfigure : public Eeh, public ::testing::WithParamInterface<PeState> {};

TEST_P(EehConfigure, LeavesTheStateOfTheEndpoint) {
  bring(GetParam());
  const std::uint32_t before = pe(kPhb);
  EXPECT_EQ(status("ibm,configure-bridge", {0, kUnit, kPhb.value}), 0);
  EXPECT_RULE("R1-7.3.12.1-6", pe(kPhb) == before);
  EXPECT_EQ(configure_pe(kPhb), 0);
  EXPECT_RULE("R1-7.3.12.2-6", pe(kPhb) == before);
}
INSTANTIATE_TEST_SUITE_P(AllStates, EehConfigure,
                         ::testing::Values(PeState::normal, PeState::reset, PeState::stopped,
                                           PeState::dma_stopped, PeState::recovering,
                                           PeState::recovering_reset, PeState::unavailable));

TEST_F(Eeh, AnErrorWhileProbingStopsTheEndpoint) {
  bring(PeState::dma_stopped);
  script("pci.probe", "error");
  EXPECT_EQ(status("ibm,configure-bridge", {0, kUnit, kPhb.value}), 0);
  EXPECT_RULE("R1-7.3.12.1-6", pe(kPhb) == 2);
  EXPECT_EQ(slot_state(kPhb)[4], 0x5U);        // reset by the platform, source not known
  ASSERT_EQ(reset(kPairPhb, 1), 0);
  ASSERT_EQ(reset(kPairPhb, 0), 0);
  script("pci.probe", "error");
  EXPECT_EQ(configure_pe(kPairPhb), 0);
  EXPECT_RULE("R1-7.3.12.2-6", pe(kPairPhb) == 2);
  EXPECT_EQ(configure_pe(kPairPhb), 0);        // and now it works
  ASSERT_EQ(eeh(kPairPhb, 2), 0);
  EXPECT_NE(value(kPairPhb, 0x10), 0x4U);
}

TEST_F(Eeh, ADelayedConfigureHasNotStarted) {
  for (const DrcIndex phb : {kPhb, kPairPhb}) {
    ASSERT_EQ(reset(phb, 1), 0);
    ASSERT_EQ(reset(phb, 0), 0);
  }
  script("rtas.ibm,configure-pe", "extended_delay_10ms");
  EXPECT_EQ(configure_pe(kPhb), 9901);
  EXPECT_EQ(value(kPhb, 0x10), 0x4U);
  EXPECT_EQ(configure_pe(kPairPhb), 0);
  EXPECT_RULE("R1-7.3.12.2-4", configure_pe(kPhb) == 0 && value(kPhb, 0x10) != 0x4 &&
                                   value(kPairPhb, 0x10) != 0x4);
  ASSERT_EQ(reset(kBridgedPhb, 1), 0);
  ASSERT_EQ(reset(kBridgedPhb, 0), 0);
  script("rtas.ibm,configure-bridge", "extended_delay_100ms");
  EXPECT_EQ(status("ibm,configure-bridge", {0, kUnit, kBridgedPhb.value}), 9902);
  EXPECT_EQ(status("ibm,configure-bridge", {0, kUnit, kPhb.value}), 0);
  EXPECT_EQ(value(kBridgedPhb, 0x19, 1), 0U);
  EXPECT_RULE("R1-7.3.12.1-4",
              status("ibm,configure-bridge", {0, kUnit, kBridgedPhb.value}) == 0 &&
                  value(kBridgedPhb, 0x19, 1) == 1);
}

// -- other profiles ------------------------------------------------------------------------------

class EehNone : public Eeh {
 protected:
  EehNone() : Eeh("qemu") {}
};

TEST_F(EehNone, WithoutEehEveryCallIsAParameterError) {
  EXPECT_RULE("R1-7.3.11-3", eeh(kPhb, 1) == -3 && reset(kPhb, 1) == -3);
  EXPECT_EQ(slot_state(kPhb)[0], kError);
  EXPECT_EQ(configure_pe(kPhb), -3);
  EXPECT_FALSE(hypervisor.pci_error(kSlot, PciError::stopped));
  EXPECT_EQ(value(kPhb, 0), 0x1657'14e4U);
}

FirmwareProfile with_disable(EehDisable disable) {
  FirmwareProfile profile = *find_profile("phyp");
  profile.pci.eeh = EehSupport::off;
  profile.pci.eeh_disable = disable;
  profile.pci.fundamental_reset = false;
  return profile;
}
const FirmwareProfile kRefuses = with_disable(EehDisable::refused);
const FirmwareProfile kDisables = with_disable(EehDisable::done);

class EehRefusing : public Eeh {
 protected:
  EehRefusing() : Eeh(kRefuses) {}
};
class EehDisabling : public Eeh {
 protected:
  EehDisabling() : Eeh(kDisables) {}
};

TEST_F(EehRefusing, DisablingAgainstTheRulesOfPartitionsIsRefused) {
  EXPECT_EQ(reset(kPhb, 3), -3);               // no such function here
  EXPECT_EQ(eeh(kPhb, 1), 0);
  EXPECT_RULE("R1-7.3.11.1-3", eeh(kPhb, 0) == -7 &&
                                   hypervisor.pci_error(kSlot, PciError::stopped));
}

TEST_F(EehDisabling, DisablingClearsTheStoppedStatesUnlessTheAdapterIsEnabled) {
  EXPECT_FALSE(hypervisor.pci_error(kSlot, PciError::stopped));
  EXPECT_EQ(eeh(kPhb, 1), 0);
  EXPECT_EQ(write(kPhb, 0x04, 2, 0x0004), 0);
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  EXPECT_EQ(eeh(kPhb, 0), 0);
  EXPECT_RULE("R1-7.3.11.1-3", pe(kPhb) == 2);               // bus master is on: nothing done
  ASSERT_EQ(eeh(kPhb, 2), 0);
  EXPECT_EQ(write(kPhb, 0x04, 2, 0), 0);
  EXPECT_EQ(eeh(kPhb, 0), 0);
  EXPECT_RULE("R1-7.3.11.1-3", pe(kPhb) == 0 &&
                                   !hypervisor.pci_error(kSlot, PciError::stopped));
}

}  // namespace
}  // namespace lparsim::firmware
