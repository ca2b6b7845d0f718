// RTAS as a program of the partition reaches it: what librtas does around the rtas system call
// (drmgr.md 2.5). Tokens come from the tree, the work area lies in the RMO buffer, and busy answers
// are repeated here, so that programs never see them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "models/userland/process.hpp"

namespace lparsim::userland {

// Statuses that are librtas's own.
inline constexpr int kNoRmoBuffer = -1001, kRtasFailed = -1098, kNoSuchCall = -1099;

// Sensor and indicators (LoPAR 7.3.6, 7.3.7), and what they can say.
inline constexpr std::uint32_t kIsolationState = 9001, kDrIndicator = 9002,
                               kAllocationState = 9003, kEntitySense = 9003;
inline constexpr std::uint32_t kIsolate = 0, kUnisolate = 1;
inline constexpr std::uint32_t kUnusable = 0, kUsable = 1;
inline constexpr std::uint32_t kLedOff = 0, kLedOn = 1, kLedIdentify = 2, kLedAction = 3;
inline constexpr std::uint32_t kPowerOff = 0, kPowerOn = 100;

inline constexpr std::size_t kWorkAreaSize = 4096;

class RtasClient {
 public:
  explicit RtasClient(Process& process) : process_(process) {}

  // [blocks] All return the status of the call, or one of librtas's own. `state` is what firmware
  // left in the second output cell.
  int get_sensor(std::uint32_t sensor, std::uint32_t index, std::uint32_t& state);
  int set_indicator(std::uint32_t indicator, std::uint32_t index, std::uint32_t value);
  int set_power_level(std::uint32_t domain, std::uint32_t level);
  // ibm,configure-connector with a work area that is copied in and out.
  int configure_connector(std::span<std::uint8_t, kWorkAreaSize> work_area);
  // ibm,get- and set-system-parameter: two bytes of length and the value, as long as `data` is.
  int get_parameter(std::uint32_t parameter, std::span<std::uint8_t> data);
  int set_parameter(std::uint32_t parameter, std::span<const std::uint8_t> data);

 private:
  std::uint8_t* work_area(std::uint32_t& address);
  int call(std::string_view name, std::initializer_list<std::uint32_t> in,
           std::span<std::uint32_t> out);

  Process& process_;
};

}  // namespace lparsim::userland
