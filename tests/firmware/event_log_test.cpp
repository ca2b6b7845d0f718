#include <gmock/gmock.h>

#include <string_view>

#include "firmware/events/event_queue.hpp"
#include "firmware/events/hot_plug_log.hpp"

namespace lparsim::firmware {
namespace {

const EventLayout& layout(std::string_view name) { return find_profile(name)->events; }

std::string hex(ByteView bytes) {
  std::string out;
  for (const std::uint8_t b : bytes) {
    out += "0123456789abcdef"[b >> 4];
    out += "0123456789abcdef"[b & 15];
  }
  return out;
}

struct Recorded {
  HotPlugEvent event;
  std::string_view hot_plug_section;
};

class RecordedLog : public ::testing::TestWithParam<Recorded> {};

TEST_P(RecordedLog, IsMadeByteForByte) {
  Bytes log = hot_plug_log(layout("qemu"), GetParam().event, {0, 1'700'000'000});
  ASSERT_EQ(log.size(), 116U);
  for (std::size_t at = 24 + 8; at < 24 + 16; ++at) log[at] = 0;      // recorded without the time
  const std::string want =
      "063460e50000006c86008e00000000000000000049424d00504800300000000000000000000000000000000000"
      "0000004800000300000000000000000000000000000000000000005548001800000000800000000000000000000"
      "00000000000" + std::string{GetParam().hot_plug_section};
  EXPECT_EQ(hex(log), want);
}

constexpr auto kAdd = HotPlugAction::add;
constexpr auto kRemove = HotPlugAction::remove;
constexpr auto kByIndex = HotPlugIdentifier::index;
INSTANTIATE_TEST_SUITE_P(
    Qemu, RecordedLog,
    ::testing::Values(
        Recorded{{HotPlugResource::cpu, kAdd, kByIndex, DrcIndex{0x10000001}, 0, ""},
                 "4850001401000000010102001000000100000000"},
        Recorded{{HotPlugResource::memory, kAdd, HotPlugIdentifier::count_indexed,
                  DrcIndex{0x80000004}, 2, ""},
                 "4850001401000000020104000000000280000004"},
        Recorded{{HotPlugResource::pci, kAdd, kByIndex, DrcIndex{0x40000020}, 0, ""},
                 "4850001401000000050102004000002000000000"},
        Recorded{{HotPlugResource::phb, kRemove, kByIndex, DrcIndex{0x20000001}, 0, ""},
                 "4850001401000000040202002000000100000000"}));

TEST(EventLog, LoparLayoutHasTheLengthOfItsIdentifier) {
  HotPlugEvent event;
  event.index = DrcIndex{0x10000008};
  const Bytes log = hot_plug_log(layout("phyp"), event, {0x50000001, 0});
  EXPECT_EQ(log.size(), 8U + 16 + 48 + 24 + 16);
  EXPECT_EQ(hex(ByteView{log}.first(8)), "062460e500000068");
  EXPECT_EQ(hex(ByteView{log}.subspan(24 + 8, 8)), "1970010100000000");
  EXPECT_EQ(hex(ByteView{log}.last(16)), "48500010010000000101020010000008");
  EXPECT_EQ(log[24 + 48 + 0x0b], 0x80);               // dynamic reconfiguration event
  EXPECT_EQ(load_be32(log.data() + 24 + 0x28), 0x50000001U);
}

TEST(EventLog, NamesEndWithNul) {
  HotPlugEvent event{HotPlugResource::slot, kAdd, HotPlugIdentifier::name, {}, 0, "U1-C2"};
  const Bytes log = hot_plug_log(layout("phyp"), event, {});
  EXPECT_EQ(hex(ByteView{log}.last(18)), "485000120100000003010100" "55312d433200");
}

TEST(EventLog, DateIsBinaryCodedDecimal) {
  const Bytes log = hot_plug_log(layout("phyp"), {}, {0, 1'700'000'000});   // 2023-11-14 22:13:20
  EXPECT_EQ(hex(ByteView{log}.subspan(24 + 8, 8)), "2023111422132000");
}

TEST(EventTruncation, DropsWholeSections) {
  const Bytes log = hot_plug_log(layout("phyp"), {}, {});
  EXPECT_EQ(truncated_log(log, 2048, false), log);
  EXPECT_EQ(truncated_log(log, log.size(), false), log);
  const Bytes cut = truncated_log(log, log.size() - 1, false);
  EXPECT_EQ(cut.size(), 96U);                          // PH and UH stay
  EXPECT_EQ(load_be32(cut.data() + 4), 88U);
  EXPECT_EQ(cut[24 + 0x1b], 2);
  for (const std::size_t size : {std::size_t{95}, std::size_t{24}, std::size_t{8}}) {
    EXPECT_EQ(hex(truncated_log(log, size, false)), "062060e500000000") << size;
  }
  EXPECT_EQ(truncated_log(log, 2048, true).size(), 8U);
  EXPECT_TRUE(truncated_log(log, 7, false).empty());
}

TEST(EventTruncation, StopsAtASectionWithoutLength) {
  Bytes log = hot_plug_log(layout("phyp"), {}, {});
  log[24 + 2] = log[24 + 3] = 0;
  EXPECT_EQ(truncated_log(log, 2048, false).size(), 8U);
}

TEST(EventQueueTest, DeliversOnceOldestFirstByClass) {
  EventQueue queue;
  EXPECT_TRUE(queue.push(kHotPlug, {1}, 3));
  EXPECT_TRUE(queue.push(kEnvironmentalAndPower, {2}, 3));
  EXPECT_TRUE(queue.push(kHotPlug, {3}, 3));
  EXPECT_FALSE(queue.push(kHotPlug, {4}, 3));
  EXPECT_EQ(queue.size(kHotPlug), 2U);
  EXPECT_EQ(queue.take(kIoEvents | 0x00ffffffU), std::nullopt);
  EventQueue snapshot = queue;
  EXPECT_EQ(queue.take(kHotPlug), Bytes{1});
  EXPECT_EQ(queue.take(0xffffffffU), Bytes{2});
  EXPECT_EQ(queue.take(kHotPlug), Bytes{3});
  EXPECT_EQ(queue.take(kHotPlug), std::nullopt);
  EXPECT_EQ(snapshot.size(), 3U);
}

}  // namespace
}  // namespace lparsim::firmware
