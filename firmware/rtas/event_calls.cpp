// check-exception, event-scan and rtas-last-error (LoPAR 7.3.3, 10.2; EVENTS.md 1). Which event
// comes out of which call is the delivery's affair (firmware/events/delivery.hpp).
#include <fmt/format.h>

#include "firmware/events/delivery.hpp"
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kNoErrorsFound = 1;

struct Buffer {
  std::uint32_t address, length;
  bool critical;

  // At least the fixed part must fit: there is no shorter log (7.2.7 note 1: -3).
  bool usable(const CallFrame& frame) const {
    return length >= kFixedPart && frame.in_rmo(address, length);
  }
};

void write_log(CallFrame& frame, const Buffer& buffer, const Bytes& log) {
  frame.memory.write(GuestAddress{buffer.address},
                     truncated_log(log, buffer.length, buffer.critical));
}

void hand_out(CallFrame& frame, const Buffer& buffer, const std::optional<QueuedEvent>& event) {
  if (!event) return frame.answer(kNoErrorsFound);
  write_log(frame, buffer, event->log);
  frame.core.services.log.add(EventKind::event_delivered, frame.state().config.id,
                              event->class_bit, event->detail, event->log_id);
}

// Vector and additional information tell what the OS knows; the mask alone chooses the event.
void check_exception(CallFrame& frame) {
  const Buffer buffer{frame.in[4], frame.in[5], frame.in[3] != 0};
  if (!buffer.usable(frame)) return frame.answer(kRtasParameterError);
  hand_out(frame, buffer, next_exception(frame.core, frame.partition, frame.in[2]));
}

void event_scan(CallFrame& frame) {
  const Buffer buffer{frame.in[2], frame.in[3], frame.in[1] != 0};
  if (!buffer.usable(frame)) return frame.answer(kRtasParameterError);
  hand_out(frame, buffer, next_scanned(frame.core, frame.partition, frame.in[0]));
  if (frame.core.profile.events.scan_repeats_interrupts) {
    repeat_interrupts(frame.core, frame.partition);
  }
}

// Any status but 0 ends the sequence (R1-7.3.3.1-8).
void scan_refused(CallFrame& frame) { end_scan_sequence(frame.state()); }

// An error of firmware that was not recovered. The reference code is of the form of partition
// firmware's; its digits, the token of the call, are ours.
ErrorEvent error_of(const CallError& call) {
  constexpr std::uint8_t kPlatformFirmware = 0x80, kUnrecoverable = 0x40;
  ErrorEvent error;
  error.severity = LogSeverity::error;
  error.subsystem = kPlatformFirmware;
  error.uh_severity = kUnrecoverable;
  error.reference_code = fmt::format("BA00{:04X}", call.token & 0xffffU);
  error.words = {call.token, static_cast<std::uint32_t>(kRtasHardwareError), call.argument};
  return error;
}

// The log of the last call that answered -1 (R1-7.3.3.3-3); it is told once.
void rtas_last_error(CallFrame& frame) {
  constexpr std::uint32_t kNotRecovered = 2U << 19;
  const Buffer buffer{frame.in[0], frame.in[1], false};
  if (!buffer.usable(frame)) return frame.answer(kRtasParameterError);
  EventState& events = frame.state().events;
  if (!events.last_error) return frame.answer(kNoErrorsFound);
  Bytes log = log_of(frame.core.profile.events, error_of(*events.last_error),
                     next_stamp(frame.core, frame.partition));
  store_be32(log.data(), load_be32(log.data()) | kNotRecovered);
  events.last_error.reset();
  write_log(frame, buffer, log);
}

constexpr std::array kLogs{kNormal, kHardware, Outcome{"no_errors_found", 1}};

constexpr std::array kRows{
    CallRow{"check-exception", "rtas.check-exception", 6, 7, 1, 1, false, Subject::nothing,
            check_exception, nullptr, kLogs},
    CallRow{"event-scan", "rtas.event-scan", 4, 4, 1, 1, false, Subject::nothing, event_scan,
            scan_refused, kLogs},
    CallRow{"rtas-last-error", "rtas.rtas-last-error", 2, 2, 1, 1, false, Subject::nothing,
            rtas_last_error, nullptr, kLogs},
};

}  // namespace

std::span<const CallRow> event_rows() { return kRows; }

}  // namespace lparsim::firmware
