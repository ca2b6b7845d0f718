#include "firmware/events/log_writer.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::size_t kSectionHeader = 8;
constexpr std::size_t kPhSectionCount = 0x1b;

std::uint64_t bcd(std::uint64_t value) { return (value / 10 % 10) << 4 | value % 10; }

// YYYYMMDD and HHMMSS00, two digits a byte.
std::uint32_t bcd_date(std::chrono::year_month_day date) {
  const auto year = static_cast<std::uint64_t>(static_cast<int>(date.year()));
  return static_cast<std::uint32_t>(bcd(year / 100) << 24 | bcd(year) << 16 |
                                    bcd(static_cast<unsigned>(date.month())) << 8 |
                                    bcd(static_cast<unsigned>(date.day())));
}

std::uint32_t bcd_time(std::chrono::hh_mm_ss<std::chrono::seconds> clock) {
  const auto digits = [](auto count) { return bcd(static_cast<std::uint64_t>(count.count())); };
  return static_cast<std::uint32_t>(digits(clock.hours()) << 24 | digits(clock.minutes()) << 16 |
                                    digits(clock.seconds()) << 8);
}

std::uint32_t swapped(std::uint32_t v) {
  return v << 24 | (v << 8 & 0xff0000U) | (v >> 8 & 0xff00U) | v >> 24;
}

Bytes main_a(const EventLayout& layout, const EventShape& shape, LogStamp stamp,
             std::size_t sections) {
  using namespace std::chrono;
  const auto when = sys_seconds{seconds{stamp.seconds}};
  const auto day = floor<days>(when);
  const std::uint32_t id = layout.swapped_log_id ? swapped(stamp.platform_log_id)
                                                 : stamp.platform_log_id;
  return log_section({{'P', 'H'}, kPhLength, layout.main_version, 0, shape.component},
                     {{0x08, 4, bcd_date(year_month_day{day})},
                      {0x0c, 4, bcd_time(hh_mm_ss{when - day})},
                      {0x18, 1, static_cast<std::uint8_t>(shape.creator)},
                      {kPhSectionCount, 1, sections},
                      {kLogIdAt, 4, id}});
}

Bytes main_b(const EventLayout& layout, const EventShape& shape) {
  return log_section({{'U', 'H'}, kUhLength, layout.main_version, 0, shape.component},
                     {{0x08, 1, shape.subsystem},
                      {0x09, 1, shape.platform_use},
                      {0x0a, 1, shape.uh_severity},
                      {0x0b, 1, shape.uh_subtype},
                      {0x12, 2, shape.action_flags}});
}

}  // namespace

Bytes log_section(const SectionHead& head, std::initializer_list<SectionField> fields) {
  CellWriter start;
  start.u8(static_cast<std::uint8_t>(head.id[0])).u8(static_cast<std::uint8_t>(head.id[1]));
  start.u16(static_cast<std::uint16_t>(head.length)).u8(head.version).u8(head.subtype);
  start.u16(head.component);
  Bytes section = start.take();
  section.resize(head.length, 0);
  for (const SectionField& field : fields) {
    LPARSIM_ASSERT(field.offset >= kSectionHeader && field.offset + field.size <= head.length);
    for (std::size_t i = 0; i < field.size; ++i) {
      const std::uint64_t byte = field.value >> 8 * (field.size - 1 - i);
      section[field.offset + i] = static_cast<std::uint8_t>(byte);
    }
  }
  return section;
}

void put_text(Bytes& section, std::size_t offset, std::size_t room, std::string_view text) {
  LPARSIM_ASSERT(offset + room <= section.size());
  std::copy_n(text.begin(), std::min(room, text.size()),
              section.begin() + static_cast<std::ptrdiff_t>(offset));
}

bool has_shape(const EventLayout& layout, LogType type) {
  return std::any_of(layout.shapes.begin(), layout.shapes.end(),
                     [&](const EventShape& shape) { return shape.type == type; });
}

const EventShape& shape_of(const EventLayout& layout, LogType type) {
  const auto found = std::find_if(layout.shapes.begin(), layout.shapes.end(),
                                  [&](const EventShape& shape) { return shape.type == type; });
  LPARSIM_ASSERT(found != layout.shapes.end());
  return *found;
}

// Bits 0:7 version, 8:10 severity, 11:12 disposition, 13 extended, 16:19 initiator, 24:31 type.
std::uint32_t word0(const EventLayout& layout, const EventShape& shape, bool extended) {
  return 6U << 24 | static_cast<std::uint32_t>(shape.severity) << 21 |
         (std::uint32_t{layout.disposition} & 3U) << 19 | (extended ? kExtendedPresent : 0U) |
         std::uint32_t{shape.initiator} << 12 | static_cast<std::uint32_t>(shape.type);
}

Bytes whole_log(const EventLayout& layout, const EventShape& shape, LogStamp stamp,
                const std::vector<Bytes>& sections) {
  CellWriter out;
  out.u32(word0(layout, shape, true)).u32(0);
  out.u8(shape.validity).u8(0).u8(0x8e);             // PowerPC format, platform event (14)
  for (int i = 3; i <= 11; ++i) out.u8(0);
  out.bytes(std::array<std::uint8_t, 4>{'I', 'B', 'M', 0});
  out.bytes(main_a(layout, shape, stamp, sections.size() + 2)).bytes(main_b(layout, shape));
  for (const Bytes& section : sections) out.bytes(section);
  Bytes log = out.take();
  store_be32(log.data() + 4, static_cast<std::uint32_t>(log.size() - kFixedPart));
  return log;
}

namespace {

// End of the last whole section within `size` bytes, and how many sections that are.
std::pair<std::size_t, std::uint8_t> whole_sections(ByteView log, std::size_t size) {
  std::size_t at = kSectionsStart;
  std::uint8_t sections = 0;
  while (at + 4 <= log.size()) {
    const std::size_t next = at + load_be16(log.data() + at + 2);
    if (next < at + kSectionHeader || next > size || next > log.size()) break;
    at = next;
    ++sections;
  }
  return {at, sections};
}

}  // namespace

Bytes truncated_log(ByteView log, std::size_t size, bool critical) {
  if (size < kFixedPart || log.size() < kFixedPart) return {};
  // The second word of a log without an extended part is not a length (PRRN: the scope).
  const bool extended = (load_be32(log.data()) & kExtendedPresent) != 0;
  if (!extended) return Bytes(log.begin(), log.begin() + kFixedPart);
  const auto [end, sections] = whole_sections(log, size);
  if (critical || sections < 2) {                    // PH and UH belong to every extended log
    Bytes out(kFixedPart, 0);
    store_be32(out.data(), load_be32(log.data()) & ~kExtendedPresent);
    return out;
  }
  Bytes out(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(end));
  store_be32(out.data() + 4, static_cast<std::uint32_t>(end - kFixedPart));
  out[kSectionsStart + kPhSectionCount] = sections;
  return out;
}

}  // namespace lparsim::firmware
