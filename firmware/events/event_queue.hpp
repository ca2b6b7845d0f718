// Undelivered events of one partition: a value. Each goes out once, oldest first among those that
// are asked for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "firmware/events/event_logs.hpp"

namespace lparsim::firmware {

struct QueuedEvent {
  LogType type{};
  LogSeverity severity{};
  std::uint32_t class_bit = 0;       // by type
  std::uint32_t log_id = 0;
  std::uint8_t detail = 0;           // action of a hot-plug event, code of an EPOW
  bool survives_reset = false;       // it tells about the platform, not about this boot
  Bytes log;
  bool operator==(const QueuedEvent&) const = default;
};

class EventQueue {
 public:
  void push(QueuedEvent event) { waiting_.push_back(std::move(event)); }

  // Takes the oldest event for which `wanted` holds.
  template <class Wanted>
  std::optional<QueuedEvent> take(Wanted wanted) {
    const auto found = std::find_if(waiting_.begin(), waiting_.end(), wanted);
    if (found == waiting_.end()) return std::nullopt;
    QueuedEvent event = std::move(*found);
    waiting_.erase(found);
    return event;
  }
  template <class Wanted>
  std::size_t count(Wanted wanted) const {
    return static_cast<std::size_t>(std::count_if(waiting_.begin(), waiting_.end(), wanted));
  }
  template <class Unwanted>
  void drop(Unwanted unwanted) {
    std::erase_if(waiting_, unwanted);
  }
  std::size_t size() const { return waiting_.size(); }
  bool operator==(const EventQueue&) const = default;

 private:
  std::deque<QueuedEvent> waiting_;
};

}  // namespace lparsim::firmware
