// Slots, host bridges and what is in them, as drmgr and lsslot gather them from the device tree and
// from the devspec files of sysfs (drmgr.md 2.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/userland/drc_list.hpp"
#include "models/userland/session.hpp"

namespace lparsim::userland {

enum class SlotKind : std::uint8_t {
  hot_plug,                      // physical slot: a connector with a number as its type
  logical,                       // SLOT of a PCI bus
  virtual_io,
  host_bridge,
};

struct Slot {
  SlotKind kind{};
  Connector drc;
  std::string location;          // ibm,loc-code of `path`
  std::string path;              // node of the resource; while it is not here, the node above
  std::string node_name;         // property "name" of the resource
  std::string device;            // folder below /sys/devices, when Linux has a device
  std::string interrupt_controller;   // host bridge: its node, when it is to go with it
  bool owned = false;
  bool skip = false;             // its location codes contradict each other
  std::vector<Slot> children;    // host bridge: its slots; else what is in the slot

  bool is_display() const { return drc.type.starts_with("display"); }
};
using Slots = std::vector<Slot>;

// "PCI-E capable, Rev 2, 8x lanes", "Virtual I/O Slot" ...
std::string description(const Slot& slot);

// Connectors of the node at `path`, read once in a run; nullptr when it has none.
const std::vector<Connector>* connectors_at(Session& session, const std::string& path);

enum SlotSets : unsigned { kPciSlots = 1, kVirtualSlots = 2, kHeaSlots = 4, kHostBridges = 0x10 };
// Lists are newest first, as the real programs chain them: backwards through the tree's order.
Slots dlpar_slots(Session& session, unsigned sets);
Slots hot_plug_slots(Session& session);

// The slot of that name, or the one in which something has it as name or number. Says so when there
// are no slots at all.
std::optional<Slot> find_dlpar_slot(Session& session, const std::string& name, unsigned sets);

// A connector by name or number, from the root down: a node without connectors ends the search
// below it.
struct ConnectorPlace {
  Connector drc;
  std::string node;              // that lists it
};
std::optional<ConnectorPlace> find_connector(Session& session, const std::string& name);
std::optional<ConnectorPlace> find_connector(Session& session, std::uint32_t index);

// Finds the resource of a logical slot, and what is in a slot. False: the node cannot be read.
bool look_into_slot(Session& session, Slot& slot);

void say_slots(Session& session, const Slots& slots);   // at kExtraDebug

}  // namespace lparsim::userland
