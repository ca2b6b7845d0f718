// The bytes of event logs (EVENTS.md 2-6): compared with all logs that were recorded from QEMU, and
// field by field with what the reference says of logs of IBM machines.
#include <gmock/gmock.h>

#include <string_view>

#include "firmware/events/event_logs.hpp"
#include "firmware/events/sections.hpp"
#include "sim/base/hex.hpp"
#include "tests/support/expect_rule.hpp"

namespace lparsim::firmware {
namespace {

const EventLayout& layout(std::string_view name) { return find_profile(name)->events; }

using Hp = HotPlugResource;
constexpr auto kAdd = HotPlugAction::add;
constexpr auto kRemove = HotPlugAction::remove;
constexpr auto kIndex = HotPlugIdentifier::index;
constexpr auto kRange = HotPlugIdentifier::count_indexed;

struct Recorded {
  std::string_view operation;
  HotPlugEvent event;
  std::uint32_t log_id;              // written in the byte order of the recording's host
  std::string_view hot_plug_section;
};

class RecordedLog : public ::testing::TestWithParam<Recorded> {};

TEST_P(RecordedLog, IsMadeByteForByte) {
  Bytes log = log_of(layout("qemu"), GetParam().event, {GetParam().log_id, 1'700'000'000});
  ASSERT_EQ(log.size(), 116U);
  for (std::size_t at = 24 + 8; at < 24 + 16; ++at) log[at] = 0;      // recorded without the time
  const std::string id = hex(Bytes{static_cast<std::uint8_t>(GetParam().log_id)});
  const std::string want =
      "063460e50000006c86008e00000000000000000049424d00504800300000000000000000000000000000000000"
      "00000048000003000000000000000000000000" + id +
      "00000000000000554800180000000080000000000000000000000000000000" +
      std::string{GetParam().hot_plug_section};
  EXPECT_EQ(hex(log), want) << GetParam().operation;
}

INSTANTIATE_TEST_SUITE_P(
    Qemu, RecordedLog,
    ::testing::Values(
        Recorded{"cpu.cpu_add", {Hp::cpu, kAdd, kIndex, DrcIndex{0x10000001}, 0, {}}, 0,
                 "4850001401000000010102001000000100000000"},
        Recorded{"cpu.cpu_remove", {Hp::cpu, kRemove, kIndex, DrcIndex{0x10000001}, 0, {}}, 1,
                 "4850001401000000010202001000000100000000"},
        Recorded{"cpu.cpu_add_again", {Hp::cpu, kAdd, kIndex, DrcIndex{0x10000001}, 0, {}}, 2,
                 "4850001401000000010102001000000100000000"},
        Recorded{"cpu.cpu_remove_while_offline",
                 {Hp::cpu, kRemove, kIndex, DrcIndex{0x10000001}, 0, {}}, 3,
                 "4850001401000000010202001000000100000000"},
        Recorded{"drmgr.plug_core1", {Hp::cpu, kAdd, kIndex, DrcIndex{0x10000001}, 0, {}}, 0,
                 "4850001401000000010102001000000100000000"},
        Recorded{"drmgr.plug_dimm1_1G", {Hp::memory, kAdd, kRange, DrcIndex{0x80000004}, 4, {}}, 1,
                 "4850001401000000020104000000000480000004"},
        Recorded{"memory.mem_add_512M", {Hp::memory, kAdd, kRange, DrcIndex{0x80000004}, 2, {}}, 0,
                 "4850001401000000020104000000000280000004"},
        Recorded{"memory.mem_remove_512M",
                 {Hp::memory, kRemove, kRange, DrcIndex{0x80000004}, 2, {}}, 1,
                 "4850001401000000020204000000000280000004"},
        Recorded{"memory.mem_add_1G", {Hp::memory, kAdd, kRange, DrcIndex{0x80000004}, 4, {}}, 2,
                 "4850001401000000020104000000000480000004"},
        Recorded{"memory.mem_remove_after_guest_removed_all",
                 {Hp::memory, kRemove, kRange, DrcIndex{0x80000004}, 4, {}}, 3,
                 "4850001401000000020204000000000480000004"},
        Recorded{"pci_phb.pci_plug", {Hp::pci, kAdd, kIndex, DrcIndex{0x40000020}, 0, {}}, 0,
                 "4850001401000000050102004000002000000000"},
        Recorded{"pci_phb.pci_unplug", {Hp::pci, kRemove, kIndex, DrcIndex{0x40000020}, 0, {}}, 1,
                 "4850001401000000050202004000002000000000"},
        Recorded{"pci_phb.phb_plug", {Hp::phb, kAdd, kIndex, DrcIndex{0x20000001}, 0, {}}, 2,
                 "4850001401000000040102002000000100000000"},
        Recorded{"pci_phb_rtas_errd.pci_add_virtio",
                 {Hp::pci, kAdd, kIndex, DrcIndex{0x40000028}, 0, {}}, 0,
                 "4850001401000000050102004000002800000000"},
        Recorded{"pci_phb_rtas_errd.pci_remove_virtio",
                 {Hp::pci, kRemove, kIndex, DrcIndex{0x40000028}, 0, {}}, 1,
                 "4850001401000000050202004000002800000000"},
        Recorded{"pci_phb_rtas_errd.phb_add",
                 {Hp::phb, kAdd, kIndex, DrcIndex{0x20000001}, 0, {}}, 2,
                 "4850001401000000040102002000000100000000"},
        Recorded{"pci_phb_rtas_errd.phb_child_add",
                 {Hp::pci, kAdd, kIndex, DrcIndex{0x40010008}, 0, {}}, 3,
                 "4850001401000000050102004001000800000000"},
        Recorded{"pci_phb_rtas_errd.phb_remove_with_child",
                 {Hp::phb, kRemove, kIndex, DrcIndex{0x20000001}, 0, {}}, 4,
                 "4850001401000000040202002000000100000000"},
        Recorded{"pci_phb_rtas_errd.phb_add_again",
                 {Hp::phb, kAdd, kIndex, DrcIndex{0x20000001}, 0, {}}, 5,
                 "4850001401000000040102002000000100000000"},
        Recorded{"pci_phb_rtas_errd.phb_remove",
                 {Hp::phb, kRemove, kIndex, DrcIndex{0x20000001}, 0, {}}, 6,
                 "4850001401000000040202002000000100000000"}));

TEST(EventLog, LoparLayoutHasTheLengthOfItsIdentifier) {
  HotPlugEvent event;
  event.index = DrcIndex{0x10000008};
  const Bytes log = log_of(layout("phyp"), event, {0x50000001, 0});
  EXPECT_EQ(log.size(), 8U + 16 + 48 + 24 + 16);
  EXPECT_EQ(hex(ByteView{log}.first(8)), "062460e500000068");
  EXPECT_EQ(hex(ByteView{log}.subspan(24 + 8, 8)), "1970010100000000");
  EXPECT_EQ(hex(ByteView{log}.last(16)), "48500010010000000101020010000008");
  EXPECT_EQ(log[24 + 48 + 0x0b], 0x80);               // dynamic reconfiguration event
  EXPECT_EQ(load_be32(log.data() + 24 + 0x28), 0x50000001U);
}

struct HotPlugForm {
  HotPlugEvent event;
  std::string_view section;
};

class HotPlugForms : public ::testing::TestWithParam<HotPlugForm> {};

TEST_P(HotPlugForms, AreEncoded) {
  const Bytes log = log_of(layout("phyp"), GetParam().event, {});
  EXPECT_EQ(hex(ByteView{log}.subspan(24 + 48 + 24)), GetParam().section);
}

INSTANTIATE_TEST_SUITE_P(
    Phyp, HotPlugForms,
    ::testing::Values(
        HotPlugForm{{Hp::slot, kAdd, HotPlugIdentifier::name, {}, 0, "U1-C2"},
                    "485000120100000003010100" "55312d433200"},
        HotPlugForm{{Hp::slot, kRemove, kIndex, DrcIndex{0x30000004}, 0, {}},
                    "485000100100000003020200" "30000004"},
        HotPlugForm{{Hp::memory, kAdd, HotPlugIdentifier::count, {}, 7, {}},
                    "485000100100000002010300" "00000007"},
        HotPlugForm{{Hp::memory, kRemove, kRange, DrcIndex{0x80000010}, 3, {}},
                    "485000140100000002020400" "0000000380000010"},
        HotPlugForm{{Hp::cpu, kAdd, kIndex, DrcIndex{0x10000008}, 0, {}, true, 0},
                    "485000100100000001010240" "10000008"},
        HotPlugForm{{Hp::cpu, kAdd, kIndex, DrcIndex{0x10000008}, 0, {}, false, 0xabcd},
                    "485000140100000001010280" "100000080000abcd"},
        HotPlugForm{{Hp::memory, kAdd, kRange, DrcIndex{0x80000001}, 2, {}, true, 5},
                    "4850001801000000020104c0" "000000028000000100000005"}));

TEST(EventLog, DateIsBinaryCodedDecimal) {
  const Bytes log = log_of(layout("phyp"), HotPlugEvent{}, {0, 1'700'000'000});
  EXPECT_EQ(hex(ByteView{log}.subspan(24 + 8, 8)), "2023111422132000");
}

// -- logs as IBM machines write them --------------------------------------------------------------

TEST(EventLog, ShutdownRequestOfAnIbmMachine) {
  const Bytes log = log_of(layout("phyp"), EpowEvent{3, 1, false, 0}, {1, 0});
  EXPECT_EQ(hex(ByteView{log}.first(8)), "062400400000006c");
  EXPECT_EQ(log[8], 0xa6);
  EXPECT_EQ(log[24 + 0x18], 'L');
  EXPECT_EQ(hex(ByteView{log}.subspan(24 + 48 + 8, 12)), "830300010000000000000100");
  EXPECT_EQ(hex(ByteView{log}.last(20)), "455000140200a200" "030100000000000000000000");
}

TEST(EventLog, ShutdownRequestForOnePartitionSaysSo) {
  const Bytes phyp = log_of(layout("phyp"), EpowEvent{3, 1, true, 0}, {1, 0});
  EXPECT_EQ(hex(ByteView{phyp}.last(12)), "030101000000000000000000");
  EXPECT_EQ(phyp[24 + 48 + 0x0b], 0xd0);
  const Bytes qemu = log_of(layout("qemu"), EpowEvent{3, 1, true, 0}, {1, 0});
  EXPECT_EQ(hex(ByteView{qemu}.first(8)), "063400400000006c");
  EXPECT_EQ(hex(ByteView{qemu}.subspan(24 + 48, 24)),
            "554800180000000" "0a00000d0" "000000000000000000000000");
  EXPECT_EQ(hex(ByteView{qemu}.last(20)), "4550001402000000" "030101000000000000000000");
  EXPECT_EQ(log_of(layout("phyp"), EpowEvent{}, {})[24 + 48 + 0x0b], 0x30) << "back to normal";
}

TEST(EventLog, DeallocationOfAProcessor) {
  const DeallocationEvent dedicated{LostResource::processor, 2, {}, 0};
  const Bytes log = log_of(layout("phyp"), dedicated, {1, 0});
  EXPECT_EQ(hex(ByteView{log}.first(8)), "064400e30000006c");
  EXPECT_EQ(log[8], 0xae);
  EXPECT_EQ(hex(ByteView{log}.subspan(24 + 48 + 8, 12)), "830320800000000000000100");
  EXPECT_EQ(hex(ByteView{log}.last(20)), "4c5200140100a200" "100000000000000200000000");
  const DeallocationEvent shared{LostResource::shared, 0, ProcUnits{20}, 0};
  EXPECT_EQ(hex(ByteView{log_of(layout("phyp"), shared, {})}.last(12)),
            "110000140000000000000000");
}

TEST(EventLog, DeallocationOfMemory) {
  const DeallocationEvent page{LostResource::page, 0, {}, 0x1234567890};
  EXPECT_EQ(hex(ByteView{log_of(layout("phyp"), page, {})}.last(12)), "400000000000001234567890");
  const DeallocationEvent lmb{LostResource::lmb, 0x80000007, ProcUnits{50}, 0};
  EXPECT_EQ(hex(ByteView{log_of(layout("phyp"), lmb, {})}.last(12)), "410000008000000700000000");
}

TEST(EventLog, DumpNotification) {
  const DumpEvent dump{3, 0x2000001, true, 0x1000, "SYSDUMP.7812"};
  const Bytes log = log_of(layout("phyp"), dump, {});
  EXPECT_EQ(hex(ByteView{log}.first(4)), "062400e4");
  EXPECT_EQ(log[8], 0x86);
  EXPECT_EQ(log[24 + 48 + 0x0b], 0x08);
  const Bytes section(log.end() - 64, log.end());
  EXPECT_EQ(hex(ByteView{section}.first(24)), "444800400203000002000001a000000c0000000000001000");
  EXPECT_EQ(std::string(section.begin() + 0x18, section.begin() + 0x18 + 12), "SYSDUMP.7812");
}

TEST(EventLog, IoEventCarriesItsDataPadded) {
  IoEvent event{1, 0x38, 3, DrcIndex{0x20000018}, {1, 2, 3, 4, 5}};
  Bytes log = log_of(layout("phyp"), event, {});
  EXPECT_EQ(hex(ByteView{log}.first(4)), "062400e1");
  EXPECT_EQ(hex(ByteView{log}.last(24)), "4945001801000000010038032000001801020304" "05000000");
  event.type = 4;
  log = log_of(layout("phyp"), event, {});
  EXPECT_EQ(log[log.size() - 24 + 9], 5) << "length of the data of a remote procedure call";
}

TEST(EventLog, PlatformErrorNamesPartsEnclosureAndPartitions) {
  ErrorEvent error;
  error.reference_code = "B7006970";
  error.words = {0x11, 0x22, 0, 0, 0, 0, 0, 0x99};
  error.call_outs = {{'H', "U78D5.ND1.CSS130E-P1"}, {'M', "U78D5"}};
  error.enclosure_type = "9105-22A";
  error.enclosure_serial = "7812340";
  error.impacted = {PartitionId{1}};
  const Bytes log = log_of(layout("phyp"), error, {7, 0});
  EXPECT_EQ(hex(ByteView{log}.first(4)), "064400e0");
  EXPECT_EQ(log[8], 0xc6);
  EXPECT_EQ(log[24 + 0x1b], 5);
  EXPECT_EQ(hex(ByteView{log}.subspan(24 + 48 + 8, 12)), "50032000000000000000a800");
  const std::size_t ps = 24 + 48 + 24, ps_length = 80 + 4 + 24 + 12;
  EXPECT_EQ(hex(ByteView{log}.subspan(ps, 20)), "5053007801010000" "0201000900000070" "00000011");
  EXPECT_EQ(load_be32(log.data() + ps + 0x2c), 0x99U);
  EXPECT_EQ(std::string(log.begin() + ps + 0x30, log.begin() + ps + 0x50),
            "B7006970                        ");
  EXPECT_EQ(hex(ByteView{log}.subspan(ps + 80, 8)), "c000000a" "18004814");
  EXPECT_EQ(hex(ByteView{log}.subspan(ps + 80 + 4 + 24, 4)), "0c004d08");
  const std::size_t mt = ps + ps_length, lp = mt + 28;
  EXPECT_EQ(hex(ByteView{log}.subspan(mt, 8)), "4d54001c01000000");
  EXPECT_EQ(std::string(log.begin() + mt + 8, log.begin() + mt + 23), "9105-22A7812340");
  EXPECT_EQ(hex(ByteView{log}.subspan(lp)),
            "4c50001801000000" "00010401" "00000000" "00000000" "00010000");
}

TEST(EventLog, InformationCarriesUserData) {
  const Bytes log = log_of(layout("phyp"), InformationEvent{"B1818A0F", {0xaa, 0xbb}}, {});
  EXPECT_EQ(hex(ByteView{log}.first(4)), "062400e2");
  EXPECT_EQ(hex(ByteView{log}.subspan(24 + 48 + 8, 12)), "800300100000000000002000");
  EXPECT_EQ(hex(ByteView{log}.last(12)), "5544000c01000000" "aabb0000");
}

TEST(EventLog, PrrnIsTheFixedPartAlone) {
  const Bytes log = log_of(layout("phyp"), PrrnEvent{0x12345678}, {});
  EXPECT_RULE("R1-15.6-4", hex(log) == "062060a012345678");
  EXPECT_EQ(truncated_log(log, 2048, false), log);
  EXPECT_EQ(truncated_log(log, 8, true), log) << "the second word is no length";
}

// -- every log ------------------------------------------------------------------------------------

std::vector<PlatformEvent> one_of_each() {
  ErrorEvent error;
  error.call_outs.assign(12, {'L', std::string(100, 'x')});
  error.enclosure_type = "9105-22A";
  for (std::uint16_t i = 1; i < 300; ++i) error.impacted.push_back(PartitionId{i});
  return {HotPlugEvent{}, EpowEvent{1, 0, false, 0}, DeallocationEvent{}, IoEvent{}, error,
          InformationEvent{"B1810000", std::vector<std::uint8_t>(5000, 1)}, DumpEvent{}};
}

TEST(EventLog, SectionsAddUpAndMainSectionsComeFirst) {
  const std::string_view ids[] = {"HP", "EP", "LR", "IE", "PS", "PS", "DH"};
  const auto events = one_of_each();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Bytes log = log_of(layout("phyp"), events[i], {});
    EXPECT_LE(log.size(), 2048U) << i;
    EXPECT_RULE("R1-10.3.2.2.1-1", log[0] == 6) << i;
    std::vector<std::string> found;
    std::size_t at = 24;
    for (; at + 8 <= log.size(); at += load_be16(log.data() + at + 2)) {
      found.emplace_back(log.begin() + static_cast<std::ptrdiff_t>(at),
                         log.begin() + static_cast<std::ptrdiff_t>(at) + 2);
    }
    const bool layout_holds = log[10] == 0x8e && hex(ByteView{log}.subspan(20, 4)) == "49424d00" &&
                              at == log.size() && load_be32(log.data() + 4) == log.size() - 8;
    EXPECT_RULE("R1-10.2-6", layout_holds) << i;
    ASSERT_GE(found.size(), 3U);
    EXPECT_RULE("R1-10.3.2.2.1-3", found[0] == "PH" && found[1] == "UH") << i;
    EXPECT_RULE("R1-10.3.2.2.1-4", found[2] == ids[i]) << i;
    EXPECT_EQ(log[24 + 0x1b], found.size()) << i;
  }
}

TEST(EventTruncation, DropsWholeSections) {
  const Bytes log = log_of(layout("phyp"), HotPlugEvent{}, {});
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

TEST(EventTruncation, LeavesASoundLogForEveryLength) {
  for (const PlatformEvent& event : one_of_each()) {
    const Bytes log = log_of(layout("phyp"), event, {});
    for (std::size_t size = 8; size <= log.size(); ++size) {
      const Bytes cut = truncated_log(log, size, false);
      ASSERT_LE(cut.size(), size);
      ASSERT_EQ(load_be32(cut.data() + 4), cut.size() - 8);
      std::size_t at = 24, sections = 0;
      for (; at + 8 <= cut.size(); at += load_be16(cut.data() + at + 2)) ++sections;
      const bool fixed = cut.size() == 8;
      const bool present = (cut[1] & 0x04) != 0;
      ASSERT_EQ(present, !fixed);
      const bool whole = fixed || (at == cut.size() && cut[24 + 0x1b] == sections);
      EXPECT_RULE("R1-10.3.2.2.1-2", whole) << size;
      if (!whole) return;
    }
  }
}

TEST(EventTruncation, StopsAtASectionWithoutLength) {
  Bytes log = log_of(layout("phyp"), HotPlugEvent{}, {});
  log[24 + 2] = log[24 + 3] = 0;
  EXPECT_EQ(truncated_log(log, 2048, false).size(), 8U);
}

}  // namespace
}  // namespace lparsim::firmware
