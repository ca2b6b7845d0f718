// The logical LAN between two partitions (LoPAR 17.3).
#include "vio_guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kRegister = 0x114, kFree = 0x118, kAdd = 0x11c, kSend = 0x120,
                        kMulticast = 0x130, kChangeMac = 0x14c, kFreeBuffer = 0x1d4,
                        kAttributes = 0x244;
constexpr std::uint64_t kList = 0x10000, kFilters = 0x11000, kQueue = 0x12000, kBuffers = 0x20000,
                        kFrame = 0x30000;
constexpr std::uint64_t kClientMac = 0x0200'0000'0001ULL, kServerMac = 0x0200'0000'0002ULL;
constexpr std::uint64_t kLanUnit = kUnit + 2;
constexpr std::uint64_t kValid = 1ULL << 63;

std::uint64_t descriptor(std::uint64_t address, std::uint64_t bytes) {
  return kValid | bytes << 32 | address;
}

class Lan : public VioTest {
 protected:
  static constexpr std::uint64_t kEntries = 4;
  void map_port(PartitionId id) {
    map(id, 2, kList, 3);
    map(id, 2, kBuffers, 4);
    map(id, 2, kFrame, 2);
  }
  std::int64_t register_port(PartitionId id, std::uint64_t mac) {
    return call(id, kRegister,
                {kLanUnit, kList, descriptor(kQueue, kEntries * 16), kFilters, mac});
  }
  void open_both() {
    for (const PartitionId id : {kClient, kServer}) map_port(id);
    EXPECT_EQ(register_port(kClient, kClientMac), 0);
    EXPECT_EQ(register_port(kServer, kServerMac), 0);
  }
  std::int64_t add(std::uint64_t address, std::uint64_t bytes, std::uint64_t handle = 0x77) {
    put(kServer, address, handle);
    return call(kServer, kAdd, {kLanUnit, descriptor(address, bytes)});
  }
  std::int64_t send(std::uint64_t mac, std::uint64_t bytes = 64) {
    put(kClient, kFrame, mac << 16 | 0x0200);
    return call(kClient, kSend, {kLanUnit, descriptor(kFrame, bytes)});
  }
  std::uint8_t control(std::uint64_t entry) {
    return memory(kServer).bytes[kQueue + 16 * entry];
  }
  std::uint64_t dropped() { return at(kServer, kList + 4096 - 8); }
};

TEST_F(Lan, RegistrationChecksItsAreas) {
  EXPECT_RULE("R1-17.3.5-8", register_port(kClient, kClientMac) == -4) << "nothing is mapped";
  map_port(kClient);
  const std::uint64_t queue = descriptor(kQueue, 64);
  EXPECT_RULE("R1-17.3.5-9", call(kClient, kRegister, {kLanUnit, kList + 8, queue, kFilters, 1}) ==
                                 -4);
  EXPECT_EQ(call(kClient, kRegister, {kLanUnit, kList, queue, kFilters + 8, 1}), -4);
  EXPECT_RULE("R1-17.3.5-12", call(kClient, kRegister, {kLanUnit, kList, descriptor(0x50000, 64),
                                                        kFilters, 1}) == -4);
  EXPECT_RULE("R1-17.3.5-13", call(kClient, kRegister, {kLanUnit, kList, descriptor(kQueue + 2, 64),
                                                        kFilters, 1}) == -4);
  EXPECT_RULE("R1-17.3.5-14", call(kClient, kRegister, {kLanUnit, kList, descriptor(kQueue, 100),
                                                        kFilters, 1}) == -4);
  EXPECT_EQ(call(kClient, kRegister, {kLanUnit, kList, descriptor(kQueue, 0), kFilters, 1}), -4);
  EXPECT_EQ(call(kClient, kRegister, {kUnit + 3, kList, queue, kFilters, 1}), -4) << "a v-scsi";
  std::fill_n(memory(kClient).bytes.begin() + kList, 4096, std::uint8_t{0xee});
  EXPECT_RULE("R1-17.3.5-30", register_port(kClient, kClientMac) == 0);
  EXPECT_RULE("R1-17.3.5-10", at(kClient, kList) == queue);
  EXPECT_RULE("R1-17.3.5-4", (memory(kClient).bytes[kList] & 0x40) == 0) << "valid by 1";
  EXPECT_EQ(at(kClient, kList + 4096 - 8), 0U);
  EXPECT_RULE("R1-17.3.5-31", call(kClient, kFree, {kLanUnit}) == 0);
  EXPECT_RULE("R1-17.3.5-31", call(kClient, kAdd, {kLanUnit, descriptor(kBuffers, 64)}) == -4)
      << "not registered";
}

