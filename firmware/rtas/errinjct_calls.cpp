// ibm,open-errinjct, ibm,errinjct, ibm,close-errinjct (LoPAR 7.3.13): one opener at a time in a
// partition, and one such partition. Of the injections two are offered: recovered events (the log
// of an error that did no harm) and errors on the bus of a PE. Corrupted memory, caches and
// translations need processors that are not modelled.
#include "firmware/events/delivery.hpp"
#include "firmware/pci/pci.hpp"
#include "firmware/rtas/buffers.hpp"
#include "firmware/rtas/errinjct.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kNotTheOpener = -4, kNotEnabled = -5;

// R1-7.3.13-14, R1-14.10-34: the calls are in the /rtas of the partition that a variable of the
// platform named at its boot, and work there while it does.
bool enabled(CallFrame& frame) {
  return frame.core.state.rtas.errinjct_partition == frame.state().config.id;
}

void open_errinjct(CallFrame& frame) {
  RtasState& rtas = frame.state().rtas;
  if (!rtas.boot.errinjct_offered) return frame.answer(kRtasParameterError);
  if (!enabled(frame)) return frame.answer(kNotEnabled);
  if (rtas.boot.errinjct_token != 0) return frame.answer(kNotTheOpener);
  rtas.boot.errinjct_token = ++rtas.errinjct_opened;
  frame.out[0] = rtas.boot.errinjct_token;
  frame.answer(kRtasSuccess);
}

bool is_opener(CallFrame& frame, std::uint32_t token) {
  return token != 0 && token == frame.state().rtas.boot.errinjct_token && enabled(frame);
}

void close_errinjct(CallFrame& frame) {
  if (!frame.state().rtas.boot.errinjct_offered) return frame.answer(kRtasParameterError);
  if (!is_opener(frame, frame.in[0])) return frame.answer(kNotTheOpener);
  frame.state().rtas.boot.errinjct_token = 0;
}

// A warning about the platform that lost nothing.
ErrorEvent recovered_event() {
  ErrorEvent event;
  event.severity = LogSeverity::warning;
  event.reference_code = "INJECTED";
  return event;
}

// An error on the bus of a PE (R1-7.3.13-13): a PE that is the partition's alone and that EEH
// watches is stopped at once, whatever access to which address the buffer names. False: no such PE.
bool stop_pe(CallFrame& frame, ByteView buffer) {
  constexpr std::uint32_t kLastFunction = 19;
  const auto word = [&](std::size_t at) { return load_be32(buffer.data() + 4 * at); };
  const ConfigAddress address = config_address(word(2));
  const auto slot = find_phb(frame.core, frame.partition, word(3), word(4));
  if (!slot || !address.sound || word(5) > kLastFunction) return false;
  const SlotConfig& config = frame.core.platform.slots[*slot];
  const bool shared = config.hot_plug && config.hot_plug->endpoints > 1;
  if (shared || endpoint_at(config.adapter, address) == Endpoint::absent) return false;
  return adapter_reachable(frame.core, frame.partition, *slot) &&
         pci_error_at(frame.core, *slot, PciError::stopped, {});
}

void errinjct(CallFrame& frame) {
  constexpr std::uint32_t kBufferSize = 1024, kTriggered = 1, kRepeated = 2;
  if (!frame.state().rtas.boot.errinjct_offered) return frame.answer(kRtasParameterError);
  if (!is_opener(frame, frame.in[1])) return frame.answer(kNotTheOpener);
  const auto buffer = frame.in[2] % kBufferSize == 0
                          ? read_buffer(frame, frame.in[2], kBufferSize)
                          : std::nullopt;
  if (!buffer) return frame.answer(kRtasParameterError);
  if (frame.in[0] == kIoaBusError) {
    if (!stop_pe(frame, *buffer)) frame.answer(kRtasParameterError);
    return;
  }
  const std::uint32_t kind = load_be32(buffer->data());
  const bool special = frame.in[0] == kRecoveredSpecialEvent;
  const bool form = special ? kind == kTriggered || kind == kRepeated
                            : frame.in[0] == kRecoveredRandomEvent;
  if (!form) return frame.answer(kRtasParameterError);
  if (!queue_event(frame.core, frame.partition, recovered_event())) {
    frame.answer(kRtasHardwareError);   // its log would be lost
  }
}

constexpr std::array kOpen{kNormal, kHardware, kBusy, Outcome{"already_open", kNotTheOpener},
                           Outcome{"not_enabled", kNotEnabled}, LPARSIM_EXTENDED_DELAYS};
constexpr std::array kClose{kNormal, kHardware, kBusy, Outcome{"not_the_opener", kNotTheOpener},
                            LPARSIM_EXTENDED_DELAYS};
constexpr std::array kInject{kNormal, kHardware, kBusy, kParameter,
                             Outcome{"not_the_opener", kNotTheOpener}, LPARSIM_EXTENDED_DELAYS};

constexpr std::array kRows{
    CallRow{"ibm,open-errinjct", "rtas.ibm,open-errinjct", 0, 0, 2, 2, true, Subject::nothing,
            open_errinjct, nullptr, kOpen, nullptr, 1},
    CallRow{"ibm,close-errinjct", "rtas.ibm,close-errinjct", 1, 1, 1, 1, true, Subject::input0,
            close_errinjct, nullptr, kClose},
    CallRow{"ibm,errinjct", "rtas.ibm,errinjct", 3, 3, 1, 1, true, Subject::input0, errinjct,
            nullptr, kInject},
};

}  // namespace

std::span<const CallRow> errinjct_rows() { return kRows; }

}  // namespace lparsim::firmware
