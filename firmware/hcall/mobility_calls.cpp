// H_JOIN (LoPAR 14.11.5.1), H_VASI_SIGNAL and H_VASI_STATE (17.7.6): what a partition that migrates
// needs of the hypervisor besides RTAS. H_DONOR_OPERATION is left out: movers cost nothing here.
#include "firmware/hcall/hcalls.hpp"
#include "firmware/mobility/suspend.hpp"

namespace lparsim::firmware {
namespace {

// R1-14.11.5.1-1. The last active thread goes on; a prod that came before ends the wait at once.
std::int64_t h_join(HcallFrame& frame) {
  if (frame.caller.external_interrupts) return kHBadMode;
  if (active_threads(frame.state()) <= 1) return kHContinue;
  HcallThread& thread = hcall_thread(frame.state(), frame.server.value);
  if (thread.prodded) {
    thread.prodded = false;
    return kHSuccess;
  }
  return park_thread(frame, ThreadWait::joined, false);
}

VasiStream* stream_of(HcallFrame& frame) {
  auto& stream = frame.state().mobility.stream;
  return stream && stream->id == frame.r[0] ? &*stream : nullptr;
}

// Checks in the order of R1-17.7.6.2-1.
std::int64_t h_vasi_signal(HcallFrame& frame) {
  constexpr std::uint64_t kCancel = 1;
  VasiStream* stream = stream_of(frame);
  if (stream == nullptr) return kHParameter;
  if (frame.r[1] != kCancel) return kHP2;
  const auto reason = static_cast<std::uint32_t>(frame.r[2]);
  if (perform(*stream, VasiEvent::cancel, reason) != VasiStatus::success) return kHNoop;
  stream_aborted(frame.core, frame.partition);
  return kHSuccess;
}

// The state of table 17-49; an end that the partition has seen need not be kept for it any longer.
std::int64_t h_vasi_state(HcallFrame& frame) {
  VasiStream* stream = stream_of(frame);
  if (stream == nullptr) return kHParameter;
  frame.r[0] = static_cast<std::uint64_t>(stream->state);
  if (is_final(stream->state)) {
    stream->partition_saw_end = true;
    if (stream->closing) frame.state().mobility.stream.reset();
  }
  return kHSuccess;
}

constexpr auto& kJoin = kHcallOutcomes<kHBadMode, kHContinue>;
constexpr auto& kSignal = kHcallOutcomes<kHParameter, kHP2, kHNoop>;
constexpr auto& kState = kHcallOutcomes<kHParameter>;
constexpr std::array kRows{
    HcallRow{"hcall.H_JOIN", 0x298, "hcall-join", h_join, kJoin},
    HcallRow{"hcall.H_VASI_SIGNAL", 0x2a0, "hcall-vasi", h_vasi_signal, kSignal},
    HcallRow{"hcall.H_VASI_STATE", 0x2a4, "hcall-vasi", h_vasi_state, kState},
};

}  // namespace

std::span<const HcallRow> mobility_hcall_rows() { return kRows; }

}  // namespace lparsim::firmware