TEST_F(Lan, BuffersAreMappedAlignedAndBigEnough) {
  open_both();
  EXPECT_RULE("R1-17.3.5-3", call(kServer, kAdd, {kLanUnit, 64ULL << 32 | kBuffers}) == -4)
      << "not valid";
  EXPECT_RULE("R1-17.3.5-1", call(kServer, kAdd, {kLanUnit, 64ULL << 32 | kBuffers}) == -4 &&
                                 add(kBuffers, 0) == -4 && add(0x50000, 64) == -4)
      << "its valid bit, its length, its address";
  EXPECT_RULE("R1-17.3.5-24", add(0x50000, 64) == -4);
  EXPECT_RULE("R1-17.3.5-25", add(kBuffers + 2, 64) == -4);
  EXPECT_RULE("R1-17.3.5-26", add(kBuffers, 12) == -4);
  EXPECT_RULE("R1-17.3.5-32", add(kBuffers, 16) == 0);
  EXPECT_EQ(call(kServer, kAdd, {kUnit + 13, descriptor(kBuffers, 64)}), -4);
}

TEST_F(Lan, AFrameFillsTheSmallestBufferAndAnEntry) {
  open_both();
  ASSERT_EQ(add(kBuffers, 512, 0xaaaa), 0);
  ASSERT_EQ(add(kBuffers + 4096, 128, 0xbbbb), 0);
  put(kClient, kFrame + 16, 0x1234);
  EXPECT_RULE("R1-17.3.5-33", send(kServerMac, 100) == 0);
  EXPECT_RULE("R1-17.3.5-18", control(0) == 0xc0) << "valid, holds a message";
  EXPECT_RULE("R1-17.3.5-5", memory(kServer).cell(kQueue + 4) == 100);
  EXPECT_EQ(load_be16(memory(kServer).bytes.data() + kQueue + 2), 8);
  EXPECT_RULE("R1-17.3.5-17", at(kServer, kQueue + 8) == 0xbbbb);
  EXPECT_RULE("R1-17.3.5-27", at(kServer, kBuffers + 4096) == 0xbbbb);
  EXPECT_RULE("R1-17.3.5-6", at(kServer, kBuffers + 4096 + 8) == (kServerMac << 16 | 0x0200) &&
                                 at(kServer, kBuffers + 4096 + 24) == 0x1234);
  EXPECT_RULE("R1-17.3.5-16", control(1) == 0) << "one entry a message";
  EXPECT_EQ(send(kServerMac, 100), 0) << "the larger one";
  EXPECT_EQ(at(kServer, kQueue + 16 + 8), 0xaaaaU);
  EXPECT_RULE("R1-17.3.5-33", send(kServerMac, 100) == -12);
  EXPECT_EQ(dropped(), 1U);
  EXPECT_EQ(send(0x0200'0000'0099ULL), -12) << "nobody's address";
  EXPECT_EQ(dropped(), 1U);
}

TEST_F(Lan, TheToggleTurnsWhenTheQueueWraps) {
  open_both();
  for (std::uint64_t i = 0; i < 6; ++i) {
    ASSERT_EQ(add(kBuffers + i * 256, 128, i), 0);
    ASSERT_EQ(send(kServerMac), 0);
    EXPECT_EQ(memory(kServer).bytes[kList] & 0x40, i < 3 ? 0 : 0x40) << i;
  }
  EXPECT_RULE("R1-17.3.5-19", (memory(kServer).bytes[kList] & 0x40) != 0);
  EXPECT_RULE("R1-17.3.5-15", at(kServer, kQueue + 8) == 4) << "from the beginning again";
  EXPECT_RULE("R1-17.3.5-18", control(0) == 0x40 && control(3) == 0xc0);
}

TEST_F(Lan, InterruptsOnlyWhenEnabled) {
  open_both();
  for (std::uint64_t i = 0; i < 3; ++i) ASSERT_EQ(add(kBuffers + i * 256, 128), 0);
  ASSERT_EQ(send(kServerMac), 0);
  EXPECT_RULE("R1-17.3.5-20", events.take(kServer, 0x2002) == 0);
  EXPECT_RULE("R1-17.3.5-36", call(kServer, kVioSignal, {kLanUnit, 1}) == 0);
  ASSERT_EQ(send(kServerMac), 0);
  EXPECT_RULE("R1-17.3.5-21", events.take(kServer, 0x2002) == 1);
  EXPECT_EQ(call(kServer, kEoi, {0xff002002ULL}), 0);
  EXPECT_EQ(call(kServer, kVioSignal, {kLanUnit, 0}), 0);
  ASSERT_EQ(send(kServerMac), 0);
  EXPECT_RULE("R1-17.3.5-22", events.take(kServer, 0x2002) == 0);
}

