#include "firmware/events/hot_plug_log.hpp"

#include <array>
#include <chrono>

namespace lparsim::firmware {
namespace {

constexpr std::size_t kFixedPart = 8;            // table 10-4
constexpr std::size_t kSectionsStart = 8 + 16;   // fixed part and v6 header
constexpr std::uint16_t kPhLength = 48;
constexpr std::uint16_t kUhLength = 24;
constexpr std::uint16_t kQemuHpLength = 20;      // a union, whatever the identifier is
constexpr std::size_t kPhSectionCount = 0x1b;

constexpr std::uint16_t section_id(char a, char b) {
  return static_cast<std::uint16_t>((a << 8) | b);
}

std::uint8_t bcd(unsigned value) {
  return static_cast<std::uint8_t>((value / 10 % 10) << 4 | value % 10);
}

// Version 6, severity EVENT, extended log present, initiator hot plug, type 229 (EVENTS.md 2).
std::uint32_t word0(const EventLayout& layout) {
  return 0x0624'60e5U | (std::uint32_t{layout.disposition} & 3U) << 19;
}

void extended_header(CellWriter& out) {
  out.u8(0x86).u8(0).u8(0x8e);                       // valid, new, big-endian; PowerPC, format 14
  for (int i = 3; i <= 11; ++i) out.u8(0);
  out.bytes(std::array<std::uint8_t, 4>{'I', 'B', 'M', 0});
}

void section_header(CellWriter& out, std::uint16_t id, std::uint16_t length, std::uint8_t version) {
  out.u16(id).u16(length).u8(version).u8(0).u16(0);
}

void main_a(CellWriter& out, const EventLayout& layout, LogStamp stamp) {
  using namespace std::chrono;
  const auto when = sys_seconds{seconds{stamp.seconds}};
  const auto day = floor<days>(when);
  const year_month_day date{day};
  const hh_mm_ss clock{when - day};
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  section_header(out, section_id('P', 'H'), kPhLength, layout.ph_uh_version);
  out.u8(bcd(year / 100)).u8(bcd(year % 100));
  out.u8(bcd(static_cast<unsigned>(date.month()))).u8(bcd(static_cast<unsigned>(date.day())));
  out.u8(bcd(static_cast<unsigned>(clock.hours().count())));
  out.u8(bcd(static_cast<unsigned>(clock.minutes().count())));
  out.u8(bcd(static_cast<unsigned>(clock.seconds().count()))).u8(0);
  out.u64(0).u8('H').u16(0).u8(3);                   // creator hypervisor; PH, UH and HP
  out.u32(0).u64(0).u32(stamp.platform_log_id).u32(0);
}

void main_b(CellWriter& out, const EventLayout& layout) {
  section_header(out, section_id('U', 'H'), kUhLength, layout.ph_uh_version);
  out.u8(0x80).u8(0).u8(0).u8(layout.uh_subtype);    // platform firmware, no error
  out.u32(0).u64(0);                                 // action flags and platform use
}

Bytes identifier_of(const HotPlugEvent& event) {
  CellWriter out;
  switch (event.identifier) {
    case HotPlugIdentifier::name: out.str(event.name); break;
    case HotPlugIdentifier::index: out.u32(event.index.value); break;
    case HotPlugIdentifier::count: out.u32(event.count); break;
    case HotPlugIdentifier::count_indexed: out.u32(event.count).u32(event.index.value); break;
  }
  return out.take();
}

void hot_plug_section(CellWriter& out, const EventLayout& layout, const HotPlugEvent& event) {
  constexpr std::size_t kBeforeIdentifier = 12;
  Bytes identifier = identifier_of(event);
  // A name that needs more than the union keeps its bytes: a cut name would name something else.
  if (layout.fixed_identifier && identifier.size() < kQemuHpLength - kBeforeIdentifier) {
    identifier.resize(kQemuHpLength - kBeforeIdentifier);
  }
  const auto length = static_cast<std::uint16_t>(kBeforeIdentifier + identifier.size());
  section_header(out, section_id('H', 'P'), length, 1);
  out.u8(static_cast<std::uint8_t>(event.resource)).u8(static_cast<std::uint8_t>(event.action));
  out.u8(static_cast<std::uint8_t>(event.identifier)).u8(0);
  out.bytes(identifier);
}

}  // namespace

Bytes hot_plug_log(const EventLayout& layout, const HotPlugEvent& event, LogStamp stamp) {
  CellWriter out;
  out.u32(word0(layout)).u32(0);
  extended_header(out);
  main_a(out, layout, stamp);
  main_b(out, layout);
  hot_plug_section(out, layout, event);
  Bytes log = out.take();
  store_be32(log.data() + 4, static_cast<std::uint32_t>(log.size() - kFixedPart));
  return log;
}

Bytes truncated_log(ByteView log, std::size_t size, bool critical) {
  if (size < kFixedPart || log.size() < kFixedPart) return {};
  std::size_t end = kFixedPart;
  std::uint8_t sections = 0;
  if (!critical) {
    for (std::size_t at = kSectionsStart; at + 4 <= log.size();) {
      const std::size_t next = at + load_be16(log.data() + at + 2);
      if (next == at || next > size || next > log.size()) break;
      at = end = next;
      ++sections;
    }
  }
  if (sections < 2) end = kFixedPart;                // PH and UH belong to every extended log
  Bytes out(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(end));
  constexpr std::uint8_t kExtendedPresent = 0x04;    // bit 13 of word 0
  if (sections < 2) out[1] &= static_cast<std::uint8_t>(~kExtendedPresent);
  store_be32(out.data() + 4, static_cast<std::uint32_t>(end - kFixedPart));
  if (sections >= 2) out[kSectionsStart + kPhSectionCount] = sections;
  return out;
}

}  // namespace lparsim::firmware
