#include "firmware/rtas/calendar.hpp"

#include <array>
#include <chrono>

namespace lparsim::firmware {
namespace {

using std::chrono::days;

std::chrono::year_month_day day_of(const CalendarTime& time) {
  return {std::chrono::year{static_cast<int>(time.year)}, std::chrono::month{time.month},
          std::chrono::day{time.day}};
}

}  // namespace

bool is_date(const CalendarTime& time) {
  constexpr std::uint32_t kFirst = 1970, kLast = 2199;
  // Bounds first: chrono's fields are bytes.
  return time.year >= kFirst && time.year <= kLast && time.month >= 1 && time.month <= 12 &&
         time.day >= 1 && time.day <= 31 && day_of(time).ok() && time.hour < 24 &&
         time.minute < 60 && time.second < 60 && time.nanosecond < 1'000'000'000U;
}

Duration since_1970(const CalendarTime& time) {
  const days whole = std::chrono::sys_days{day_of(time)}.time_since_epoch();
  return Duration{whole} + std::chrono::hours{time.hour} + std::chrono::minutes{time.minute} +
         std::chrono::seconds{time.second} + std::chrono::nanoseconds{time.nanosecond};
}

CalendarTime calendar_time(Duration since_1970) {
  const auto whole = std::chrono::floor<days>(since_1970);
  const std::chrono::year_month_day date{std::chrono::sys_days{whole}};
  const std::chrono::hh_mm_ss<Duration> clock{since_1970 - whole};
  const auto number = [](auto value) { return static_cast<std::uint32_t>(value); };
  return {number(static_cast<int>(date.year())),
          number(static_cast<unsigned>(date.month())),
          number(static_cast<unsigned>(date.day())),
          number(clock.hours().count()),
          number(clock.minutes().count()),
          number(clock.seconds().count()),
          number(clock.subseconds().count())};
}

}  // namespace lparsim::firmware