TEST_F(Lan, BroadcastsAndMulticastsGoToThoseWhoTakeThem) {
  constexpr std::uint64_t kBroadcast = 0xffff'ffff'ffffULL, kGroup = 0x0100'5e00'0001ULL;
  constexpr std::uint64_t kReceive = 0xa0000, kFilterOn = 0x50000;
  open_both();
  for (std::uint64_t i = 0; i < 6; ++i) ASSERT_EQ(add(kBuffers + i * 256, 128), 0);
  EXPECT_EQ(send(kBroadcast), 0);
  EXPECT_EQ(control(0), 0xc0);
  EXPECT_EQ(send(kGroup), 0) << "nobody wanted it: nothing dropped";
  EXPECT_EQ(control(1), 0);
  EXPECT_EQ(call(kServer, kMulticast, {kLanUnit, kReceive, 0}), 0);
  EXPECT_EQ(r[0], 0x20000U) << "receipt on, no filters";
  EXPECT_EQ(send(kGroup), 0);
  EXPECT_EQ(control(1), 0xc0);
  EXPECT_EQ(call(kServer, kMulticast, {kLanUnit, kFilterOn, 0}), 0);
  EXPECT_EQ(send(kGroup), 0);
  EXPECT_EQ(control(2), 0) << "filtered out";
  EXPECT_EQ(call(kServer, kMulticast, {kLanUnit, 1, kGroup}), 0);
  EXPECT_EQ(r[0], 0x30001U);
  EXPECT_EQ(call(kServer, kMulticast, {kLanUnit, 1, kGroup}), 0) << "twice is once";
  EXPECT_EQ(r[0], 0x30001U);
  EXPECT_EQ(send(kGroup), 0);
  EXPECT_EQ(control(2), 0xc0);
  for (std::uint64_t i = 1; i < 6; ++i) {
    EXPECT_EQ(call(kServer, kMulticast, {kLanUnit, 1, kGroup + i}), 0);
  }
  EXPECT_EQ(call(kServer, kMulticast, {kLanUnit, 1, kGroup + 6}), 4) << "six filters";
  EXPECT_EQ(call(kServer, kMulticast, {kLanUnit, 2, kGroup + 6}), -7);
  EXPECT_EQ(call(kServer, kMulticast, {kLanUnit, 2, kGroup}), 0);
  EXPECT_EQ(call(kServer, kMulticast, {kLanUnit, 3, 0}), 0);
  EXPECT_EQ(r[0], 0x30000U);
  EXPECT_EQ(call(kServer, kMulticast, {kLanUnit, 4, 0}), -4);
  EXPECT_EQ(call(kServer, kMulticast, {kLanUnit, 1, 1ULL << 48}), -4);
}

TEST_F(Lan, AddressesCanBeChanged) {
  open_both();
  ASSERT_EQ(add(kBuffers, 128), 0);
  EXPECT_RULE("R1-17.3.5-35", call(kServer, kChangeMac, {kLanUnit, 0x0200'0000'0009ULL}) == 0);
  EXPECT_RULE("R1-17.3.5-35", send(kServerMac) == -12 && send(0x0200'0000'0009ULL) == 0);
  EXPECT_EQ(call(kServer, kChangeMac, {kUnit + 13, 1}), -4);
}

