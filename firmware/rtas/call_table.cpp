#include "firmware/rtas/call_table.hpp"

#include <string>

namespace lparsim::firmware {
namespace {

// Words for the statuses, as scenarios write them.
constexpr Outcome kNormal{"normal", 0}, kHardware{"hardware_error", -1}, kBusy{"busy", -2},
    kParameter{"parameter_error", -3};
#define LPARSIM_EXTENDED_DELAYS                                                            \
  Outcome{"extended_delay_1ms", 9900}, Outcome{"extended_delay_10ms", 9901},               \
      Outcome{"extended_delay_100ms", 9902}, Outcome{"extended_delay_1s", 9903},           \
      Outcome{"extended_delay_10s", 9904}, Outcome {"extended_delay_100s", 9905}

constexpr std::array kIndicator{
    kNormal, kHardware, kBusy, kParameter, Outcome{"multi_level_isolation", -9000},
    Outcome{"valid_translation", -9001}, LPARSIM_EXTENDED_DELAYS};
constexpr std::array kSensor{kNormal, kHardware, kBusy, kParameter,
                             Outcome{"entity_isolated", -9000}, Outcome{"power_needed", -9001},
                             LPARSIM_EXTENDED_DELAYS};
constexpr std::array kConnector{
    kNormal, kHardware, kBusy, Outcome{"need_more_memory", kNeedMoreMemory},
    Outcome{"not_supported_in_system", -9001}, Outcome{"not_supported_in_connector", -9002},
    Outcome{"unusable", -9003}, LPARSIM_EXTENDED_DELAYS};
constexpr std::array kSetPower{kNormal, kHardware, kBusy, kParameter,
                               Outcome{"bus_frequency", -9000}, LPARSIM_EXTENDED_DELAYS};
constexpr std::array kGetPower{kNormal, kHardware, kBusy, kParameter};
constexpr std::array kStart{kNormal, kHardware, Outcome{"not_enough_resources", 3}};
constexpr std::array kQuery{kNormal, kHardware, kBusy};
constexpr std::array kLogs{kNormal, kHardware, Outcome{"no_errors_found", 1}};
constexpr std::array kHardwareOnly{kNormal, kHardware};
constexpr std::array kTerm{kNormal, kHardware, kBusy};

using S = Subject;
// name, site, inputs (least, most), outputs, busy, subject, handler, refused, outcomes
constexpr std::array kCalls{
    CallRow{"set-indicator", "rtas.set-indicator", 3, 3, 1, true, S::input1, set_indicator, nullptr,
            kIndicator},
    CallRow{"get-sensor-state", "rtas.get-sensor-state", 2, 2, 2, true, S::input1, get_sensor_state,
            nullptr, kSensor},
    CallRow{"ibm,configure-connector", "rtas.ibm,configure-connector", 2, 2, 1, true, S::work_area,
            configure_connector, connector_refused, kConnector},
    CallRow{"start-cpu", "rtas.start-cpu", 3, 3, 1, false, S::input0, start_cpu, nullptr, kStart},
    CallRow{"stop-self", "rtas.stop-self", 0, 0, 1, false, S::caller, stop_self, nullptr,
            kHardwareOnly},
    CallRow{"query-cpu-stopped-state", "rtas.query-cpu-stopped-state", 1, 1, 2, true, S::input0,
            query_cpu_stopped_state, nullptr, kQuery},
    CallRow{"set-power-level", "rtas.set-power-level", 2, 2, 2, true, S::input0, set_power_level,
            nullptr, kSetPower},
    CallRow{"get-power-level", "rtas.get-power-level", 1, 1, 2, true, S::input0, get_power_level,
            nullptr, kGetPower},
    CallRow{"check-exception", "rtas.check-exception", 6, 7, 1, false, S::nothing, check_exception,
            nullptr, kLogs},
    CallRow{"event-scan", "rtas.event-scan", 4, 4, 1, false, S::nothing, event_scan, nullptr,
            kLogs},
    CallRow{"rtas-last-error", "rtas.rtas-last-error", 2, 2, 1, false, S::nothing, rtas_last_error,
            nullptr, kLogs},
    CallRow{"power-off", "rtas.power-off", 2, 2, 1, false, S::nothing, power_off_call, nullptr,
            kHardwareOnly},
    CallRow{"system-reboot", "rtas.system-reboot", 0, 0, 1, false, S::nothing, system_reboot,
            nullptr, kHardwareOnly},
    CallRow{"ibm,os-term", "rtas.ibm,os-term", 1, 1, 1, true, S::nothing, os_term, nullptr, kTerm},
};

}  // namespace

std::span<const CallRow> call_table() { return kCalls; }

std::vector<TokenShape> rtas_tokens(const FirmwareProfile& profile) {
  std::vector<TokenShape> tokens;
  for (std::size_t i = 0; i < kCalls.size(); ++i) {
    tokens.push_back({std::string(kCalls[i].name),
                      RtasToken{profile.token_base + static_cast<std::uint32_t>(i)}});
  }
  return tokens;
}

}  // namespace lparsim::firmware
