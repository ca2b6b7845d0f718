// The reliable command/response transport: H_REG_CRQ, H_FREE_CRQ, H_SEND_CRQ, H_ENABLE_CRQ and
// H_VIO_SIGNAL (LoPAR 17.2.1.3, 17.2.3.1).
#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/hcall/adapters.hpp"
#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"

namespace lparsim::firmware {
namespace {

std::optional<AdapterPlace> crq_adapter(const HcallFrame& frame) {
  const auto place = find_adapter(frame.core, frame.partition, frame.r[0]);
  if (!place) return std::nullopt;
  const std::string kind = adapter_config(frame.core, *place).kind;
  if (kind != "scsi" && kind != "fc") return std::nullopt;
  return place;
}

bool has_queue(const Core& core, AdapterPlace place) {
  const auto& adapters = core.at(place.partition).hcalls.adapters;
  const auto found = adapters.find(place.slot);
  return found != adapters.end() && found->second.crq.has_value();
}

bool connected_elsewhere(const Core& core, AdapterPlace partner, AdapterEnd own) {
  if (!has_queue(core, partner)) return false;
  const auto& state = core.at(partner.partition).hcalls.adapters.at(partner.slot);
  return state.partner && *state.partner != own && connected_partner(core, partner).has_value();
}

// The one to connect to: who has already registered and waits, else the first.
std::optional<AdapterPlace> choose_partner(const Core& core, AdapterPlace place,
                                           const std::vector<AdapterPlace>& possible) {
  const AdapterEnd own = end_of(core, place);
  std::optional<AdapterPlace> chosen;
  for (const AdapterPlace& partner : possible) {
    if (connected_elsewhere(core, partner, own)) continue;
    if (has_queue(core, partner)) return partner;
    if (!chosen) chosen = partner;
  }
  return chosen;
}

std::int64_t h_reg_crq(HcallFrame& frame) {
  Core& core = frame.core;
  const auto place = crq_adapter(frame);
  const std::uint64_t queue = frame.r[1], bytes = frame.r[2];
  if (!place || queue % kPageBytes != 0 || bytes == 0 || bytes % kPageBytes != 0 ||
      !pane_mapped(core, *place, queue, bytes)) {
    return kHParameter;
  }
  const auto possible = possible_partners(core, *place);
  if (possible.empty()) return kHNotFound;
  const auto partner = choose_partner(core, *place, possible);
  AdapterState& state = adapter_state(core, *place);
  if (state.crq || !partner) return kHResource;
  state.crq = MessageQueue{queue, bytes, 0};
  state.crq_enabled = true;
  state.interrupt = {};
  state.suspend_timeout_ms.reset();
  state.partner = end_of(core, *partner);
  if (!has_queue(core, *partner)) return kHClosed;
  // A server that any client may use has waited for whoever comes.
  AdapterState& other = adapter_state(core, *partner);
  if (!connected_partner(core, *partner)) other.partner = end_of(core, *place);
  return kHSuccess;
}

std::int64_t h_free_crq(HcallFrame& frame) {
  const auto place = crq_adapter(frame);
  if (!place) return kHParameter;
  close_crq(frame.core, *place, kPartnerDeregistered);
  return kHSuccess;
}

// Busy: the adapter already takes no new work; the call that succeeds does the rest.
void freeing_begins(HcallFrame& frame) {
  const auto place = crq_adapter(frame);
  if (!place) return;
  adapter_state(frame.core, *place).crq_enabled = false;
  adapter_state(frame.core, *place).interrupt.enabled = false;
}

std::int64_t h_send_crq(HcallFrame& frame) {
  Core& core = frame.core;
  const auto place = crq_adapter(frame);
  const std::uint64_t header = frame.r[1] >> 56;
  if (!place || (header & 0x80) == 0 || header == 0xff) return kHParameter;
  const auto partner = connected_partner(core, *place);
  if (!partner || !adapter_state(core, *place).crq ||
      !adapter_state(core, *place).crq_enabled || !adapter_state(core, *partner).crq_enabled) {
    return kHClosed;
  }
  AdapterState& other = adapter_state(core, *partner);
  const Bytes entry = CellWriter{}.u64(frame.r[1]).u64(frame.r[2]).take();
  if (!put_entries(core, *partner, *other.crq, entry, entry.size())) return kHDropped;
  signal(core, *partner, other.interrupt, virtual_source(core.profile, partner->slot));
  return kHSuccess;
}

// All pages of this model are always present: nothing has to be waited for.
std::int64_t h_enable_crq(HcallFrame& frame) {
  const auto place = crq_adapter(frame);
  if (!place) return kHParameter;
  adapter_state(frame.core, *place).crq_enabled = true;
  return kHSuccess;
}

// Every adapter of this model has one interrupt in its node: bit 63.
std::int64_t h_vio_signal(HcallFrame& frame) {
  const auto place = find_adapter(frame.core, frame.partition, frame.r[0]);
  if (!place || frame.r[1] > 1) return kHParameter;
  adapter_state(frame.core, *place).interrupt.enabled = frame.r[1] == 1;
  return kHSuccess;
}

constexpr auto& kRegister = kHcallOutcomes<kHParameter, kHNotFound, kHResource>;
constexpr auto& kFree = kHcallOutcomes<kHBusy, kHLongBusy1ms, kHLongBusy10ms>;
constexpr auto& kSend = kHcallOutcomes<kHParameter, kHDropped, kHClosed>;
constexpr auto& kEnable = kHcallOutcomes<kHParameter, kHLongBusy10ms, kHInProgress>;
constexpr auto& kSignal = kHcallOutcomes<kHParameter>;
constexpr std::array kRows{
    HcallRow{"hcall.H_REG_CRQ", 0xfc, "hcall-crq", h_reg_crq, kRegister},
    HcallRow{"hcall.H_FREE_CRQ", 0x100, "hcall-crq", h_free_crq, kFree, freeing_begins},
    HcallRow{"hcall.H_VIO_SIGNAL", 0x104, "hcall-vio", h_vio_signal, kSignal},
    HcallRow{"hcall.H_SEND_CRQ", 0x108, "hcall-crq", h_send_crq, kSend},
    HcallRow{"hcall.H_ENABLE_CRQ", 0x2b0, "hcall-suspend", h_enable_crq, kEnable},
};

}  // namespace

std::span<const HcallRow> crq_rows() { return kRows; }

}  // namespace lparsim::firmware