TEST_F(Lan, BadFramesAreRefused) {
  open_both();
  ASSERT_EQ(add(kBuffers, 4096), 0);
  EXPECT_EQ(call(kClient, kSend, {kLanUnit, descriptor(0x60000, 64)}), -4) << "not mapped";
  EXPECT_EQ(send(kServerMac, 13), -4);
  EXPECT_EQ(call(kClient, kSend, {kLanUnit, 0}), -4) << "no part at all";
  put(kClient, kFrame, kServerMac << 16);
  put(kClient, kFrame + 8, 0x0000'0000'8100'0002ULL);
  EXPECT_EQ(call(kClient, kSend, {kLanUnit, descriptor(kFrame, 64)}), -4) << "a foreign VLAN";
  put(kClient, kFrame + 8, 0x0000'0000'8100'0001ULL);
  EXPECT_EQ(call(kClient, kSend, {kLanUnit, descriptor(kFrame, 64)}), 0) << "its own";
  EXPECT_EQ(call(kClient, kSend, {kLanUnit, descriptor(kFrame, 64), 0, 0, 0, 0, 0, 1}), -4);
}

TEST_F(Lan, AFrameMayLieInSixPieces) {
  open_both();
  ASSERT_EQ(add(kBuffers, 4096), 0);
  put(kClient, kFrame, kServerMac << 16);
  put(kClient, kFrame + 4096, 0x99);
  EXPECT_EQ(call(kClient, kSend, {kLanUnit, descriptor(kFrame, 16), descriptor(kFrame + 4096, 8),
                                  descriptor(kFrame, 8)}), 0);
  EXPECT_EQ(memory(kServer).cell(kQueue + 4), 32U);
  EXPECT_EQ(at(kServer, kBuffers + 8 + 16), 0x99U);
}

TEST_F(Lan, CorruptTranslationsStayWithTheirOwner) {
  open_both();
  ASSERT_EQ(add(kBuffers, 128), 0);
  ASSERT_EQ(call(kServer, kPutTce, {kPane + 2, kBuffers, 0}), 0);
  const Bytes before = memory(kServer).bytes;
  EXPECT_RULE("R1-17.3.5-34", send(kServerMac) == -12);
  EXPECT_EQ(control(0), 0x80) << "the buffer came back without a message";
  EXPECT_RULE("R1-17.3.5-28",
              std::equal(before.begin() + kBuffers, before.begin() + kBuffers + 4096,
                         memory(kServer).bytes.begin() + kBuffers));
}

TEST_F(Lan, ABufferComesBackOnRequest) {
  open_both();
  ASSERT_EQ(add(kBuffers, 128, 0xcc), 0);
  EXPECT_EQ(call(kServer, kFreeBuffer, {kLanUnit, 64}), -7);
  EXPECT_EQ(call(kServer, kFreeBuffer, {kLanUnit, 128}), 0);
  EXPECT_EQ(control(0), 0x80);
  EXPECT_EQ(at(kServer, kQueue + 8), 0xccU);
  EXPECT_EQ(call(kServer, kFreeBuffer, {kLanUnit, 128}), -7);
  EXPECT_EQ(call(kServer, kFreeBuffer, {kUnit + 13, 128}), -4);
}

TEST_F(Lan, AttributesChangeWhileClosed) {
  constexpr std::uint64_t kIpv4 = 2, kSizeControl = 1 << 12, kUnknown = 1ULL << 49;
  EXPECT_RULE("R1-17.3.3.8-1", call(kServer, kAttributes, {kLanUnit, 0, kSizeControl | kIpv4}) ==
                                   0 && r[0] == (kSizeControl | kIpv4));
  EXPECT_RULE("R1-17.3.3.8-1", call(kServer, kAttributes, {kLanUnit, kUnknown, kUnknown}) == 0 &&
                                   r[0] == (kSizeControl | kIpv4));
  open_both();
  EXPECT_RULE("R1-17.3.3.8-1", call(kServer, kAttributes, {kLanUnit, kIpv4, 0}) == 4);
  EXPECT_RULE("R1-17.3.3.8-1", r[0] == (kSizeControl | kIpv4));
  EXPECT_EQ(call(kServer, kAttributes, {kUnit + 13, 0, 0}), -4);
  ASSERT_EQ(add(kBuffers, 128), 0);
  ASSERT_EQ(add(kBuffers + 256, 512), 0);
  EXPECT_EQ(send(kServerMac), 0);
  EXPECT_RULE("R1-17.3.3.8-1", send(kServerMac) == -12) << "the larger size is not used";
}

TEST_F(Lan, BusyFreeingReceivesNothing) {
  open_both();
  ASSERT_EQ(add(kBuffers, 128), 0);
  script("hcall.H_FREE_LOGICAL_LAN", "busy");
  EXPECT_RULE("R1-17.3.5-31", call(kServer, kFree, {kLanUnit}) == 1);
  EXPECT_EQ(send(kServerMac), -12);
  EXPECT_RULE("R1-17.3.5-31", call(kServer, kFree, {kLanUnit}) == 0);
  EXPECT_EQ(send(kServerMac), -12);
  EXPECT_EQ(call(kServer, kFree, {kUnit + 13}), -4);
}

}  // namespace
}  // namespace lparsim::firmware
