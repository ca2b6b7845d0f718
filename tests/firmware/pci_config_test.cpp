// Configuration space as a guest sees it (LoPAR 7.3.4).
#include "tests/firmware/pci_guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kFunction1 = 0x100, kOnes = 0xffff'ffff;
constexpr std::uint32_t extended(std::uint32_t reg) { return (reg >> 8) << 28 | (reg & 0xff); }

class PciConfig : public PciGuest {};

TEST_F(PciConfig, ReadsWhatTheAdapterIs) {
  EXPECT_RULE("R1-7.3.4.1-1", read(kPhb, 0, 4).status == 0);
  EXPECT_RULE("R1-7.3.4.1-2", value(kPhb, 0x00) == 0x1657'14e4);
  EXPECT_EQ(value(kPhb, 0x08), 0x0200'0001U);
  EXPECT_EQ(value(kPhb, 0x2c), 0x0420'1014U);
  EXPECT_EQ(value(kPairPhb, kFunction1, 4), 0x1658'14e4U);
  EXPECT_EQ(value(kPairPhb, kFunction1 + 0x0e, 1), 0x80U);
  EXPECT_EQ(value(kPhb, 0x0e, 1), 0x00U);
}

TEST_F(PciConfig, SizesOneTwoAndFourOnly) {
  EXPECT_RULE("R1-7.3.4.1-3", value(kPhb, 0x00, 1) == 0xe4 && value(kPhb, 0x02, 2) == 0x1657 &&
                                  value(kPhb, 0x03, 1) == 0x16);
  for (const std::uint32_t size : {0U, 3U, 5U, 8U, kOnes}) {
    EXPECT_RULE("R1-7.3.4.1-3", read(kPhb, 0, size).status == -3) << size;
    EXPECT_RULE("R1-7.3.4.2-3", write(kPhb, 0x0c, size, 0x10) == -3) << size;
  }
  EXPECT_EQ(write(kPhb, 0x0c, 1, 0x1234'5678), 0);
  EXPECT_RULE("R1-7.3.4.2-3", value(kPhb, 0x0c) == 0x78);
}

TEST_F(PciConfig, RegistersAreNaturallyAligned) {
  EXPECT_RULE("R1-7.3.4.1-4", read(kPhb, 0x01, 2).status == -3 && read(kPhb, 0x02, 4).status == -3);
  EXPECT_EQ(read(kPhb, 0x02, 2).status, 0);
  EXPECT_EQ(read(kPhb, 0x03, 1).status, 0);
  EXPECT_RULE("R1-7.3.4.2-4",
              write(kPhb, 0x3d, 2, 5) == -3 && write(kPhb, 0x3a, 4, 0xff'0000) == -3);
  EXPECT_EQ(value(kPhb, 0x3c, 1), 0U);
}

TEST_F(PciConfig, AWriteStaysInItsRegister) {
  EXPECT_RULE("R1-7.3.4.2-1", write(kPhb, 0x3c, 1, 0x2a) == 0);
  EXPECT_RULE("R1-7.3.4.2-2", value(kPhb, 0x3c, 1) == 0x2a);
  EXPECT_EQ(value(kPairPhb, 0x3c, 1), 0U);
  EXPECT_EQ(write(kPhb, 0x00, 4, 0), 0);                     // identity cannot be written
  EXPECT_EQ(value(kPhb, 0x00), 0x1657'14e4U);
}

TEST_F(PciConfig, RangesTellTheirSizeAndKeepTheirAddress) {
  const std::uint32_t boot = value(kPhb, 0x10);
  EXPECT_EQ(boot & 0xf, 0x4U);                               // memory, 64 bits
  EXPECT_GE(boot & ~0xfU, 0xb800'0000U);
  EXPECT_EQ(write(kPhb, 0x10, 4, kOnes), 0);
  EXPECT_EQ(write(kPhb, 0x14, 4, kOnes), 0);
  EXPECT_EQ(value(kPhb, 0x10), 0xffff'0004U);                // 64 KiB
  EXPECT_EQ(value(kPhb, 0x14), kOnes);
  EXPECT_EQ(write(kPhb, 0x10, 4, boot), 0);
  EXPECT_EQ(value(kPhb, 0x10), boot);
  EXPECT_NE(value(kPhb, 0x18) & ~0xfU, boot & ~0xfU);
  EXPECT_EQ(write(kPhb, 0x30, 4, kOnes), 0);                 // no ROM
  EXPECT_EQ(value(kPhb, 0x30), 0U);
}

TEST_F(PciConfig, TheListOfCapabilitiesEndsAndNamesMessages) {
  const auto ids = [&](DrcIndex phb, std::uint32_t function) {
    std::vector<std::uint32_t> found;
    for (std::uint32_t at = value(phb, function + 0x34, 1); at != 0 && found.size() < 20;
         at = value(phb, function + at + 1, 1)) {
      found.push_back(value(phb, function + at, 1));
    }
    return found;
  };
  EXPECT_THAT(ids(kPhb, 0), ::testing::ElementsAre(0x01, 0x05, 0x11, 0x10));
  EXPECT_THAT(ids(kPairPhb, kFunction1), ::testing::ElementsAre(0x01, 0x11, 0x10));
  EXPECT_EQ(value(kPhb, 0x62, 2) & 0x7ff, 16U);              // table of 17
  EXPECT_EQ(value(kPairPhb, 0x52, 2) >> 1 & 7, 2U);          // 4 messages
}

TEST_F(PciConfig, ExtendedRegistersAreReachedByTheUpperBits) {
  EXPECT_RULE("R1-7.3.4-1", value(kPhb, extended(0x100)) == 0x0002'0001 &&
                                value(kPhb, 0) == 0x1657'14e4);
  EXPECT_EQ(write(kPhb, extended(0x108), 4, kOnes), 0);
  EXPECT_EQ(value(kPhb, extended(0x108)), 0x003f'f030U);
  EXPECT_EQ(value(kPhb, extended(0xffc)), 0U);               // reserved registers read 0
  EXPECT_EQ(write(kPhb, extended(0xffc), 4, kOnes), 0);
  EXPECT_EQ(value(kPhb, extended(0xffc)), 0U);
  EXPECT_EQ(read(kPhb, 0x0100'0000, 4).status, -3);          // reserved bits of config_addr
  EXPECT_EQ(read(kPhb, 0x0800'0000, 4).status, -3);
}

TEST_F(PciConfig, AFunctionThatIsNotThereReadsAsOnesAndIgnoresWrites) {
  for (const std::uint32_t address : {0x0100U, 0x0800U, 0x0001'0000U, 0x00ff'ff00U}) {
    for (const std::uint32_t size : {1U, 2U, 4U}) {
      const Reply reply = read(kPhb, address, size);
      EXPECT_RULE("R1-7.3.4.1-5", reply.status == 0 && reply.value == kOnes >> (32 - 8 * size));
    }
    EXPECT_RULE("R1-7.3.4.2-5", write(kPhb, address + 0x3c, 1, 9) == 0);
  }
  EXPECT_EQ(value(kPhb, 0x3c, 1), 0U);
}

TEST_F(PciConfig, AnIsolatedSlotReadsAsOnesAndIgnoresWrites) {
  ASSERT_EQ(isolation(kSlot, 0), 0);
  EXPECT_EQ(value(kPhb, 0), kOnes);
  EXPECT_EQ(write(kPhb, 0x3c, 1, 7), 0);
  ASSERT_EQ(allocation(kSlot, 0), 0);
  EXPECT_EQ(value(kPhb, 0), kOnes);
  ASSERT_EQ(allocation(kSlot, 1), 0);
  EXPECT_EQ(value(kPhb, 0), kOnes);
  ASSERT_EQ(isolation(kSlot, 1), 0);
  EXPECT_EQ(value(kPhb, 0), 0x1657'14e4U);                   // config cycles from unisolate on
  EXPECT_EQ(value(kPhb, 0x3c, 1), 0U);
}

TEST_F(PciConfig, BehindAForeignBridgeNobodyAnswersAndAnUnknownOneIsAParameterError) {
  const auto before = hypervisor.snapshot();
  for (const std::uint32_t size : {1U, 2U, 4U}) {
    const std::uint32_t ones = size == 4 ? 0xffff'ffffU : (1U << 8 * size) - 1;
    const Reply reply = read(kForeignPhb, 0, size);
    EXPECT_RULE("R1-14.10-8", reply.status == 0 && reply.value == ones) << size;
    EXPECT_RULE("R1-14.10-9", write(kForeignPhb, 0x3c, size, 0) == 0) << size;
  }
  EXPECT_RULE("R1-14.10-9", hypervisor.is_in(*before));
  EXPECT_EQ(read(kFreePhb, 0, 4).value, 0xffff'ffffU);
  EXPECT_EQ(read(kForeignPhb, 1, 4).status, -3) << "not aligned";
  EXPECT_EQ(status("ibm,read-pci-config", {0, 0, kPhb.value, 4}, 2), -3);
  EXPECT_EQ(status("ibm,read-pci-config", {0, kUnit, kPhb.value + 0x100, 4}, 2), -3);
  release(kSlot);
  release(kPhb);
  EXPECT_EQ(read(kPhb, 0, 4).value, 0xffff'ffffU);
}

TEST_F(PciConfig, AnEmptySlotIsAllOnes) {
  ASSERT_EQ(hypervisor.assign_slot(kFreeSlot, kDedicated).status, AssignStatus::done);
  acquire(kFreePhb);
  EXPECT_EQ(value(kFreePhb, 0), kOnes);
  EXPECT_EQ(allocation(kFreeSlot, 1), 0);
  EXPECT_EQ(isolation(kFreeSlot, 1), 0);
  EXPECT_EQ(value(kFreePhb, 0), kOnes);
  EXPECT_EQ(eeh(kFreePhb, 1), -3);
  EXPECT_EQ(query_windows(kFreePhb)[0], 0xffff'fffdU);
}

TEST_F(PciConfig, FunctionsBehindABridgeFollowItsBusNumbers) {
  EXPECT_EQ(value(kBridgedPhb, 0x0e, 1), 0x01U);
  EXPECT_EQ(value(kBridgedPhb, 0x19, 1), 1U);
  EXPECT_EQ(value(kBridgedPhb, kBehind), 0x1657'14e4U);
  EXPECT_EQ(write(kBridgedPhb, 0x18, 4, 0x0005'0500), 0);    // secondary and subordinate bus 5
  EXPECT_EQ(value(kBridgedPhb, kBehind), kOnes);
  EXPECT_EQ(value(kBridgedPhb, 0x0005'0100), 0x1658'14e4U);
}

TEST_F(PciConfig, AStoppedOrResetEndpointAnswersNoCycle) {
  EXPECT_EQ(write(kPhb, 0x3c, 1, 0x11), 0);
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  EXPECT_EQ(value(kPhb, 0), kOnes);
  EXPECT_EQ(write(kPhb, 0x3c, 1, 0x22), 0);
  ASSERT_EQ(eeh(kPhb, 2), 0);                                // state 4 lets cycles through
  EXPECT_EQ(value(kPhb, 0x3c, 1), 0x11U);
  ASSERT_EQ(reset(kPhb, 1), 0);
  EXPECT_EQ(value(kPhb, 0), kOnes);
  ASSERT_EQ(reset(kPhb, 0), 0);
  EXPECT_EQ(value(kPhb, 0x3c, 1), 0U);
}

TEST_F(PciConfig, CallsWithoutUnitIdNeedASingleBridge) {
  EXPECT_EQ(status("read-pci-config", {0, 4}, 2), -3);
  for (const DrcIndex drc : {kPairSlot, kPairPhb, kBridgedSlot, kBridgedPhb}) release(drc);
  EXPECT_EQ(rtas("read-pci-config", {0, 4}, 2).value, 0x1657'14e4U);
  EXPECT_EQ(status("write-pci-config", {0x3c, 1, 0x31}), 0);
  EXPECT_EQ(rtas("read-pci-config", {0x3c, 1}, 2).value, 0x31U);
  EXPECT_EQ(status("read-pci-config", {0x3c, 3}, 2), -3);
}

TEST_F(PciConfig, AScriptedCycleStopsTheEndpoint) {
  script("pci.config-cycle", "pe_stopped");
  EXPECT_EQ(value(kPhb, 0), kOnes);
  EXPECT_EQ(pe(kPhb), 2U);
  EXPECT_EQ(pe(kPairPhb), 0U);
  script("pci.config-cycle", "pe_recovering");
  EXPECT_EQ(value(kPairPhb, 0), kOnes);
  EXPECT_EQ(slot_state(kPairPhb)[3], 3000U);
  script("pci.config-cycle", "pe_unavailable");
  EXPECT_EQ(value(kBridgedPhb, 0), kOnes);
  EXPECT_EQ(slot_state(kBridgedPhb)[1], 5U);
  EXPECT_EQ(slot_state(kBridgedPhb)[3], 0U);
}

TEST_F(PciConfig, ASnapshotHoldsTheRegisters) {
  EXPECT_EQ(write(kPhb, 0x3c, 1, 0x55), 0);
  const auto before = hypervisor.snapshot();
  EXPECT_EQ(write(kPhb, 0x3c, 1, 0x66), 0);
  ASSERT_TRUE(hypervisor.pci_error(kSlot, PciError::stopped));
  hypervisor.restore(before);
  EXPECT_EQ(value(kPhb, 0x3c, 1), 0x55U);
  EXPECT_EQ(pe(kPhb), 0U);
}

FirmwareProfile enforcing() {
  FirmwareProfile profile = *find_profile("phyp");
  profile.pci.eeh = EehSupport::off;
  return profile;
}
const FirmwareProfile kEnforcing = enforcing();

class PciEnforced : public PciGuest {
 protected:
  PciEnforced() : PciGuest(kEnforcing) {}
};

TEST_F(PciEnforced, AnAdapterIsNotEnabledBeforeEeh) {
  EXPECT_RULE("R1-7.3.4.2-6", write(kPhb, 0x04, 2, 0x0002) == -3);
  EXPECT_EQ(write(kPhb, 0x04, 1, 0x0001), -3);
  EXPECT_EQ(value(kPhb, 0x04, 2) & 3, 0U);
  EXPECT_EQ(write(kPhb, 0x04, 2, 0x0140), 0);                // not memory, not I/O
  EXPECT_EQ(eeh(kPhb, 1), 0);
  EXPECT_EQ(write(kPhb, 0x04, 2, 0x0002), 0);
  EXPECT_EQ(value(kPhb, 0x04, 2) & 3, 2U);
}

}  // namespace
}  // namespace lparsim::firmware
