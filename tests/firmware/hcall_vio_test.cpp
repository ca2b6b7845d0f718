// Terminals, adapter control, remote DMA and interrupt presentation (LoPAR 14.5.4.7, 17.2, 17.5).
#include "vio_guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kPartnerInfo = 0x150, kRegisterVterm = 0x154, kFreeVterm = 0x158;
constexpr std::uint64_t kFirst = ~0ULL, kBuffer = 0x40000;
constexpr std::uint64_t kQueue = 0x10000;

class Terminals : public VioTest {
 protected:
  std::int64_t put_text(PartitionId id, std::uint64_t slot, std::uint64_t length) {
    return call(id, kPutTermChar, {kUnit + slot, length, 0x6869'0000'0000'0000ULL, 0});
  }
};

TEST_F(Terminals, TheConsoleIsClosedUntilSomebodyOpensIt) {
  EXPECT_RULE("R1-17.5.2.3-1", put_text(kClient, 0, 2) == 2);
  EXPECT_RULE("R1-17.5.2.3-1", call(kClient, kGetTermChar, {kUnit}) == 2);
  ASSERT_TRUE(hypervisor.open_console(kClient, 0));
  EXPECT_RULE("17.5-a (no R1 number)", !hypervisor.open_console(kClient, 0)) << "one holder";
  EXPECT_RULE("R1-17.5.2.3-1", put_text(kClient, 0, 2) == 0);
  EXPECT_EQ(hypervisor.read_console(kClient, 0), "hi");
  EXPECT_EQ(hypervisor.read_console(kClient, 0), "");
  EXPECT_EQ(put_text(kClient, 0, 17), -4);
  EXPECT_EQ(put_text(kClient, 2, 2), -4) << "no terminal";
  EXPECT_EQ(put_text(kClient, 0, 0), 0) << "there is always room for nothing";
  ASSERT_TRUE(hypervisor.type_console(kClient, 0, "abcdefghijklmnopqr"));
  EXPECT_EQ(call(kClient, kGetTermChar, {kUnit}), 0);
  EXPECT_RULE("R1-17.5.2.3-1", r[0] == 16 && r[1] == 0x6162636465666768ULL &&
                                   r[2] == 0x696a6b6c6d6e6f70ULL);
  EXPECT_EQ(call(kClient, kGetTermChar, {kUnit}), 0);
  EXPECT_EQ(r[0], 2U);
  EXPECT_EQ(call(kClient, kGetTermChar, {kUnit}), 0);
  EXPECT_EQ(r[0], 0U);
  hypervisor.close_console(kClient, 0);
  EXPECT_EQ(put_text(kClient, 0, 2), 2);
  EXPECT_FALSE(hypervisor.type_console(kClient, 0, "x"));
  EXPECT_FALSE(hypervisor.open_console(kServer, 16)) << "a server's end";
}

TEST_F(Terminals, AFullBufferTakesNothing) {
  ASSERT_TRUE(hypervisor.open_console(kClient, 0));
  for (int i = 0; i < 256; ++i) ASSERT_EQ(put_text(kClient, 0, 16), 0);
  EXPECT_RULE("R1-17.5.2.3-1", put_text(kClient, 0, 1) == 1);
  EXPECT_EQ(hypervisor.read_console(kClient, 0).size(), 4096U);
  EXPECT_EQ(put_text(kClient, 0, 1), 0);
}

TEST_F(Terminals, AServerFindsItsClientAndConnects) {
  const auto info = [&](std::uint64_t partition, std::uint64_t unit) {
    return call(kServer, kPartnerInfo, {kUnit + 16, partition, unit, kBuffer});
  };
  EXPECT_RULE("R1-17.5.2.4.1-1", info(kFirst, kFirst) == 0);
  EXPECT_RULE("R1-17.5.2.4.1-1",
              at(kServer, kBuffer) == kClient.value && at(kServer, kBuffer + 8) == kUnit + 1);
  EXPECT_EQ(memory(kServer).text(kBuffer + 16), "U9105.22A.7812340-V2-C1");
  EXPECT_EQ(info(kClient.value, kUnit + 1), 0);
  EXPECT_EQ(at(kServer, kBuffer), kFirst) << "that was the last";
  EXPECT_EQ(info(kClient.value, kUnit + 2), -4);
  EXPECT_EQ(call(kServer, kPartnerInfo, {kUnit + 16, kFirst, kFirst, kBuffer + 8}), -4);
  EXPECT_EQ(call(kServer, kPartnerInfo, {kUnit + 16, kFirst, kFirst, 1ULL << 40}), -4);
  EXPECT_EQ(call(kClient, kPartnerInfo, {kUnit + 1, kFirst, kFirst, kBuffer}), -4);
  EXPECT_EQ(call(kServer, kRegisterVterm, {kUnit + 16, kClient.value, kUnit + 2}), -4);
  EXPECT_RULE("R1-17.5.2.4.1-1",
              call(kServer, kRegisterVterm, {kUnit + 16, kClient.value, kUnit + 1}) == 0);
  EXPECT_EQ(call(kServer, kRegisterVterm, {kUnit + 16, kClient.value, kUnit + 1}), -4);
  EXPECT_RULE("17.5-a (no R1 number)", !hypervisor.open_console(kClient, 1));
  EXPECT_EQ(call(kServer, kVioSignal, {kUnit + 16, 1}), 0);
  EXPECT_EQ(put_text(kClient, 1, 2), 0);
  EXPECT_RULE("R1-17.5.2.2-2", events.take(kServer, 0x2010) == 1);
  EXPECT_EQ(put_text(kClient, 1, 2), 0);
  EXPECT_EQ(call(kServer, kEoi, {0xff002010ULL}), 0);
  EXPECT_EQ(call(kServer, kGetTermChar, {kUnit + 16}), 0);
  EXPECT_EQ(r[0], 4U);
  EXPECT_EQ(r[1] >> 32, 0x68696869U);
  EXPECT_EQ(call(kServer, kPutTermChar, {kUnit + 16, 1, 0x21ULL << 56, 0}), 0);
  EXPECT_EQ(call(kClient, kGetTermChar, {kUnit + 1}), 0);
  EXPECT_EQ(r[1] >> 56, 0x21U);
  EXPECT_EQ(call(kClient, kVioSignal, {kUnit + 1, 1}), 0);
  EXPECT_RULE("R1-17.5.2.4.1-1", call(kServer, kFreeVterm, {kUnit + 16}) == 0);
  EXPECT_RULE("R1-17.5.2.2-2", events.take(kClient, 0x2001) == 1) << "open to closed";
  EXPECT_EQ(put_text(kClient, 1, 2), 2);
  EXPECT_EQ(call(kServer, kFreeVterm, {kUnit + 16}), -4);
}

TEST_F(Terminals, AHeldConsoleIsNotRegistered) {
  ASSERT_TRUE(hypervisor.open_console(kClient, 1));
  EXPECT_RULE("17.5-a (no R1 number)",
              call(kServer, kRegisterVterm, {kUnit + 16, kClient.value, kUnit + 1}) == -4);
  hypervisor.close_console(kClient, 1);
  EXPECT_EQ(call(kServer, kRegisterVterm, {kUnit + 16, kClient.value, kUnit + 1}), 0);
  hypervisor.power_off(kServer);
  EXPECT_EQ(put_text(kClient, 1, 2), 2) << "the server is gone";
}

class Control : public VioTest {
 protected:
  std::int64_t control(PartitionId id, std::uint64_t slot, std::uint64_t code,
                       std::uint64_t parameter = 0, std::uint64_t second = 0) {
    return call(id, kVioctl, {kUnit + slot, code, parameter, second, 0});
  }
  std::uint64_t output(std::uint64_t bytes) { return bytes << 32 | kQueue; }
  void connect(std::uint64_t client = 3, std::uint64_t server = 13) {
    map(kClient, client, kQueue, 1);
    map(kServer, server, kQueue, 1);
    EXPECT_EQ(call(kServer, kRegCrq, {kUnit + server, kQueue, 4096}), 2);
    EXPECT_EQ(call(kClient, kRegCrq, {kUnit + client, kQueue, 4096}), 0);
  }
};

TEST_F(Control, UnknownSubfunctionsAreFoundOutFirst) {
  for (const std::uint64_t code : {0ULL, 0x10ULL, 0x11ULL, 0x15ULL, 0x1cULL, 0x1fULL, ~0ULL}) {
    EXPECT_RULE("R1-17.2.1.4-20", control(kServer, 99, code) == -7) << code;
  }
  EXPECT_RULE("R1-17.2.1.4-20", control(kServer, 99, 6) == -4);
  EXPECT_EQ(control(kServer, 13, 3), -4) << "no Ethernet adapter";
  EXPECT_EQ(control(kClient, 3, 6), -4) << "not a server";
}

TEST_F(Control, MigrationOfTheClientCanBePrevented) {
  EXPECT_RULE("R1-17.2.1.4-20", control(kServer, 13, 6) == 2) << "no partner";
  connect();
  EXPECT_RULE("R1-17.2.1.4-20", control(kServer, 13, 7) == -4) << "was not disabled";
  EXPECT_EQ(control(kServer, 13, 6, 1), -4);
  EXPECT_EQ(control(kServer, 13, 6), 0);
  EXPECT_EQ(control(kServer, 13, 7), 0);
  EXPECT_EQ(control(kServer, 13, 7), -4);
}

TEST_F(Control, PartnersAreTold) {
  map(kServer, 13, kQueue, 1);
  EXPECT_EQ(control(kServer, 13, 8, output(64)), 0) << "only one is possible";
  EXPECT_EQ(at(kServer, kQueue), kClient.value);
  EXPECT_EQ(at(kServer, kQueue + 8), kUnit + 3);
  EXPECT_EQ(memory(kServer).text(kQueue + 16), "U9105.22A.7812340-V2-C3");
  EXPECT_EQ(control(kServer, 13, 8, output(20)), 4) << "does not fit";
  EXPECT_EQ(control(kServer, 13, 8, output(64) | 1ULL << 56), -4);
  EXPECT_EQ(control(kServer, 13, 8, output(64) + 0x10000), -4) << "not mapped";
  map(kServer, 15, kQueue, 1);
  EXPECT_EQ(control(kServer, 15, 9, output(16)), 2) << "no partner";
  EXPECT_EQ(control(kServer, 15, 9, output(8)), 4);
  connect(5, 15);
  std::fill_n(memory(kServer).bytes.begin() + kQueue, 64, std::uint8_t{0xee});
  EXPECT_EQ(control(kServer, 15, 9, output(24)), 0);
  EXPECT_EQ(at(kServer, kQueue), 0xc050760002000500ULL);
  EXPECT_EQ(at(kServer, kQueue + 8), 0xc050760002000501ULL);
  EXPECT_EQ(at(kServer, kQueue + 16), 0U) << "the rest is zero";
  EXPECT_EQ(control(kServer, 13, 9, output(16)), -4) << "not Fibre Channel";
}

TEST_F(Control, LanQueries) {
  map(kClient, 2, kQueue, 1);
  EXPECT_EQ(control(kClient, 2, 3), 0);
  EXPECT_EQ(r[0], 1U);
  EXPECT_EQ(control(kClient, 2, 4, output(4)), 0);
  EXPECT_EQ(at(kClient, kQueue) >> 48, 1U);
  EXPECT_EQ(control(kClient, 2, 4, output(1)), 4);
  EXPECT_EQ(control(kClient, 2, 5, output(16)), 0);
  EXPECT_EQ(memory(kClient).text(kQueue), "ETHERNET0");
  EXPECT_EQ(control(kClient, 2, 0xd), 0);
  EXPECT_EQ(r[0], 7U);
  EXPECT_EQ(control(kClient, 2, 0xe), 0);
  EXPECT_EQ(r[0], 0U);
  EXPECT_EQ(control(kClient, 2, 1), 0);
  const std::uint64_t size = r[0];
  EXPECT_EQ(control(kClient, 2, 2, output(size)), 0);
  EXPECT_EQ(control(kClient, 2, 2, output(size - 1)), 4);
  EXPECT_EQ(control(kClient, 2, 3, 0, 1), -4);
}

TEST_F(Control, SuspensionIsPreparedByServersOfOneClient) {
  EXPECT_EQ(control(kServer, 13, 0x1e), 4) << "not enabled";
  EXPECT_RULE("R1-17.2.1.4-20", control(kServer, 13, 0x1d, 30'001) == -4);
  EXPECT_RULE("R1-17.2.1.4-20", control(kServer, 14, 0x1d, 1000) == 4) << "any client";
  EXPECT_EQ(control(kServer, 13, 0x1d, 30'000), 0);
  EXPECT_EQ(control(kServer, 13, 0x1e), 0);
  map(kServer, 13, kQueue, 1);
  EXPECT_EQ(call(kServer, kRegCrq, {kUnit + 13, kQueue, 4096}), 2);
  EXPECT_EQ(control(kServer, 13, 0x1e), 4) << "registration disables it";
}

class Rdma : public Control {
 protected:
  static constexpr std::uint64_t kCopy = 0x110, kWrite = 0x128, kRead = 0x12c, kPutRtce = 0x10c,
                                 kPutRtceIndirect = 0x140, kRemoveRtce = 0x24c;
  static constexpr std::uint64_t kOwn = kPane + 13, kRemote = kSecondPane + 13;
  void ready() {
    connect();
    map(kClient, 3, 0x50000, 2);
    map(kClient, 3, 0x52000, 1, 1);
    map(kServer, 13, 0x60000, 2);
  }
};

TEST_F(Rdma, CopiesBothWays) {
  ready();
  put(kServer, 0x60ff8, 0x1111);
  put(kServer, 0x61000, 0x2222);
  EXPECT_RULE("R1-17.2.3.2.2-4", call(kServer, kCopy, {16, kOwn, 0x60ff8, kRemote, 0x50ff8}) == 0);
  EXPECT_RULE("R1-17.2.3.2.2-4",
              at(kClient, 0x50ff8) == 0x1111 && at(kClient, 0x51000) == 0x2222);
  put(kClient, 0x52000, 0x3333);
  EXPECT_EQ(call(kServer, kCopy, {8, kRemote, 0x52000, kOwn, 0x60000}), 0);
  EXPECT_RULE("R1-17.4.2-2", at(kServer, 0x60000) == 0x3333);
  EXPECT_RULE("R1-17.2.3.2.2-4", call(kServer, kCopy, {8, kOwn, 0x60000, kRemote, 0x52000}) == -11)
      << "mapped for reading only";
  EXPECT_EQ(call(kServer, kCopy, {8, kOwn, 0x60000, kRemote, 0x53000}), -11) << "not mapped";
  EXPECT_EQ(call(kServer, kCopy, {0x20001, kOwn, 0x60000, kRemote, 0x50000}), -4);
  EXPECT_EQ(call(kServer, kCopy, {8, kSecondPane + 3, 0, kOwn, 0}), -13);
  EXPECT_EQ(call(kServer, kCopy, {8, kOwn, 0x60000, kSecondPane + 14, 0}), -14);
  EXPECT_EQ(call(kServer, kCopy, {8, kOwn, 256ULL << 20, kRemote, 0}), -13);
  EXPECT_EQ(call(kServer, kCopy, {8, kOwn, 0, kRemote, (256ULL << 20) - 4}), -14);
  EXPECT_EQ(call(kClient, kCopy, {8, kRemote, 0, kPane + 3, 0}), -13) << "a client has none";
}

TEST_F(Rdma, SmallPiecesGoThroughRegisters) {
  ready();
  EXPECT_EQ(call(kServer, kWrite, {10, kRemote, 0x50000, 0x0102030405060708, 0x090a000000000000}),
            0);
  EXPECT_EQ(at(kClient, 0x50000), 0x0102030405060708U);
  EXPECT_EQ(at(kClient, 0x50008), 0x090a000000000000U);
  EXPECT_EQ(call(kServer, kRead, {10, kRemote, 0x50000}), 0);
  EXPECT_EQ(r[0], 0x0102030405060708U);
  EXPECT_EQ(r[1], 0x090a000000000000U);
  EXPECT_EQ(call(kServer, kWrite, {49, kRemote, 0x50000}), -4);
  EXPECT_EQ(call(kServer, kRead, {73, kRemote, 0x50000}), -4);
  EXPECT_EQ(call(kServer, kWrite, {8, kOwn, 0x60000}), -14);
  EXPECT_EQ(call(kServer, kRead, {8, kOwn, 0x60000}), -13);
  EXPECT_EQ(call(kServer, kWrite, {8, kRemote, 0x52000}), -11);
  EXPECT_EQ(call(kServer, kRead, {8, kRemote, 0x53000}), -11);
}

TEST_F(Rdma, EndsWithTheConnection) {
  ready();
  EXPECT_EQ(call(kClient, kFreeCrq, {kUnit + 3}), 0);
  EXPECT_RULE("R1-17.2.1.4-16", call(kServer, kCopy, {8, kOwn, 0x60000, kRemote, 0x50000}) == -14);
  EXPECT_EQ(call(kClient, kRegCrq, {kUnit + 3, kQueue, 4096}), 0);
  EXPECT_EQ(call(kServer, kCopy, {8, kOwn, 0x60000, kRemote, 0x50000}), 0);
  hypervisor.power_off(kClient);
  EXPECT_RULE("R1-17.2.3.2.2-5",
              call(kServer, kCopy, {8, kOwn, 0x60000, kRemote, 0x50000}) == -14);
}

TEST_F(Rdma, EntriesAreLentOnceAndEndWithTheirOrigin) {
  ready();
  const auto lend = [&](std::uint64_t from, std::uint64_t to, std::uint64_t count = 1) {
    return call(kServer, kPutRtce, {kRemote, from, kPane + 14, to, count});
  };
  EXPECT_RULE("R1-17.2.3.2.2-1", lend(0x50000, 0x1000, 2) == 0);
  EXPECT_EQ(call(kServer, kGetTce, {kPane + 14, 0x1000}), 5) << "H_PARTIAL: not its own page";
  EXPECT_EQ(r[0], 0xffff'ffff'ffff'f003ULL);
  EXPECT_EQ(lend(0x50000, 0x1000), -77) << "H_IN_USE";
  EXPECT_EQ(lend(0x50000, 0x9000), -16);
  EXPECT_EQ(lend(0x53000, 0x9000), -15) << "H_R_Parm";
  EXPECT_EQ(r[0], 0U);
  EXPECT_EQ(lend(0x52000, 0x9000, 2), -15);
  EXPECT_EQ(r[0], 1U) << "one was lent";
  EXPECT_RULE("R1-17.2.1.4-17", call(kServer, kPutTce, {kRemote, 0, 0x1003}) == -4 &&
                                    call(kServer, kPutRtce, {kOwn, 0, kPane + 14, 0, 1}) == -4);
  EXPECT_EQ(lend(256ULL << 20, 0), -4);
  EXPECT_EQ(call(kClient, kPutTce, {kPane + 3, 0x50000, 0x70003}), 0);
  EXPECT_EQ(call(kServer, kGetTce, {kPane + 14, 0x1000}), 0);
  EXPECT_RULE("R1-17.2.3.2.2-2", r[0] == 0) << "the client changed its entry";
  EXPECT_EQ(call(kServer, kRemoveRtce, {kRemote, 0x51000, kPane + 14, 0x2000, 1, 0}), 0);
  EXPECT_EQ(call(kServer, kGetTce, {kPane + 14, 0x2000}), 0);
  EXPECT_EQ(r[0], 0U);
  put(kServer, kQueue, 0x51000);
  put(kServer, kQueue + 8, 0x50000);
  EXPECT_EQ(call(kServer, kPutRtceIndirect, {kQueue, kRemote, kPane + 14, 0x4000, 2}), 0);
  EXPECT_EQ(call(kServer, kGetTce, {kPane + 14, 0x5000}), 5);
  EXPECT_EQ(call(kClient, kFreeCrq, {kUnit + 3}), 0);
  EXPECT_EQ(call(kServer, kGetTce, {kPane + 14, 0x5000}), 0);
  EXPECT_RULE("R1-17.2.1.4-16", r[0] == 0);
  expect_sound();
}

TEST_F(Rdma, LentPagesEndWithTheClientsPartition) {
  ready();
  EXPECT_EQ(call(kServer, kPutRtce, {kRemote, 0x50000, kPane + 14, 0x1000, 1}), 0);
  hypervisor.power_off(kClient);
  EXPECT_EQ(call(kServer, kGetTce, {kPane + 14, 0x1000}), 0);
  EXPECT_RULE("R1-17.2.3.2.2-5", r[0] == 0);
}

class Presentation : public VioTest {
 protected:
  static constexpr std::uint64_t kCppr = 0x68, kIpi = 0x6c, kIpoll = 0x70, kXirr = 0x74,
                                 kXirrX = 0x2fc;
};

TEST_F(Presentation, PrioritiesDecideWhatIsAccepted) {
  EXPECT_EQ(call(kClient, kIpoll, {0}), 0);
  EXPECT_RULE("R1-14.6-2", r[0] >> 24 == 0 && r[1] == 0xff);
  EXPECT_EQ(call(kClient, kIpi, {0, 4}), 0);
  EXPECT_EQ(call(kClient, kXirr, {}), 0);
  EXPECT_EQ(r[0], 0U) << "the priority lets nothing through";
  EXPECT_EQ(call(kClient, kCppr, {0xff}), 0);
  EXPECT_EQ(call(kClient, kIpoll, {0}), 0);
  EXPECT_EQ(r[0], 0xff000002U);
  EXPECT_EQ(r[1], 4U);
  EXPECT_EQ(call(kClient, kXirr, {}), 0);
  EXPECT_EQ(r[0], 0xff000002U) << "with the priority before";
  EXPECT_EQ(call(kClient, kXirr, {}), 0);
  EXPECT_EQ(r[0], 0x04000000U) << "accepted: nothing as favoured is left";
  EXPECT_EQ(call(kClient, kIpi, {0, 0xff}), 0);
  EXPECT_EQ(call(kClient, kEoi, {0x03000002}), -4) << "more favoured than now";
  EXPECT_EQ(call(kClient, kEoi, {0xff000002}), 0);
  EXPECT_EQ(call(kClient, kXirr, {}), 0);
  EXPECT_EQ(r[0], 0xff000000U);
  EXPECT_EQ(call(kClient, kIpi, {16, 4}), -4);
  EXPECT_EQ(call(kClient, kIpoll, {16}), -4);
  EXPECT_EQ(call(kClient, kEoi, {0xff000777}), -4) << "no source of its own";
}

TEST_F(Presentation, AnAdaptersInterruptIsPresentedAndEnded) {
  EXPECT_EQ(call(kClient, kVioSignal, {kUnit, 1}), 0);
  EXPECT_EQ(call(kClient, kCppr, {0xff}), 0);
  ASSERT_TRUE(hypervisor.open_console(kClient, 0));
  ASSERT_TRUE(hypervisor.type_console(kClient, 0, "x"));
  EXPECT_EQ(call(kClient, kXirrX, {0xff}), 0);
  EXPECT_RULE("R1-17.2.2.1.6-19", r[0] == 0xff002000U);
  EXPECT_EQ(call(kClient, kEoi, {0xff002000}), 0);
  EXPECT_EQ(call(kClient, kXirr, {}), 0);
  EXPECT_EQ(r[0], 0xff000000U);
}

TEST_F(Presentation, ExploitationModeHasNoneOfTheseCalls) {
  CellWriter vector;
  vector.u32(0).u32(0x0f000006).u8(5 - 1);
  for (int i = 0; i < 4; ++i) vector.u8(0).u8(0);
  vector.u8(23 - 1);
  for (int i = 1; i < 23; ++i) vector.u8(i == 2 ? 0x20 : 0);
  vector.u8(0x80);
  hypervisor.client_architecture_support(kClient, vector.take());
  for (const std::uint64_t token : {kEoi, kCppr, kIpi, kIpoll, kXirr, kXirrX}) {
    EXPECT_EQ(call(kClient, token, {0}), -2) << token;
  }
}

}  // namespace
}  // namespace lparsim::firmware
