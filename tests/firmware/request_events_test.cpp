// Whether a request of the HMC is also told by hot-plug events: the profile field alone decides.
#include "guest.hpp"

namespace lparsim::firmware {
namespace {

const FirmwareProfile& telling(bool tells) {
  static const auto make = [](bool value) {
    FirmwareProfile profile = *find_profile("phyp");
    profile.hmc_sends_events = value;
    return profile;
  };
  static const FirmwareProfile kTells = make(true), kSilent = make(false);
  return tells ? kTells : kSilent;
}

class Requests : public GuestTest, public ::testing::WithParamInterface<bool> {
 protected:
  Requests() : GuestTest(test_platform(), telling(GetParam())) {}

  // Bytes 8 to 19 of the HP section of the next log, as words; empty: there is no log.
  std::vector<std::uint32_t> told() {
    if (rtas("event-scan", {0xffffffff, 0, kBuffer, 0x800}).status != 0) return {};
    const std::uint32_t section = kBuffer + 24 + 48 + 24;
    std::vector<std::uint32_t> words{memory.cell(section + 8), memory.cell(section + 12)};
    if ((words[0] >> 8 & 0xff) == 4) words.push_back(memory.cell(section + 16));
    return words;
  }
  std::vector<std::vector<std::uint32_t>> all_told() {
    std::vector<std::vector<std::uint32_t>> list;
    while (hypervisor.undelivered_events(id) > 0) {
      if (auto words = told(); !words.empty()) list.push_back(words);
    }
    return list;
  }
  void expect_told(std::vector<std::vector<std::uint32_t>> wanted) {
    if (!GetParam()) wanted.clear();
    EXPECT_EQ(all_told(), wanted);
  }
};

TEST_P(Requests, ProcessorsAreNamedOneByOne) {
  ASSERT_EQ(hypervisor.set_processors(id, 4).status, AssignStatus::done);
  expect_told({{0x01010200, cpu(2).value}, {0x01010200, cpu(3).value}});
  ASSERT_EQ(hypervisor.set_processors(id, 2).status, AssignStatus::done);
  expect_told({});   // taken back before the OS had them
  ASSERT_EQ(hypervisor.set_processors(id, 1).status, AssignStatus::done);
  expect_told({{0x01020200, cpu(1).value}});
  ASSERT_EQ(hypervisor.set_processors(id, 1).status, AssignStatus::done);
  expect_told({});   // it knows
}

TEST_P(Requests, MemoryIsNamedByRuns) {
  ASSERT_EQ(hypervisor.set_lmbs(id, 11).status, AssignStatus::done);
  expect_told({{0x02010400, 3, lmb(8).value}});
  ASSERT_EQ(hypervisor.set_lmbs(id, 6).status, AssignStatus::done);
  expect_told({{0x02020400, 2, lmb(6).value}});
}

TEST_P(Requests, SlotsComeAndLeave) {
  ASSERT_EQ(hypervisor.assign_slot(kFreeSlot, id).status, AssignStatus::done);
  expect_told({{0x04010200, kFreePhb.value}, {0x03010200, kFreeSlot.value}});
  ASSERT_EQ(hypervisor.assign_slot(kSlot, kNoPartition).status, AssignStatus::done);
  expect_told({{0x04020200, kPhb.value}, {0x03020200, kSlot.value}});
  ASSERT_EQ(hypervisor.assign_virtual_adapter(id, {5, "eth"}).status, AssignStatus::done);
  expect_told({{0x03010200, 0x30000005}});
  ASSERT_EQ(hypervisor.unassign_virtual_adapter(id, 2).status, AssignStatus::done);
  expect_told({{0x03020200, 0x30000002}});
}

TEST_P(Requests, ARefusedRequestIsNotTold) {
  ASSERT_NE(hypervisor.set_processors(id, 99).status, AssignStatus::done);
  ASSERT_NE(hypervisor.set_lmbs(id, 99).status, AssignStatus::done);
  expect_told({});
}

INSTANTIATE_TEST_SUITE_P(Told, Requests, ::testing::Bool());

}  // namespace
}  // namespace lparsim::firmware
