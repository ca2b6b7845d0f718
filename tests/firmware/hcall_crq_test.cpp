// Command/response queues and their sub-queues between a client and a server partition (LoPAR
// 17.2.1.3, 17.2.2, 17.2.3).
#include "vio_guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kRegSub = 0x2dc, kFreeSub = 0x2e0, kSendSub = 0x2e4,
                        kSendSubIndirect = 0x2e8;
constexpr std::uint64_t kQueue = 0x10000, kSubQueue = 0x20000, kList = 0x30000;
constexpr std::uint64_t kClientUnit = kUnit + 3, kServerUnit = kUnit + 13;
constexpr std::uint32_t kClientSource = 0x2003, kServerSource = 0x200d;
constexpr std::uint64_t kInitialize = 0xc001ULL << 48, kInitialized = 0xc002ULL << 48,
                        kCommand = 0x80ULL << 56;

class Queues : public VioTest {
 protected:
  void map_both(std::uint64_t pages = 1) {
    map(kClient, 3, kQueue, pages);
    map(kServer, 13, kQueue, pages);
  }
  void connect() {
    map_both();
    EXPECT_EQ(call(kServer, kRegCrq, {kServerUnit, kQueue, 4096}), 2);
    EXPECT_EQ(call(kClient, kRegCrq, {kClientUnit, kQueue, 4096}), 0);
  }
  std::int64_t send(std::uint64_t high = kCommand, std::uint64_t low = 0) {
    return call(kClient, kSendCrq, {kClientUnit, high, low});
  }
};

TEST_F(Queues, RegistrationChecksInTheOrderOfTheText) {
  EXPECT_RULE("R1-17.2.2.1.6-4", call(kClient, kRegCrq, {kClientUnit, kQueue, 4096}) == -4);
  map_both(2);
  EXPECT_RULE("R1-17.2.3.1.6-2", call(kClient, kRegCrq, {kUnit + 4, kQueue, 4096}) == -4);
  EXPECT_EQ(call(kClient, kRegCrq, {kUnit + 2, kQueue, 4096}), -4) << "an Ethernet adapter";
  EXPECT_EQ(call(kClient, kRegCrq, {3, kQueue, 4096}), -4);
  EXPECT_RULE("R1-17.2.2.1.6-2", call(kClient, kRegCrq, {kClientUnit, kQueue + 8, 4096}) == -4);
  EXPECT_RULE("R1-17.2.2.1.6-3", call(kClient, kRegCrq, {kClientUnit, kQueue, 100}) == -4);
  EXPECT_EQ(call(kClient, kRegCrq, {kClientUnit, kQueue, 0}), -4);
  EXPECT_EQ(call(kClient, kRegCrq, {kClientUnit, kQueue, 3 * 4096}), -4) << "two pages mapped";
  EXPECT_EQ(call(kClient, kRegCrq, {kClientUnit, kQueue, ~0xfffULL}), -4);
  map(kClient, 8, kQueue, 1);
  EXPECT_RULE("R1-17.2.3.1.6-2", call(kClient, kRegCrq, {kUnit + 8, kQueue, 4096}) == -7)
      << "the other partition has no such adapter";
  EXPECT_RULE("R1-17.2.3.1.6-2", call(kClient, kRegCrq, {kClientUnit, kQueue, 8192}) == 2);
  EXPECT_RULE("R1-17.2.3.1.6-2", call(kClient, kRegCrq, {kClientUnit, kQueue, 4096}) == -16);
  EXPECT_RULE("R1-17.2.3.1.6-2", call(kServer, kRegCrq, {kServerUnit, kQueue, 4096}) == 0);
}

