// Two partitions that talk: clocks of their own, and what virtual adapters have (LoPAR 14.10, 17.2,
// 17.8).
#include "vio_guest.hpp"

namespace lparsim::firmware {
namespace {

class TwoPartitions : public VioTest {
 protected:
  std::vector<std::uint32_t> rtas(PartitionId id, std::string_view name,
                                  std::initializer_list<std::uint32_t> in, std::uint32_t outputs) {
    const auto tree = unflatten(hypervisor.flattened_tree(id));
    const Property* token = tree->find("/rtas")->property(name);
    CellWriter block;
    block.u32(load_be32(token->value.data())).u32(static_cast<std::uint32_t>(in.size()));
    block.u32(outputs);
    for (const std::uint32_t cell : in) block.u32(cell);
    memory(id).write(GuestAddress{0x1000}, block.take());
    const auto entry = hypervisor.rtas_enter(id, ServerNumber{0}, GuestAddress{0x1000});
    hypervisor.rtas_commit(entry);
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < outputs; ++i) {
      out.push_back(memory(id).cell(0x1000 + 12 + (in.size() + i) * 4));
    }
    return out;
  }
};

TEST_F(TwoPartitions, HaveClocksOfTheirOwn) {
  const auto before = rtas(kServer, "get-time-of-day", {}, 8);
  EXPECT_RULE("R1-14.10-4", rtas(kClient, "set-time-of-day", {2031, 5, 6, 7, 8, 9, 0}, 1)[0] == 0);
  const auto client = rtas(kClient, "get-time-of-day", {}, 8);
  EXPECT_RULE("R1-14.10-3", client[1] == 2031 && client[2] == 5 && client[3] == 6);
  EXPECT_RULE("R1-14.10-4", rtas(kServer, "get-time-of-day", {}, 8) == before);
  EXPECT_RULE("R1-14.10-3", before[1] != 2031);
}

TEST_F(TwoPartitions, VirtualInterruptsStartMasked) {
  map(kClient, 3, 0x10000, 1);
  map(kServer, 13, 0x10000, 1);
  ASSERT_EQ(call(kServer, kRegCrq, {kUnit + 13, 0x10000, 4096}), 2);
  ASSERT_EQ(call(kClient, kRegCrq, {kUnit + 3, 0x10000, 4096}), 0);
  events.interrupts.clear();
  ASSERT_EQ(call(kServer, kSendCrq, {kUnit + 13, 0x80ULL << 56, 0}), 0);
  EXPECT_RULE("R1-17.2.1.4-6", events.take(kClient, 0x2003) == 0);
  EXPECT_EQ(call(kClient, kVioSignal, {kUnit + 3, 1}), 0);
  ASSERT_EQ(call(kServer, kSendCrq, {kUnit + 13, 0x80ULL << 56, 0}), 0);
  EXPECT_RULE("R1-17.2.1.4-6", events.take(kClient, 0x2003) == 1) << "until they are enabled";
  EXPECT_RULE("R1-17.2.3.1.6-1", at(kClient, 0x10000) == 0x80ULL << 56);
}

TEST_F(TwoPartitions, FibreChannelHasQueuesAndRemoteMemory) {
  constexpr std::uint64_t kRegisterSub = 0x2dc, kCopy = 0x110;
  map(kClient, 5, 0x10000, 2);
  map(kServer, 15, 0x10000, 2);
  EXPECT_RULE("R1-17.8.2-1", call(kServer, kRegCrq, {kUnit + 15, 0x10000, 4096}) == 2);
  EXPECT_RULE("R1-17.8.2-1", call(kClient, kRegCrq, {kUnit + 5, 0x10000, 4096}) == 0);
  put(kServer, 0x11000, 0x1234);
  EXPECT_RULE("R1-17.8.2-2", call(kServer, kCopy, {8, kPane + 15, 0x11000, kSecondPane + 15,
                                                   0x11000}) == 0 &&
                                 at(kClient, 0x11000) == 0x1234);
  EXPECT_RULE("R1-17.8.2-4", call(kClient, kRegisterSub, {kUnit + 5, 0x11000, 4096}) == 0);
  EXPECT_RULE("R1-17.2.2.3.6-1", r[1] != 0) << "its interrupt";
}

TEST_F(TwoPartitions, TransportEventsHaveTheFormatOfTheTable) {
  map(kClient, 3, 0x10000, 1);
  map(kServer, 13, 0x10000, 1);
  const auto connect = [&] {
    call(kServer, kRegCrq, {kUnit + 13, 0x10000, 4096});
    call(kClient, kRegCrq, {kUnit + 3, 0x10000, 4096});
    for (std::size_t i = 0; i < 4096; i += 8) put(kClient, 0x10000 + i, 0);
    call(kClient, 0x100, {kUnit + 3});
    call(kClient, kRegCrq, {kUnit + 3, 0x10000, 4096});
  };
  connect();
  ASSERT_EQ(call(kServer, 0x100, {kUnit + 13}), 0);
  // Header 0xff, code, and nothing else in the sixteen bytes.
  EXPECT_RULE("R1-17.2.2.1.6-12", at(kClient, 0x10000) == 0xff02ULL << 48 &&
                                      at(kClient, 0x10008) == 0);
  connect();
  hypervisor.power_off(kServer);
  EXPECT_RULE("R1-17.2.2.1.6-12", at(kClient, 0x10000) == 0xff01ULL << 48 &&
                                      at(kClient, 0x10008) == 0);
}

PlatformConfig with_a_loop() {
  PlatformConfig machine = vio_platform();
  machine.partitions[0].virtual_slots.push_back({9, "scsi", false, kClient, 10, 1});
  machine.partitions[0].virtual_slots.push_back({10, "scsi", true, kClient, 9, 1});
  return machine;
}
class Loop : public VioTest {
 protected:
  Loop() : VioTest(with_a_loop()) {}
};

TEST_F(Loop, ThePartnerMayBeThePartitionItself) {
  map(kClient, 9, 0x10000, 1);
  map(kClient, 10, 0x11000, 1);
  ASSERT_EQ(call(kClient, kRegCrq, {kUnit + 10, 0x11000, 4096}), 2);
  EXPECT_RULE("R1-17.2.1.4-18", call(kClient, kRegCrq, {kUnit + 9, 0x10000, 4096}) == 0);
  ASSERT_EQ(call(kClient, kSendCrq, {kUnit + 9, 0x80ULL << 56, 7}), 0);
  EXPECT_RULE("R1-17.2.1.4-18", at(kClient, 0x11008) == 7);
  expect_sound();
}

}  // namespace
}  // namespace lparsim::firmware
