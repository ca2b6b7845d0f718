// Indicators and sensors that are not connectors' (LoPAR 7.3.5.4, 7.3.5.5; RTAS.md 2): those found
// by a fixed index (tone, surveillance, global interrupt queue, EPOW) and the lights found by
// location code (9006 fault, 9007 identify).
#pragma once

#include <string>
#include <vector>

#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {

enum class Side : std::uint8_t { indicator, sensor };

inline constexpr std::uint32_t kFaultLight = 9006, kIdentifyLight = 9007;
inline constexpr std::uint32_t kByLocation = 0xffffffff;   // index of those in ibm,get-indices

// Carry out set-indicator or get-sensor-state for a fixed type. False, and nothing done, when the
// type is none of these or the profile does not offer it.
bool set_fixed_indicator(CallFrame& frame);
bool get_fixed_sensor(CallFrame& frame);
// Whether the type in input 0 never answers busy (R1-7.3.5.4-4, R1-7.3.5.5-4).
bool fast_type(const CallFrame& frame);

// (token, highest index) as in rtas-indicators and rtas-sensors.
std::vector<std::array<std::uint32_t, 2>> fixed_types(const Core& core, Side side);
// Types that ibm,get-indices lists.
std::vector<std::uint32_t> listed_types(const Core& core);
// Location codes of the lights that the partition may use now: those of its slots.
std::vector<std::string> light_locations(const Core& core, std::size_t partition);
// Minutes of the surveillance that is in force; 0: off.
std::uint8_t surveillance_minutes(const Core& core, std::size_t partition);

}  // namespace lparsim::firmware
