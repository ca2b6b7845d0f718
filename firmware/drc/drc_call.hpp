// What can be asked of a connector: the calls for which drc_table and slot_table have rows (LoPAR
// 13.5.3). A physical slot has all of them, a logical connector those before power_on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lparsim::firmware {

enum class DrcCall : std::uint8_t {
  sense, unusable, usable, exchange, recover, isolate, unisolate, indicator, configure, bad_value,
  power_on, power_off, get_power,
};
inline constexpr std::size_t kLogicalCalls = 10, kSlotCalls = 13;
std::string_view to_string(DrcCall call);

}  // namespace lparsim::firmware