TEST_F(Queues, BothEndsInitializeAndTalk) {
  EXPECT_RULE("R1-17.2.2.1.6-8", send() == 2);
  connect();
  EXPECT_RULE("R1-17.2.2.1.6-11", send(kInitialize, 0) == 0);
  EXPECT_RULE("R1-17.2.2.1.6-11", at(kServer, kQueue) == kInitialize);
  EXPECT_EQ(call(kServer, kSendCrq, {kServerUnit, kInitialized, 0}), 0);
  EXPECT_RULE("R1-17.2.2.1.6-1", at(kClient, kQueue) == kInitialized);
  const std::uint64_t high = kCommand | 0x01'2345'6789'abcdULL, low = 0xfedc'ba98'7654'3210ULL;
  EXPECT_EQ(send(high, low), 0);
  EXPECT_RULE("R1-17.2.2.1.6-7",
              at(kServer, kQueue + 16) == high && at(kServer, kQueue + 24) == low);
  EXPECT_EQ(at(kServer, kQueue + 32), 0U);
  EXPECT_RULE("R1-17.4.2-1", call(kClient, kFreeCrq, {kClientUnit}) == 0);
  expect_sound();
}

TEST_F(Queues, AHeaderNeedsItsTopBitAndIsNoTransportEvent) {
  connect();
  for (const std::uint64_t header : {0x00ULL, 0x01ULL, 0x7fULL, 0xffULL}) {
    EXPECT_RULE("R1-17.2.2.1.6-10", send(header << 56, 0) == -4) << header;
  }
  for (const std::uint64_t header : {0x80ULL, 0xc0ULL, 0x81ULL}) {
    EXPECT_RULE("R1-17.2.2.1.6-10", send(header << 56, 0) == 0) << header;
  }
  EXPECT_RULE("R1-17.2.3.1.6-4", call(kClient, kSendCrq, {kUnit + 4, kCommand, 0}) == -4);
}

TEST_F(Queues, OnlyFreeEntriesAreFilledAndTheQueueIsCircular) {
  connect();
  for (std::uint64_t i = 0; i < 256; ++i) ASSERT_EQ(send(kCommand | i, i), 0);
  EXPECT_RULE("R1-17.2.2.1.6-6", send(kCommand | 256, 256) == -12);
  EXPECT_EQ(at(kServer, kQueue) & 0xffff, 0U) << "untouched";
  memory(kServer).bytes[kQueue] = 0;
  EXPECT_RULE("R1-17.2.2.1.6-5", send(kCommand | 256, 256) == 0);
  EXPECT_RULE("R1-17.2.2.1.6-5", at(kServer, kQueue + 8) == 256);
  EXPECT_RULE("R1-17.2.2.1.6-9", at(kServer, kQueue + 16 * 255 + 8) == 255);
  EXPECT_EQ(send(), -12) << "the second entry is not free";
}

TEST_F(Queues, InterruptsFollowTheModeAndTheOutstandingOne) {
  connect();
  EXPECT_EQ(send(), 0);
  EXPECT_RULE("R1-17.2.2.1.6-20", events.take(kServer, kServerSource) == 0) << "off at first";
  EXPECT_EQ(call(kServer, kVioSignal, {kServerUnit, 1}), 0);
  EXPECT_EQ(send(), 0);
  EXPECT_RULE("R1-17.2.2.1.6-23", events.take(kServer, kServerSource) == 1);
  EXPECT_EQ(send(), 0);
  EXPECT_RULE("R1-17.2.2.1.6-23", events.take(kServer, kServerSource) == 0) << "outstanding";
  EXPECT_EQ(call(kServer, kEoi, {0xff000000ULL | kServerSource}), 0);
  EXPECT_EQ(send(), 0);
  EXPECT_RULE("R1-17.2.2.1.6-23", events.take(kServer, kServerSource) == 1);
  EXPECT_EQ(call(kServer, kEoi, {0xff000000ULL | kServerSource}), 0);
  EXPECT_RULE("R1-17.2.1.4-9", call(kServer, kVioSignal, {kServerUnit, 0}) == 0);
  EXPECT_EQ(send(), 0);
  EXPECT_RULE("R1-17.2.2.1.6-24", events.take(kServer, kServerSource) == 0);
  EXPECT_RULE("R1-17.2.1.4-9", call(kServer, kVioSignal, {kServerUnit, 4}) == -4);
  EXPECT_RULE("R1-17.2.1.4-9", call(kServer, kVioSignal, {kClientUnit, 1}) == -4);
}

