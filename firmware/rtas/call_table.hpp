// The RTAS calls, one row each (LoPAR chapter 7; RTAS.md 2). The same rows dispatch, make the token
// properties of /rtas, and say which statuses the Choices seam may ask for. A call is added as a
// handler and a row in the file of its subject.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
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

inline constexpr std::uint32_t kMaxInputs = 10, kMaxOutputs = 9;
inline constexpr std::uint16_t kUnknownCall = 0xffff;

// One call being carried out. Handlers answer() a status; everything else only on success.
struct CallFrame {
  Core& core;
  std::size_t partition;
  GuestMemory& memory;
  ServerNumber server;
  std::uint32_t inputs = 0, outputs = 0;   // as many as the block has
  std::array<std::uint32_t, kMaxInputs> in{};
  GuestAddress arguments{};                // of the block
  std::uint8_t status_at = 0;              // output cell of the status
  bool parks = false;
  std::array<std::uint32_t, kMaxOutputs> out{};

  PartitionState& state() { return core.at(partition); }
  void answer(std::int32_t status) { out[status_at] = static_cast<std::uint32_t>(status); }
  std::int32_t status() const { return static_cast<std::int32_t>(out[status_at]); }
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
  std::uint8_t min_inputs, max_inputs, min_outputs, max_outputs;
  bool busy_allowed;               // -2 or 990x is among its statuses
  Subject subject;
  void (*handler)(CallFrame&);
  void (*refused)(CallFrame&);     // a chosen status ends something (nullptr: it does not)
  std::span<const Outcome> outcomes;   // [0] normal, then every other status of its table
  // Where the statuses depend on the arguments; nullptr: `outcomes` always.
  std::span<const Outcome> (*outcomes_of)(const CallFrame&) = nullptr;
  std::uint8_t status_output = 0;      // ibm,open-errinjct: 1, its token comes first
};

// Words for the statuses that scenarios script; a row's outcomes begin with kNormal.
inline constexpr Outcome kNormal{"normal", 0}, kHardware{"hardware_error", -1}, kBusy{"busy", -2},
    kParameter{"parameter_error", -3};
#define LPARSIM_EXTENDED_DELAYS                                                            \
  Outcome{"extended_delay_1ms", 9900}, Outcome{"extended_delay_10ms", 9901},               \
      Outcome{"extended_delay_100ms", 9902}, Outcome{"extended_delay_1s", 9903},           \
      Outcome{"extended_delay_10s", 9904}, Outcome {"extended_delay_100s", 9905}

// All calls, in the order of their tokens.
std::span<const CallRow> call_table();
// The call's token; nullopt where the profile does not have it.
std::optional<std::uint32_t> token_of(const FirmwareProfile& profile, std::string_view call);

// DRC index in the work area of a configure-connector call; 0 when it cannot be read.
std::uint32_t work_area_drc(const CallFrame& frame);

// The partition is off from now on, or restarts; its caller does not come back.
void end_partition(CallFrame& frame, bool restart);   // ending_calls.cpp

// The rows by subject; each file holds the handlers of its rows.
std::span<const CallRow> dr_rows();                // dr_calls.cpp
std::span<const CallRow> connector_rows();         // configure_connector.cpp
std::span<const CallRow> cpu_rows();               // cpu_calls.cpp
std::span<const CallRow> power_rows();             // dr_calls.cpp
std::span<const CallRow> event_rows();             // event_calls.cpp
std::span<const CallRow> ending_rows();            // ending_calls.cpp
std::span<const CallRow> pci_rows();               // pci_calls.cpp
std::span<const CallRow> eeh_rows();               // eeh_calls.cpp
std::span<const CallRow> msi_rows();               // msi_calls.cpp
std::span<const CallRow> dma_rows();               // dma_calls.cpp
std::span<const CallRow> nvram_rows();             // nvram_calls.cpp
std::span<const CallRow> clock_rows();             // clock_calls.cpp
std::span<const CallRow> parameter_rows();         // parameter_calls.cpp
std::span<const CallRow> display_rows();           // display_calls.cpp
std::span<const CallRow> interrupt_rows();         // interrupt_calls.cpp
std::span<const CallRow> nmi_rows();               // nmi_calls.cpp
std::span<const CallRow> index_rows();             // index_calls.cpp
std::span<const CallRow> vpd_rows();               // vpd_calls.cpp
std::span<const CallRow> perftools_rows();         // perftools_calls.cpp
std::span<const CallRow> errinjct_rows();          // errinjct_calls.cpp
std::span<const CallRow> kernel_dump_rows();       // kernel_dump.cpp
std::span<const CallRow> platform_dump_rows();     // platform_dump_calls.cpp
std::span<const CallRow> mobility_rows();          // mobility_calls.cpp

}  // namespace lparsim::firmware
