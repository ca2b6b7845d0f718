// Enhanced I/O error handling (LoPAR 7.3.11, 7.3.12): reading and changing the state of a PE. What
// a state allows is in firmware/pci/pe_table.cpp. An isolated slot counts as a PE that is
// unavailable with no end in sight (R1-7.3.11.3-2).
#include <algorithm>

#include "firmware/events/delivery.hpp"
#include "firmware/pci/error_log.hpp"
#include "firmware/rtas/pci_target.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kUnexpectedState = -7, kNoFundamentalReset = -8;

struct CalledPe {
  std::size_t slot;
  const AdapterConfig& adapter;
  PeState state;                   // as it is answered
  bool reachable;
};

// nullopt: EEH is not there for the address (R1-7.3.11-3), or it is not in the partition's hands.
std::optional<CalledSlot> called_endpoint(CallFrame& frame) {
  const auto called = called_slot(frame);
  const bool known = called && frame.core.profile.pci.eeh != EehSupport::none &&
                     called->address.reg == 0 && is_owned(frame.state().slots[called->slot]) &&
                     endpoint_at(adapter_at(frame, *called), called->address) != Endpoint::absent;
  return known ? called : std::nullopt;
}

CalledPe pe_of(CallFrame& frame, const CalledSlot& called) {
  const PeState state = pe_state(frame.core, called.slot);
  return {called.slot, adapter_at(frame, called),
          called.reachable ? state : PeState::unavailable, called.reachable};
}

// The address must be a PE configuration address.
std::optional<CalledPe> called_pe(CallFrame& frame) {
  const auto called = called_endpoint(frame);
  if (!called || !names_pe(frame, *called)) return std::nullopt;
  return pe_of(frame, *called);
}

void apply(CallFrame& frame, const CalledPe& pe, PeEvent event) {
  const std::int32_t status = pe_cell(pe.state, event).status;
  frame.answer(status);
  if (status == 0 && pe.reachable) pe_event(frame.core, pe.slot, event);
}

// -- ibm,set-eeh-option --------------------------------------------------------------------------

bool anything_enabled(const PciSlotState& slot) {
  for (const PciFunctionState& function : slot.functions) {
    const std::uint32_t command = read_config(function.config, config_register::kCommand, 2);
    if ((command & (kIoSpace | kMemorySpace | kBusMaster)) != 0) return true;
  }
  return false;
}

void disable_eeh(CallFrame& frame, const CalledPe& pe) {
  PciSlotState& slot = frame.core.state.pci[pe.slot];
  if (anything_enabled(slot)) return;
  switch (frame.core.profile.pci.eeh_disable) {
    case EehDisable::nothing_done: return;
    case EehDisable::refused: return frame.answer(kUnexpectedState);
    case EehDisable::done: break;
  }
  apply(frame, pe, PeEvent::disable);
  slot.eeh = false;
}

void set_eeh_option(CallFrame& frame) {
  const auto pe = called_pe(frame);
  if (!pe) return frame.answer(kRtasParameterError);
  const std::uint32_t function = frame.in[3];
  if (function <= 1 && !pe->reachable) return frame.answer(kUnexpectedState);
  switch (function) {
    case 0: return disable_eeh(frame, *pe);
    case 1: frame.core.state.pci[pe->slot].eeh = true; return;
    case 2: return apply(frame, *pe, PeEvent::release_mmio);
    case 3: return apply(frame, *pe, PeEvent::release_dma);
    default: return frame.answer(kRtasParameterError);   // R1-7.3.11.1-7: no event interrupt
  }
}

// -- ibm,set-slot-reset --------------------------------------------------------------------------

void set_slot_reset(CallFrame& frame) {
  const auto pe = called_pe(frame);
  if (!pe) return frame.answer(kRtasParameterError);
  switch (frame.in[3]) {
    case 0: return apply(frame, *pe, PeEvent::deactivate);
    case 1: return apply(frame, *pe, PeEvent::activate);
    case 3: break;
    default: return frame.answer(kRtasParameterError);
  }
  if (!frame.core.profile.pci.fundamental_reset) return frame.answer(kRtasParameterError);
  if (!pe->adapter.fundamental_reset) return frame.answer(kNoFundamentalReset);
  apply(frame, *pe, PeEvent::activate);
}

// -- ibm,read-slot-reset-state2 and the older call -----------------------------------------------

std::uint32_t milliseconds_until(const CallFrame& frame, TimePoint end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      end - frame.core.services.clock.now());
  return static_cast<std::uint32_t>(std::max<std::int64_t>(left.count(), 1));
}

