// What the parts of a log that are common to all types contain, by type and firmware maker: data of
// the profiles. Word 0 is table 10-4, the rest table 10-5 and the main sections (EVENTS.md 2, 3).
#pragma once

#include <array>
#include <cstdint>

#include "firmware/events/event_types.hpp"

namespace lparsim::firmware {

struct EventShape {
  LogType type{};
  LogSeverity severity = LogSeverity::event;
  std::uint8_t initiator = 0;        // bits 16:19; 6 hot plug
  std::uint8_t validity = 0x86;      // byte 0 of the extended log
  char creator = 'H';                // PH 0x18
  std::uint8_t subsystem = 0x80;     // UH 0x08
  std::uint8_t platform_use = 0;     // UH 0x09
  std::uint8_t uh_severity = 0;      // UH 0x0a
  std::uint8_t uh_subtype = 0;       // UH 0x0b
  std::uint16_t action_flags = 0;    // UH 0x12
  std::uint16_t component = 0;       // component id of every section
  std::uint8_t section_version = 1;  // of the type's own section
};

// EPOW to dump: [seen] in logs of IBM machines; hot plug, I/O and PRRN: [text].
inline constexpr std::array kPhypShapes{
    EventShape{LogType::hot_plug, LogSeverity::event, 6, 0x86, 'H', 0x80, 0, 0, 0x80, 0, 0, 1},
    EventShape{LogType::epow, LogSeverity::event, 0, 0xa6, 'L', 0x83, 3, 0, 0x01, 0x0100, 0xa200,
               2},
    EventShape{LogType::io, LogSeverity::event, 0, 0x86, 'H', 0x30, 0, 0, 0x01, 0, 0, 1},
    EventShape{LogType::platform_error, LogSeverity::warning, 0, 0xc6, 'E', 0, 3, 0, 0, 0, 0, 1},
    EventShape{LogType::information, LogSeverity::event, 0, 0x86, 'E', 0x80, 3, 0, 0x10, 0x2000, 0,
               1},
    EventShape{LogType::deallocation, LogSeverity::warning, 0, 0xae, 'L', 0x83, 3, 0x20, 0x80,
               0x0100, 0xa200, 1},
    EventShape{LogType::dump, LogSeverity::event, 0, 0x86, 'H', 0x80, 3, 0, 0x08, 0, 0, 2},
    EventShape{LogType::prrn, LogSeverity::event, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0},
};

// Hot plug: [seen] in recorded sessions. EPOW: read from QEMU. It writes no other log; an error of
// a call keeps the common form.
inline constexpr std::array kQemuShapes{
    EventShape{LogType::hot_plug, LogSeverity::event, 6, 0x86, 'H', 0x80, 0, 0, 0, 0, 0, 1},
    EventShape{LogType::epow, LogSeverity::event, 0, 0x86, 'H', 0xa0, 0, 0, 0xd0, 0, 0, 2},
    EventShape{LogType::platform_error, LogSeverity::warning, 0, 0xc6, 'H', 0, 0, 0, 0, 0, 0, 1},
};

}  // namespace lparsim::firmware
