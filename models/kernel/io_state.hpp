// What the kernel knows of I/O: PCI buses and devices, hot-plug slots, virtual devices, modules and
// the error log of rtasd. A part of KernelState, so a value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/kernel/live_tree.hpp"

namespace lparsim::kernel {

// A bus below a host bridge (root bus) or below a PCI bridge.
struct PciBus {
  std::uint32_t id = 0;                // never used again
  NodeId node = kNoNode;               // the PHB's or bridge's node
  std::uint32_t domain = 0;
  std::uint8_t number = 0;
  std::uint32_t parent = 0;            // id of the bus its bridge sits on; 0: a root bus
  std::string address;                 // "0000:00": domain and number
};

struct PciDevice {
  std::uint32_t bus = 0;               // PciBus::id
  NodeId node = kNoNode;
  std::uint8_t devfn = 0;
  bool bridge = false;
  bool bound = false;                  // a driver has it
  std::string name;                    // "0000:00:04.0"
  std::string devspec;                 // path of its node
};

// What the adapter file of a hot-plug slot shows.
enum class SlotState : std::uint8_t { empty, configured, not_configured, not_valid };

// A slot that rpaphp registered.
struct HotplugSlot {
  std::string name;                    // the connector's name
  std::uint32_t drc_index = 0;
  std::uint32_t power_domain = 0;
  NodeId node = kNoNode;               // whose DRC tables announce it
  std::uint32_t bus = 0;               // PciBus::id, which may be gone
  std::string address;                 // "0000:00", or "0000:00:04" when the bus had a child
  SlotState state = SlotState::empty;
  std::uint8_t attention = 0;
};

struct VioDevice {
  NodeId node = kNoNode;
  std::string name;                    // unit address in hexadecimal, or the node's name
  std::string kind;                    // the node's name without its unit address
  std::string devspec;
};

struct LoggedEvent {
  std::uint32_t sequence = 0;
  Bytes log;
};

struct ErrorLog {
  std::uint32_t count = 0;             // events so far, over restarts when NVRAM keeps it
  std::vector<LoggedEvent> unread;     // oldest first
  std::uint32_t nvram_at = 0;          // 0: no partition for it
  std::uint32_t nvram_size = 0;
  bool in_nvram = false;               // NVRAM holds an event as unread
};

struct IoState {
  std::vector<PciBus> buses;
  std::vector<PciDevice> devices;
  std::vector<NodeId> controllers;     // PHB nodes whose controller the kernel knows
  std::uint32_t last_bus = 0;
  std::vector<HotplugSlot> slots;      // in the order of their registration
  std::vector<VioDevice> vio;
  ErrorLog error_log;
  bool rpaphp = false;                 // modules
  bool rpadlpar_io = false;
  std::vector<std::string> drivers;
};

}  // namespace lparsim::kernel
