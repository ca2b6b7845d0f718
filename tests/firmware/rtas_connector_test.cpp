// ibm,configure-connector's work-area protocol (RTAS.md 3), and the fault points of RTAS.
#include "firmware/rtas/call_table.hpp"
#include "guest.hpp"

namespace lparsim::firmware {
namespace {

class Connector : public GuestTest {
 protected:
  Connector() {
    EXPECT_EQ(hypervisor.set_processors(id, 4).status, AssignStatus::done);
    EXPECT_EQ(hypervisor.set_lmbs(id, 9).status, AssignStatus::done);
    for (const DrcIndex drc : {cpu(2), cpu(3), lmb(8)}) {
      EXPECT_EQ(allocation(drc, 1), 0);
      EXPECT_EQ(isolation(drc, 1), 0);
    }
  }
  void script(std::string outcome, std::string call, std::uint32_t nth = 1) {
    ScriptedAnswer answer;
    answer.site = "rtas." + call;
    answer.outcome = std::move(outcome);
    answer.nth = nth;
    choices = ScriptedChoices({answer});
  }
};

TEST_F(Connector, PropertiesCarryLengthAndValue) {
  start_walk(cpu(2), kWork);
  ASSERT_EQ(walk(kWork), 2);
  bool found = false;
  while (walk(kWork) == 3) {
    if (memory.text(kWork + memory.cell(kWork + 8)) != "ibm,my-drc-index") continue;
    found = true;
    EXPECT_EQ(memory.cell(kWork + 12), 4U);
    EXPECT_EQ(memory.cell(kWork + memory.cell(kWork + 16)), cpu(2).value);
  }
  EXPECT_TRUE(found);
}

TEST_F(Connector, DifferentDrcsInterleave) {
  const auto alone = configure(cpu(2), kWork);
  start_walk(cpu(3), kWork);
  start_walk(lmb(8), kWork2);
  EXPECT_EQ(walk(kWork), 2);
  EXPECT_EQ(walk(kWork2), 2);
  EXPECT_EQ(memory.text(kWork2 + memory.cell(kWork2 + 8)), "memory@80000000");
  std::size_t calls = 1;
  std::int32_t other = 3;
  for (std::int32_t status = 3; status != 0; ++calls) {
    status = walk(kWork);
    if (other != 0) other = walk(kWork2);
    ASSERT_GE(status, 0);
    ASSERT_GE(other, 0);
  }
  EXPECT_EQ(calls, alone.size()) << "the same walk as undisturbed";
  EXPECT_EQ(other, 0);
  EXPECT_EQ(state(cpu(3)), DrcState::configured);
  EXPECT_EQ(state(lmb(8)), DrcState::configured);
}

TEST_F(Connector, AbandonedSequenceRestartsFromTheBeginning) {
  start_walk(cpu(2), kWork);
  for (int i = 0; i < 5; ++i) ASSERT_GT(walk(kWork), 0);
  EXPECT_EQ(state(cpu(2)), DrcState::unisolated);
  const Bytes old(memory.bytes.begin() + kWork, memory.bytes.begin() + kWork + 8);
  const auto steps = configure(cpu(2), kWork2);
  EXPECT_EQ(steps.front(), "2 PowerPC,POWER10@10");
  EXPECT_EQ(steps.back(), "0");
  memory.write(GuestAddress{kWork}, old);
  EXPECT_EQ(walk(kWork), -1) << "the replaced sequence is over";
}

TEST_F(Connector, IsolationEndsAnOpenSequence) {
  start_walk(cpu(2), kWork);
  ASSERT_EQ(walk(kWork), 2);
  EXPECT_EQ(isolation(cpu(2), 0), 0);
  EXPECT_EQ(walk(kWork), -1);
}

TEST_F(Connector, FirstCallAnswersByState) {
  EXPECT_EQ(configure(cpu(4), kWork), std::vector<std::string>{"-9003"});
  EXPECT_EQ(configure(DrcIndex{0x10000003}, kWork), std::vector<std::string>{"-3"});
  EXPECT_EQ(isolation(cpu(2), 0), 0);
  EXPECT_EQ(configure(cpu(2), kWork), std::vector<std::string>{"0"}) << "R1-13.7.4.3-1";
  EXPECT_EQ(state(cpu(2)), DrcState::available);
  EXPECT_EQ(walk(kWork + 8), -3) << "not on a page";
  EXPECT_EQ(walk(0x100000), -3) << "outside of the RMO";
}

TEST_F(Connector, TheWorkAreaIsAPageOfTheRealModeArea) {
  for (const std::uint32_t area : {kWork + 8, kWork + 2048}) {
    start_walk(cpu(2), area);        // all is right but for the place
    EXPECT_EQ(walk(area), -3) << area;
  }
  EXPECT_EQ(walk(0xffff'f000U), -3);
  start_walk(cpu(2), kWork);
  EXPECT_EQ(walk(kWork, kWork), -3) << "the extent is another page";
  EXPECT_EQ(walk(kWork, kWork2 + 4), -3);
  EXPECT_EQ(walk(kWork), 2) << "nothing was begun by them";
}

TEST_F(Connector, CachesAreReportedOnce) {
  const auto cached = ::testing::Contains(::testing::StartsWith("1 l2-cache@"));
  EXPECT_THAT(configure(cpu(2), kWork), cached);
  EXPECT_EQ(isolation(cpu(2), 0), 0);
  EXPECT_EQ(isolation(cpu(2), 1), 0);
  EXPECT_THAT(configure(cpu(2), kWork), cached) << "removed and added: unreported";
}

TEST_F(Connector, BusyAndMemoryLeaveTheSequenceInPlace) {
  script("need_more_memory", "ibm,configure-connector", 2);
  start_walk(cpu(2), kWork);
  ASSERT_EQ(walk(kWork), 2);
  const Bytes before = memory.bytes;
  ASSERT_EQ(walk(kWork), 5);
  EXPECT_TRUE(std::equal(before.begin() + kWork, before.begin() + kWork + 4096,
                         memory.bytes.begin() + kWork));
  EXPECT_EQ(walk(kWork, kWork2), 3);
  script("extended_delay_10ms", "ibm,configure-connector");
  EXPECT_EQ(walk(kWork), 9901);
  EXPECT_EQ(walk(kWork), 3);
  script("not_supported_in_connector", "ibm,configure-connector");
  EXPECT_EQ(walk(kWork), -9002);
  EXPECT_EQ(walk(kWork), -1) << "the sequence is over";
  EXPECT_EQ(state(cpu(2)), DrcState::unisolated);
}

TEST_F(Connector, FaultAtACommitChangesNothing) {
  script("valid_translation", "set-indicator");
  EXPECT_EQ(isolation(cpu(1), 0), -9001);
  EXPECT_EQ(state(cpu(1)), DrcState::configured);
  EXPECT_EQ(isolation(cpu(1), 0), 0);
  script("hardware_error", "start-cpu");
  EXPECT_EQ(rtas("rtas-last-error", {kBuffer, 2048}).status, 1);
  EXPECT_EQ(rtas("start-cpu", {16, 0, 0}).status, -1);
  EXPECT_TRUE(events.started.empty());
  EXPECT_EQ(rtas("rtas-last-error", {kBuffer, 2048}).status, 0);
  EXPECT_EQ(memory.cell(kBuffer) >> 24, 6U);
  EXPECT_EQ(rtas("rtas-last-error", {kBuffer, 2048}).status, 1);
}

TEST(CallTable, OffersNormalFirstAndBusyOnlyWhereAllowed) {
  for (const CallRow& row : call_table()) {
    SCOPED_TRACE(row.name);
    ASSERT_FALSE(row.outcomes.empty());
    EXPECT_EQ(row.outcomes[0].value, 0);
    EXPECT_EQ(row.site, "rtas." + std::string(row.name));
    EXPECT_LE(row.max_inputs, kMaxInputs);
    EXPECT_LE(row.min_inputs, row.max_inputs);
    EXPECT_GE(row.min_outputs, 1);
    EXPECT_LE(row.min_outputs, row.max_outputs);
    EXPECT_LE(row.max_outputs, kMaxOutputs);
    const bool busy = std::any_of(row.outcomes.begin(), row.outcomes.end(), [](const Outcome& o) {
      return o.value == -2 || (o.value >= 9900 && o.value <= 9905);
    });
    EXPECT_EQ(busy, row.busy_allowed);
  }
}

TEST_F(Connector, HotPlugEventsByScanUntilTheInterruptIsNegotiated) {
  EXPECT_EQ(rtas("event-scan", {0xffffffff, 0, kBuffer, 2048}).status, 1);
  ASSERT_TRUE(hypervisor.hot_plug_event(id, DrcType::cpu, 1, cpu(4)));
  EXPECT_EQ(hypervisor.undelivered_events(id), 1U);
  EXPECT_TRUE(events.interrupts.empty());
  EXPECT_EQ(rtas("check-exception", {0x500, 0x1001, 0x10000000, 0, kBuffer, 2048}).status, 1);
  EXPECT_EQ(rtas("event-scan", {0xffffffff, 0, 0x100000, 2048}).status, -3);
  EXPECT_EQ(hypervisor.undelivered_events(id), 1U) << "kept";
  EXPECT_EQ(rtas("event-scan", {0xffffffff, 0, kBuffer, 2048}).status, 0);
  EXPECT_EQ(memory.cell(kBuffer) & 0xffU, 0xe5U);
  EXPECT_EQ(hypervisor.undelivered_events(id), 0U);
}

// One PVR entry that ends the list, then option vectors 1 to 5; OV5 byte 6 bit 5 is 0x04.
TEST_F(Connector, NegotiatedInterruptIsAssertedUntilTheQueueIsDrained) {
  CellWriter vector;
  vector.u32(0).u32(0x0f000006).u8(5 - 1);
  for (int i = 0; i < 4; ++i) vector.u8(0).u8(0);
  vector.u8(6 - 1);
  vector.u8(0).u8(0x20).u8(0).u8(0).u8(0).u8(0x04);
  hypervisor.client_architecture_support(id, vector.take());
  ASSERT_TRUE(hypervisor.hot_plug_event(id, DrcType::cpu, 1, cpu(4)));
  ASSERT_TRUE(hypervisor.hot_plug_event_count(id, DrcType::mem, 2, 2, lmb(5)));
  EXPECT_EQ(events.interrupts, (std::vector<std::uint32_t>{0x1001, 0x1001}));
  EXPECT_EQ(rtas("event-scan", {0xffffffff, 0, kBuffer, 2048}).status, 1) << "not both ways";
  const auto take = [&] {
    return rtas("check-exception", {0x500, 0x1001, 0x10000000, 0, kBuffer, 2048}).status;
  };
  EXPECT_EQ(take(), 0);
  EXPECT_THAT(log.json(log.at(log.total() - 2)),
              ::testing::HasSubstr(R"("class":"0x10000000","action":1,"id":"0x1")"));
  EXPECT_EQ(events.interrupts.size(), 3U) << "asserted again";
  EXPECT_EQ(take(), 0);
  EXPECT_EQ(events.interrupts.size(), 3U);
  EXPECT_EQ(take(), 1);
}

class QemuGuest : public GuestTest {
 protected:
  QemuGuest() : GuestTest("qemu") {}
};

TEST_F(QemuGuest, ReadingsOfTheOtherMaker) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_lmbs(id, 9).status, AssignStatus::done);
  EXPECT_EQ(allocation(cpu(2), 1), 0);
  EXPECT_EQ(configure(cpu(2), kWork), std::vector<std::string>{"-9003"}) << "isolated";
  EXPECT_EQ(isolation(cpu(2), 1), 0);
  EXPECT_EQ(isolation(cpu(2), 0), -3) << "never configured";
  EXPECT_EQ(configure(cpu(2), kWork).back(), "0");
  EXPECT_EQ(hypervisor.drc(id, cpu(2))->name, "CPU 16");
  acquire(lmb(8));
  EXPECT_EQ(isolation(lmb(8), 0), -1) << "nobody asked";
  ASSERT_TRUE(hypervisor.hot_plug_event(id, DrcType::mem, 2, lmb(8)));
  EXPECT_EQ(isolation(lmb(8), 0), 0);
  EXPECT_EQ(rtas("set-indicator", {9003, lmb(8).value, 2}).status, -3);
  expect_sound();
}

}  // namespace
}  // namespace lparsim::firmware
