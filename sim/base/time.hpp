// Simulated time: nanoseconds since the start of the episode, and the one port that tells it.
#pragma once

#include <chrono>
#include <cstdint>

namespace lparsim {

// A clock that only names the type of its time points; it cannot be asked for the time.
// Whoever needs the time takes a Clock&.
struct SimulatedClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SimulatedClock>;
  static constexpr bool is_steady = true;
};

using Duration = SimulatedClock::duration;
using TimePoint = SimulatedClock::time_point;

// The seam for time. The SystemC shell, a test and a gateway each bring their own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
};

// A clock that moves only when it is told to; for tests and for libraries run without SystemC.
class ManualClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  void advance(Duration by) { now_ += by; }
  void set(TimePoint to) { now_ = to; }

 private:
  TimePoint now_{};
};

}  // namespace lparsim
