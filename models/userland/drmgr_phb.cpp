// drmgr -c phb -a|-r|-Q: host bridges (drmgr.md 4).
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "models/userland/cards.hpp"
#include "models/userland/connectors.hpp"
#include "models/userland/drmgr.hpp"
#include "models/userland/files.hpp"
#include "models/userland/slot_files.hpp"

namespace lparsim::userland {
namespace {

// The HMC reads these statuses.
enum Status : int { kInUse = 1, kNonexistent = 3, kAlreadyOwn = 5, kLinuxSlot = 6 };

constexpr std::string_view kDevices = "/sys/bus/pci/devices";
constexpr std::string_view kOutOfSyncHere =
    "Unknown failure. Data may be out of sync and \nthe system may require a reboot.\n";

bool has_slots(const Slot& bridge) {
  return std::any_of(bridge.children.begin(), bridge.children.end(), [](const Slot& child) {
    return child.owned && child.kind != SlotKind::hot_plug;
  });
}

bool has_display(const Slot& bridge) {
  return std::any_of(bridge.children.begin(), bridge.children.end(),
                     [](const Slot& child) { return child.is_display(); });
}

int query(Session& session) {
  const auto bridge = find_dlpar_slot(session, *session.request.drc_name, kHostBridges);
  if (!bridge) return kNonexistent;
  return has_display(*bridge) || has_slots(*bridge) ? kInUse : kLinuxSlot;
}

int release(Session& session, const Slot& bridge) {
  int status = remove_connector_nodes(session, bridge.drc.index, bridge.path);
  if (status == 0 && !kernel_dlpar_exists(session) &&
      !bridge.interrupt_controller.empty()) {
    status = remove_connector_nodes(session, bridge.drc.index, bridge.interrupt_controller);
  }
  return status != 0 ? status : release_connector(session, bridge.drc.index, true);
}

void release_or_say(Session& session, const Slot& bridge, std::string_view text) {
  if (release(session, bridge) != 0) session.say(kError, text);
}

void release_cards_or_say(Session& session, const Slot& bridge, std::string_view text) {
  if (release_cards(session, bridge.drc.name) == CardsReleased::failed) {
    session.say(kError, text);
  }
}

// -- what Linux has of devices that are in no slot ------------------------------------------------

struct LinuxDevice {
  std::string path, node;        // node as devspec says it
};

// nullopt: one of them does not say its node.
std::optional<std::vector<LinuxDevice>> linux_devices(Session& session) {
  std::vector<DirectoryEntry> entries;
  if (session.files.list(kDevices, entries) < 0) {
    session.say(kError, fmt::format("Failed to open {}\n", kDevices));
    return std::nullopt;
  }
  std::vector<LinuxDevice> devices;
  for (const DirectoryEntry& entry : entries) {
    if (entry.name == "." || entry.name == "..") continue;
    const std::string path = fmt::format("{}/{}", kDevices, entry.name);
    const auto node = word_attribute(session.files, path + "/devspec");
    if (!node) return std::nullopt;
    session.say(kExtraDebug, fmt::format("HPDEV: {}\n       {}\n", path, *node));
    devices.push_back({path, *node});
  }
  return devices;
}

bool remove_linux_device(Session& session, const LinuxDevice& device) {
  const std::string file = device.path + "/remove";
  if (!exists(session.files, file)) {
    session.say(kError, fmt::format("Failed to hotplug remove {}\n", device.path));
    return false;
  }
  session.say(kDebug, fmt::format("Removing {}\n", device.path));
  write_text(session.files, file, "1");
  session.process.sleep(std::chrono::seconds(5));
  return true;
}

// Depth first: what is below goes before.
bool remove_linux_devices(Session& session, const std::vector<LinuxDevice>& devices,
                          const std::string& node) {
  const auto names = directories(session.files, node);
  if (!names) return false;
  for (const std::string& name : *names) {
    const std::string child = node + "/" + name;
    if (!remove_linux_devices(session, devices, child)) return false;
    const auto device =
        std::find_if(devices.rbegin(), devices.rend(), [&](const LinuxDevice& one) {
          return one.node == std::string_view(child).substr(kTree.size());
        });
    if (device != devices.rend() && !remove_linux_device(session, *device)) return false;
  }
  return true;
}

// -- remove ---------------------------------------------------------------------------------------

// A slot of the bridge that the list of hot-plug slots does not have ends the real program.
int release_slots(Session& session, const Slot& bridge) {
  const Slots slots = hot_plug_slots(session);
  for (const Slot& child : bridge.children) {
    if (child.kind != SlotKind::hot_plug) continue;
    if (!disable_cards(session, child.drc.name)) {
      session.say(kError, "failed to disable hotplug children\n");
    }
    const auto slot = std::find_if(slots.begin(), slots.end(), [&](const Slot& one) {
      return one.drc.name == child.drc.name;
    });
    if (slot == slots.end()) {
      if (!session.has(Switch::unknown_card_slot_crashes)) continue;
      session.say(kError, kSegmentationFault);
      return -1;
    }
    if (release_cards_of(session, *slot) == CardsReleased::done) continue;
    session.say(kError, "failed to release hotplug children\n");
    return -EIO;
  }
  return 0;
}

// -- the other path to a card ---------------------------------------------------------------------

// Number of the bridge with which this one shares its card; 0: none, or a level that does not ask.
std::uint32_t partner_of(Session& session, const Slot& bridge) {
  if (!session.has(Switch::partner_devices)) return 0;
  return cell_property(session.files, bridge.path + "/ibm,multipath-partner-drc").value_or(0);
}

std::optional<Slot> partner_bridge(Session& session, std::uint32_t index) {
  return find_dlpar_slot(session, std::to_string(static_cast<std::int32_t>(index)),
                         kHostBridges);
}

void say_partner_to_remove(Session& session, const Slot& bridge) {
  const std::uint32_t index = partner_of(session, bridge);
  if (index == 0) return;
  if (const auto partner = partner_bridge(session, index)) {
    session.process.out(fmt::format(
        "Partner adapter location : {} Partner adapter must be removed\n", partner->drc.name));
  }
}

void say_partner_of_added(Session& session, const Slot& bridge) {
  const std::uint32_t index = partner_of(session, bridge);
  if (index == 0) return;
  if (const auto partner = partner_bridge(session, index)) {
    session.process.out(fmt::format("<{}> has partner device <{}>\n", bridge.drc.name,
                                    partner->drc.name));
  } else if (!find_connector(session, index)) {
    session.process.out(fmt::format(
        "<{}> can have partner device but not assigned to LPAR yet\n", bridge.drc.name));
  }
}

int remove(Session& session) {
  const std::string& name = *session.request.drc_name;
  const auto bridge = find_dlpar_slot(session, name, kHostBridges);
  if (!bridge) {
    session.say(kError, fmt::format("Could not find PHB {}\n", name));
    return kNonexistent;
  }
  if (has_display(*bridge)) {
    session.say(kError, "This PHB contains a display adapter, DLPAR remove of display adapters is "
                        "not supported.\n");
    return session.has(Switch::display_bridge_succeeds) ? 0 : -1;
  }
  if (has_slots(*bridge)) return -1;
  say_partner_to_remove(session, *bridge);
  if (const int status = release_slots(session, *bridge); status != 0) return status;
  const auto devices = linux_devices(session);
  if (!devices || !remove_linux_devices(session, *devices, bridge->path)) return -1;
  if (const int status = remove_slot(session, bridge->drc.name); status != 0) {
    session.say(kError, fmt::format("kernel remove failed for {}, rc = {}\n", bridge->drc.name,
                                    status));
    return status;
  }
  return release(session, *bridge);
}

// -- add ------------------------------------------------------------------------------------------

int acquire(Session& session, std::optional<Slot>& bridge) {
  const std::string& name = *session.request.drc_name;
  const auto place = find_connector(session, name);
  if (!place) {
    session.say(kError, fmt::format("Could not find drc index for {}, unable to add thePHB.\n",
                                    name));
    return -1;
  }
  const std::uint32_t index = place->drc.index;
  if (acquire_connector(session, index) != 0) return -1;
  const NodesAdded added = add_connector_nodes(session, index, place->node);
  if (added != NodesAdded::done) {
    if (added == NodesAdded::refused) {
      session.say(kError, fmt::format("add_device_tree_nodes failed at {}\n", place->node));
    }
    release_connector(session, index, true);
    return -1;
  }
  bridge = find_dlpar_slot(session, name, kHostBridges);
  if (bridge) return 0;
  session.say(kError, fmt::format("Could not get find \"{}\"\n", name));
  release_connector(session, index, true);
  return -1;
}

int undo_add(Session& session, const Slot& bridge) {
  session.say(kError, "Adapter configuration failed.\n");
  release_cards_or_say(session, bridge, kOutOfSyncHere);
  if (remove_slot(session, bridge.drc.name) != 0) {
    session.say(kDebug,
                fmt::format("remove {} from hotplug subsystem failed\n", bridge.drc.name));
    session.say(kError, kOutOfSyncHere);
  }
  release_or_say(session, bridge, kOutOfSyncHere);
  return 1;
}

int add(Session& session) {
  if (find_dlpar_slot(session, *session.request.drc_name, kHostBridges)) {
    session.say(kError, "PHB is already owned by this partition\n");
    return kAlreadyOwn;
  }
  std::optional<Slot> bridge;
  if (const int status = acquire(session, bridge); status != 0) return status;
  int cards = 0;
  if (!acquire_cards(session, bridge->path, cards)) {
    release_or_say(session, *bridge, kOutOfSync);
    return 1;
  }
  if (const int status = add_slot(session, bridge->drc.name); status != 0) {
    if (cards != 0) release_cards_or_say(session, *bridge, kOutOfSync);
    release_or_say(session, *bridge, kOutOfSync);
    return status;
  }
  if (cards != 0 && !enable_cards(session, bridge->drc.name)) return undo_add(session, *bridge);
  say_partner_of_added(session, *bridge);
  return 0;
}

}  // namespace

bool valid_phb(Session& session) {
  Request& request = session.request;
  take_index(request);
  if (!request.drc_name && request.drc_index == 0) {
    session.say(kError, "A drc name or index must be specified\n");
    return false;
  }
  return adds_removes_or_queries(session, "PHB");
}

int change_phb(Session& session) {
  Request& request = session.request;
  if (!host_bridge_capable(session)) {
    session.say(kError, "DLPAR PHB operations are not supported onthis kernel.");
    return -1;
  }
  if (!request.drc_name) {
    const auto* connectors = connectors_at(session, std::string(kTree));
    const Connector* drc =
        connectors == nullptr ? nullptr : connector_of(*connectors, request.drc_index);
    if (drc != nullptr) request.drc_name = drc->name;
    if (!request.drc_name) {
      session.say(kError, fmt::format("Could not locate DRC name for DRC index: 0x{:x}",
                                      request.drc_index));
      return -1;
    }
  }
  switch (request.action) {
    case Action::add: return add(session);
    case Action::remove: return remove(session);
    default: return query(session);
  }
}

}  // namespace lparsim::userland
