// H_VIOCTL (LoPAR 17.2.1.6): one row a subfunction. Not implemented, and answered H_Not_Found:
// UUID, trunk adapters, VNIC, redirected mapping limits.
#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/lan.hpp"

namespace lparsim::firmware {
namespace {

struct ControlCall {
  HcallFrame& frame;
  AdapterPlace place;
  VirtualSlotConfig config;
  std::uint64_t parameter;           // parm-1

  AdapterState& state() const { return adapter_state(frame.core, place); }
};

bool no_parameters(const HcallFrame& frame) {
  return frame.r[2] == 0 && frame.r[3] == 0 && frame.r[4] == 0;
}

// Output descriptor: control byte 0, 3-byte length, 4-byte bus address. Writes what fits, the rest
// of the buffer is zero.
std::int64_t put_output(const ControlCall& call, Bytes data) {
  const std::uint64_t descriptor = call.parameter;
  const std::uint64_t bytes = descriptor >> 32 & 0xff'ffff, address = descriptor & 0xffff'ffffULL;
  const HcallFrame& frame = call.frame;
  if (descriptor >> 56 != 0 || frame.r[3] != 0 || frame.r[4] != 0 ||
      !pane_mapped(frame.core, call.place, address, bytes)) {
    return kHParameter;
  }
  const bool fits = data.size() <= bytes;
  data.resize(bytes, 0);
  write_pane(frame.core, call.place, address, data);
  return fits ? kHSuccess : kHConstrained;
}

// Where nothing may be written unless all fits.
std::int64_t put_whole_output(const ControlCall& call, Bytes data) {
  const std::uint64_t bytes = call.parameter >> 32 & 0xff'ffff;
  if (call.parameter >> 56 != 0 || call.frame.r[3] != 0 || call.frame.r[4] != 0) {
    return kHParameter;
  }
  if (bytes < data.size()) return kHConstrained;
  return put_output(call, std::move(data));
}

// The state of the adapter for error logs; its form is the firmware's own affair.
Bytes dump_of(const ControlCall& call) {
  const AdapterState& state = call.state();
  CellWriter dump;
  dump.u32(virtual_slot_drc_index(call.place.slot).value);
  dump.u32(state.crq ? 1 : 0).u64(state.crq ? state.crq->next : 0);
  dump.u32(static_cast<std::uint32_t>(state.sub_queues.size())).u32(state.lan ? 1 : 0);
  return dump.take();
}

std::int64_t get_dump_size(ControlCall& call) {
  if (!no_parameters(call.frame)) return kHParameter;
  call.frame.r[0] = dump_of(call).size();
  return kHSuccess;
}

std::int64_t get_dump(ControlCall& call) { return put_output(call, dump_of(call)); }

std::int64_t get_number_vlan_ids(ControlCall& call) {
  if (!no_parameters(call.frame)) return kHParameter;
  call.frame.r[0] = 1;
  return kHSuccess;
}

std::int64_t get_vlan_id_list(ControlCall& call) {
  return put_output(call, CellWriter{}.u16(call.config.vlan).take());
}

std::int64_t get_switch_id(ControlCall& call) {
  return put_output(call, CellWriter{}.str("ETHERNET0").take());
}

std::int64_t disable_migration(ControlCall& call) {
  if (!no_parameters(call.frame)) return kHParameter;
  if (!connected_partner(call.frame.core, call.place)) return kHClosed;
  call.state().migration_disabled = true;
  return kHSuccess;
}

std::int64_t enable_migration(ControlCall& call) {
  if (!no_parameters(call.frame) || !call.state().migration_disabled) return kHParameter;
  call.state().migration_disabled = false;
  return kHSuccess;
}

// The connected partner, else the only possible one.
std::optional<AdapterPlace> known_partner(const ControlCall& call) {
  const auto connected = connected_partner(call.frame.core, call.place);
  if (connected) return connected;
  const auto possible = possible_partners(call.frame.core, call.place);
  if (possible.size() != 1) return std::nullopt;
  return possible.front();
}

std::int64_t get_partner_info(ControlCall& call) {
  const Core& core = call.frame.core;
  const auto partner = known_partner(call);
  CellWriter info;
  if (partner) {
    const AdapterEnd end = end_of(core, *partner);
    info.u64(end.partition.value).u64(virtual_slot_drc_index(end.slot).value);
    info.str(virtual_slot_location(core.platform, end.partition, end.slot));
  } else {
    info.u64(0).u64(0).u8(0);
  }
  const std::uint64_t bytes = call.parameter >> 32 & 0xff'ffff;
  Bytes data = info.take();
  if (!partner && bytes >= data.size()) return kHClosed;
  return put_whole_output(call, std::move(data));
}

std::int64_t get_partner_wwpn_list(ControlCall& call) {
  const auto partner = connected_partner(call.frame.core, call.place);
  constexpr std::size_t kTwoNames = 16;
  const std::uint64_t bytes = call.parameter >> 32 & 0xff'ffff;
  if (!partner && bytes >= kTwoNames) return kHClosed;
  const AdapterEnd end = partner ? end_of(call.frame.core, *partner) : AdapterEnd{};
  const std::uint64_t name = port_name(end.partition, end.slot);
  return put_whole_output(call, CellWriter{}.u64(name).u64(name + 1).take());
}

std::int64_t disable_all_interrupts(ControlCall& call) {
  if (!no_parameters(call.frame)) return kHParameter;
  call.state().interrupt.enabled = false;
  for (SubQueue& sub : call.state().sub_queues) sub.interrupt.enabled = false;
  return kHSuccess;
}

// The interrupt of the CRQ or of a sub-CRQ by its number.
std::int64_t switch_interrupt(ControlCall& call, bool on) {
  if (call.frame.r[3] != 0 || call.frame.r[4] != 0) return kHParameter;
  if (call.parameter == virtual_source(call.frame.core.profile, call.place.slot)) {
    call.state().interrupt.enabled = on;
    return kHSuccess;
  }
  for (SubQueue& sub : call.state().sub_queues) {
    if (call.parameter != sub_queue_source(call.place.slot, sub.number)) continue;
    sub.interrupt.enabled = on;
    return kHSuccess;
  }
  return kHParameter;
}

std::int64_t disable_interrupt(ControlCall& call) { return switch_interrupt(call, false); }
std::int64_t enable_interrupt(ControlCall& call) { return switch_interrupt(call, true); }

std::int64_t get_max_vlan_priority(ControlCall& call) {
  if (!no_parameters(call.frame)) return kHParameter;
  call.frame.r[0] = 7;
  return kHSuccess;
}

std::int64_t get_number_mac_acls(ControlCall& call) {
  if (!no_parameters(call.frame)) return kHParameter;
  call.frame.r[0] = 0;               // no limits are in place
  return kHSuccess;
}

std::int64_t get_mac_acls(ControlCall& call) { return put_output(call, {}); }

std::int64_t enable_prepare_for_suspend(ControlCall& call) {
  constexpr std::uint64_t kMostMilliseconds = 30'000, kVersion = 1;
  const HcallFrame& frame = call.frame;
  if (call.parameter > kMostMilliseconds || frame.r[3] != 0 || frame.r[4] != 0) {
    return kHParameter;
  }
  if (call.config.partner == kNoPartition || call.config.partner_slot == kAnySlot) {
    return kHConstrained;            // any client can connect
  }
  call.state().suspend_timeout_ms = call.parameter;
  call.state().suspend_ready = false;
  call.frame.r[0] = kVersion;
  return kHSuccess;
}

std::int64_t ready_for_suspend(ControlCall& call) {
  if (!no_parameters(call.frame)) return kHParameter;
  if (!call.state().suspend_timeout_ms) return kHConstrained;
  call.state().suspend_ready = true;
  return kHSuccess;
}

enum class For : std::uint8_t { all, lan, storage, storage_server, channel_server };

struct Subfunction {
  std::uint64_t code;
  For adapters;
  std::int64_t (*action)(ControlCall&);
};
constexpr std::array kSubfunctions{
    Subfunction{0x1, For::all, get_dump_size},
    Subfunction{0x2, For::all, get_dump},
    Subfunction{0x3, For::lan, get_number_vlan_ids},
    Subfunction{0x4, For::lan, get_vlan_id_list},
    Subfunction{0x5, For::lan, get_switch_id},
    Subfunction{0x6, For::storage_server, disable_migration},
    Subfunction{0x7, For::storage_server, enable_migration},
    Subfunction{0x8, For::storage_server, get_partner_info},
    Subfunction{0x9, For::channel_server, get_partner_wwpn_list},
    Subfunction{0xa, For::storage, disable_all_interrupts},
    Subfunction{0xb, For::storage, disable_interrupt},
    Subfunction{0xc, For::storage, enable_interrupt},
    Subfunction{0xd, For::lan, get_max_vlan_priority},
    Subfunction{0xe, For::lan, get_number_mac_acls},
    Subfunction{0xf, For::lan, get_mac_acls},
    Subfunction{0x1d, For::storage_server, enable_prepare_for_suspend},
    Subfunction{0x1e, For::storage_server, ready_for_suspend},
};

bool applies(For adapters, const VirtualSlotConfig& config) {
  const bool storage = config.kind == "scsi" || config.kind == "fc";
  switch (adapters) {
    case For::all: return true;
    case For::lan: return config.kind == "eth";
    case For::storage: return storage;
    case For::storage_server: return storage && config.server;
    case For::channel_server: return config.kind == "fc" && config.server;
  }
  return false;
}

std::int64_t h_vioctl(HcallFrame& frame) {
  const auto* const subfunction =
      std::find_if(kSubfunctions.begin(), kSubfunctions.end(),
                   [&](const Subfunction& s) { return s.code == frame.r[1]; });
  if (subfunction == kSubfunctions.end()) return kHNotFound;
  const auto place = find_adapter(frame.core, frame.partition, frame.r[0]);
  if (!place) return kHParameter;
  ControlCall call{frame, *place, adapter_config(frame.core, *place), frame.r[2]};
  return applies(subfunction->adapters, call.config) ? subfunction->action(call) : kHParameter;
}

constexpr auto& kOutcomes = kHcallOutcomes<kHParameter, kHConstrained, kHNotFound, kHClosed>;
constexpr std::array kRows{
    HcallRow{"hcall.H_VIOCTL", 0x2a8, "hcall-vioctl", h_vioctl, kOutcomes},
};

}  // namespace

std::span<const HcallRow> vioctl_rows() { return kRows; }

}  // namespace lparsim::firmware
