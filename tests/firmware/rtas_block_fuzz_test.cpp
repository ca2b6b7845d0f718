// Argument blocks that no sane kernel makes: the answer is architected, and a refused block changes
// nothing but its own status cell.
#include "firmware/rtas/call_table.hpp"
#include "guest.hpp"
#include "sim/base/random.hpp"

namespace lparsim::firmware {
namespace {

bool architected(const CallRow& row, std::int32_t status) {
  constexpr std::array<std::int32_t, 5> kWalks{1, 2, 3, 4, 5};   // ibm,configure-connector
  const bool walks = row.name == "ibm,configure-connector" &&
                     std::find(kWalks.begin(), kWalks.end(), status) != kWalks.end();
  return status == 0 || status == -3 || walks ||
         (row.name == "ibm,get-indices" && status == 1) ||
         (row.name == "ibm,get-vpd" && status == 1) ||
         std::any_of(row.outcomes.begin(), row.outcomes.end(),
                     [&](const Outcome& outcome) { return outcome.value == status; });
}

class Blocks : public GuestTest {
 protected:
  RtasReply call(std::uint64_t address) {
    return hypervisor.rtas_commit(
        hypervisor.rtas_enter(id, ServerNumber{0}, GuestAddress{address}));
  }
  void put(std::uint64_t address, std::initializer_list<std::uint32_t> cells) {
    CellWriter block;
    for (const std::uint32_t cell : cells) block.u32(cell);
    memory.write(GuestAddress{address}, block.take());
  }
  std::uint32_t value() {
    const std::uint32_t likely[] = {9001, 9003, 9000, 9005, 9006, 9007, 0, 1, 2, 3, 20, 55,
                                    cpu(2).value, cpu(1).value, lmb(5).value, kSlot.value,
                                    kPhb.value, 0x0800'0000, kWork,
                                    kBuffer, 0x1000, 2048, 9, 1024, 0xfff00, 0xffff8, 0xfffff,
                                    0x10'0000, 0xffff'ffff, 2026, 12, 31};
    const bool noise = random.below(4) == 0;
    return noise ? static_cast<std::uint32_t>(random.next())
                 : likely[random.below(std::size(likely))];
  }
  // A block with the row's token; the counts are right in most rounds.
  void put_row(std::uint64_t address, const CallRow& row) {
    std::uint32_t inputs = row.min_inputs, outputs = row.min_outputs;
    if (random.below(6) == 0) inputs = static_cast<std::uint32_t>(random.below(11));
    if (random.below(8) == 0) outputs = static_cast<std::uint32_t>(random.below(9));
    CellWriter block;
    block.u32(tokens.at(std::string(row.name))).u32(inputs).u32(outputs);
    for (std::uint32_t i = 0; i < inputs; ++i) block.u32(value());
    memory.write(GuestAddress{address}, block.take());
  }
  // Things for calls to find: a location code, a parameter, a work area.
  void put_data() {
    memory.write(GuestAddress{kBuffer}, CellWriter{}.u32(24).str("U78D5.ND1.CSS130E-P2-C1").take());
    memory.write(GuestAddress{kWork}, CellWriter{}.u32(cpu(2).value).u32(0).take());
    memory.write(GuestAddress{0x1000}, CellWriter{}.u16(1).u8(1).take());
  }
  // Memory beyond what any likely argument names, and the state; both unchanged by a refusal.
  void one_round(const CallRow& row) {
    const std::uint64_t address = 0x8000 + (random.below(16) == 0 ? 4 : 0);
    put_data();
    put_row(address, row);
    const auto before = hypervisor.snapshot();
    const Bytes bytes = memory.bytes;
    const RtasReply reply = call(address);
    ++calls[row.name];
    if (reply.parks || hypervisor.partition(id).power == PowerState::off) return restart();
    EXPECT_RULE("R1-7.2.8-1", architected(row, reply.status)) << row.name << " " << reply.status;
    if (reply.status >= 0 || reply.status == -1) return;
    ++refusals[row.name];
    EXPECT_TRUE(hypervisor.is_in(*before)) << row.name << " " << reply.status;
    Bytes after = memory.bytes;   // but for the status
    std::copy_n(bytes.begin() + 0x8000, 0x100, after.begin() + 0x8000);
    EXPECT_RULE("R1-7.2.4-3", after == bytes) << row.name << " " << reply.status;
  }
  void restart() {
    hypervisor.power_off(id);
    ASSERT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::done);
  }