TEST_F(Queues, RegistrationAndDeregistrationSwitchTheInterruptOff) {
  map_both();
  EXPECT_EQ(call(kServer, kVioSignal, {kServerUnit, 1}), 0);
  EXPECT_EQ(call(kServer, kRegCrq, {kServerUnit, kQueue, 4096}), 2);
  EXPECT_EQ(call(kClient, kRegCrq, {kClientUnit, kQueue, 4096}), 0);
  EXPECT_EQ(send(), 0);
  EXPECT_RULE("R1-17.2.2.1.6-21", events.take(kServer, kServerSource) == 0);
  EXPECT_EQ(call(kServer, kVioSignal, {kServerUnit, 1}), 0);
  EXPECT_EQ(call(kServer, kFreeCrq, {kServerUnit}), 0);
  EXPECT_EQ(call(kServer, kRegCrq, {kServerUnit, kQueue, 4096}), 0);
  EXPECT_EQ(send(), -12) << "the first entry is not free";
  memory(kServer).bytes[kQueue] = 0;
  EXPECT_EQ(send(), 0);
  EXPECT_RULE("R1-17.2.2.1.6-22", events.take(kServer, kServerSource) == 0);
}

TEST_F(Queues, ThePartnerIsToldOfADeregistration) {
  connect();
  EXPECT_EQ(call(kClient, kVioSignal, {kClientUnit, 1}), 0);
  EXPECT_EQ(call(kServer, kFreeCrq, {kServerUnit}), 0);
  EXPECT_RULE("R1-17.2.2.1.6-14", at(kClient, kQueue) == 0xff02ULL << 48);
  EXPECT_EQ(events.take(kClient, kClientSource), 1U);
  EXPECT_RULE("R1-17.2.3.1.6-3", send() == 2);
  EXPECT_EQ(call(kServer, kFreeCrq, {kServerUnit}), 0) << "of nothing";
  EXPECT_EQ(at(kClient, kQueue + 16), 0U) << "told once";
  EXPECT_RULE("R1-17.2.3.1.6-3", call(kServer, kFreeCrq, {kClientUnit}) == -4);
}

TEST_F(Queues, AFullQueueLosesItsLastEntryToTheEvent) {
  connect();
  for (std::uint64_t i = 0; i < 256; ++i) ASSERT_EQ(send(kCommand | i), 0);
  EXPECT_EQ(call(kClient, kFreeCrq, {kClientUnit}), 0);
  EXPECT_RULE("R1-17.2.3.1.6-3", at(kServer, kQueue + 255 * 16) == 0xff02ULL << 48);
  EXPECT_EQ(at(kServer, kQueue + 254 * 16), kCommand | 254);
}

TEST_F(Queues, APartnerThatFailsOrLosesItsAdapterIsReported) {
  connect();
  hypervisor.power_off(kServer);
  EXPECT_RULE("R1-17.2.2.1.6-13", at(kClient, kQueue) == 0xff01ULL << 48);
  EXPECT_EQ(send(), 2);
  ASSERT_EQ(hypervisor.power_on(kServer, memory(kServer)).status, AssignStatus::done);
  std::fill(memory(kServer).bytes.begin(), memory(kServer).bytes.end(), std::uint8_t{0});
  map(kServer, 13, kQueue, 1);
  EXPECT_EQ(call(kServer, kRegCrq, {kServerUnit, kQueue, 4096}), 0) << "the client has waited";
  EXPECT_EQ(send(), 0);
  expect_sound();
}

