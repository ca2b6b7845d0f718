#include "firmware/events/event_queue.hpp"

#include <algorithm>
#include <utility>

namespace lparsim::firmware {

bool EventQueue::push(std::uint32_t class_bit, Bytes log, std::size_t limit) {
  if (waiting_.size() >= limit) return false;
  waiting_.push_back({class_bit, std::move(log)});
  return true;
}

std::optional<Bytes> EventQueue::take(std::uint32_t mask) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const Entry& e) { return (e.class_bit & mask) != 0; });
  if (found == waiting_.end()) return std::nullopt;
  Bytes log = std::move(found->log);
  waiting_.erase(found);
  return log;
}

std::size_t EventQueue::size(std::uint32_t mask) const {
  return static_cast<std::size_t>(
      std::count_if(waiting_.begin(), waiting_.end(),
                    [&](const Entry& e) { return (e.class_bit & mask) != 0; }));
}

}  // namespace lparsim::firmware
