// Subordinate CRQs: H_REG_SUB_CRQ, H_FREE_SUB_CRQ, H_SEND_SUB_CRQ, H_SEND_SUB_CRQ_INDIRECT (LoPAR
// 17.2.3.3). They work while the CRQ of their adapter is connected.
#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/hcall/adapters.hpp"
#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kEntryBytes = 32, kMostIndirect = 128;
constexpr std::uint8_t kValidHeader = 0x80;

std::optional<AdapterPlace> adapter_with_queues(const HcallFrame& frame) {
  const auto place = find_adapter(frame.core, frame.partition, frame.r[0]);
  if (!place) return std::nullopt;
  const std::string kind = adapter_config(frame.core, *place).kind;
  if (kind != "scsi" && kind != "fc") return std::nullopt;
  return place;
}

SubQueue* find_queue(AdapterState& state, std::uint64_t number) {
  const auto found = std::find_if(state.sub_queues.begin(), state.sub_queues.end(),
                                  [&](const SubQueue& sub) { return sub.number == number; });
  return found == state.sub_queues.end() ? nullptr : &*found;
}

// The lowest number that is free.
std::uint64_t free_number(AdapterState& state) {
  std::uint64_t number = 0;
  while (find_queue(state, number) != nullptr) ++number;
  return number;
}

std::int64_t h_reg_sub_crq(HcallFrame& frame) {
  Core& core = frame.core;
  const auto place = adapter_with_queues(frame);
  const std::uint64_t address = frame.r[1], bytes = frame.r[2];
  if (!place || address % kPageBytes != 0 || bytes == 0 || bytes % kPageBytes != 0 ||
      !pane_mapped(core, *place, address, bytes)) {
    return kHParameter;
  }
  if (possible_partners(core, *place).empty()) return kHNotFound;
  AdapterState& state = adapter_state(core, *place);
  if (state.sub_queues.size() >= kMostSubQueues) return kHResource;
  constexpr std::array<std::uint8_t, 1> kFreeHeader{0};
  for (std::uint64_t offset = 0; offset < bytes; offset += kEntryBytes) {
    write_pane(core, *place, address + offset, kFreeHeader);
  }
  const std::uint64_t number = free_number(state);
  state.sub_queues.push_back({number, {address, bytes, 0}, {}});
  frame.r[0] = number;
  frame.r[1] = sub_queue_source(place->slot, number);
  const bool connected = state.crq && connected_partner(core, *place);
  return connected ? kHSuccess : kHClosed;
}

std::int64_t h_free_sub_crq(HcallFrame& frame) {
  const auto place = adapter_with_queues(frame);
  if (!place) return kHParameter;
  auto& queues = adapter_state(frame.core, *place).sub_queues;
  const auto gone =
      std::erase_if(queues, [&](const SubQueue& sub) { return sub.number == frame.r[1]; });
  return gone == 0 ? kHParameter : kHSuccess;
}

// Where the entries go: queue `number` of the partner.
struct Target {
  std::optional<AdapterPlace> place;
  SubQueue* queue = nullptr;
  bool open = false;
};

Target target_of(HcallFrame& frame, AdapterPlace own) {
  Core& core = frame.core;
  Target target{connected_partner(core, own), nullptr, false};
  if (!target.place) return target;
  AdapterState& other = adapter_state(core, *target.place);
  target.queue = find_queue(other, frame.r[1]);
  const AdapterState& state = adapter_state(core, own);
  target.open = state.crq && state.crq_enabled && other.crq_enabled;
  return target;
}

std::int64_t deliver(HcallFrame& frame, const Target& target, ByteView entries) {
  if (!put_entries(frame.core, *target.place, target.queue->queue, entries, kEntryBytes)) {
    return kHDropped;
  }
  signal(frame.core, *target.place, target.queue->interrupt,
         sub_queue_source(target.place->slot, target.queue->number));
  return kHSuccess;
}

// Without a partner it cannot be told whether it has such a queue: that is H_Closed.
std::int64_t h_send_sub_crq(HcallFrame& frame) {
  const auto place = adapter_with_queues(frame);
  if (!place) return kHParameter;
  const Target target = target_of(frame, *place);
  if (target.place && target.queue == nullptr) return kHParameter;
  if (frame.r[2] >> 56 != kValidHeader) return kHParameter;
  if (!target.open) return kHClosed;
  CellWriter entry;
  for (std::size_t i = 2; i < 6; ++i) entry.u64(frame.r[i]);
  return deliver(frame, target, entry.take());
}

std::int64_t h_send_sub_crq_indirect(HcallFrame& frame) {
  const std::uint64_t address = frame.r[2], count = frame.r[3];
  const auto place = adapter_with_queues(frame);
  if (!place) return kHParameter;
  const Target target = target_of(frame, *place);
  if (target.place && target.queue == nullptr) return kHParameter;
  const TceTable* pane = first_pane(frame.core, *place);
  if (pane == nullptr || !pane->page_of(address)) return kHParameter;
  if (count < 1 || count > kMostIndirect) return kHParameter;
  if (!target.open) return kHClosed;
  Bytes entries(count * kEntryBytes);
  if (address % kPageBytes + entries.size() > kPageBytes ||
      !read_pane(frame.core, *place, address, entries)) {
    return kHParameter;
  }
  for (std::size_t i = 0; i < entries.size(); i += kEntryBytes) {
    if (entries[i] != kValidHeader) return kHParameter;
  }
  return deliver(frame, target, entries);
}

// Busy: no entry and no interrupt any more.
void freeing_begins(HcallFrame& frame) {
  const auto place = adapter_with_queues(frame);
  if (!place) return;
  SubQueue* queue = find_queue(adapter_state(frame.core, *place), frame.r[1]);
  if (queue != nullptr) queue->interrupt.enabled = false;
}

constexpr auto& kRegister = kHcallOutcomes<kHParameter, kHNotFound, kHResource>;
constexpr auto& kFree = kHcallOutcomes<kHParameter, kHBusy, kHLongBusy1ms, kHLongBusy10ms>;
constexpr auto& kSend = kHcallOutcomes<kHParameter, kHDropped, kHClosed>;
constexpr std::array kRows{
    HcallRow{"hcall.H_REG_SUB_CRQ", 0x2dc, "hcall-sub-crq", h_reg_sub_crq, kRegister},
    HcallRow{"hcall.H_FREE_SUB_CRQ", 0x2e0, "hcall-sub-crq", h_free_sub_crq, kFree,
             freeing_begins},
    HcallRow{"hcall.H_SEND_SUB_CRQ", 0x2e4, "hcall-sub-crq", h_send_sub_crq, kSend},
    HcallRow{"hcall.H_SEND_SUB_CRQ_INDIRECT", 0x2e8, "hcall-sub-crq", h_send_sub_crq_indirect,
             kSend},
};

}  // namespace

std::span<const HcallRow> sub_crq_rows() { return kRows; }

}  // namespace lparsim::firmware