  Random random{20260};
  std::map<std::string_view, int> calls, refusals;
};

TEST_F(Blocks, WrongOnesAreAParameterError) {
  const std::uint32_t token = tokens.at("set-indicator");
  const Bytes before = memory.bytes;
  put(kBlock, {token, 2, 1, 9003, cpu(2).value, 7});          // too few inputs
  EXPECT_EQ(call(kBlock).status, -3);
  EXPECT_EQ(memory.cell(kBlock + 20), 0xfffffffdU);
  put(kBlock, {0x7777, 1, 1, 0, 7});                          // unknown token
  EXPECT_EQ(call(kBlock).status, -3);
  EXPECT_EQ(memory.cell(kBlock + 16), 0xfffffffdU);
  memory.bytes = before;
  put(kBlock + 4, {token, 3, 1, 9003, cpu(2).value, 1, 7});   // not on 8 bytes
  const Bytes misaligned = memory.bytes;
  EXPECT_EQ(call(kBlock + 4).status, -3);
  EXPECT_EQ(memory.bytes, misaligned);
  put(0xffff8, {token, 3});                                   // crosses the RMO limit
  const Bytes crossing = memory.bytes;
  EXPECT_EQ(call(0xffff8).status, -3);
  EXPECT_EQ(call(1U << 20).status, -3);
  EXPECT_EQ(call(~std::uint64_t{7}).status, -3);
  put(kBlock, {token, 0xffffffff, 0xffffffff, 0, 0});
  EXPECT_EQ(call(kBlock).status, -3);
  EXPECT_EQ(call(kBlock).parks, false);
}

TEST_F(Blocks, NoiseForEveryCallIsAnsweredAsArchitectedAndARefusalChangesNothing) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  hypervisor.add_platform_dump(id, Bytes(100, 7));
  for (int round = 0; round < 400; ++round) {
    for (const CallRow& row : call_table()) one_round(row);
    if (HasFatalFailure()) return;
  }
  for (const CallRow& row : call_table()) {
    EXPECT_EQ(calls[row.name], 400) << row.name;
    const bool refuses = row.name != "display-character" && row.name != "start-cpu" &&
                         row.min_inputs > 0 && row.name != "power-off";
    if (refuses) {
      EXPECT_GT(refusals[row.name], 10) << row.name;
    }
  }
  expect_sound();
}

// Another processor is inside a call while each is made.
TEST_F(Blocks, NoiseOfSeveralProcessorsAtOnce) {
  std::vector<RtasEntry> inside;
  for (int round = 0; round < 20000; ++round) {
    const CallRow& row = call_table()[random.below(call_table().size())];
    const std::uint64_t address = 0x8000 + 0x100 * random.below(8);
    put_data();
    put_row(address, row);
    inside.push_back(hypervisor.rtas_enter(
        id, ServerNumber{static_cast<std::uint32_t>(random.below(16))}, GuestAddress{address}));
    while (inside.size() > 4) {
      const auto at = static_cast<std::ptrdiff_t>(random.below(inside.size()));
      const RtasReply reply = hypervisor.rtas_commit(inside[static_cast<std::size_t>(at)]);
      inside.erase(inside.begin() + at);
      ASSERT_TRUE(reply.status >= -9999 && reply.status <= 9905);
      if (hypervisor.partition(id).power == PowerState::off) restart();
    }
  }
  expect_sound();
}

TEST_F(Blocks, UnknownTokensAreRefused) {
  for (int round = 0; round < 1000; ++round) {
    const auto token = static_cast<std::uint32_t>(random.next());
    if (token - 1 < call_table().size()) continue;
    put(kBlock, {token, 1, 1, value(), 7});
    const auto before = hypervisor.snapshot();
    EXPECT_EQ(call(kBlock).status, -3);
    EXPECT_TRUE(hypervisor.is_in(*before));
  }
}

}  // namespace
}  // namespace lparsim::firmware