void read_slot_reset_state(CallFrame& frame) {
  const auto called = called_slot(frame);
  const bool known = called && called->address.reg == 0 &&
                     frame.core.profile.pci.eeh != EehSupport::none;
  if (!known) return frame.answer(kRtasParameterError);
  const CalledPe pe = pe_of(frame, *called);
  const PciSlotState& slot = frame.core.state.pci[called->slot];
  const bool in_pe = endpoint_at(pe.adapter, called->address) != Endpoint::absent;
  if (pe.reachable && !in_pe) return;            // state 0, capability 0: not in a PE
  frame.out[1] = reported_state(pe.state);
  frame.out[2] = in_pe ? 1 : 0;                  // R1-7.3.11.3-4
  const bool returns = is_unavailable(pe.state) && pe.state != PeState::unavailable;
  if (frame.outputs > 3) frame.out[3] = returns ? milliseconds_until(frame, slot.recovered_at) : 0;
  if (frame.outputs > 4) frame.out[4] = pe.state == PeState::stopped ? slot.recovery_info : 0;
}

// -- ibm,get-config-addr-info2 -------------------------------------------------------------------

void get_config_addr_info(CallFrame& frame) {
  constexpr std::uint32_t kPeAddress = 0, kPeMode = 1;
  constexpr std::uint32_t kNotInPe = 0, kNotShared = 1, kShared = 2;
  const auto called = called_slot(frame);
  const bool known = called && called->address.reg == 0 && frame.in[3] <= kPeMode &&
                     frame.core.profile.pci.eeh != EehSupport::none;
  if (!known) return frame.answer(kRtasParameterError);
  const AdapterConfig& adapter = adapter_at(frame, *called);
  const bool in_pe = called->reachable &&
                     endpoint_at(adapter, called->address) != Endpoint::absent;
  if (frame.in[3] == kPeAddress) {
    if (!in_pe) return frame.answer(kRtasParameterError);
    frame.out[1] = pe_address(adapter, frame.in[0]);
  } else {
    frame.out[1] = !in_pe ? kNotInPe : adapter.functions.size() > 1 ? kShared : kNotShared;
  }
}

// -- looking around in a PE ----------------------------------------------------------------------

constexpr std::array kProbe{Outcome{"normal", 0}, Outcome{"error", 1}};

// The platform looks around in the PE; false: it met an error, and the PE is stopped now.
bool probe(CallFrame& frame, const CalledPe& pe) {
  const std::uint64_t drc = frame.core.platform.slots[pe.slot].drc.value;
  const ChoicePoint point{ChoiceClass::fault, "pci.probe", frame.state().config.id, drc};
  if (frame.core.services.choices.pick(point, kProbe) == 0) return true;
  pe_probe_fails(frame.core, pe.slot);
  return false;
}

// -- ibm,slot-error-detail -----------------------------------------------------------------------

struct DetailBuffers {
  std::uint32_t driver, driver_length, log, log_length;
  bool sound = false;
};

DetailBuffers detail_buffers(const CallFrame& frame) {
  DetailBuffers b{frame.in[3], frame.in[4], frame.in[5], frame.in[6]};
  b.sound = frame.in_rmo(b.driver, b.driver_length) && frame.in_rmo(b.log, b.log_length);
  return b;
}

Bytes driver_data(const CallFrame& frame, const DetailBuffers& buffers) {
  constexpr std::uint32_t kMost = 1024;          // more is cut (7.3.11.5)
  Bytes data(std::min(buffers.driver_length, kMost), 0);
  if (!frame.memory.read(GuestAddress{buffers.driver}, data)) data.clear();
  return data;
}

// 1: no error. 0: the log is in the buffer, whole sections of it as far as they fit.
void tell_error(CallFrame& frame, const CalledPe& pe, const DetailBuffers& buffers) {
  constexpr std::int32_t kNoErrorLog = 1;
  PciSlotState& slot = frame.core.state.pci[pe.slot];
  const bool wrong = pe.state != PeState::normal && pe.state != PeState::reset;
  if (!wrong) return frame.answer(kNoErrorLog);
  const bool readable = takes_cycles(pe.state) && probe(frame, pe);
  const Bytes driver = driver_data(frame, buffers);
  const PciErrorFacts facts{slot, pe.adapter.bridge, slot.error_cached, readable,
                            frame.core.platform.slots[pe.slot].location, frame.in[0], frame.in[2],
                            driver};
  const Bytes log = truncated_log(
      pci_error_log(frame.core.profile.events, facts, next_stamp(frame.core, frame.partition)),
      buffers.log_length, false);
  if (log.empty()) return frame.answer(kRtasHardwareError);   // not even the fixed part fits
  slot.error_cached = false;                     // R1-7.3.11.5-14
  frame.memory.write(GuestAddress{buffers.log}, log);
}

