// Events of one partition as values: what waits, what was told, which warnings hold.
#pragma once

#include <cstdint>
#include <optional>

#include "firmware/events/event_queue.hpp"

namespace lparsim::firmware {

struct CallError {                   // a call that answered -1, until rtas-last-error tells it
  std::uint32_t token = 0;
  std::uint32_t argument = 0;        // its first input

  bool operator==(const CallError&) const = default;
};

struct EventState {
  EventQueue queue;
  std::uint32_t logs = 0;            // made so far; they number themselves by it
  std::uint32_t lost = 0;            // refused because the queue of their class was full
  std::uint8_t scan_left = 2;        // logs that the present sequence of event-scan may still take
  std::uint8_t system_epow = 0, own_epow = 0;   // bit n: code n holds
  std::optional<CallError> last_error;

  bool operator==(const EventState&) const = default;
};

}  // namespace lparsim::firmware
