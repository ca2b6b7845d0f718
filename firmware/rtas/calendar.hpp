// Dates of the Gregorian calendar as the time-of-day calls pass them (LoPAR 7.3.2.1).
#pragma once

#include <cstdint>

#include "sim/base/time.hpp"

namespace lparsim::firmware {

struct CalendarTime {
  std::uint32_t year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0,
                nanosecond = 0;

  bool operator==(const CalendarTime&) const = default;
};

// A real date between 1970 and 2199 (what nanoseconds in 64 bits reach), months and days counted
// from 1; leap years as the calendar has them, no leap seconds (R1-7.3.2.1-1, -3).
bool is_date(const CalendarTime& time);
// Time since 1970-01-01 00:00:00; `time` must be a date.
Duration since_1970(const CalendarTime& time);
// The date so long after 1970-01-01; the inverse of since_1970().
CalendarTime calendar_time(Duration since_1970);

}  // namespace lparsim::firmware
