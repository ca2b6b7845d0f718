// What suspension does to virtual adapters, and what of the system parameters stays over it (LoPAR
// 7.3.23, 17.2.2.1).
#include "firmware/mobility/mobility.hpp"
#include "mobility_guest.hpp"
#include "vio_guest.hpp"

namespace lparsim::firmware {
namespace {

PlatformConfig without_cards() {
  PlatformConfig machine = vio_platform();
  for (SlotConfig& slot : machine.slots) slot.owner = kNoPartition;
  return machine;
}

struct Link {
  std::uint64_t client, server, queue;
};
constexpr std::array kLinks{Link{3, 13, 0x10000}, Link{6, 14, 0x11000}, Link{5, 15, 0x12000}};
constexpr std::uint64_t kCommand = 0x80ULL << 56, kSuspended = 0xff06ULL << 48;

class Connections : public VioTest {
 protected:
  Connections() : VioTest(without_cards()) {
    CellWriter vector;             // OV5 byte 5: partition migration
    vector.u32(0).u32(0x0f000006).u8(5 - 1);
    for (int i = 0; i < 4; ++i) vector.u8(0).u8(0);
    vector.u8(6 - 1).u8(0).u8(0xe0).u8(0).u8(0).u8(0xc0).u8(0);
    const Bytes wishes = vector.take();
    tree = *unflatten(hypervisor.client_architecture_support(kClient, wishes));
    hypervisor.client_architecture_support(kServer, wishes);
    for (const Link& link : kLinks) {
      map(kClient, link.client, link.queue, 1);
      map(kServer, link.server, link.queue, 1);
      EXPECT_EQ(call(kServer, kRegCrq, {kUnit + link.server, link.queue, 4096}), 2);
      EXPECT_EQ(call(kClient, kRegCrq, {kUnit + link.client, link.queue, 4096}), 0);
    }
  }
  bool suspend() {
    Mobility& mobility = hypervisor.mobility();
    EXPECT_EQ(mobility.enable_source(kClient, 7).status, MoveStatus::done);
    EXPECT_EQ(mobility.suspend(kClient), VasiStatus::success);
    const Property* token = tree.find("/rtas")->property("ibm,suspend-me");
    CellWriter block;
    block.u32(load_be32(token->value.data())).u32(0).u32(1).u32(0);
    client_memory.write(GuestAddress{0x1000}, block.take());
    return hypervisor
        .rtas_commit(hypervisor.rtas_enter(kClient, ServerNumber{0}, GuestAddress{0x1000}))
        .parks;
  }
  std::int64_t send(const Link& link) {
    return call(kClient, kSendCrq, {kUnit + link.client, kCommand, 0});
  }
  Node tree;
};

TEST_F(Connections, BothEndsAreToldAndTakeNothingUntilTheyAreEnabled) {
  for (const Link& link : kLinks) ASSERT_EQ(send(link), 0);
  for (const Link& link : kLinks) put(kServer, link.queue, 0);
  ASSERT_TRUE(suspend());
  for (const Link& link : kLinks) {
    EXPECT_RULE("R1-7.3.23-9", at(kServer, link.queue + 16) == kSuspended) << link.server;
    EXPECT_RULE("R1-7.3.23-10", at(kServer, link.queue + 24) == 0) << "nothing behind the code";
  }
  ASSERT_EQ(hypervisor.mobility().abort(kClient, 1), VasiStatus::success);
  for (const Link& link : kLinks) {
    EXPECT_RULE("R1-7.3.23-10", at(kClient, link.queue) == kSuspended) << link.client;
    EXPECT_RULE("R1-7.3.23-11", send(link) == 2) << link.client;
    EXPECT_EQ(call(kServer, kEnableCrq, {kUnit + link.server}), 0);
    EXPECT_RULE("R1-7.3.23-11", send(link) == 2) << "its own end is still off";
    EXPECT_RULE("R1-7.3.23-12", call(kClient, kEnableCrq, {kUnit + link.client}) == 0);
    EXPECT_RULE("R1-7.3.23-12", send(link) == 0) << link.client;
    EXPECT_EQ(at(kServer, link.queue + 32), kCommand);
  }
  expect_sound();
}

TEST_F(Connections, AdaptersAreOfTheKindThatKnowsSuspension) {
  const auto names = [](const Node& root, std::string_view name, std::string_view text) {
    bool all = true;
    std::size_t nodes = 0;
    for (const Node& node : root.find("/vdevice")->children) {
      if (!node.name.starts_with(std::string(name) + "@")) continue;
      const Bytes& value = node.property("compatible")->value;
      const std::string list(value.begin(), value.end());
      all = all && list.find(std::string(text) + '\0') != std::string::npos;
      ++nodes;
    }
    return all && nodes > 0;
  };
  ASSERT_NE(tree.find("/rtas")->property("ibm,suspend-me"), nullptr);
  EXPECT_RULE("R1-7.3.23-13", names(tree, "v-scsi", "IBM,v-scsi-2"));
  const Node server = *unflatten(hypervisor.flattened_tree(kServer));
  EXPECT_RULE("R1-7.3.23-13", names(server, "v-scsi-host", "IBM,v-scsi-host-2"));
}

class ParametersOfAMigrant : public MobilityTest {
 protected:
  // Status and value of a system parameter.
  std::pair<std::int32_t, Bytes> parameter(std::uint32_t token) {
    memory.write(GuestAddress{kBuffer}, Bytes(0x1000, 0));
    const std::int32_t status = rtas("ibm,get-system-parameter", {token, kBuffer, 0x1000});
    const auto first = memory.bytes.begin() + kBuffer;
    return {status, Bytes(first, first + 0x1000)};
  }
};

TEST_F(ParametersOfAMigrant, StayOverAMigration) {
  constexpr std::uint32_t kLast = 58;
  constexpr std::array<std::uint32_t, 20> kStay{21, 26, 27, 28, 29, 32, 40, 42, 44, 46,
                                                50, 52, 53, 54, 55, 56, 57, 58, 16, 17};
  std::vector<std::pair<std::int32_t, Bytes>> before;
  for (std::uint32_t token = 0; token <= kLast; ++token) before.push_back(parameter(token));
  migrate();
  for (std::uint32_t token = 0; token <= kLast; ++token) {
    const auto after = parameter(token);
    EXPECT_RULE("R1-7.3.23-17", (after.first == -3) == (before[token].first == -3)) << token;
    const bool stays = std::find(kStay.begin(), kStay.end(), token) != kStay.end();
    EXPECT_RULE("R1-7.3.23-18", !stays || after == before[token]) << token;
  }
}

// A registered kernel dump would be taken, and the caller would not come back.
TEST_F(ParametersOfAMigrant, AKernelDumpIsNotRegisteredAnyMore) {
  const auto os_term = [&] {
    memory.write(GuestAddress{kBuffer}, CellWriter{}.str("panic").take());
    return call("ibm,os-term", {kBuffer}).parks;
  };
  CellWriter dump;                 // one section of the user's: type, source, length, destination
  dump.u32(1).u16(1).u16(0).u32(0x28).u32(0).u64(0).u64(0).u32(0).u32(0);
  dump.u32(1).u16(0x11).u16(0).u64(0x3000).u64(0x1000).u64(0).u64(0xf0000);
  const Bytes structure = dump.take();
  const auto registered = [&] {
    memory.write(GuestAddress{kBuffer}, structure);
    return rtas("ibm,configure-kernel-dump",
                {1, kBuffer, static_cast<std::uint32_t>(structure.size())});
  };
  ASSERT_EQ(registered(), 0);
  ASSERT_EQ(registered(), -9) << "there is one";
  migrate();
  EXPECT_RULE("R1-7.3.26-9", !os_term());
  EXPECT_RULE("R1-7.3.26-9", registered() == 0) << "as if there had been none";
}

}  // namespace
}  // namespace lparsim::firmware
