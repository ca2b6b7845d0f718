// The RTAS calls, one row each (LoPAR chapter 7; RTAS.md 2). The same rows dispatch, make the token
// properties of /rtas, and say which statuses the Choices seam may ask for.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "firmware/device_tree/builder.hpp"
#include "firmware/guest_memory.hpp"
#include "firmware/platform/core.hpp"
#include "sim/base/choices.hpp"

namespace lparsim::firmware {

// Statuses of table 7-6 that more than one call uses.
inline constexpr std::int32_t kRtasSuccess = 0, kRtasHardwareError = -1, kRtasBusy = -2,
                              kRtasParameterError = -3;

inline constexpr std::uint32_t kMaxInputs = 7, kMaxOutputs = 2;
inline constexpr std::uint16_t kUnknownCall = 0xffff;

// One call being carried out. Handlers set out[0] = status; everything else only on success.
struct CallFrame {
  Core& core;
  std::size_t partition;
  GuestMemory& memory;
  ServerNumber server;
  std::uint32_t inputs = 0;
  std::array<std::uint32_t, kMaxInputs> in{};
  std::array<std::uint32_t, kMaxOutputs> out{};
  bool parks = false;

  PartitionState& state() { return core.at(partition); }
  void answer(std::int32_t status) { out[0] = static_cast<std::uint32_t>(status); }
  std::int32_t status() const { return static_cast<std::int32_t>(out[0]); }
  // Whether [address, +size) lies in the real-mode area.
  bool in_rmo(std::uint64_t address, std::uint64_t size) const {
    return memory.in_rmo(address, size);
  }
};

// What a fault at this call is about: the argument of its choice point.
enum class Subject : std::uint8_t { nothing, input0, input1, caller, work_area };

struct CallRow {
  std::string_view name;           // property below /rtas
  std::string_view site;           // of the choice point
  std::uint8_t min_inputs, max_inputs, outputs;
  bool busy_allowed;               // -2 or 990x is among its statuses
  Subject subject;
  void (*handler)(CallFrame&);
  void (*refused)(CallFrame&);     // a chosen status ends something (nullptr: it does not)
  std::span<const Outcome> outcomes;   // [0] normal, then every other status of its table
};

std::span<const CallRow> call_table();
// Properties of /rtas: (name, token), in token order.
std::vector<TokenShape> rtas_tokens(const FirmwareProfile& profile);

// Handlers, by file.
void set_indicator(CallFrame& frame);              // dr_calls.cpp
void get_sensor_state(CallFrame& frame);
void set_power_level(CallFrame& frame);
void get_power_level(CallFrame& frame);
void configure_connector(CallFrame& frame);        // configure_connector.cpp
void connector_refused(CallFrame& frame);
std::uint32_t work_area_drc(const CallFrame& frame);
void start_cpu(CallFrame& frame);                  // cpu_calls.cpp
void stop_self(CallFrame& frame);
void query_cpu_stopped_state(CallFrame& frame);
void power_off_call(CallFrame& frame);
void system_reboot(CallFrame& frame);
void os_term(CallFrame& frame);
void check_exception(CallFrame& frame);            // event_calls.cpp
void event_scan(CallFrame& frame);
void rtas_last_error(CallFrame& frame);

}  // namespace lparsim::firmware
