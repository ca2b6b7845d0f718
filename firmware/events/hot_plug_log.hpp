// Version 6 event log of a hot-plug event (LoPAR 10.3, table 10-22; reference EVENTS.md 2-4).
#pragma once

#include <cstdint>
#include <string>

#include "firmware/profiles/profile.hpp"
#include "sim/base/cells.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

enum class HotPlugResource : std::uint8_t { cpu = 1, memory = 2, slot = 3, phb = 4, pci = 5 };
enum class HotPlugAction : std::uint8_t { add = 1, remove = 2 };
enum class HotPlugIdentifier : std::uint8_t { name = 1, index = 2, count = 3, count_indexed = 4 };

struct HotPlugEvent {
  HotPlugResource resource = HotPlugResource::cpu;
  HotPlugAction action = HotPlugAction::add;
  HotPlugIdentifier identifier = HotPlugIdentifier::index;
  DrcIndex index;                    // index and count_indexed
  std::uint32_t count = 0;           // count and count_indexed
  std::string name;                  // name
  bool operator==(const HotPlugEvent&) const = default;
};

struct LogStamp {                    // what the main section says besides the event
  std::uint32_t platform_log_id = 0;
  std::uint64_t seconds = 0;         // since 1970, of simulated time; BCD date and time
};

// The whole log: fixed part, PH, UH, HP.
Bytes hot_plug_log(const EventLayout& layout, const HotPlugEvent& event, LogStamp stamp);

// What fits into `size` bytes: the fixed part always (if it fits at all), then whole sections; the
// lengths and the section count of the shortened log are put right. critical: fixed part only.
Bytes truncated_log(ByteView log, std::size_t size, bool critical);

}  // namespace lparsim::firmware
