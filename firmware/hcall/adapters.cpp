#include "firmware/hcall/adapters.hpp"

#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/drc/drc_space.hpp"
#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/interrupts.hpp"
#include "firmware/hcall/mappings.hpp"
#include "firmware/hcall/terminals.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::size_t kCrqEntry = 16;

bool usable(const PartitionState& p, std::uint16_t slot) {
  return p.power == PowerState::on && is_usable(p.virtual_slots, slot);
}

bool accepts(const VirtualSlotConfig& config, AdapterEnd other) {
  return (config.partner == kNoPartition || config.partner == other.partition) &&
         (config.partner_slot == kAnySlot || config.partner_slot == other.slot);
}

bool names(const VirtualSlotConfig& config) {
  return config.partner != kNoPartition && config.partner_slot != kAnySlot;
}

// Logical address of one queue element.
std::optional<std::uint64_t> element(Core& core, AdapterPlace place, const MessageQueue& queue,
                                     std::uint64_t offset, std::size_t bytes) {
  const TceTable* pane = first_pane(core, place);
  if (pane == nullptr) return std::nullopt;
  const auto pieces = translate(*pane, queue.first + offset, bytes, kTceAccess);
  if (!pieces || pieces->size() != 1) return std::nullopt;
  return pieces->front().address;
}

bool element_free(Core& core, AdapterPlace place, const MessageQueue& queue, std::uint64_t offset,
                  std::size_t bytes) {
  const auto address = element(core, place, queue, offset, bytes);
  std::array<std::uint8_t, 1> header{};
  return address && read_guest(core, place.partition, *address, header) && header[0] == 0;
}

}  // namespace

const VirtualSlotConfig* configured_slot(const PartitionState& p, std::uint32_t slot) {
  for (const VirtualSlotConfig& config : p.config.virtual_slots) {
    if (config.slot == slot) return &config;
  }
  return nullptr;
}

std::optional<AdapterPlace> find_adapter(const Core& core, std::size_t partition,
                                         std::uint64_t unit_address) {
  const std::uint64_t base = virtual_slot_drc_index(0).value;
  if (unit_address < base || unit_address - base >= kAnySlot) return std::nullopt;
  const AdapterPlace place{partition, static_cast<std::uint16_t>(unit_address - base)};
  const PartitionState& p = core.at(partition);
  if (!usable(p, place.slot)) return std::nullopt;
  // Slot 0 has a console, configured or not.
  if (place.slot != 0 && configured_slot(p, place.slot) == nullptr) return std::nullopt;
  return place;
}

VirtualSlotConfig adapter_config(const Core& core, AdapterPlace place) {
  const VirtualSlotConfig* config = configured_slot(core.at(place.partition), place.slot);
  return config != nullptr ? *config : VirtualSlotConfig{place.slot, "serial"};
}

AdapterState& adapter_state(Core& core, AdapterPlace place) {
  return core.at(place.partition).hcalls.adapters[place.slot];
}

AdapterEnd end_of(const Core& core, AdapterPlace place) {
  return {core.at(place.partition).config.id, place.slot};
}

std::optional<AdapterPlace> place_of(const Core& core, AdapterEnd end) {
  const std::size_t partition = core.find(end.partition);
  if (partition == Core::kNowhere || !usable(core.at(partition), end.slot)) return std::nullopt;
  return AdapterPlace{partition, end.slot};
}

std::vector<AdapterPlace> possible_partners(const Core& core, AdapterPlace place) {
  const VirtualSlotConfig own = adapter_config(core, place);
  const AdapterEnd end = end_of(core, place);
  std::vector<AdapterPlace> partners;
  for (std::size_t i = 0; i < core.state.partitions.size(); ++i) {
    for (const VirtualSlotConfig& other : core.at(i).config.virtual_slots) {
      const AdapterEnd other_end{core.at(i).config.id, other.slot};
      if (other.kind == own.kind && other.server != own.server && (names(own) || names(other)) &&
          accepts(own, other_end) && accepts(other, end)) {
        partners.push_back({i, other.slot});
      }
    }
  }
  return partners;
}

std::optional<AdapterPlace> connected_partner(const Core& core, AdapterPlace place) {
  const auto& own = core.at(place.partition).hcalls.adapters;
  const auto state = own.find(place.slot);
  if (state == own.end() || !state->second.partner) return std::nullopt;
  const auto partner = place_of(core, *state->second.partner);
  if (!partner) return std::nullopt;
  const auto& theirs = core.at(partner->partition).hcalls.adapters;
  const auto other = theirs.find(partner->slot);
  if (other == theirs.end() || !other->second.crq ||
      other->second.partner != end_of(core, place)) {
    return std::nullopt;
  }
  return partner;
}

TceTable* first_pane(Core& core, AdapterPlace place) {
  return find_tce_table(core, place.partition, virtual_liobn(place.slot));
}