TEST_F(Queues, BusyAnswersStopNewWork) {
  connect();
  script("hcall.H_FREE_CRQ", "long_busy_1ms");
  EXPECT_RULE("R1-17.2.3.1.6-3", call(kServer, kFreeCrq, {kServerUnit}) == 9900);
  EXPECT_RULE("R1-17.2.3.1.6-3", send() == 2);
  EXPECT_EQ(call(kServer, kFreeCrq, {kServerUnit}), 0);
  script("hcall.H_ENABLE_CRQ", "long_busy_10ms");
  EXPECT_RULE("R1-17.2.3.1.6-5", call(kClient, kEnableCrq, {kClientUnit}) == 9901);
  EXPECT_RULE("R1-17.2.3.1.6-5", call(kClient, kEnableCrq, {kClientUnit}) == 0);
  EXPECT_EQ(call(kClient, kEnableCrq, {kUnit + 2}), -4);
}

TEST_F(Queues, EnablingTakesUpWorkAgain) {
  connect();
  script("hcall.H_FREE_CRQ", "long_busy_1ms");
  ASSERT_EQ(call(kServer, kFreeCrq, {kServerUnit}), 9900);
  ASSERT_EQ(send(), 2) << "it takes nothing new";
  EXPECT_RULE("R1-17.2.3.1.6-5", call(kServer, kEnableCrq, {kServerUnit}) == 0 && send() == 0);
}

TEST_F(Queues, AServerForAnyClientTakesOneAtATime) {
  map(kServer, 14, kQueue, 1);
  map(kClient, 6, kQueue, 1);
  EXPECT_EQ(call(kServer, kRegCrq, {kUnit + 14, kQueue, 4096}), 2);
  EXPECT_EQ(call(kClient, kRegCrq, {kUnit + 6, kQueue, 4096}), 0);
  EXPECT_EQ(call(kClient, kSendCrq, {kUnit + 6, kCommand, 1}), 0);
  EXPECT_EQ(at(kServer, kQueue + 8), 1U);
  EXPECT_EQ(call(kServer, kSendCrq, {kUnit + 14, kCommand, 2}), 0);
  EXPECT_EQ(at(kClient, kQueue + 8), 2U);
}

TEST_F(Queues, AMigratedPageKeepsItsEntries) {
  connect();
  EXPECT_EQ(send(kCommand | 1), 0);
  put(kServer, kList, (kPane + 13) << 32);
  put(kServer, kList + 8, kQueue);
  EXPECT_RULE("R1-17.2.2.1.6-18", call(kServer, 0x78, {0x50000, kList, 1}) == 0);
  EXPECT_EQ(send(kCommand | 2), 0);
  EXPECT_RULE("R1-17.2.2.1.6-18",
              at(kServer, 0x50000) == (kCommand | 1) && at(kServer, 0x50010) == (kCommand | 2));
}

TEST_F(Queues, EntriesOutliveAReRegistration) {
  connect();
  EXPECT_EQ(call(kClient, kFreeCrq, {kClientUnit}), 0);
  EXPECT_EQ(call(kClient, kGetTce, {kPane + 3, kQueue}), 0);
  EXPECT_RULE("R1-17.2.1.4-15", r[0] == (kQueue | 3));
  EXPECT_RULE("R1-17.2.1.4-15", call(kClient, kRegCrq, {kClientUnit, kQueue, 4096}) == 0);
}

TEST_F(Queues, SnapshotsHoldConnections) {
  connect();
  const auto taken = hypervisor.snapshot();
  EXPECT_EQ(call(kServer, kFreeCrq, {kServerUnit}), 0);
  hypervisor.restore(taken);
  EXPECT_EQ(send(), 0);
}

class SubQueues : public Queues {
 protected:
  // Connected, and a sub-queue of the server with its number.
  std::uint64_t ready() {
    connect();
    map(kServer, 13, kSubQueue, 1);
    EXPECT_EQ(call(kServer, kRegSub, {kServerUnit, kSubQueue, 4096}), 0);
    source = static_cast<std::uint32_t>(r[1]);
    return r[0];
  }
  std::uint32_t source = 0;
};

