// From what happened to the bytes of its log (EVENTS.md 2-6).
#pragma once

#include "firmware/events/log_writer.hpp"

namespace lparsim::firmware {

// Mask bits of check-exception and event-scan (table 10-1).
inline constexpr std::uint32_t kInternalErrors = 0x8000'0000U;
inline constexpr std::uint32_t kEnvironmentalAndPower = 0x4000'0000U;
inline constexpr std::uint32_t kHotPlug = 0x1000'0000U;
inline constexpr std::uint32_t kIoEvents = 0x0800'0000U;

LogType type_of(const PlatformEvent& event);
// PRRN, initiated by hot plug, counts as hot plug; it still comes by event-scan alone (R1-15.6-4).
std::uint32_t class_of(LogType type);
// Severity of the fixed part; that of an error is its own.
LogSeverity severity_of(const EventLayout& layout, const PlatformEvent& event);

// The whole log. The layout has a shape for the event's type.
Bytes log_of(const EventLayout& layout, const PlatformEvent& event, LogStamp stamp);

}  // namespace lparsim::firmware