bool pane_mapped(Core& core, AdapterPlace place, std::uint64_t address, std::uint64_t bytes) {
  const TceTable* pane = first_pane(core, place);
  if (pane == nullptr || bytes > pane->bytes) return false;
  return translate(*pane, address, bytes, kTceAccess).has_value();
}

bool read_pane(Core& core, AdapterPlace place, std::uint64_t address,
               std::span<std::uint8_t> to) {
  const TceTable* pane = first_pane(core, place);
  if (pane == nullptr) return false;
  const auto pieces = translate(*pane, address, to.size(), kTceRead);
  if (!pieces) return false;
  for (const DmaPiece& piece : *pieces) {
    if (!read_guest(core, place.partition, piece.address, to.first(piece.bytes))) return false;
    to = to.subspan(piece.bytes);
  }
  return true;
}

bool write_pane(Core& core, AdapterPlace place, std::uint64_t address, ByteView from) {
  const TceTable* pane = first_pane(core, place);
  if (pane == nullptr) return false;
  const auto pieces = translate(*pane, address, from.size(), kTceWrite);
  if (!pieces) return false;
  for (const DmaPiece& piece : *pieces) {
    if (!write_guest(core, place.partition, piece.address, from.first(piece.bytes))) return false;
    from = from.subspan(piece.bytes);
  }
  return true;
}

bool put_entries(Core& core, AdapterPlace place, MessageQueue& queue, ByteView entries,
                 std::size_t entry_bytes) {
  const std::size_t count = entries.size() / entry_bytes;
  if (entries.size() > queue.bytes) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t offset = (queue.next + i * entry_bytes) % queue.bytes;
    if (!element_free(core, place, queue, offset, entry_bytes)) return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto address = element(core, place, queue, queue.next, entry_bytes);
    write_guest(core, place.partition, *address, entries.subspan(i * entry_bytes, entry_bytes));
    queue.next = (queue.next + entry_bytes) % queue.bytes;
  }
  return true;
}

// Only one interrupt of a source is outstanding, up to its H_EOI. Under XIVE exploitation the OS
// ends interrupts without a call, and each entry is a pulse.
void signal(Core& core, AdapterPlace place, VirtualInterrupt& interrupt, std::uint32_t source) {
  if (!interrupt.enabled) return;
  if (interrupt.outstanding && !core.at(place.partition).options.xive) return;
  interrupt.outstanding = true;
  raise_interrupt(core, place.partition, source);
}

void transport_event(Core& core, AdapterPlace place, std::uint8_t code) {
  AdapterState& state = adapter_state(core, place);
  if (!state.crq) return;
  Bytes entry(kCrqEntry, 0);
  entry[0] = 0xff;
  entry[1] = code;
  if (!put_entries(core, place, *state.crq, entry, kCrqEntry)) {
    const std::uint64_t last = (state.crq->next + state.crq->bytes - kCrqEntry) % state.crq->bytes;
    const auto address = element(core, place, *state.crq, last, kCrqEntry);
    if (address) write_guest(core, place.partition, *address, entry);
  }
  signal(core, place, state.interrupt, virtual_source(core.profile, place.slot));
}

void close_crq(Core& core, AdapterPlace place, std::uint8_t code) {
  const auto partner = connected_partner(core, place);
  AdapterState& state = adapter_state(core, place);
  if (!state.crq) return;
  drop_redirected(core, place);
  state.crq.reset();
  state.partner.reset();
  state.sub_queues.clear();
  state.interrupt = {};
  state.crq_enabled = true;
  state.migration_disabled = state.suspend_ready = false;
  state.suspend_timeout_ms.reset();
  if (partner) transport_event(core, *partner, code);
}

void suspend_connections(Core& core, std::size_t partition) {
  for (auto& [slot, state] : core.at(partition).hcalls.adapters) {
    const AdapterPlace place{partition, slot};
    const auto partner = connected_partner(core, place);
    if (!partner) continue;
    state.crq_enabled = false;
    adapter_state(core, *partner).crq_enabled = false;
    transport_event(core, place, kPartnerSuspended);
    transport_event(core, *partner, kPartnerSuspended);
  }
}

void drop_adapter(Core& core, AdapterPlace place, std::uint8_t code) {
  auto& adapters = core.at(place.partition).hcalls.adapters;
  if (!adapters.contains(place.slot)) return;
  close_crq(core, place, code);
  close_terminal(core, place);
  adapters.erase(place.slot);
}

void drop_all_adapters(Core& core, std::size_t partition) {
  auto& adapters = core.at(partition).hcalls.adapters;
  while (!adapters.empty()) {
    drop_adapter(core, {partition, adapters.begin()->first}, kPartnerFailed);
  }
}

std::uint32_t sub_queue_source(std::uint16_t slot, std::uint64_t number) {
  constexpr std::uint32_t kFirst = 0x10'0000;
  return kFirst + slot * static_cast<std::uint32_t>(kMostSubQueues) +
         static_cast<std::uint32_t>(number % kMostSubQueues);
}

}  // namespace lparsim::firmware
