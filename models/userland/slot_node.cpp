#include "models/userland/slot_node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

constexpr std::size_t kLongestLocation = 256, kLongestName = 128;
constexpr std::string_view kDevices = "/sys/devices";

// By the number in ibm,drc-types (LoPAR table B-2); 9 and 10 are none.
constexpr std::array<std::string_view, 54> kSlotTypes{
    "",
    "PCI 32 bit, 33MHz, 5 volt slot",
    "PCI 32 bit, 50MHz, 5 volt slot",
    "PCI 32 bit, 33MHz, 3.3 volt slot",
    "PCI 64 bit, 33MHz, 5 volt slot",
    "PCI 64 bit, 50MHz, 5 volt slot",
    "PCI 64 bit, 33MHz, 3.3 volt slot",
    "PCI 32 bit, 66MHz, 3.3 volt slot",
    "PCI 64 bit, 66MHz, 3.3 volt slot",
    "",
    "",
    "PCI-X capable, 32 bit, 66MHz slot",
    "PCI-X capable, 32 bit, 100MHz slot",
    "PCI-X capable, 32 bit, 133MHz slot",
    "PCI-X capable, 64 bit, 66MHz slot",
    "PCI-X capable, 64 bit, 100MHz slot",
    "PCI-X capable, 64 bit, 133MHz slot",
    "PCI-X capable, 64 bit, 266MHz slot",
    "PCI-X capable, 64 bit, 533MHz slot",
    "PCI-E capable, Rev 1, 1x lanes",
    "PCI-E capable, Rev 1, 2x lanes",
    "PCI-E capable, Rev 1, 4x lanes",
    "PCI-E capable, Rev 1, 8x lanes",
    "PCI-E capable, Rev 1, 16x lanes",
    "PCI-E capable, Rev 1, 32x lanes",
    "PCI-E capable, Rev 2, 1x lanes",
    "PCI-E capable, Rev 2, 2x lanes",
    "PCI-E capable, Rev 2, 4x lanes",
    "PCI-E capable, Rev 2, 8x lanes",
    "PCI-E capable, Rev 2, 16x lanes",
    "PCI-E capable, Rev 2, 32x lanes",
    "PCI-E capable, Rev 3, 8x lanes with 1 lane connected",
    "PCI-E capable, Rev 3, 8x lanes with 4x lanes connected",
    "PCI-E capable, Rev 3, 8x lanes with 8x lanes connected",
    "PCI-E capable, Rev 3, 16x lanes with 1 lane connected",
    "PCI-E capable, Rev 3, 16x lanes with 8x lanes connected",
    "PCI-E capable, Rev 3, 16x lanes with 16x lanes connected",
    "PCI-E capable, Rev 4, 8x lanes with 1 lane connected",
    "PCI-E capable, Rev 4, 8x lanes with 4x lanes connected",
    "PCI-E capable, Rev 4, 8x lanes with 8x lanes connected",
    "PCI-E capable, Rev 4, 16x lanes with 1 lane connected",
    "PCI-E capable, Rev 4, 16x lanes with 8x lanes connected",
    "PCI-E capable, Rev 4, 16x lanes with 16x lanes connected",
    "U.2 PCI-E capable, Rev 3, 4x lanes with 4x lanes connected",
    "U.2 PCI-E capable, Rev 4, 4x lanes with 4x lanes connected",
    "U.2 PCI-E capable, Rev 4, 4x lanes with 2x lanes connected",
    "PCI-E capable, Rev 5, 8x lanes with 1 lane connected",
    "PCI-E capable, Rev 5, 8x lanes with 4x lanes connected",
    "PCI-E capable, Rev 5, 8x lanes with 8x lanes connected",
    "PCI-E capable, Rev 5, 16x lanes with 1 lane connected",
    "PCI-E capable, Rev 5, 16x lanes with 4x lanes connected",
    "PCI-E capable, Rev 5, 16x lanes with 8x lanes connected",
    "U.2 PCI-E capable, Rev 5, 4x lanes with 2x lanes connected",
    "U.2 PCI-E capable, Rev 5, 4x lanes with 4x lanes connected",
};

std::string text_property(Session& session, const std::string& path, std::string_view name,
                          std::size_t limit) {
  const auto value = property(session.files, fmt::format("{}/{}", path, name), limit);
  return value ? std::string(CellReader(*value).str()) : std::string();
}

std::string location_of(Session& session, const std::string& path) {
  return text_property(session, path, "ibm,loc-code", kLongestLocation);
}

// The name of the node whose location code contains the slot's name: the resource, or what is
// deepest below it on the first way down.
bool find_node_name(Session& session, Slot& slot, const std::string& path) {
  if (location_of(session, path).find(slot.drc.name) != std::string::npos) {
    slot.node_name = text_property(session, path, "name", kLongestName);
    if (!slot.node_name.empty()) return true;
  }
  const auto below = directories(session.files, path);
  return below && std::any_of(below->begin(), below->end(), [&](const std::string& name) {
    return find_node_name(session, slot, path + "/" + name);
  });
}

