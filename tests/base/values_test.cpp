// Cells, random numbers, choices and the event log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <sstream>

#include "sim/base/cells.hpp"
#include "sim/base/choices.hpp"
#include "sim/base/event_log.hpp"
#include "sim/base/random.hpp"

namespace lparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Cells, WritesBigEndianAndReadsBack) {
  CellWriter writer;
  writer.u8(0x01).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0fU).str("ab");
  const Bytes bytes = writer.take();
  EXPECT_THAT(bytes, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 'a', 'b', 0));
  CellReader reader(bytes);
  EXPECT_EQ(reader.u8(), 1);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u32(), 0x04050607U);
  EXPECT_EQ(reader.u64(), 0x08090a0b0c0d0e0fU);
  EXPECT_EQ(reader.str(), "ab");
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.left(), 0U);
}

TEST(Cells, ReadingPastTheEndIsNotOk) {
  const Bytes bytes{1, 2, 3};
  CellReader reader(bytes);
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_FALSE(reader.ok());
}

TEST(RandomNumbers, KnownValuesAndBound) {
  Random random(0);
  EXPECT_EQ(random.next(), 0xe220a8397b1dcdafU);  // published first output of splitmix64, seed 0
  std::array<int, 7> seen{};
  for (int i = 0; i < 7000; ++i) ++seen.at(random.below(7));
  for (const int count : seen) EXPECT_NEAR(count, 1000, 200);
}

constexpr std::array<Outcome, 3> kOutcomes{{{"normal", 0}, {"busy", -2}, {"hardware_error", -1}}};
const ChoicePoint kPoint{ChoiceClass::fault, "rtas.start-cpu", PartitionId{1}, 9};

ScriptedAnswer answer(std::string outcome) {
  ScriptedAnswer scripted;
  scripted.site = "rtas.start-cpu";
  scripted.outcome = std::move(outcome);
  scripted.where = "x.json: /faults/0";
  return scripted;
}

TEST(ScriptedAnswers, AnswersTheNthOccurrenceForSomeTimes) {
  auto busy = answer("busy");
  busy.nth = 2;
  busy.times = 2;
  ScriptedChoices choices({busy});
  std::vector<std::size_t> picked;
  for (int i = 0; i < 5; ++i) picked.push_back(choices.pick(kPoint, kOutcomes));
  EXPECT_THAT(picked, ElementsAre(0, 1, 1, 0, 0));
  EXPECT_TRUE(choices.problems().empty());
}

TEST(ScriptedAnswers, MatchesPartitionAndArgument) {
  auto other = answer("busy");
  other.partition = PartitionId{2};
  auto same = answer("hardware_error");
  same.any_argument = false;
  same.argument = 9;
  ScriptedChoices choices({other, same});
  EXPECT_EQ(choices.pick(kPoint, kOutcomes), 2U);
  ASSERT_EQ(choices.problems().size(), 1U);
  EXPECT_THAT(choices.problems()[0].message, HasSubstr("never asked"));
}

TEST(ScriptedAnswers, ImpossibleOutcomeIsAProblem) {
  ScriptedChoices choices({answer("sunshine")});
  EXPECT_EQ(choices.pick(kPoint, kOutcomes), 0U);
  ASSERT_EQ(choices.problems().size(), 1U);
  EXPECT_THAT(choices.problems()[0].line(), HasSubstr("normal, busy, hardware_error"));
  choices.restart();
  EXPECT_THAT(choices.problems()[0].message, HasSubstr("came up 0 times"));
}

TEST(SeededAnswers, FaultsStayNormalAndASeedRepeats) {
  SeededChoices a(5), b(5);
  const ChoicePoint order{ChoiceClass::order, "actors.next", kNoPartition, 0};
  bool other = false;
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(a.pick(kPoint, kOutcomes), 0U);
    const auto picked = a.pick(order, kOutcomes);
    EXPECT_EQ(picked, b.pick(order, kOutcomes));
    other = other || picked != 0;
  }
  EXPECT_TRUE(other);
}

TEST(EventLogs, JsonHasTheFieldsOfTheKind) {
  ManualClock clock;
  clock.advance(Duration{42});
  EventLog log(clock);
  log.set_actor(ActorId{3});
  log.add(EventKind::rtas_entry, PartitionId{2}, log.text("set\"x"), 8, 0x2a);
  std::ostringstream out;
  log.write_json_lines(out);
  EXPECT_EQ(out.str(),
            "{\"t\":42,\"kind\":\"rtas_entry\",\"partition\":2,\"actor\":3,\"call\":\"set\\\"x\","
            "\"cpu\":8,\"arg0\":\"0x2a\",\"arg1\":\"0x0\"}\n");
}

TEST(EventLogs, RingKeepsTheLastAndCountsAll) {
  ManualClock clock;
  EventLog log(clock, 4);
  std::uint64_t spilled = 0;
  log.spill_to([&](const EventRecord&) { ++spilled; });
  for (std::uint64_t i = 0; i < 10; ++i) log.add(EventKind::step, kNoPartition, i);
  EXPECT_EQ(log.total(), 10U);
  EXPECT_EQ(spilled, 10U);
  EXPECT_EQ(log.oldest(), 6U);
  EXPECT_EQ(log.at(6).values[0], 6U);
}

TEST(EventLogs, ReturnForgetsRecordsAndTexts) {
  ManualClock clock;
  EventLog log(clock);
  log.text("before");
  const auto mark = log.mark();
  const auto run = [&] {
    log.add(EventKind::step, kNoPartition, 1, log.text("inside"));
    return log.hash();
  };
  const auto first = run();
  log.return_to(mark);
  EXPECT_EQ(run(), first);
  log.return_to(mark);
  log.add(EventKind::step, kNoPartition, 2, log.text("inside"));
  EXPECT_NE(log.hash(), first);
}

TEST(EventLogs, DisabledLogRecordsNothing) {
  ManualClock clock;
  EventLog log(clock);
  log.enable(false);
  log.add(EventKind::step, kNoPartition);
  EXPECT_EQ(log.total(), 0U);
}

}  // namespace
}  // namespace lparsim
