// set-indicator and get-sensor-state for DRCs, and the power calls (LoPAR 7.3.5, 7.3.6, 13.5.3).
#include "firmware/drc/drc_space.hpp"
#include "firmware/rtas/call_table.hpp"
#include "firmware/rtas/platform_indicators.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kIsolationState = 9001, kDrIndicator = 9002, kAllocationState = 9003;
constexpr std::uint32_t kDrEntitySense = 9003, kHighestIndicator = 3;
constexpr std::uint32_t kPowerOff = 0, kPowerOn = 100;

// The state machine's call for (indicator, value); nullopt: no indicator of DRCs.
std::optional<DrcCall> call_for(std::uint32_t indicator, std::uint32_t value,
                                const DrcReadings& readings) {
  struct Row {
    std::uint32_t indicator, value;
    DrcCall call;
  };
  constexpr std::array kRows{
      Row{kIsolationState, 0, DrcCall::isolate},   Row{kIsolationState, 1, DrcCall::unisolate},
      Row{kAllocationState, 0, DrcCall::unusable}, Row{kAllocationState, 1, DrcCall::usable},
      Row{kAllocationState, 2, DrcCall::exchange}, Row{kAllocationState, 3, DrcCall::recover},
  };
  if (indicator < kIsolationState || indicator > kAllocationState) return std::nullopt;
  if (indicator == kDrIndicator) {
    return value <= kHighestIndicator ? DrcCall::indicator : DrcCall::bad_value;
  }
  for (const Row& row : kRows) {
    if (row.indicator != indicator || row.value != value) continue;
    const bool special = row.call == DrcCall::exchange || row.call == DrcCall::recover;
    return special && !readings.exchange_recover_allowed ? DrcCall::bad_value : row.call;
  }
  return DrcCall::bad_value;
}

// The slot that a power domain belongs to; nullopt: answered already (another partition's domain is
// an unknown one, R1-14.10-27).
std::optional<DrcPlace> domain_of(CallFrame& frame) {
  const auto place = find_power_domain(frame.core, frame.state(), frame.in[0]);
  if (!place) frame.answer(frame.core.profile.drc.power_parameter_status);
  return place;
}

void set_indicator(CallFrame& frame) {
  if (set_fixed_indicator(frame)) return;
  const auto place = find_drc(frame.core, frame.state(), DrcIndex{frame.in[1]});
  const auto call = call_for(frame.in[0], frame.in[2], frame.core.profile.drc);
  if (!place || !call) return frame.answer(kRtasParameterError);
  const DrcVerdict verdict = perform(frame.core, frame.partition, *place, *call, frame.arguments);
  frame.answer(verdict.status);
  if (verdict.action == DrcAction::indicate) {
    frame.core.state.slots[place->position].indicator = static_cast<std::uint8_t>(frame.in[2]);
  }
}

void get_sensor_state(CallFrame& frame) {
  if (get_fixed_sensor(frame)) return;
  const auto place = find_drc(frame.core, frame.state(), DrcIndex{frame.in[1]});
  if (frame.in[0] != kDrEntitySense || !place) return frame.answer(kRtasParameterError);
  const DrcVerdict verdict = perform(frame.core, frame.partition, *place, DrcCall::sense);
  frame.answer(verdict.status);
  frame.out[1] = static_cast<std::uint32_t>(verdict.value);
}

// Domain -1 (live insertion, logical connectors) is never to be passed here: an invalid domain.
void set_power_level(CallFrame& frame) {
  const std::uint32_t level = frame.in[1];
  if (frame.in[0] == kLiveInsertion && frame.core.profile.drc.live_domain_echoes) {
    frame.out[1] = level;
    return frame.answer(kRtasSuccess);
  }
  const auto place = domain_of(frame);
  if (!place) return;
  if (level != kPowerOn && level != kPowerOff) {
    return frame.answer(frame.core.profile.drc.power_parameter_status);
  }
  const DrcVerdict verdict = perform(frame.core, frame.partition, *place,
                                     level == kPowerOn ? DrcCall::power_on : DrcCall::power_off);
  frame.answer(verdict.status);
  // Actual_level: what the domain has now, also while it is on its way.
  const DrcVerdict now = perform(frame.core, frame.partition, *place, DrcCall::get_power);
  frame.out[1] = static_cast<std::uint32_t>(now.value);
}

void get_power_level(CallFrame& frame) {
  if (frame.in[0] == kLiveInsertion && frame.core.profile.drc.live_domain_echoes) {
    frame.out[1] = kPowerOn;
    return frame.answer(kRtasSuccess);
  }
  const auto place = domain_of(frame);
  if (!place) return;
  const DrcVerdict verdict =
      perform(frame.core, frame.partition, *place, DrcCall::get_power);
  frame.answer(verdict.status);
  frame.out[1] = static_cast<std::uint32_t>(verdict.value);
}

constexpr std::array kIndicator{
    kNormal, kHardware, kBusy, kParameter, Outcome{"multi_level_isolation", -9000},
    Outcome{"valid_translation", -9001}, LPARSIM_EXTENDED_DELAYS};
// Fast types are never busy.
constexpr std::array kFast{kNormal, kHardware, kParameter};
// 9002 and 9003 have no extended delay (R1-13.5.3.4-3, open point 31).
constexpr std::size_t kWithoutDelays = 6;
static_assert(kIndicator[kWithoutDelays].value == 9900);

std::span<const Outcome> indicator_outcomes(const CallFrame& frame) {
  if (fast_type(frame)) return kFast;
  const bool plain = frame.in[0] == kDrIndicator || frame.in[0] == kAllocationState;
  const bool all = !plain || frame.core.profile.drc.extended_delay_everywhere;
  return std::span<const Outcome>{kIndicator}.first(all ? kIndicator.size() : kWithoutDelays);
}

constexpr std::array kSensor{kNormal, kHardware, kBusy, kParameter,
                             Outcome{"entity_isolated", -9000}, Outcome{"power_needed", -9001},
                             LPARSIM_EXTENDED_DELAYS};
std::span<const Outcome> sensor_outcomes(const CallFrame& frame) {
  if (fast_type(frame)) return kFast;
  return kSensor;
}

constexpr std::array kSetPower{kNormal, kHardware, kBusy, kParameter,
                               Outcome{"bus_frequency", -9000}, LPARSIM_EXTENDED_DELAYS};
constexpr std::array kGetPower{kNormal, kHardware, kBusy, kParameter};

// name, site, inputs and outputs (least, most), busy, subject, handler, refused, outcomes
constexpr std::array kRows{
    CallRow{"set-indicator", "rtas.set-indicator", 3, 3, 1, 1, true, Subject::input1, set_indicator,
            nullptr, kIndicator, indicator_outcomes},
    CallRow{"get-sensor-state", "rtas.get-sensor-state", 2, 2, 2, 2, true, Subject::input1,
            get_sensor_state, nullptr, kSensor, sensor_outcomes},
};
constexpr std::array kPowerRows{
    CallRow{"set-power-level", "rtas.set-power-level", 2, 2, 2, 2, true, Subject::input0,
            set_power_level, nullptr, kSetPower},
    CallRow{"get-power-level", "rtas.get-power-level", 1, 1, 2, 2, true, Subject::input0,
            get_power_level, nullptr, kGetPower},
};

}  // namespace

std::span<const CallRow> dr_rows() { return kRows; }
std::span<const CallRow> power_rows() { return kPowerRows; }

}  // namespace lparsim::firmware
