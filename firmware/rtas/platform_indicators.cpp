#include "firmware/rtas/platform_indicators.hpp"

#include <algorithm>

#include "firmware/events/delivery.hpp"
#include "firmware/rtas/system_parameters.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kToneFrequency = 1, kToneVolume = 2, kEpow = 9, kSurveillance = 9000,
                        kGlobalQueue = 9005;
constexpr std::uint32_t kAnyValue = 0xffffffff;

using Value = std::uint32_t (*)(const CallFrame&);
using Setter = void (*)(CallFrame&, std::uint32_t);

std::uint32_t surveillance_of(const CallFrame& frame) {
  return surveillance_minutes(frame.core, frame.partition);
}

void set_surveillance(CallFrame& frame, std::uint32_t minutes) {
  frame.state().rtas.boot.surveillance = static_cast<std::uint8_t>(minutes);
}

void set_frequency(CallFrame& frame, std::uint32_t hertz) {
  frame.state().rtas.boot.tone[0] = hertz;
}

void set_volume(CallFrame& frame, std::uint32_t percent) {
  frame.state().rtas.boot.tone[1] = percent;
}

// Membership of the calling processor (R1-7.3.5.4.1.2-1, R1-7.3.5.5.1.4-1).
std::uint32_t in_global_queue(const CallFrame& frame) {
  const auto& out = frame.core.at(frame.partition).rtas.boot.out_of_global_queue;
  return std::binary_search(out.begin(), out.end(), frame.server) ? 0 : 1;
}

void set_global_queue(CallFrame& frame, std::uint32_t member) {
  auto& out = frame.state().rtas.boot.out_of_global_queue;
  const auto at = std::lower_bound(out.begin(), out.end(), frame.server);
  const bool is_out = at != out.end() && *at == frame.server;
  if (member != 0 && is_out) out.erase(at);
  if (member == 0 && !is_out) out.insert(at, frame.server);
}

std::uint32_t epow_action(const CallFrame& frame) {
  return epow_sensor(frame.core.at(frame.partition));
}

struct FixedType {
  std::uint32_t token, most;          // highest value that may be set
  Setter set;                         // nullptr: no indicator
  Value get;                          // nullptr: no sensor
};
// All are fast types, with one index each.
constexpr std::array kFixed{
    FixedType{kToneFrequency, kAnyValue, set_frequency, nullptr},
    FixedType{kToneVolume, 100, set_volume, nullptr},
    FixedType{kEpow, 0, nullptr, epow_action},
    FixedType{kSurveillance, 255, set_surveillance, surveillance_of},
    FixedType{kGlobalQueue, 1, set_global_queue, in_global_queue},
};

const FixedType* find_type(const Core& core, std::uint32_t token) {
  const auto& offered = core.profile.services.fixed_indicators;
  if (std::find(offered.begin(), offered.end(), token) == offered.end()) return nullptr;
  const auto* const type = std::find_if(kFixed.begin(), kFixed.end(),
                                        [&](const FixedType& t) { return t.token == token; });
  return type == kFixed.end() ? nullptr : type;
}

// R1-7.3.5.4.1.2-2: the one index of the global queue follows from the number of its server.
std::uint32_t index_of(const Core& core, std::uint32_t token) {
  constexpr std::uint32_t kServerBits = 8;   // no ibm,interrupt-server#-size: taken as 8
  if (token != kGlobalQueue) return 0;
  return (1U << kServerBits) - 1 - (core.profile.services.global_server & 0xffU);
}

}  // namespace

bool set_fixed_indicator(CallFrame& frame) {
  const FixedType* type = find_type(frame.core, frame.in[0]);
  if (type == nullptr || type->set == nullptr) return false;
  if (frame.in[1] != index_of(frame.core, type->token) || frame.in[2] > type->most) {
    frame.answer(kRtasParameterError);
  } else {
    type->set(frame, frame.in[2]);
  }
  return true;
}

bool get_fixed_sensor(CallFrame& frame) {
  const FixedType* type = find_type(frame.core, frame.in[0]);
  if (type == nullptr || type->get == nullptr) return false;
  if (frame.in[1] != index_of(frame.core, type->token)) {
    frame.answer(kRtasParameterError);
  } else {
    frame.out[1] = type->get(frame);
  }
  return true;
}

bool fast_type(const CallFrame& frame) {
  return std::any_of(kFixed.begin(), kFixed.end(),
                     [&](const FixedType& type) { return type.token == frame.in[0]; });
}

std::vector<std::array<std::uint32_t, 2>> fixed_types(const Core& core, Side side) {
  std::vector<std::array<std::uint32_t, 2>> types;
  for (const std::uint32_t token : core.profile.services.fixed_indicators) {
    const FixedType* type = find_type(core, token);
    if (type == nullptr) continue;
    const bool has = side == Side::indicator ? type->set != nullptr : type->get != nullptr;
    if (has) types.push_back({token, index_of(core, token)});
  }
  return types;
}

std::vector<std::uint32_t> listed_types(const Core& core) {
  if (!core.profile.services.location_lights) return {};
  return {kFaultLight, kIdentifyLight};
}

std::vector<std::string> light_locations(const Core& core, std::size_t partition) {
  std::vector<std::string> locations;
  const PartitionId id = core.at(partition).config.id;
  for (std::size_t i = 0; i < core.state.slots.size(); ++i) {
    const SlotState& slot = core.state.slots[i];
    if (slot.owner == id) locations.push_back(core.platform.slots[i].location);
  }
  return locations;
}

std::uint8_t surveillance_minutes(const Core& core, std::size_t partition) {
  const auto& set = core.at(partition).rtas.boot.surveillance;
  if (set) return *set;
  return byte_parameter(core, partition, kSurveillanceOn) == 0
             ? std::uint8_t{0}
             : byte_parameter(core, partition, kSurveillanceMinutes);
}

}  // namespace lparsim::firmware
