// nvram-fetch, nvram-store and the time-of-day calls (LoPAR 7.3.1, 7.3.2).
#include <numeric>

#include "guest.hpp"

namespace lparsim::firmware {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class Nvram : public GuestTest {
 protected:
  explicit Nvram(std::string_view profile = "phyp") : GuestTest(profile) {}
  static constexpr std::uint32_t kSize = 15360;
  Reply fetch(std::uint32_t index, std::uint32_t length, std::uint32_t to = kBuffer) {
    return rtas("nvram-fetch", {index, to, length}, 2);
  }
  Reply store(std::uint32_t index, std::uint32_t length, std::uint32_t from = kBuffer) {
    return rtas("nvram-store", {index, from, length}, 2);
  }
  void fill(std::uint8_t first, std::size_t size, std::size_t at = kBuffer) {
    std::iota(memory.bytes.begin() + static_cast<std::ptrdiff_t>(at),
              memory.bytes.begin() + static_cast<std::ptrdiff_t>(at + size), first);
  }
  Bytes at(std::size_t from, std::size_t size) const {
    const auto first = memory.bytes.begin() + static_cast<std::ptrdiff_t>(from);
    return {first, first + static_cast<std::ptrdiff_t>(size)};
  }
};

TEST_F(Nvram, WhatWasStoredIsFetchedAndBothTellTheBytes) {
  fill(3, 16);
  const Bytes stored = at(kBuffer, 16);
  const Reply in = store(100, 16);
  EXPECT_RULE("R1-7.3.1.2-1", in.status == 0 && in.value == 16);
  const Reply out = fetch(100, 16, kWork);
  EXPECT_RULE("R1-7.3.1.1-1", out.status == 0 && out.value == 16 && at(kWork, 16) == stored);
  EXPECT_EQ(fetch(99, 1, kWork).status, 0);
  EXPECT_EQ(memory.bytes[kWork], 0) << "never stored";
}

class QemuNvram : public Nvram {
 protected:
  QemuNvram() : Nvram("qemu") {}
};

TEST_F(QemuNvram, BeginsWithThePartitionsOfSlofAndKeepsThemWhenOneIsAdded) {
  fill(9, 4);
  ASSERT_EQ(store(0x3810, 4).status, 0);
  const std::vector<std::pair<std::uint32_t, std::string>> partitions{
      {0, "ibm,CPU0log"}, {0x1400, "ibm,CPU1log"}, {0x2800, "common"}, {0x3800, "wwwwwwwwwwww"}};
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    ASSERT_EQ(fetch(partitions[i].first, 16, kWork).status, 0);
    const Bytes header = at(kWork, 16);
    std::string name(header.begin() + 4, header.end());
    EXPECT_EQ(name.substr(0, name.find('\0')), partitions[i].second);
    const std::uint32_t end = i + 1 < partitions.size() ? partitions[i + 1].first : 0x10000;
    EXPECT_EQ(load_be16(&header[2]) * 16U, end - partitions[i].first);
    std::uint32_t sum = std::accumulate(header.begin(), header.end(), 0U) - header[1];
    while (sum > 0xff) sum = (sum & 0xff) + (sum >> 8);
    EXPECT_EQ(header[1], sum) << partitions[i].second;
  }
}

TEST_F(Nvram, KeepsItsBytesOverRebootAndPowerOff) {
  fill(9, 8);
  const Bytes stored = at(kBuffer, 8);
  ASSERT_EQ(store(kSize - 8, 8).status, 0);
  ASSERT_TRUE(rtas("system-reboot", {}).parks);
  boot();
  ASSERT_EQ(fetch(kSize - 8, 8, kWork).status, 0);
  EXPECT_RULE("R1-7.3.1.2-2", at(kWork, 8) == stored);
  hypervisor.power_off(id);
  boot();
  ASSERT_EQ(fetch(kSize - 8, 8, kWork2).status, 0);
  EXPECT_RULE("R1-7.3.1.2-2", at(kWork2, 8) == stored);
}

TEST_F(Nvram, IsThePartitionsOwn) {
  fill(1, 4);
  ASSERT_EQ(store(0, 4).status, 0);
  TestMemory other(1U << 20);
  ASSERT_EQ(hypervisor.power_on(kShared, other).status, AssignStatus::done);
  other.write(GuestAddress{kBlock}, CellWriter{}.u32(tokens.at("nvram-fetch")).u32(3).u32(2)
                                        .u32(0).u32(kBuffer).u32(4).u32(7).u32(7).take());
  other.bytes[kBuffer] = 77;
  EXPECT_EQ(hypervisor.rtas_commit(hypervisor.rtas_enter(kShared, ServerNumber{0},
                                                         GuestAddress{kBlock})).status, 0);
  EXPECT_EQ(other.bytes[kBuffer], 0);
}

