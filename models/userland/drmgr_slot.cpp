// drmgr -c slot -a|-r|-Q: logical slots, of a PCI bus or virtual (drmgr.md 4).
#include <fmt/format.h>

#include <cerrno>

#include "models/userland/cards.hpp"
#include "models/userland/connectors.hpp"
#include "models/userland/drmgr.hpp"
#include "models/userland/slot_files.hpp"

namespace lparsim::userland {
namespace {

// The HMC reads these statuses.
enum Status : int {
  kInUse = 1, kNonexistent = 3, kDontOwn = 4, kAlreadyOwn = 5, kLinuxSlot = 6,
};

void say_not_owned(Session& session) {
  session.say(kError, fmt::format("{} not owned by partition\n", *session.request.drc_name));
}

int query(Session& session, const std::optional<Slot>& slot) {
  if (!slot) return kNonexistent;
  if (!slot->owned) {
    say_not_owned(session);
    return kDontOwn;
  }
  if (slot->is_display()) {
    session.say(kError, "Display adapters adre not supported by drmgr.\n");
    return kInUse;
  }
  return kLinuxSlot;
}

int release(Session& session, const Slot& slot) {
  if (release_connector(session, slot.drc.index, false) != 0) return -1;
  const int status = remove_connector_nodes(session, slot.drc.index, slot.path);
  if (status != 0) acquire_connector(session, slot.drc.index);
  return status;
}

void release_or_say(Session& session, const Slot& slot) {
  if (release(session, slot) != 0) session.say(kError, kOutOfSync);
}

void release_cards_or_say(Session& session, const Slot& slot) {
  if (release_cards(session, slot.drc.name) == CardsReleased::failed) {
    session.say(kError, kOutOfSync);
  }
}

// After a release that failed: as it was before.
void put_back(Session& session, const Slot& slot) {
  const auto say_failure = [&](int status) {
    session.say(kError, fmt::format("Unknown failure {}. Data may be out of sync and\nthe system "
                                    "may require a reboot.\n",
                                    status));
  };
  int cards = 0;
  if (!acquire_cards(session, slot.path, cards)) return say_failure(1);
  if (const int status = add_slot(session, slot.drc.name); status != 0) {
    return say_failure(status);
  }
  if (cards != 0 && !enable_cards(session, slot.drc.name)) {
    session.say(kError, "failed to re-enable hotplug children. 1\n");
  }
}

int remove(Session& session, const Slot& slot) {
  if (slot.is_display()) {
    session.say(kError, "DLPAR of display adapters is not supported.\n");
    return -1;
  }
  if (slot.kind == SlotKind::logical) {
    if (!disable_cards(session, slot.drc.name)) {
      session.say(kError, "failed to disable hotplug children\n");
    }
    if (release_cards(session, slot.drc.name) == CardsReleased::failed) {
      session.say(kError, "failed to release hotplug children\n");
      return -EIO;
    }
  }
  const int state = entity_sense(session, slot.drc.index);
  session.say(kDebug, fmt::format("The sensor-state of drc_index 0x{:x} is {}\n",
                                  slot.drc.index, state));
  if (const int status = remove_slot(session, slot.drc.name); status != 0) {
    session.say(kDebug,
                fmt::format("remove {} from hotplug subsystem failed\n", slot.drc.name));
    session.say(kError,
                "Unknown failure. Data may be out of sync and \nthe system may require a "
                "reboot.\n");
    return status;
  }
  const int status = release(session, slot);
  if (status != 0) put_back(session, slot);
  return status;
}

// 0 and the slot, or what the program ends with.
int acquire(Session& session, std::optional<Slot>& slot) {
  const std::string& name = *session.request.drc_name;
  const auto place = find_connector(session, name);
  if (!place) {
    session.say(kError, fmt::format("Could not find drc index for {}, unable to add theslot.\n",
                                    name));
    return -1;
  }
  if (place->drc.type.starts_with("display")) {
    session.say(kError, "DLPAR of display adapters is not supported.\n");
    return -1;
  }
  const std::uint32_t index = place->drc.index;
  if (acquire_connector(session, index) != 0) return -1;
  const NodesAdded added = add_connector_nodes(session, index, place->node);
  if (added != NodesAdded::done) {
    if (added == NodesAdded::refused) {
      session.say(kError, fmt::format("add_device_tree_nodes failed at {}\n", place->node));
    }
    release_connector(session, index, false);
    return -1;
  }
  slot = find_dlpar_slot(session, name, kPciSlots | kVirtualSlots);
  if (slot) return 0;
  session.say(kError, fmt::format("Could not get find \"{}\"\n", name));
  release_connector(session, index, true);
  return -1;
}

void undo_add(Session& session, const Slot& slot) {
  session.say(kError, "Configure adapter failed.\n");
  release_cards_or_say(session, slot);
  if (remove_slot(session, slot.drc.name) != 0) {
    session.say(kDebug,
                fmt::format("remove {} from hotplug subsystem failed\n", slot.drc.name));
    session.say(kError, kOutOfSync);
  }
  release_or_say(session, slot);
}

int add(Session& session) {
  std::optional<Slot> slot;
  if (const int status = acquire(session, slot); status != 0) return status;
  int cards = 0;
  if (slot->kind == SlotKind::logical && !acquire_cards(session, slot->path, cards)) {
    release_or_say(session, *slot);
    return 1;
  }
  const int status = add_slot(session, slot->drc.name);
  if (status != 0) {
    if (cards != 0) release_cards_or_say(session, *slot);
    release_or_say(session, *slot);
    if (!session.has(Switch::slot_add_failure_forgotten)) return status;
  }
  if (cards == 0) return status;
  if (!enable_cards(session, slot->drc.name)) {
    undo_add(session, *slot);
    return 1;
  }
  session.say(kDebug,
              fmt::format("adapter in node[{}] has been configured.\n", slot->drc.name));
  return 0;
}

}  // namespace

bool adds_removes_or_queries(Session& session, std::string_view what) {
  const Action action = session.request.action;
  if (action == Action::add || action == Action::remove || action == Action::query) return true;
  session.say(kError, fmt::format("The '-r', '-a', or '-Q' option must be specified for {} "
                                  "operations.\n", what));
  return false;
}

bool valid_slot(Session& session) {
  const Request& request = session.request;
  if (!request.drc_name) {
    session.say(kError, "A drc name must be specified\n");
    return false;
  }
  return adds_removes_or_queries(session, "slot");
}

int change_slot(Session& session) {
  if (!slot_capable(session)) {
    session.say(kError, "DLPAR slot operations are not supported onthis kernel.");
    return -1;
  }
  const Request& request = session.request;
  const std::string& name = *request.drc_name;
  const auto slot = find_dlpar_slot(session, name, kPciSlots | kVirtualSlots);
  if (request.action == Action::query) return query(session, slot);
  if (request.action == Action::add) {
    if (!slot || !slot->owned) return add(session);
    session.say(kError, fmt::format("partition already owns {}\n", name));
    return kAlreadyOwn;
  }
  if (!slot) {
    session.say(kError, fmt::format("{} does not exist\n", name));
    return kNonexistent;
  }
  if (slot->owned) return remove(session, *slot);
  say_not_owned(session);
  return kDontOwn;
}

}  // namespace lparsim::userland
