// The stream of one partition's migration or hibernation (VASI; LoPAR 17.7, table 17-49): one table
// with a cell for every (side, state, event). The partition asks by H_VASI_STATE, movers and the
// HMC act through Mobility. Streams of the CMO pager (table 17-51) are left out.
#pragma once

#include <cstdint>
#include <string_view>

namespace lparsim::firmware {

enum class VasiState : std::uint8_t {          // values of table 17-49
  invalid, enabled, aborted, suspending, suspended, resumed, completed,
  failover,                                    // movers only: never in H_VASI_STATE
};
inline constexpr std::size_t kVasiStates = 8;
std::string_view to_string(VasiState state);

enum class VasiSide : std::uint8_t { source, target };

enum class VasiEvent : std::uint8_t {
  enable,                                      // the HMC opens the stream on one machine
  suspend,                                     // signal 3 of the source mover
  cancel,                                      // signal 1: a user or the partition gives up
  abort,                                       // signal 2: a mover or the platform failed
  suspend_me,                                  // the partition made ibm,suspend-me
  resume,                                      // the partition runs on the target
  complete,                                    // all state has moved
  failover,                                    // signal 6: a pair of movers failed
  reconnect,                                   // another pair of movers took over
  close,                                       // the HMC is done with the stream
};
inline constexpr std::size_t kVasiEvents = 10;
std::string_view to_string(VasiEvent event);

// What happens in one cell: the next state, or a refusal that changes nothing.
struct VasiCell {
  VasiState next = VasiState::invalid;
  bool refused = false;
  bool operator==(const VasiCell&) const = default;
};
VasiCell vasi_cell(VasiSide side, VasiState state, VasiEvent event);

// Statuses of VASI messages (table 17-39) that a mover's request may get here.
enum class VasiStatus : std::uint8_t {
  success = 0x00, invalid_stream = 0x02, stream_aborted = 0x03, bad_transition = 0x12,
  bad_signal = 0x14,
};

struct VasiStream {
  std::uint64_t id = 0;              // the same number on both machines (R1-17.7.7.1-8)
  VasiSide side = VasiSide::source;
  VasiState state = VasiState::invalid;
  std::uint32_t reason = 0;          // of the abort: byte 0 who, bytes 1-3 what (table 17-47)
  bool failed_over = false;          // between failover and reconnect
  bool closing = false;              // the HMC is done; kept until the partition has seen the end
  bool partition_saw_end = false;
  bool operator==(const VasiStream&) const = default;
};

// Judges and carries out; the effects on the partition are the caller's (mobility.cpp).
VasiStatus perform(VasiStream& stream, VasiEvent event, std::uint32_t reason = 0);
// What movers see: failover while their pair is down.
VasiState mover_state(const VasiStream& stream);
constexpr bool is_final(VasiState state) {
  return state == VasiState::aborted || state == VasiState::completed;
}

}  // namespace lparsim::firmware
