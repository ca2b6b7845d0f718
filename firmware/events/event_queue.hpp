// Undelivered events of one partition: a value. Each goes out once, by check-exception or by
// event-scan (R1-7.3.3-1), oldest first within the classes asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "sim/base/cells.hpp"

namespace lparsim::firmware {

// Mask bits of check-exception and event-scan (EVENTS.md 1).
inline constexpr std::uint32_t kInternalErrors = 0x8000'0000U;
inline constexpr std::uint32_t kEnvironmentalAndPower = 0x4000'0000U;
inline constexpr std::uint32_t kHotPlug = 0x1000'0000U;
inline constexpr std::uint32_t kIoEvents = 0x0800'0000U;

// Sources in /event-sources; an interrupt specifier is (source, 0 = edge).
inline constexpr std::uint32_t kEpowSource = 0x1000;
inline constexpr std::uint32_t kHotPlugSource = 0x1001;

class EventQueue {
 public:
  // False, and nothing queued, when `limit` events wait already.
  bool push(std::uint32_t class_bit, Bytes log, std::size_t limit);
  // Takes the oldest event of the classes in `mask`; unknown bits of the mask mean nothing.
  std::optional<Bytes> take(std::uint32_t mask);
  std::size_t size() const { return waiting_.size(); }
  std::size_t size(std::uint32_t mask) const;
  void clear() { waiting_.clear(); }
  bool operator==(const EventQueue&) const = default;

 private:
  struct Entry {
    std::uint32_t class_bit = 0;
    Bytes log;
    bool operator==(const Entry&) const = default;
  };
  std::deque<Entry> waiting_;
};

}  // namespace lparsim::firmware
