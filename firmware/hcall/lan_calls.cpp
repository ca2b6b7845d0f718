// The logical LAN: H_REGISTER_LOGICAL_LAN, H_FREE_LOGICAL_LAN, H_ADD_LOGICAL_LAN_BUFFER,
// H_FREE_LOGICAL_LAN_BUFFER, H_SEND_LOGICAL_LAN, H_MULTICAST_CTRL, H_CHANGE_LOGICAL_LAN_MAC,
// H_ILLAN_ATTRIBUTES (LoPAR 17.3.3). No trunk adapters, no large send, no traffic to the outside.
// DEVIATION(LoPAR R1-17.3.5-13, -14, -16): the requirements speak of entries of 12 bytes on 4; the
// queue's description, the syntax of the call and Linux have 16 bytes on 16.
#include <algorithm>

#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/lan.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kQueueEntry = 16, kSmallestBuffer = 16, kMostFrame = 128 << 10;
constexpr std::size_t kMostPools = (kPageBytes - 3 * 8) / 8;

struct Descriptor {                  // 8 bytes: control, 3-byte length, 4-byte bus address
  bool valid;
  std::uint32_t bytes;
  std::uint64_t address;
};

Descriptor descriptor(std::uint64_t value) {
  return {(value >> 63) != 0, static_cast<std::uint32_t>(value >> 32 & 0xff'ffff),
          value & 0xffff'ffffULL};
}

std::optional<AdapterPlace> lan_adapter(const HcallFrame& frame) {
  const auto place = find_adapter(frame.core, frame.partition, frame.r[0]);
  if (!place || adapter_config(frame.core, *place).kind != "eth") return std::nullopt;
  return place;
}

// nullptr: no such adapter, or not registered.
LanPort* open_port(const HcallFrame& frame) {
  const auto place = lan_adapter(frame);
  if (!place) return nullptr;
  auto& port = adapter_state(frame.core, *place).lan;
  return port ? &*port : nullptr;
}

bool mapped_page(Core& core, AdapterPlace place, std::uint64_t address) {
  return address % kPageBytes == 0 && pane_mapped(core, place, address, kPageBytes);
}

std::int64_t h_register_logical_lan(HcallFrame& frame) {
  Core& core = frame.core;
  const auto place = lan_adapter(frame);
  const Descriptor queue = descriptor(frame.r[2]);
  if (!place || !mapped_page(core, *place, frame.r[1]) || !mapped_page(core, *place, frame.r[3]) ||
      queue.bytes == 0 || queue.bytes % kQueueEntry != 0 || queue.address % kQueueEntry != 0 ||
      !pane_mapped(core, *place, queue.address, queue.bytes)) {
    return kHParameter;
  }
  AdapterState& state = adapter_state(core, *place);
  LanPort port;
  port.buffer_list = frame.r[1];
  port.queue = {queue.address, queue.bytes, 0};
  port.mac = frame.r[4] & kMacBits;
  state.lan = port;
  state.interrupt = {};
  write_pane(core, *place, port.buffer_list, Bytes(kPageBytes, 0));
  show_receive_queue(core, *place);
  const std::uint64_t filters = 0x80ULL << 56 | kPageBytes << 32 | (frame.r[3] & 0xffff'ffffULL);
  write_pane(core, *place, port.buffer_list + 8, CellWriter{}.u64(filters).take());
  return kHSuccess;
}

std::int64_t h_free_logical_lan(HcallFrame& frame) {
  const auto place = lan_adapter(frame);
  if (!place) return kHParameter;
  AdapterState& state = adapter_state(frame.core, *place);
  state.lan.reset();
  state.interrupt = {};
  return kHSuccess;
}

// Busy: no frame is received and no interrupt raised any more.
void freeing_begins(HcallFrame& frame) {
  LanPort* port = open_port(frame);
  if (port != nullptr) port->buffers.clear();
}

std::int64_t h_add_logical_lan_buffer(HcallFrame& frame) {
  LanPort* port = open_port(frame);
  const Descriptor buffer = descriptor(frame.r[1]);
  if (port == nullptr || !buffer.valid || buffer.bytes < kSmallestBuffer ||
      buffer.address % 4 != 0 ||
      !pane_mapped(frame.core, *lan_adapter(frame), buffer.address, buffer.bytes)) {
    return kHParameter;
  }
  const auto pool = std::lower_bound(port->sizes.begin(), port->sizes.end(), buffer.bytes);
  if (pool == port->sizes.end() || *pool != buffer.bytes) {
    if (port->sizes.size() >= kMostPools) return kHResource;
    port->sizes.insert(pool, buffer.bytes);
  }
  port->buffers.push_back({buffer.address, buffer.bytes});
  return kHSuccess;
}

std::int64_t h_free_logical_lan_buffer(HcallFrame& frame) {
  LanPort* port = open_port(frame);
  if (port == nullptr) return kHParameter;
  const auto found =
      std::find_if(port->buffers.begin(), port->buffers.end(),
                   [&](const LanBuffer& buffer) { return buffer.bytes == frame.r[1]; });
  if (found == port->buffers.end()) return kHNotFound;
  const LanBuffer buffer = *found;
  port->buffers.erase(found);
  return_buffer(frame.core, *lan_adapter(frame), buffer);
  return kHSuccess;
}

// The frame that up to six descriptors describe; the first of length 0 ends them.
std::optional<Bytes> gather(HcallFrame& frame, AdapterPlace place) {
  Bytes message;
  for (std::size_t i = 1; i <= 6; ++i) {
    const Descriptor part = descriptor(frame.r[i]);
    if (part.bytes == 0) break;
    if (!part.valid || message.size() + part.bytes > kMostFrame) return std::nullopt;
    const std::size_t at = message.size();
    message.resize(at + part.bytes);
    if (!read_pane(frame.core, place, part.address, std::span(message).subspan(at))) {
      return std::nullopt;
    }
  }
  return message;
}

bool takes(const LanPort& port, std::uint64_t mac) {
  if (mac == kMacBits) return true;
  if (!is_multicast(mac)) return port.mac == mac;
  if (!port.receives_multicast) return false;
  return !port.filters_multicast ||
         std::find(port.filters.begin(), port.filters.end(), mac) != port.filters.end();
}

// Registered ports of the VLAN, without the sender's.
std::vector<AdapterPlace> receivers(const Core& core, AdapterPlace sender, std::uint64_t mac) {
  const std::uint16_t vlan = adapter_config(core, sender).vlan;
  std::vector<AdapterPlace> places;
  for (std::size_t i = 0; i < core.state.partitions.size(); ++i) {
    for (const auto& [slot, state] : core.at(i).hcalls.adapters) {
      const AdapterPlace place{i, slot};
      const bool self = i == sender.partition && slot == sender.slot;
      if (self || !state.lan || adapter_config(core, place).vlan != vlan) continue;
      if (!place_of(core, end_of(core, place)) || !takes(*state.lan, mac)) continue;
      places.push_back(place);
    }
  }
  return places;
}

std::int64_t h_send_logical_lan(HcallFrame& frame) {
  constexpr std::size_t kHeader = 14;
  constexpr std::uint16_t kTagged = 0x8100;
  Core& core = frame.core;
  const auto place = lan_adapter(frame);
  if (open_port(frame) == nullptr || frame.r[7] != 0) return kHParameter;   // never continued
  const auto message = gather(frame, *place);
  if (!message || message->size() < kHeader) return kHParameter;
  if (load_be16(message->data() + 12) == kTagged) {
    const unsigned vlan = message->size() < kHeader + 4 ? 0U : load_be16(message->data() + 14);
    if ((vlan & 0xfffU) != adapter_config(core, *place).vlan) return kHParameter;
  }
  const std::uint64_t mac =
      std::uint64_t{load_be32(message->data())} << 16 | load_be16(message->data() + 4);
  const auto ports = receivers(core, *place, mac);
  bool dropped = ports.empty() && !is_multicast(mac);
  for (const AdapterPlace& port : ports) {
    if (!receive_frame(core, port, *message)) dropped = true;
  }
  return dropped ? kHDropped : kHSuccess;
}

// Flags bits 44:47: change receipt, change filtering, and their new values; 62:63: the table.
std::int64_t change_filters(LanPort& port, std::uint64_t flags, std::uint64_t mac) {
  const auto found = std::find(port.filters.begin(), port.filters.end(), mac);
  switch (flags & 3) {
    case 1:
      if (found != port.filters.end()) return kHSuccess;
      if (port.filters.size() >= kLanFilters) return kHConstrained;
      port.filters.push_back(mac);
      return kHSuccess;
    case 2:
      if (found == port.filters.end()) return kHNotFound;
      port.filters.erase(found);
      return kHSuccess;
    case 3: port.filters.clear(); return kHSuccess;
    default: return kHSuccess;
  }
}

std::int64_t h_multicast_ctrl(HcallFrame& frame) {
  constexpr std::uint64_t kChangeReceipt = 1 << 19, kChangeFiltering = 1 << 18, kReceipt = 1 << 17,
                          kFiltering = 1 << 16, kTable = 3;
  constexpr std::uint64_t kDefined =
      kChangeReceipt | kChangeFiltering | kReceipt | kFiltering | kTable;
  LanPort* port = open_port(frame);
  const std::uint64_t flags = frame.r[1], mac = frame.r[2];
  const bool names_address = (flags & kTable) == 1 || (flags & kTable) == 2;
  if (port == nullptr || (flags & ~kDefined) != 0 || (names_address && mac > kMacBits)) {
    return kHParameter;
  }
  if ((flags & kChangeReceipt) != 0) port->receives_multicast = (flags & kReceipt) != 0;
  if ((flags & kChangeFiltering) != 0) port->filters_multicast = (flags & kFiltering) != 0;
  const std::int64_t status = change_filters(*port, flags, mac);
  frame.r[0] = (port->receives_multicast ? kReceipt : 0) |
               (port->filters_multicast ? kFiltering : 0) | port->filters.size();
  return status;
}

std::int64_t h_change_logical_lan_mac(HcallFrame& frame) {
  LanPort* port = open_port(frame);
  if (port == nullptr) return kHParameter;
  port->mac = frame.r[1] & kMacBits;
  return kHSuccess;
}

// R1-17.3.3.8-2: bits that are not implemented are ignored; while the port is registered nothing
// can be changed.
std::int64_t h_illan_attributes(HcallFrame& frame) {
  const auto place = lan_adapter(frame);
  if (!place) return kHParameter;
  AdapterState& state = adapter_state(frame.core, *place);
  const std::uint64_t wanted =
      ((state.lan_attributes & ~frame.r[1]) | frame.r[2]) & kLanAttributes;
  const bool refused = wanted != state.lan_attributes && state.lan.has_value();
  if (!refused) state.lan_attributes = wanted;
  frame.r[0] = state.lan_attributes;
  return refused ? kHConstrained : kHSuccess;
}

constexpr auto& kParameterOnly = kHcallOutcomes<kHParameter>;
constexpr auto& kFree = kHcallOutcomes<kHParameter, kHBusy, kHLongBusy1ms, kHLongBusy10ms>;
constexpr auto& kAdd = kHcallOutcomes<kHParameter, kHResource>;
constexpr auto& kFreeBuffer = kHcallOutcomes<kHParameter, kHNotFound>;
constexpr auto& kSend = kHcallOutcomes<kHParameter, kHDropped>;
constexpr auto& kMulticast = kHcallOutcomes<kHParameter, kHConstrained, kHNotFound>;
constexpr auto& kAttributes = kHcallOutcomes<kHParameter, kHConstrained>;
constexpr std::array kRows{
    HcallRow{"hcall.H_REGISTER_LOGICAL_LAN", 0x114, "hcall-lLAN", h_register_logical_lan,
             kParameterOnly},
    HcallRow{"hcall.H_FREE_LOGICAL_LAN", 0x118, "hcall-lLAN", h_free_logical_lan, kFree,
             freeing_begins},
    HcallRow{"hcall.H_ADD_LOGICAL_LAN_BUFFER", 0x11c, "hcall-lLAN", h_add_logical_lan_buffer,
             kAdd},
    HcallRow{"hcall.H_SEND_LOGICAL_LAN", 0x120, "hcall-lLAN", h_send_logical_lan, kSend},
    HcallRow{"hcall.H_MULTICAST_CTRL", 0x130, "hcall-lLAN", h_multicast_ctrl, kMulticast},
    HcallRow{"hcall.H_CHANGE_LOGICAL_LAN_MAC", 0x14c, "hcall-ILAN", h_change_logical_lan_mac,
             kParameterOnly},
    HcallRow{"hcall.H_FREE_LOGICAL_LAN_BUFFER", 0x1d4, "hcall-lLAN", h_free_logical_lan_buffer,
             kFreeBuffer},
    HcallRow{"hcall.H_ILLAN_ATTRIBUTES", 0x244, "hcall-illan-options", h_illan_attributes,
             kAttributes},
};

}  // namespace

std::span<const HcallRow> lan_rows() { return kRows; }

}  // namespace lparsim::firmware