TEST_F(SubQueues, AreRegisteredWithNumberAndInterrupt) {
  map_both();
  map(kServer, 13, kSubQueue, 2);
  std::fill_n(memory(kServer).bytes.begin() + kSubQueue, 4096, std::uint8_t{0xee});
  EXPECT_RULE("R1-17.2.3.3.6-3", call(kServer, kRegSub, {kServerUnit, kSubQueue, 4096}) == 2)
      << "the CRQ is not connected";
  const auto first = std::pair{r[0], r[1]};
  EXPECT_RULE("R1-17.2.3.3.6-3", memory(kServer).bytes[kSubQueue] == 0 &&
                                     memory(kServer).bytes[kSubQueue + 32] == 0 &&
                                     memory(kServer).bytes[kSubQueue + 1] == 0xee);
  EXPECT_EQ(call(kServer, kRegSub, {kServerUnit, kSubQueue + 4096, 4096}), 2);
  EXPECT_RULE("R1-17.2.3.3.6-3", r[0] != first.first && r[1] != first.second);
  EXPECT_EQ(call(kServer, kRegSub, {kServerUnit, kSubQueue + 8, 4096}), -4);
  EXPECT_EQ(call(kServer, kRegSub, {kServerUnit, kSubQueue, 100}), -4);
  EXPECT_EQ(call(kServer, kRegSub, {kServerUnit, 0x40000, 4096}), -4) << "not mapped";
  EXPECT_EQ(call(kServer, kRegSub, {kUnit + 2, kSubQueue, 4096}), -4);
  for (int i = 2; i < 16; ++i) {
    EXPECT_EQ(call(kServer, kRegSub, {kServerUnit, kSubQueue, 4096}), 2);
  }
  EXPECT_RULE("R1-17.2.3.3.6-3", call(kServer, kRegSub, {kServerUnit, kSubQueue, 4096}) == -16);
}

TEST_F(SubQueues, TakeEntriesOfThirtyTwoBytes) {
  const std::uint64_t number = ready();
  EXPECT_RULE("R1-17.2.3.3.6-5",
              call(kClient, kSendSub, {kClientUnit, number, kCommand | 1, 2, 3, 4}) == 0);
  EXPECT_RULE("R1-17.2.2.3.6-2", at(kServer, kSubQueue) == (kCommand | 1) &&
                                     at(kServer, kSubQueue + 24) == 4);
  EXPECT_RULE("R1-17.2.3.3.6-2", at(kServer, kSubQueue + 8) == 2) << "what was sent has come";
  EXPECT_EQ(call(kClient, kSendSub, {kClientUnit, number, kCommand | 5}), 0);
  EXPECT_RULE("R1-17.2.2.3.6-2", at(kServer, kSubQueue + 32) == (kCommand | 5));
  EXPECT_RULE("R1-17.2.2.3.6-4",
              call(kClient, kSendSub, {kClientUnit, number, 0xc0ULL << 56}) == -4);
  EXPECT_EQ(call(kClient, kSendSub, {kClientUnit, number + 1, kCommand}), -4);
  EXPECT_EQ(call(kClient, kSendSub, {kUnit + 4, number, kCommand}), -4);
  for (int i = 2; i < 128; ++i) {
    ASSERT_EQ(call(kClient, kSendSub, {kClientUnit, number, kCommand}), 0);
  }
  EXPECT_RULE("R1-17.2.2.3.6-3", call(kClient, kSendSub, {kClientUnit, number, kCommand}) == -12);
}

