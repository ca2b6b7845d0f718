// Argument blocks that no sane kernel makes: the answer is architected, and a refused block changes
// nothing but its own status cell.
#include "firmware/rtas/call_table.hpp"
#include "guest.hpp"
#include "sim/base/random.hpp"

namespace lparsim::firmware {
namespace {

bool ends_partition(std::string_view call) {
  return call == "power-off" || call == "system-reboot" || call == "ibm,os-term";
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
  // All that an observer can see of the state.
  std::string picture() const {
    std::string text;
    for (const DrcType type : {DrcType::cpu, DrcType::mem, DrcType::phb, DrcType::slot}) {
      for (const DrcView& drc : hypervisor.drcs(id, type)) text += to_string(drc.state);
    }
    const PartitionView view = hypervisor.partition(id);
    const LedgerView ledger = hypervisor.ledger();
    return text + std::to_string(view.running_threads) + "/" + std::to_string(view.owned_procs) +
           "/" + std::to_string(view.pending_procs) + "/" + std::to_string(ledger.free_lmbs) +
           "/" + std::to_string(ledger.free_units.hundredths) + "/" +
           std::to_string(hypervisor.undelivered_events(id));
  }
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

TEST_F(Blocks, SeededNoiseGetsArchitectedAnswers) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  Random random(20260);
  std::size_t refused = 0, accepted = 0;
  for (int round = 0; round < 60000; ++round) {
    const auto row = random.below(call_table().size() + 1);
    if (row < call_table().size() && call_table()[row].name == "stop-self") continue;
    const bool known = row < call_table().size();
    // Counts are right in most rounds; a wrong cell elsewhere is then what matters.
    auto inputs = static_cast<std::uint32_t>(known ? call_table()[row].min_inputs : 1);
    if (random.below(4) == 0) inputs = static_cast<std::uint32_t>(random.below(9));
    std::uint32_t outputs = known ? call_table()[row].min_outputs : 1;
    if (random.below(8) == 0) outputs = static_cast<std::uint32_t>(random.below(4));
    const bool ends = known && ends_partition(call_table()[row].name);
    if (ends) continue;
    const std::uint32_t likely[] = {9001, 9003, 0, 1, cpu(2).value, cpu(1).value, lmb(5).value,
                                    kSlot.value, kWork, kBuffer, 2048, 9, 0x0800'0000,
                                    kPhb.value};
    CellWriter block;
    block.u32(find_profile("phyp")->token_base + static_cast<std::uint32_t>(row));
    block.u32(inputs).u32(outputs);
    for (std::uint32_t i = 0; i < inputs; ++i) {
      const bool noise = random.below(4) == 0;
      block.u32(noise ? static_cast<std::uint32_t>(random.next())
                      : likely[random.below(std::size(likely))]);
    }
    const std::uint64_t address = kBlock + (random.below(8) == 0 ? 4 : 0);
    memory.write(GuestAddress{address}, block.take());
    const std::string before = picture();
    const RtasReply reply = call(address);
    if (reply.status == -3) {
      ++refused;
      ASSERT_EQ(picture(), before);
    } else {
      ++accepted;
      ASSERT_TRUE(known);
    }
    const std::vector<std::int32_t> architected{0,  1,  2,  3,     4,     5,    -1,
                                                -3, -7, -8, -9000, -9001, -9003};
    ASSERT_THAT(architected, ::testing::Contains(reply.status)) << "round " << round;
  }
  EXPECT_GT(refused, 1000U);
  EXPECT_GT(accepted, 500U);
  expect_sound();
}

}  // namespace
}  // namespace lparsim::firmware
