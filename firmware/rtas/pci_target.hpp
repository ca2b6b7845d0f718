// Inside firmware/rtas: what config_addr, PHB_Unit_ID_Hi and PHB_Unit_ID_Low of a call name.
#pragma once

#include <optional>

#include "firmware/pci/pci.hpp"
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {

struct CalledSlot {
  std::size_t slot = 0;
  ConfigAddress address;
  bool reachable = false;          // the partition may use the adapter now
};

// From the first three inputs; nullopt: not a PHB of the partition, or the address is not sound.
inline std::optional<CalledSlot> called_slot(const CallFrame& frame) {
  const ConfigAddress address = config_address(frame.in[0]);
  const auto slot = find_phb(frame.core, frame.partition, frame.in[1], frame.in[2]);
  if (!slot || !address.sound) return std::nullopt;
  return CalledSlot{*slot, address, adapter_reachable(frame.core, frame.partition, *slot)};
}

inline const AdapterConfig& adapter_at(const CallFrame& frame, const CalledSlot& called) {
  return frame.core.platform.slots[called.slot].adapter;
}

// The address is the configuration address of a PE: register 0, nothing between it and the PE's
// primary bus, and something there (table 7-65).
inline bool names_pe(const CallFrame& frame, const CalledSlot& called) {
  const AdapterConfig& adapter = adapter_at(frame, called);
  return called.address.reg == 0 && endpoint_at(adapter, called.address) != Endpoint::absent &&
         pe_address(adapter, frame.in[0]) == frame.in[0];
}

// The address of a function that the partition can use; register 0.
inline bool names_function(const CallFrame& frame, const CalledSlot& called) {
  return called.reachable && called.address.reg == 0 &&
         endpoint_at(adapter_at(frame, called), called.address) == Endpoint::function;
}

}  // namespace lparsim::firmware
