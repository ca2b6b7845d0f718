// check-exception, event-scan and rtas-last-error (LoPAR 7.3.3, 10.2; EVENTS.md 1). Each event goes
// out once: hot-plug events by check-exception where their interrupt was negotiated, else by
// event-scan (R1-7.3.3-1).
#include "firmware/events/hot_plug_log.hpp"
#include "firmware/rtas/call_table.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kNoErrorsFound = 1;

struct Buffer {
  std::uint32_t address, length;
  bool critical;
};

// Only hot-plug logs are ever queued: PH 48 bytes, UH 24, then HP (EVENTS.md 3, 4).
void log_delivery(CallFrame& frame, const Bytes& log) {
  constexpr std::size_t kSections = 8 + 16, kLogId = kSections + 0x28;
  constexpr std::size_t kAction = kSections + 48 + 24 + 9;
  LPARSIM_ASSERT(log.size() > kAction);
  frame.core.services.log.add(EventKind::event_delivered, frame.state().config.id, kHotPlug,
                              log[kAction], load_be32(log.data() + kLogId));
}

void deliver(CallFrame& frame, std::uint32_t mask, Buffer buffer) {
  PartitionState& p = frame.state();
  if (!frame.in_rmo(buffer.address, buffer.length)) return frame.answer(kRtasParameterError);
  const auto log = p.events.take(mask);
  if (!log) return frame.answer(kNoErrorsFound);
  const Bytes shortened = truncated_log(*log, buffer.length, buffer.critical);
  frame.memory.write(GuestAddress{buffer.address}, shortened);
  log_delivery(frame, *log);
}

void check_exception(CallFrame& frame) {
  PartitionState& p = frame.state();
  std::uint32_t mask = frame.in[2];
  if (!p.options.hot_plug_interrupts) mask &= ~kHotPlug;
  deliver(frame, mask, {frame.in[4], frame.in[5], frame.in[3] != 0});
  // R1-10.2-10: the source is asserted again until it is drained.
  if (frame.status() == kRtasSuccess && p.options.hot_plug_interrupts &&
      p.events.size(kHotPlug) > 0) {
    frame.core.events.interrupt(p.config.id, kHotPlugSource);
  }
}

void event_scan(CallFrame& frame) {
  const std::uint32_t scanned =
      frame.state().options.hot_plug_interrupts ? kInternalErrors : kInternalErrors | kHotPlug;
  deliver(frame, frame.in[0] & scanned, {frame.in[2], frame.in[3], frame.in[1] != 0});
}

// The fixed part alone: an error that was not recovered, of platform type.
void rtas_last_error(CallFrame& frame) {
  constexpr std::uint32_t kVersion6 = 6U << 24, kError = 4U << 21, kNotRecovered = 2U << 19;
  constexpr std::uint32_t kPlatformError = 224;
  constexpr std::uint32_t kFixedPart = 8;
  PartitionState& p = frame.state();
  if (frame.in[1] < kFixedPart || !frame.in_rmo(frame.in[0], kFixedPart)) {
    return frame.answer(kRtasParameterError);
  }
  if (!p.error_logged) return frame.answer(kNoErrorsFound);
  p.error_logged = false;
  std::array<std::uint8_t, kFixedPart> log{};
  store_be32(log.data(), kVersion6 | kError | kNotRecovered | kPlatformError);
  frame.memory.write(GuestAddress{frame.in[0]}, log);
}

constexpr std::array kLogs{kNormal, kHardware, Outcome{"no_errors_found", 1}};

constexpr std::array kRows{
    CallRow{"check-exception", "rtas.check-exception", 6, 7, 1, 1, false, Subject::nothing,
            check_exception, nullptr, kLogs},
    CallRow{"event-scan", "rtas.event-scan", 4, 4, 1, 1, false, Subject::nothing, event_scan,
            nullptr, kLogs},
    CallRow{"rtas-last-error", "rtas.rtas-last-error", 2, 2, 1, 1, false, Subject::nothing,
            rtas_last_error, nullptr, kLogs},
};

}  // namespace

std::span<const CallRow> event_rows() { return kRows; }

}  // namespace lparsim::firmware