TEST_F(Nvram, RefusesWhatLiesOutsideOfItOrOfMemory) {
  const auto before = hypervisor.snapshot();
  EXPECT_EQ(fetch(0, kSize, 0x8000).status, 0) << "all of it";
  for (const char* call : {"nvram-fetch", "nvram-store"}) {
    const auto status = [&](std::uint32_t index, std::uint32_t length, std::uint32_t buffer) {
      return rtas(call, {index, buffer, length}, 2).status;
    };
    EXPECT_EQ(status(1, kSize, kBuffer), -3);
    EXPECT_EQ(status(kSize, 1, kBuffer), -3);
    EXPECT_EQ(status(0xffffffff, 2, kBuffer), -3);
    EXPECT_EQ(status(2, 0xffffffff, kBuffer), -3);
    EXPECT_EQ(status(0, 16, (1U << 20) - 15), -3);
    EXPECT_EQ(status(0, 16, 0xfffffff8), -3);
    EXPECT_EQ(status(kSize, 0, kBuffer), 0) << "nothing at its end";
  }
  EXPECT_TRUE(hypervisor.is_in(*before));
}

class TimeOfDay : public GuestTest {
 protected:
  using Date = std::array<std::uint32_t, 7>;
  Date now() {
    EXPECT_EQ(rtas("get-time-of-day", {}, 8).status, 0);
    Date date{};
    for (std::size_t i = 0; i < date.size(); ++i) date[i] = memory.cell(kBlock + 16 + 4 * i);
    return date;
  }
  std::int32_t set(const Date& d, std::string_view call = "set-time-of-day") {
    const std::int32_t status =
        rtas(call, {d[0], d[1], d[2], d[3], d[4], d[5], d[6]}).status;
    return status;
  }
};

TEST_F(TimeOfDay, RunsOnSimulatedTimeToTheNanosecond) {
  ASSERT_EQ(set({2026, 11, 25, 22, 59, 59, 999'000'000}), 0);
  const Date first = now();
  const auto latency = static_cast<std::uint32_t>(last_latency.count());
  EXPECT_RULE("R1-7.3.2.2-1", (first == Date{2026, 11, 25, 22, 59, 59, 999'000'000 + latency}));
  EXPECT_RULE("R1-7.3.2.3-1", first[0] == 2026 && first[6] >= 999'000'000);
  clock.advance(seconds{1} + nanoseconds{7});
  const Date second = now();
  EXPECT_RULE("R1-7.3.2.2-2", (second == Date{2026, 11, 25, 23, 0, 0, second[6]}));
  EXPECT_RULE("R1-7.3.2.3-2", second[6] == first[6] + 7 + latency - 0 && second[5] == 0);
}

TEST_F(TimeOfDay, KnowsLeapYearsAndRollsOver) {
  EXPECT_RULE("R1-7.3.2.1-3", set({2028, 2, 29, 23, 59, 59, 0}) == 0);
  clock.advance(seconds{1});
  const Date leap = now();
  EXPECT_RULE("R1-7.3.2.1-3", leap[1] == 3 && leap[2] == 1 && leap[3] == 0);
  EXPECT_RULE("R1-7.3.2.1-3", set({2027, 2, 29, 0, 0, 0, 0}) == -3);
  EXPECT_EQ(set({2100, 2, 29, 0, 0, 0, 0}), -3) << "a century";
  EXPECT_EQ(set({2000, 2, 29, 0, 0, 0, 0}), 0) << "a fourth century";
  EXPECT_EQ(set({2027, 12, 31, 23, 59, 59, 999'999'999}), 0);
  clock.advance(nanoseconds{1});
  EXPECT_EQ(now()[0], 2028U);
}

