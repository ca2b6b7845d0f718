#include "firmware/mobility/vasi.hpp"

#include <array>

namespace lparsim::firmware {
namespace {

using S = VasiState;
using Row = std::array<VasiCell, kVasiEvents>;
using Table = std::array<Row, kVasiStates>;

constexpr VasiCell kNo{S::invalid, true};
constexpr VasiCell to(S state) { return {state, false}; }

// Columns: enable, suspend, cancel, abort, suspend_me, resume, complete, failover, reconnect,
// close. Enabled to Completed is the migration of a partition that is off. User's cancels are
// refused from Suspended on; a mover's abort still ends Suspended, which the OS sees as 9000, but
// nothing after Resumed: the partition runs elsewhere.
constexpr Table kSource{
    Row{to(S::enabled), kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo},                // invalid
    Row{kNo, to(S::suspending), to(S::aborted), to(S::aborted), kNo, kNo,            // enabled
        to(S::completed), to(S::enabled), to(S::enabled), kNo},
    Row{kNo, kNo, kNo, to(S::aborted), kNo, kNo, kNo, kNo, kNo, to(S::invalid)},     // aborted
    Row{kNo, kNo, to(S::aborted), to(S::aborted), to(S::suspended), kNo, kNo,        // suspending
        to(S::suspending), to(S::suspending), kNo},
    Row{kNo, kNo, kNo, to(S::aborted), kNo, to(S::resumed), kNo, to(S::suspended),   // suspended
        to(S::suspended), kNo},
    Row{kNo, kNo, kNo, kNo, kNo, kNo, to(S::completed), to(S::resumed),              // resumed
        to(S::resumed), kNo},
    Row{kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, to(S::invalid)},                // completed
    Row{kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo},                           // failover
};

// The target is never asked to suspend, and knows nothing between Enabled and Resumed.
constexpr Table kTarget{
    Row{to(S::enabled), kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo},                // invalid
    Row{kNo, kNo, to(S::aborted), to(S::aborted), kNo, to(S::resumed),               // enabled
        to(S::completed), to(S::enabled), to(S::enabled), kNo},
    Row{kNo, kNo, kNo, to(S::aborted), kNo, kNo, kNo, kNo, kNo, to(S::invalid)},     // aborted
    Row{kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo},                           // suspending
    Row{kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo},                           // suspended
    Row{kNo, kNo, kNo, kNo, kNo, kNo, to(S::completed), to(S::resumed),              // resumed
        to(S::resumed), kNo},
    Row{kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, to(S::invalid)},                // completed
    Row{kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo},                           // failover
};

}  // namespace

std::string_view to_string(VasiState state) {
  constexpr std::array<std::string_view, kVasiStates> kNames{
      "invalid", "enabled", "aborted", "suspending", "suspended", "resumed", "completed",
      "failover"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string_view to_string(VasiEvent event) {
  constexpr std::array<std::string_view, kVasiEvents> kNames{
      "enable", "suspend",  "cancel",   "abort",     "suspend_me",
      "resume", "complete", "failover", "reconnect", "close"};
  return kNames.at(static_cast<std::size_t>(event));
}

VasiCell vasi_cell(VasiSide side, VasiState state, VasiEvent event) {
  const Table& table = side == VasiSide::source ? kSource : kTarget;
  return table.at(static_cast<std::size_t>(state)).at(static_cast<std::size_t>(event));
}

VasiStatus perform(VasiStream& stream, VasiEvent event, std::uint32_t reason) {
  const VasiCell cell = vasi_cell(stream.side, stream.state, event);
  if (cell.refused || (event == VasiEvent::reconnect && !stream.failed_over)) {
    return stream.state == S::invalid ? VasiStatus::invalid_stream : VasiStatus::bad_transition;
  }
  // A second abort of a stream is in order and changes nothing, its reason included.
  if (cell.next == S::aborted && stream.state != S::aborted) stream.reason = reason;
  if (event == VasiEvent::failover) stream.failed_over = true;
  if (event == VasiEvent::reconnect || is_final(cell.next)) stream.failed_over = false;
  stream.state = cell.next;
  return VasiStatus::success;
}

VasiState mover_state(const VasiStream& stream) {
  return stream.failed_over ? S::failover : stream.state;
}

}  // namespace lparsim::firmware