TEST_F(SubQueues, TakeAllEntriesOfAListOrNone) {
  const std::uint64_t number = ready();
  map(kClient, 3, kList, 1);
  const auto indirect = [&](std::uint64_t count, std::uint64_t address = kList) {
    return call(kClient, kSendSubIndirect, {kClientUnit, number, address, count});
  };
  for (std::uint64_t i = 0; i < 128; ++i) put(kClient, kList + 32 * i, kCommand | i);
  EXPECT_RULE("R1-17.2.3.3.6-6", indirect(0) == -4 && indirect(129) == -4);
  EXPECT_EQ(indirect(1, 0x60000), -4) << "not mapped";
  EXPECT_EQ(indirect(2, kList + 4096 - 32), -4) << "crosses the page";
  EXPECT_RULE("R1-17.2.3.3.6-6", indirect(100) == 0);
  EXPECT_EQ(at(kServer, kSubQueue + 99 * 32), kCommand | 99);
  EXPECT_RULE("R1-17.2.3.3.6-6", indirect(29) == -12);
  EXPECT_RULE("R1-17.2.3.3.6-6", at(kServer, kSubQueue + 100 * 32) == 0) << "none was queued";
  EXPECT_EQ(indirect(28), 0);
  std::fill_n(memory(kServer).bytes.begin() + kSubQueue, 4096, std::uint8_t{0});
  put(kClient, kList + 32, 0xc0ULL << 56);
  EXPECT_RULE("R1-17.2.2.3.6-4", indirect(2) == -4) << "a header that is not 0x80";
  EXPECT_EQ(at(kServer, kSubQueue), 0U);
}

TEST_F(SubQueues, EndAloneOrWithTheirQueue) {
  const std::uint64_t number = ready();
  map(kServer, 13, kSubQueue + 4096, 1);
  EXPECT_EQ(call(kServer, kRegSub, {kServerUnit, kSubQueue + 4096, 4096}), 0);
  const std::uint64_t other = r[0];
  EXPECT_RULE("R1-17.2.3.3.6-4", call(kServer, kFreeSub, {kServerUnit, number}) == 0);
  EXPECT_RULE("R1-17.2.3.3.6-4",
              call(kClient, kSendSub, {kClientUnit, number, kCommand}) == -4 &&
                  call(kClient, kSendSub, {kClientUnit, other, kCommand}) == 0);
  EXPECT_EQ(call(kServer, kFreeSub, {kServerUnit, number}), -4);
  EXPECT_EQ(call(kServer, kFreeCrq, {kServerUnit}), 0);
  EXPECT_RULE("R1-17.2.3.3.6-1", call(kClient, kSendSub, {kClientUnit, other, kCommand}) == 2);
}

TEST_F(SubQueues, InterruptsAreSwitchedByControlCalls) {
  const std::uint64_t number = ready();
  const auto send_sub = [&] {
    EXPECT_EQ(call(kClient, kSendSub, {kClientUnit, number, kCommand}), 0);
    return events.take(kServer, source);
  };
  EXPECT_EQ(send_sub(), 0U) << "off at registration";
  EXPECT_RULE("R1-17.2.3.3.6-7", call(kServer, kVioctl, {kServerUnit, 0xc, source, 0, 0}) == 0);
  EXPECT_RULE("R1-17.2.3.3.6-7", send_sub() == 1);
  EXPECT_RULE("R1-17.2.2.3.6-6", send_sub() == 0) << "outstanding";
  EXPECT_EQ(call(kServer, kEoi, {0xff000000ULL | source}), 0);
  EXPECT_RULE("R1-17.2.2.3.6-6", send_sub() == 1);
  EXPECT_EQ(call(kServer, kEoi, {0xff000000ULL | source}), 0);
  EXPECT_EQ(call(kServer, kVioctl, {kServerUnit, 0xb, source, 0, 0}), 0);
  EXPECT_RULE("R1-17.2.3.3.6-7", send_sub() == 0);
  EXPECT_EQ(call(kServer, kVioctl, {kServerUnit, 0xc, source, 0, 0}), 0);
  EXPECT_EQ(call(kServer, kVioctl, {kServerUnit, 0xa, 0, 0, 0}), 0);
  EXPECT_RULE("R1-17.2.3.3.6-7", send_sub() == 0);
  EXPECT_EQ(call(kServer, kVioctl, {kServerUnit, 0xc, 0x2003, 0, 0}), -4);
}

}  // namespace
}  // namespace lparsim::firmware
