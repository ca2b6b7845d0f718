// set-indicator and get-sensor-state for DRCs, and the power calls (LoPAR 7.3.5, 7.3.6, 13.5.3).
#include "firmware/drc/drc_space.hpp"
#include "firmware/rtas/call_table.hpp"
#include "firmware/rtas/platform_indicators.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kIsolationState = 9001, kDrIndicator = 9002, kAllocationState = 9003;
constexpr std::uint32_t kDrEntitySense = 9003;

// The state machine's call for (indicator, value); nullopt: no such value (-3).
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
  if (indicator == kDrIndicator) return DrcCall::indicator;
  for (const Row& row : kRows) {
    if (row.indicator != indicator || row.value != value) continue;
    const bool special = row.call == DrcCall::exchange || row.call == DrcCall::recover;
    if (special && !readings.exchange_recover_allowed) return std::nullopt;
    return row.call;
  }
  return std::nullopt;
}

void set_indicator(CallFrame& frame) {
  if (set_fixed_indicator(frame)) return;
  const auto place = find_drc(frame.core, frame.state(), DrcIndex{frame.in[1]});
  const auto call = call_for(frame.in[0], frame.in[2], frame.core.profile.drc);
  if (!place || !call) return frame.answer(kRtasParameterError);
  frame.answer(perform(frame.core, frame.partition, *place, *call).status);
}

void get_sensor_state(CallFrame& frame) {
  if (get_fixed_sensor(frame)) return;
  const auto place = find_drc(frame.core, frame.state(), DrcIndex{frame.in[1]});
  if (frame.in[0] != kDrEntitySense || !place) return frame.answer(kRtasParameterError);
  const DrcVerdict verdict = perform(frame.core, frame.partition, *place, DrcCall::sense);
  frame.answer(verdict.status);
  frame.out[1] = static_cast<std::uint32_t>(verdict.sense);
}

// Only logical DRCs are modelled; their domain is -1, which is never passed here: an invalid
// domain, and so -3 by the general rule (7.2.7 note 1).
void set_power_level(CallFrame& frame) { frame.answer(kRtasParameterError); }
void get_power_level(CallFrame& frame) { frame.answer(kRtasParameterError); }

constexpr std::array kIndicator{
    kNormal, kHardware, kBusy, kParameter, Outcome{"multi_level_isolation", -9000},
    Outcome{"valid_translation", -9001}, LPARSIM_EXTENDED_DELAYS};
// Fast types are never busy.
constexpr std::array kFast{kNormal, kHardware, kParameter};

std::span<const Outcome> indicator_outcomes(const CallFrame& frame) {
  if (fast_type(frame)) return kFast;
  return kIndicator;
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