TEST_F(TimeOfDay, WhatIsNoDateIsRefusedAndTheClockGoesOn) {
  ASSERT_EQ(set({2026, 1, 31, 12, 0, 0, 0}), 0);
  const auto before = hypervisor.snapshot();
  const Date bad[] = {{2026, 13, 1, 0, 0, 0, 0},  {2026, 0, 1, 0, 0, 0, 0},
                      {2026, 2, 30, 0, 0, 0, 0},  {2026, 4, 31, 0, 0, 0, 0},
                      {2026, 1, 0, 0, 0, 0, 0},   {2026, 1, 32, 0, 0, 0, 0},
                      {2026, 1, 1, 24, 0, 0, 0},  {2026, 1, 1, 0, 60, 0, 0},
                      {2026, 1, 1, 0, 0, 60, 0},  {2026, 1, 1, 0, 0, 0, 1'000'000'000},
                      {2026, 257, 1, 0, 0, 0, 0}, {2026, 1, 257, 0, 0, 0, 0}};
  for (const Date& date : bad) {
    EXPECT_RULE("R1-7.3.2.1-1", set(date) == -3);
    EXPECT_EQ(set(date, "set-time-for-power-on"), -3);
  }
  for (const std::uint32_t year : {0U, 1U, 1969U, 2200U, 0xffffffffU}) {
    EXPECT_RULE("R1-7.3.2.3-3", set({year, 1, 1, 0, 0, 0, 0}) == -3);
  }
  EXPECT_TRUE(hypervisor.is_in(*before));
}

TEST_F(TimeOfDay, EachPartitionHasItsOwnOffsetThatItKeeps) {
  ASSERT_EQ(set({2031, 5, 6, 7, 8, 9, 0}), 0);
  ASSERT_TRUE(rtas("power-off", {0, 0}).parks);
  clock.advance(hours{24});
  boot();
  EXPECT_EQ(now()[2], 7U);
  TestMemory other(1U << 20);
  ASSERT_EQ(hypervisor.power_on(kShared, other).status, AssignStatus::done);
  other.write(GuestAddress{kBlock},
              CellWriter{}.u32(tokens.at("get-time-of-day")).u32(0).u32(8).take());
  EXPECT_EQ(hypervisor.rtas_commit(hypervisor.rtas_enter(kShared, ServerNumber{0},
                                                         GuestAddress{kBlock})).status, 0);
  EXPECT_EQ(other.cell(kBlock + 16), 2026U) << "the platform's own";
}

TEST_F(TimeOfDay, APowerOnTimeIsKeptToTheNanosecond) {
  ASSERT_EQ(set({2026, 11, 25, 12, 0, 0, 0}), 0);
  const TimePoint set_at = clock.now();
  EXPECT_RULE("R1-7.3.2.4-1", set({2026, 11, 25, 13, 0, 0, 5}, "set-time-for-power-on") == 0);
  EXPECT_RULE("R1-7.3.2.4-3",
              hypervisor.scheduled_power_on(id) == set_at + hours{1} + nanoseconds{5});
  EXPECT_RULE("R1-7.3.2.4-2", set({2026, 12, 23, 12, 0, 0, 0}, "set-time-for-power-on") == 0);
  EXPECT_EQ(hypervisor.scheduled_power_on(id), set_at + hours{24 * 28});
  const auto before = hypervisor.snapshot();
  EXPECT_RULE("R1-7.3.2.4-5", set({2026, 11, 25, 11, 59, 59, 0}, "set-time-for-power-on") == -3);
  EXPECT_RULE("R1-7.3.2.4-5", set({2199, 1, 1, 0, 0, 0, 0}, "set-time-for-power-on") == -3);
  EXPECT_RULE("R1-7.3.2.4-5", set({2027, 11, 27, 12, 0, 0, 0}, "set-time-for-power-on") == -3)
      << "a day farther than the timer reaches";
  EXPECT_TRUE(hypervisor.is_in(*before));
  ASSERT_TRUE(rtas("power-off", {0, 0}).parks);
  EXPECT_EQ(hypervisor.scheduled_power_on(id), set_at + hours{24 * 28}) << "kept while off";
  boot();
  EXPECT_EQ(hypervisor.scheduled_power_on(id), std::nullopt) << "served";
}

TEST_F(TimeOfDay, MayBeBusy) {
  choices = ScriptedChoices({{"rtas.get-time-of-day", id, true, 0, 1, 1, "busy", ""},
                             {"rtas.set-time-of-day", id, true, 0, 1, 1, "extended_delay_10ms",
                              ""}});
  EXPECT_EQ(rtas("get-time-of-day", {}, 8).status, -2);
  const auto before = hypervisor.snapshot();
  EXPECT_EQ(set({2030, 1, 1, 0, 0, 0, 0}), 9901);
  EXPECT_TRUE(hypervisor.is_in(*before));
  EXPECT_EQ(set({2030, 1, 1, 0, 0, 0, 0}), 0);
}

}  // namespace
}  // namespace lparsim::firmware
