// Message signalled interrupts (LoPAR 7.3.10.5): how many, of which kind, and their source numbers.
#include "firmware/pci/msi.hpp"
#include "firmware/rtas/pci_target.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kNoInterrupt = 1;
constexpr std::uint32_t kLevel = 0, kEdge = 1;
enum Function : std::uint32_t { kQuery, kAny, kDefault, kMsi, kMsiX, kNarrow };

struct CalledFunction {
  std::size_t slot, function;
  const PciFunction& facts;
  PciFunctionState& state;
};

std::optional<CalledFunction> called_function(CallFrame& frame) {
  const auto called = called_slot(frame);
  if (!called || !names_function(frame, *called)) return std::nullopt;
  const std::size_t function = called->address.function;
  return CalledFunction{called->slot, function, adapter_at(frame, *called).functions[function],
                        frame.core.state.pci[called->slot].functions[function]};
}

// R1-7.3.10.5.1-3; lsi: the function has nothing of what is asked for.
InterruptKind wanted_kind(const CallFrame& frame, const PciFunction& facts) {
  const bool msi_x_too = frame.outputs == 4;
  const bool msi = facts.msi > 0, msi_x = facts.msi_x > 0;
  switch (frame.in[3]) {
    case kAny:
      // The platform's choice: MSI while that is enough, or where there is nothing else.
      if (msi && (!msi_x || !msi_x_too || frame.in[4] <= facts.msi)) return InterruptKind::msi;
      return msi_x ? InterruptKind::msi_x : InterruptKind::lsi;
    case kMsi:
    case kNarrow: return msi ? InterruptKind::msi : InterruptKind::lsi;
    case kMsiX: return msi_x ? InterruptKind::msi_x : InterruptKind::lsi;
    default: return InterruptKind::lsi;
  }
}

// R1-7.3.10.5.1-7, -8: a first call, the continuation of a change, or its end by function 2.
bool sequence_fits(const CallFrame& frame, const PendingMsi& pending) {
  const std::uint32_t function = frame.in[3], requested = frame.in[4], sequence = frame.in[5];
  if (pending.next_sequence == 0) return sequence == 1;
  if (function == kDefault) return sequence == 1;
  return function == pending.function && requested == pending.requested &&
         sequence == pending.next_sequence;
}

void answer_assigned(CallFrame& frame, const PciFunctionState& state) {
  frame.out[1] = static_cast<std::uint32_t>(state.sources.size());
  frame.out[2] = 0;
  frame.out[3] = state.kind == InterruptKind::msi_x ? 2 : state.kind == InterruptKind::msi ? 1 : 0;
}

void change_msi(CallFrame& frame) {
  const auto called = called_function(frame);
  const std::uint32_t function = frame.in[3];
  if (!called || function > kNarrow || !sequence_fits(frame, called->state.pending)) {
    return frame.answer(kRtasParameterError);
  }
  const InterruptKind kind = wanted_kind(frame, called->facts);
  const bool changes = function != kQuery && function != kDefault;
  if (changes && kind == InterruptKind::lsi) return frame.answer(kRtasParameterError);
  if (function != kQuery && is_unavailable(pe_state(frame.core, called->slot))) {
    return frame.answer(kRtasHardwareError);
  }
  called->state.pending = {};
  if (function == kDefault) assign_initial(frame.core, called->slot, called->function);
  if (changes) {
    assign_messages(frame.core, called->slot, called->function, kind, function == kNarrow,
                    frame.in[4]);
  }
  answer_assigned(frame, called->state);
}

// A busy answer leaves a change open. Where none is allowed, there is none (R1-7.3.10.5.1-10).
void change_msi_refused(CallFrame& frame) {
  const std::int32_t status = frame.status();
  const bool busy = status == kRtasBusy || status >= 9900;
  if (!busy) return;
  const auto called = called_function(frame);
  const std::uint32_t function = frame.in[3];
  const bool may_be_busy = called && function != kQuery && function != kDefault &&
                           frame.in[4] != 0 && sequence_fits(frame, called->state.pending) &&
                           wanted_kind(frame, called->facts) != InterruptKind::lsi;
  if (!may_be_busy) {
    frame.answer(kRtasSuccess);
    return change_msi(frame);
  }
  called->state.pending = {frame.in[5] + 1, function, frame.in[4]};
  frame.out[2] = called->state.pending.next_sequence;
}

void query_interrupt_source_number(CallFrame& frame) {
  const auto called = called_function(frame);
  if (!called) return frame.answer(kRtasParameterError);
  if (is_unavailable(pe_state(frame.core, called->slot))) return frame.answer(kRtasHardwareError);
  const auto& sources = called->state.sources;
  const std::uint32_t number = frame.in[3];
  if (takes_cycles(pe_state(frame.core, called->slot))) {
    program_interrupts(called->facts, called->state);      // R1-6.2.3-8
  }
  if (number < sources.size()) {
    frame.out[1] = sources[number];
    frame.out[2] = kEdge;
  } else if (number == 0 && called->facts.lsi) {
    frame.out[1] = lsi_source(called->slot, called->function);
    frame.out[2] = kLevel;
  } else {
    frame.answer(kNoInterrupt);
  }
}

constexpr std::array kChange{kNormal, kHardware, kBusy, kParameter, LPARSIM_EXTENDED_DELAYS};
constexpr std::array kSource{kNormal, kHardware, kParameter, Outcome{"no_interrupt", 1}};

constexpr std::array kRows{
    CallRow{"ibm,change-msi", "rtas.ibm,change-msi", 6, 6, 3, 4, true, Subject::input0, change_msi,
            change_msi_refused, kChange},
    CallRow{"ibm,query-interrupt-source-number", "rtas.ibm,query-interrupt-source-number", 4, 4, 3,
            3, false, Subject::input0, query_interrupt_source_number, nullptr, kSource},
};

}  // namespace

std::span<const CallRow> msi_rows() { return kRows; }

}  // namespace lparsim::firmware
