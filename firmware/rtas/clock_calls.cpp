// The time-of-day calls (LoPAR 7.3.2) on simulated time: each partition's clock is the platform's
// with an offset of its own. When the platform then powers on at a set time is the shell's doing
// (Hypervisor::scheduled_power_on).
#include "firmware/rtas/calendar.hpp"
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {
namespace {

CalendarTime given_time(const CallFrame& frame) {
  return {frame.in[0], frame.in[1], frame.in[2], frame.in[3],
          frame.in[4], frame.in[5], frame.in[6]};
}

Duration simulated(const CallFrame& frame) {
  return frame.core.services.clock.now().time_since_epoch();
}

// The platform's clock: what it showed when the simulation began, and the time since.
Duration platform_time(const CallFrame& frame) {
  return std::chrono::seconds{frame.core.profile.services.start_of_time_s} + simulated(frame);
}

void get_time_of_day(CallFrame& frame) {
  const Duration own = platform_time(frame) + frame.state().rtas.kept.clock_offset;
  const CalendarTime time = calendar_time(own);
  const std::array<std::uint32_t, 7> cells{time.year,   time.month,  time.day,       time.hour,
                                           time.minute, time.second, time.nanosecond};
  std::copy(cells.begin(), cells.end(), frame.out.begin() + 1);
}

void set_time_of_day(CallFrame& frame) {
  const CalendarTime time = given_time(frame);
  if (!is_date(time)) return frame.answer(kRtasParameterError);
  frame.state().rtas.kept.clock_offset = since_1970(time) - platform_time(frame);
}

// Out of range: in the past, or farther ahead than the platform's timer reaches.
void set_time_for_power_on(CallFrame& frame) {
  const CalendarTime time = given_time(frame);
  if (!is_date(time)) return frame.answer(kRtasParameterError);
  KeptServices& kept = frame.state().rtas.kept;
  const Duration ahead = since_1970(time) - platform_time(frame) - kept.clock_offset;
  const Duration farthest =
      std::chrono::hours{24} * frame.core.profile.services.power_on_days_ahead;
  if (ahead <= Duration{0} || ahead > farthest) return frame.answer(kRtasParameterError);
  kept.power_on_at = TimePoint{simulated(frame) + ahead};
}

constexpr std::array kGet{kNormal, kHardware, kBusy, LPARSIM_EXTENDED_DELAYS};
constexpr std::array kSet{kNormal, kHardware, kParameter, LPARSIM_EXTENDED_DELAYS};
constexpr std::array kPowerOn{kNormal, kHardware, kBusy, kParameter, LPARSIM_EXTENDED_DELAYS};

constexpr std::array kRows{
    CallRow{"get-time-of-day", "rtas.get-time-of-day", 0, 0, 8, 8, true, Subject::nothing,
            get_time_of_day, nullptr, kGet},
    CallRow{"set-time-of-day", "rtas.set-time-of-day", 7, 7, 1, 1, true, Subject::input0,
            set_time_of_day, nullptr, kSet},
    CallRow{"set-time-for-power-on", "rtas.set-time-for-power-on", 7, 7, 1, 1, true,
            Subject::input0, set_time_for_power_on, nullptr, kPowerOn},
};

}  // namespace

std::span<const CallRow> clock_rows() { return kRows; }

}  // namespace lparsim::firmware