void slot_error_detail(CallFrame& frame) {
  constexpr std::uint32_t kTemporary = 1, kPermanent = 2;
  const auto called = called_endpoint(frame);
  const DetailBuffers buffers = detail_buffers(frame);
  const std::uint32_t function = frame.in[7];
  if (!called || !buffers.sound || (function != kTemporary && function != kPermanent)) {
    return frame.answer(kRtasParameterError);
  }
  if (function == kPermanent) pe_event(frame.core, called->slot, PeEvent::declare_permanent);
  tell_error(frame, pe_of(frame, *called), buffers);
}

// -- ibm,configure-bridge and ibm,configure-pe ---------------------------------------------------

// A PE that cannot be reached is left as it is, with status 0: what is wrong with it shows at the
// next access (implementation notes of 7.3.12).
void configure_bridge(CallFrame& frame) {
  const auto pe = called_pe(frame);
  if (!pe) return frame.answer(kRtasParameterError);
  if (!pe_can_be_probed(pe->state) || !probe(frame, *pe)) return;
  configure_bridges(frame.core, pe->slot);
}

void configure_pe(CallFrame& frame) {
  const auto pe = called_pe(frame);
  if (!pe) return frame.answer(kRtasParameterError);
  if (frame.core.state.pci[pe->slot].configured) return;   // R1-7.3.12.2-3
  if (!pe_can_be_probed(pe->state) || !probe(frame, *pe)) return;
  configure_endpoints(frame.core, pe->slot);
}

constexpr std::array kOption{kNormal, kHardware, kParameter,
                             Outcome{"unexpected_state", kUnexpectedState}};
constexpr std::array kSlotReset{kNormal, kHardware, kParameter,
                                Outcome{"unexpected_state", kUnexpectedState},
                                Outcome{"no_fundamental_reset", kNoFundamentalReset}};
constexpr std::array kDetail{kNormal, kHardware, kParameter, Outcome{"no_error_log", 1}};
constexpr std::array kAsked{kNormal, kParameter};
// At most a fifth of a second in all (implementation notes of 7.3.12).
constexpr std::array kConfigure{kNormal, kParameter, Outcome{"extended_delay_1ms", 9900},
                                Outcome{"extended_delay_10ms", 9901},
                                Outcome{"extended_delay_100ms", 9902}};

constexpr std::array kRows{
    CallRow{"ibm,set-eeh-option", "rtas.ibm,set-eeh-option", 4, 4, 1, 1, false, Subject::input0,
            set_eeh_option, nullptr, kOption},
    CallRow{"ibm,set-slot-reset", "rtas.ibm,set-slot-reset", 4, 4, 1, 1, false, Subject::input0,
            set_slot_reset, nullptr, kSlotReset},
    CallRow{"ibm,read-slot-reset-state", "rtas.ibm,read-slot-reset-state", 3, 3, 3, 3, false,
            Subject::input0, read_slot_reset_state, nullptr, kAsked},
    CallRow{"ibm,read-slot-reset-state2", "rtas.ibm,read-slot-reset-state2", 3, 3, 4, 5, false,
            Subject::input0, read_slot_reset_state, nullptr, kAsked},
    CallRow{"ibm,slot-error-detail", "rtas.ibm,slot-error-detail", 8, 8, 1, 1, false,
            Subject::input0, slot_error_detail, nullptr, kDetail},
    CallRow{"ibm,get-config-addr-info2", "rtas.ibm,get-config-addr-info2", 4, 4, 2, 2, false,
            Subject::input0, get_config_addr_info, nullptr, kAsked},
    CallRow{"ibm,configure-bridge", "rtas.ibm,configure-bridge", 3, 3, 1, 1, true, Subject::input0,
            configure_bridge, nullptr, kConfigure},
    CallRow{"ibm,configure-pe", "rtas.ibm,configure-pe", 3, 3, 1, 1, true, Subject::input0,
            configure_pe, nullptr, kConfigure},
};

}  // namespace

std::span<const CallRow> eeh_rows() { return kRows; }

}  // namespace lparsim::firmware
