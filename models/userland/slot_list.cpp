#include "models/userland/slot_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "models/userland/files.hpp"
#include "models/userland/slot_node.hpp"

namespace lparsim::userland {
namespace {

const std::string kRoot(kTree);

bool said_missing(Session& session, const std::string& directory, bool readable) {
  if (readable) return false;
  session.say(kError, fmt::format("failed to open {}\n{}\n", directory, errno_text(ENOENT)));
  return true;
}

// Nodes of virtual devices first: each stands for the connector that it names.
std::optional<Slots> virtual_devices(Session& session, const std::string& path,
                                     const std::vector<Connector>& connectors) {
  Slots found;
  for (const std::string& name : directories(session.files, path).value_or(Names{})) {
    const std::string node = path + "/" + name;
    const auto index = cell_property(session.files, node + "/ibm,my-drc-index");
    if (!index) continue;
    const Connector* drc = connector_of(connectors, *index);
    if (drc == nullptr) {
      session.say(kError, fmt::format("Unable to find DRC index {}\n",
                                      static_cast<std::int32_t>(*index)));
      return std::nullopt;
    }
    Slot slot = make_slot(session, SlotKind::virtual_io, *drc, node);
    slot.owned = true;
    if (!look_into_slot(session, slot)) return std::nullopt;
    found.push_back(std::move(slot));
  }
  return found;
}

// A connector as an element of a list of `kind`; nullopt: it is none.
std::optional<SlotKind> kind_of(const Connector& drc, SlotKind kind) {
  const bool logical = drc.type == "SLOT";
  switch (kind) {
    case SlotKind::hot_plug: return is_physical(drc) ? std::optional(kind) : std::nullopt;
    case SlotKind::host_bridge: return logical ? SlotKind::logical : SlotKind::hot_plug;
    default: return logical ? std::optional(kind) : std::nullopt;
  }
}

// Appends the slots of one node in the order of its connectors.
void add_slots(Session& session, const std::string& path, SlotKind kind, Slots& out) {
  const auto* connectors = connectors_at(session, path);
  if (connectors == nullptr) return;
  Slots devices;
  if (kind == SlotKind::virtual_io) {
    auto found = virtual_devices(session, path, *connectors);
    if (!found) return;
    devices = std::move(*found);
  }
  for (const Connector& drc : *connectors) {
    const auto here = kind_of(drc, kind);
    if (!here) continue;
    const auto device = std::find_if(devices.begin(), devices.end(), [&](const Slot& one) {
      return one.drc.index == drc.index;
    });
    if (device != devices.end()) {
      out.push_back(std::move(*device));
      devices.erase(device);
      continue;
    }
    Slot slot = make_slot(session, *here, drc, path);
    slot.owned = *here == SlotKind::hot_plug;
    if (kind != SlotKind::virtual_io && !look_into_slot(session, slot)) return;
    out.push_back(std::move(slot));
  }
}

void add_host_bridge(Session& session, const std::string& path, Slots& out) {
  const auto index = cell_property(session.files, path + "/ibm,my-drc-index");
  const auto* connectors = connectors_at(session, kRoot);
  if (!index) return;
  const Connector* drc = connectors == nullptr ? nullptr : connector_of(*connectors, *index);
  if (drc == nullptr) {
    session.say(kError,
                fmt::format("Could not find drc index 0x{:x} to add to phb list\n", *index));
    return;
  }
  Slot slot = make_slot(session, SlotKind::host_bridge, *drc, path);
  slot.owned = true;
  add_slots(session, path, SlotKind::host_bridge, slot.children);
  std::reverse(slot.children.begin(), slot.children.end());
  out.push_back(std::move(slot));
}

// A host bridge's interrupt controller carries the same index.
void find_interrupt_controllers(Session& session, Slots& slots) {
  for (const std::string& name : directories(session.files, kRoot).value_or(Names{})) {
    if (!name.starts_with("interrupt-controller")) continue;
    const std::string path = kRoot + "/" + name;
    const auto index = cell_property(session.files, path + "/ibm,my-drc-index");
    const auto slot = std::find_if(slots.begin(), slots.end(), [&](const Slot& one) {
      return index && one.kind == SlotKind::host_bridge && one.drc.index == *index;
    });
    if (slot != slots.end()) slot->interrupt_controller = path;
  }
}

void add_hot_plug_slots(Session& session, const std::string& directory, Slots& out) {
  const auto names = directories(session.files, directory);
  if (said_missing(session, directory, names.has_value())) return;
  for (const std::string& name : *names) {
    if (!name.starts_with("pci@")) continue;
    const std::string path = directory + "/" + name;
    add_slots(session, path, SlotKind::hot_plug, out);
    add_hot_plug_slots(session, path, out);
  }
}

template <class Wanted>
std::optional<ConnectorPlace> find_below(Session& session, const std::string& node,
                                         const Wanted& wanted) {
  const auto* connectors = connectors_at(session, node);
  if (connectors == nullptr) return std::nullopt;
  for (const Connector& drc : *connectors) {
    if (wanted(drc)) return ConnectorPlace{drc, node};
  }
  for (const std::string& child : directories(session.files, node).value_or(Names{})) {
    if (auto place = find_below(session, node + "/" + child, wanted)) return place;
  }
  return std::nullopt;
}

void say_slot(Session& session, const Slot& slot) {
  session.say(kExtraDebug,
              fmt::format("{}: {}\n\tdrc index: 0x{:x}        description: {}\n\tdrc name: {}\n"
                          "\tloc code: {}\n",
                          slot.path, slot.skip ? "(SKIP)" : "", slot.drc.index,
                          description(slot), slot.drc.name, slot.location));
}

}  // namespace

const std::vector<Connector>* connectors_at(Session& session, const std::string& path) {
  const auto known = session.connectors.find(path);
  if (known != session.connectors.end()) return &known->second;
  auto read = read_connectors(session.files, path);
  if (read) return &session.connectors.emplace(path, std::move(*read)).first->second;
  if (!exists(session.files, path + "/ibm,drc-info")) {
    session.say(kDebug,
                fmt::format("Could not find DRC property group in path: {}.\n", path));
  }
  return nullptr;
}

Slots dlpar_slots(Session& session, unsigned sets) {
  session.say(kDebug, fmt::format("Getting node types 0x{:08x}\n", sets));
  Slots slots;
  const auto names = directories(session.files, kRoot);
  if (said_missing(session, kRoot, names.has_value())) return slots;
  for (const std::string& name : *names) {
    const std::string path = kRoot + "/" + name;
    const bool pci = name.starts_with("pci@");
    if (name == "vdevice" && (sets & kVirtualSlots) != 0) {
      add_slots(session, path, SlotKind::virtual_io, slots);
    } else if (pci && (sets & kPciSlots) != 0) {
      add_slots(session, path, SlotKind::logical, slots);
    } else if (pci && (sets & kHostBridges) != 0) {
      add_host_bridge(session, path, slots);
    }
  }
  std::reverse(slots.begin(), slots.end());
  if (slots.empty()) return slots;
  find_linux_devices(session, slots);
  if ((sets & kHostBridges) != 0) find_interrupt_controllers(session, slots);
  return slots;
}

Slots hot_plug_slots(Session& session) {
  session.say(kDebug, "Retrieving hotplug nodes\n");
  Slots slots;
  add_hot_plug_slots(session, kRoot, slots);
  std::reverse(slots.begin(), slots.end());
  if (!slots.empty()) find_linux_devices(session, slots);
  return slots;
}

std::optional<Slot> find_dlpar_slot(Session& session, const std::string& name, unsigned sets) {
  Slots slots = dlpar_slots(session, sets);
  if (slots.empty()) {
    session.say(kError, "There are no DR capable slots on this system\n");
    return std::nullopt;
  }
  say_slots(session, slots);
  const auto index = static_cast<std::uint32_t>(std::strtoul(name.c_str(), nullptr, 0));
  for (Slot& slot : slots) {
    if (slot.drc.name == name) return std::move(slot);
    if (slot.drc.index == index) {
      if (session.has(Switch::slot_index_passed_over)) continue;
      return std::move(slot);
    }
    const bool inside =
        std::any_of(slot.children.begin(), slot.children.end(), [&](const Slot& child) {
          return child.drc.name == name || child.drc.index == index;
        });
    if (inside) return std::move(slot);
  }
  return std::nullopt;
}

std::optional<ConnectorPlace> find_connector(Session& session, const std::string& name) {
  return find_below(session, kRoot, [&](const Connector& drc) { return drc.name == name; });
}

std::optional<ConnectorPlace> find_connector(Session& session, std::uint32_t index) {
  return find_below(session, kRoot, [&](const Connector& drc) { return drc.index == index; });
}

void say_slots(Session& session, const Slots& slots) {
  if (session.shown < kExtraDebug) return;
  session.say(kExtraDebug, "\nDR nodes list\n==============\n");
  for (const Slot& slot : slots) {
    say_slot(session, slot);
    for (const Slot& child : slot.children) say_slot(session, child);
  }
  session.say(kExtraDebug, "\n");
}

}  // namespace lparsim::userland