// A location of a card ends at the slash before its port; a device behind the port is no card.
bool is_behind_port(const std::string& location, std::string& card) {
  const std::size_t slash = location.rfind('/');
  card = location.substr(0, slash);
  return slash != std::string::npos && location.find('-', slash) != std::string::npos;
}

void add_child(Session& session, Slot& parent, const std::string& path) {
  const auto same = [&](const Slot& child) { return child.path == path; };
  if (std::any_of(parent.children.begin(), parent.children.end(), same)) return;
  const std::string location = location_of(session, path);
  std::string card;
  if (location.empty() || is_behind_port(location, card)) return;
  if (parent.kind == SlotKind::hot_plug && card != location && card != parent.drc.name) {
    parent.skip = true;
    return;
  }
  const auto index = cell_property(session.files, path + "/ibm,my-drc-index");
  const auto* connectors = connectors_at(session, path.substr(0, path.rfind('/')));
  if (!index || connectors == nullptr) return;
  const Connector* drc = connector_of(*connectors, *index);
  // The real program reads through a null pointer here: firmware with such a tree was never seen.
  if (drc == nullptr) return;
  Slot child = make_slot(session, parent.kind, *drc, path);
  child.node_name = parent.drc.type == "SLOT" && parent.kind == SlotKind::logical
                        ? parent.node_name
                        : text_property(session, path, "name", kLongestName);
  parent.children.insert(parent.children.begin(), std::move(child));
}

// "/pci@.../ethernet@0" or with the folder of the tree before it.
std::string full_path(const std::string& devspec) {
  if (devspec.starts_with(kTree)) return devspec;
  return fmt::format("{}{}{}", kTree, devspec.starts_with("/") ? "" : "/", devspec);
}

void note_device(Slots& slots, const std::string& folder, const std::string& node) {
  for (Slot& slot : slots) {
    if (slot.path == node) {
      slot.device = folder;
      return;
    }
    const auto child = std::find_if(slot.children.begin(), slot.children.end(),
                                    [&](const Slot& one) { return one.path == node; });
    if (child == slot.children.end()) continue;
    child->device = folder;
    return;
  }
}

void walk_devices(Session& session, Slots& slots, const std::string& folder) {
  std::vector<DirectoryEntry> entries;
  const int status = session.files.list(folder, entries);
  if (status < 0) {
    session.say(kError, fmt::format("failed to open {}\n{}\n", folder, errno_text(status)));
    return;
  }
  for (const DirectoryEntry& entry : entries) {
    if (entry.name == "." || entry.name == "..") continue;
    const std::string path = folder + "/" + entry.name;
    if (entry.type == FileType::directory) {
      walk_devices(session, slots, path);
    } else if (entry.name == "devspec") {
      const auto text = word_attribute(session.files, path);
      if (text) note_device(slots, folder, full_path(*text));
    }
  }
}

}  // namespace

std::string description(const Slot& slot) {
  const auto type = static_cast<std::size_t>(std::max(0, std::atoi(slot.drc.type.c_str())));
  if (type < kSlotTypes.size() && !kSlotTypes[type].empty()) return std::string(kSlotTypes[type]);
  switch (slot.kind) {
    case SlotKind::logical: return "Logical I/O Slot";
    case SlotKind::virtual_io: return "Virtual I/O Slot";
    default: return "Unknown slot type";
  }
}

Slot make_slot(Session& session, SlotKind kind, const Connector& drc, const std::string& path) {
  Slot slot;
  slot.kind = kind;
  slot.drc = drc;
  slot.path = path;
  slot.location = text_property(session, path, "ibm,loc-code", kLongestName);
  return slot;
}

bool look_into_slot(Session& session, Slot& slot) {
  // Nobody looks at the node name of a physical slot: what is in it has one of its own.
  if (slot.owned && slot.kind != SlotKind::hot_plug) find_node_name(session, slot, slot.path);
  const auto names = directories(session.files, slot.path);
  if (!names) return false;
  for (const std::string& name : *names) {
    const std::string path = slot.path + "/" + name;
    const auto index = cell_property(session.files, path + "/ibm,my-drc-index");
    if (!index) continue;
    if (slot.kind == SlotKind::hot_plug) {
      if (*index == slot.drc.index) add_child(session, slot, path);
    } else if (slot.owned) {
      add_child(session, slot, path);
    } else if (*index == slot.drc.index) {
      slot.path = path;
      slot.owned = true;
      if (!look_into_slot(session, slot)) return false;
    }
  }
  return true;
}

void find_linux_devices(Session& session, Slots& slots) {
  walk_devices(session, slots, std::string(kDevices));
}

}  // namespace lparsim::userland
