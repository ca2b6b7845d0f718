// The frame of a version 6 log: fixed part, extended header, sections, PH and UH (LoPAR 10.3.2;
// EVENTS.md 2, 3). A section is a table of fields at offsets from its start; all else is zero.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "firmware/events/event_shape.hpp"
#include "firmware/profiles/profile.hpp"
#include "sim/base/cells.hpp"

namespace lparsim::firmware {

inline constexpr std::size_t kFixedPart = 8;         // table 10-4
inline constexpr std::size_t kSectionsStart = 8 + 16; // fixed part and extended header
inline constexpr std::size_t kPhLength = 48, kUhLength = 24;
inline constexpr std::size_t kLogIdAt = 0x28;        // in PH
inline constexpr std::uint32_t kExtendedPresent = 1U << 18;   // bit 13 of word 0

struct LogStamp {                    // what the main section says besides the event
  std::uint32_t platform_log_id = 0;
  std::uint64_t seconds = 0;         // since 1970, of simulated time; BCD date and time
};

struct SectionHead {
  char id[2];
  std::size_t length;                // with the header of 8 bytes
  std::uint8_t version, subtype;
  std::uint16_t component;
};

// `size` bytes (1, 2, 4 or 8) big-endian at `offset` from the section's start.
struct SectionField {
  std::size_t offset, size;
  std::uint64_t value;
};

// A section; offsets and sizes that leave it, or lie in its header, are our own bug.
Bytes log_section(const SectionHead& head, std::initializer_list<SectionField> fields);
// Puts at most `room` bytes of the text there; what is left of the room stays zero.
void put_text(Bytes& section, std::size_t offset, std::size_t room, std::string_view text);

// The shape that the profile gives to a type; the type is one that the profile writes.
const EventShape& shape_of(const EventLayout& layout, LogType type);
bool has_shape(const EventLayout& layout, LogType type);

std::uint32_t word0(const EventLayout& layout, const EventShape& shape, bool extended);
// Fixed part, extended header, PH, UH, then the given sections.
Bytes whole_log(const EventLayout& layout, const EventShape& shape, LogStamp stamp,
                const std::vector<Bytes>& sections);

// What fits into `size` bytes: the fixed part always (if it fits at all), then whole sections; the
// lengths and the section count of the shortened log are put right. critical: fixed part only.
Bytes truncated_log(ByteView log, std::size_t size, bool critical);

}  // namespace lparsim::firmware
