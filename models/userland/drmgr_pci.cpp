// drmgr -c pci -a|-r|-R|-i: cards in hot-plug slots (drmgr.md 4). Who is asked and does not answer
// has said "x".
#include <fmt/format.h>

#include "models/userland/drmgr.hpp"
#include "models/userland/pci_card.hpp"
#include "models/userland/slot_files.hpp"

namespace lparsim::userland {
namespace {

// The user's name as far as its last slash, which every comparison moves: a location code may name
// a device of the card.
Slot* find_slot(Session& session, Slots& slots) {
  std::optional<std::string>& name = session.request.drc_name;
  for (Slot& slot : slots) {
    if (!name) break;
    if (const std::size_t slash = name->rfind('/'); slash != std::string::npos) {
      name->resize(slash);
    }
    if (slot.drc.name != *name) continue;
    if (slot.skip) say_no_slot(session);
    return &slot;
  }
  say_no_slot(session);
  return nullptr;
}

void find_name(Session& session, const Slots& slots) {
  Request& request = session.request;
  for (const Slot& slot : slots) {
    session.say(kDebug,
                fmt::format("{:#x} =? {:#x}\n", request.drc_index, slot.drc.index));
    if (slot.drc.index != request.drc_index) continue;
    session.say(kDebug, fmt::format("Found drc_name {}\n", slot.drc.name));
    request.drc_name = slot.drc.name;
    return;
  }
  session.say(kError,
              fmt::format("Could not find drc_name for index {:#x}\n", request.drc_index));
}

// Partners are found by the card that is in the slot now.
struct Partner {
  Slot* slot = nullptr;
  bool in_tree = false;
};
Partner find_partner(Session& session, Slots& slots, const Slot& slot) {
  if (!session.has(Switch::partner_devices) || slot.children.empty()) return {};
  const auto index = partner_index(session, slot);
  if (!index) return {};
  for (Slot& other : slots) {
    if (other.drc.index != *index || *index == 0) continue;
    if (other.skip) say_no_slot(session);
    return {&other, !other.children.empty() && other.children.front().drc.index == *index};
  }
  return {};
}

void say_partners(Session& session, const Slot& slot, const Slot& partner,
                  std::string_view what) {
  session.process.out(fmt::format("<{0}> and <{1}> are\nmultipath partner devices. So <{1}> {2}\n",
                                  slot.drc.name, partner.drc.name, what));
}

int add(Session& session, Slots& slots) {
  Slot* slot = find_slot(session, slots);
  if (slot == nullptr) return -1;
  if (slot->is_display()) {
    session.say(kError, "DLPAR of display adapters is not supported.\n");
    return -1;
  }
  Progress progress = insert_card(session, *slot, false);
  if (progress.ended) return progress.status;
  const Partner partner = find_partner(session, slots, *slot);
  if (partner.slot != nullptr && !partner.in_tree) {
    say_partners(session, *slot, *partner.slot, "is\nalso added.");
    progress = insert_card(session, *partner.slot, true);
    if (progress.ended) return progress.status;
  }
  session.say(kDebug, "is calling enable_slot to config adapter\n");
  if (session.request.without_rpaphp) {
    rescan_bus(session);
    return 0;
  }
  configure_adapter(session, slot->drc.name, true);
  if (partner.slot != nullptr) configure_adapter(session, partner.slot->drc.name, true);
  return 0;
}

// The slot and its partner, emptied; nullopt: not.
struct Emptied {
  Slot* slot;
  Slot* partner;
  bool again = false;            // the card was not configured: it is replaced twice
};
std::optional<Emptied> take_out(Session& session, Slots& slots, std::string_view what) {
  Slot* slot = find_slot(session, slots);
  if (slot == nullptr) return std::nullopt;
  Partner partner = find_partner(session, slots, *slot);
  if (!partner.in_tree) partner.slot = nullptr;
  if (partner.slot != nullptr) say_partners(session, *slot, *partner.slot, what);
  Emptied out{slot, partner.slot, false};
  if (!remove_card(session, *slot, false, out.again)) return std::nullopt;
  bool ignored = false;
  if (partner.slot != nullptr && !remove_card(session, *partner.slot, true, ignored)) {
    return std::nullopt;
  }
  return out;
}

int remove(Session& session, Slots& slots) {
  const auto emptied = take_out(session, slots, "will\nalso be removed.");
  if (!emptied) return -1;
  if (!session.request.prompt) return 0;
  if (!set_led(session, *emptied->slot, kLedAction)) return -1;
  session.process.out(
      "The visual indicator for the specified PCI slot has\nbeen set to the action state. Remove "
      "the PCI card\nfrom the identified slot and press Enter to continue.\n");
  session.process.read_character();
  return set_led(session, *emptied->slot, kLedOff) ? 0 : -1;
}

// The new card was taken for a broken one's successor: out and in once more, and nobody is asked.
int replace_again(Session& session, const Emptied& emptied) {
  session.say(kDebug, "Doing post replacement processing...\n");
  session.request.prompt = false;
  bool ignored = false;
  if (!remove_card(session, *emptied.slot, false, ignored)) {
    if (session.has(Switch::replace_again_crashes)) session.say(kError, kSegmentationFault);
    return -1;
  }
  int status = 0;
  for (Slot* slot : {emptied.slot, emptied.partner}) {
    if (slot == nullptr) continue;
    if (slot == emptied.partner && !remove_card(session, *slot, true, ignored)) return -1;
    status = add_card(session, *slot, slot == emptied.partner) ? 0 : -1;
    if (status == 0) configure_adapter(session, slot->drc.name, true);
  }
  return status;
}

int replace(Session& session, Slots& slots) {
  const auto emptied = take_out(session, slots, "will\nalso be replaced.");
  if (!emptied) return -1;
  for (Slot* slot : {emptied->slot, emptied->partner}) {
    if (slot == nullptr) continue;
    const Progress progress = replace_card(session, *slot, slot == emptied->partner);
    if (progress.ended) return progress.status;
  }
  if (emptied->again) return replace_again(session, *emptied);
  return session.has(Switch::replace_success_fails) ? 1 : 0;
}

// Afterwards the light says whether there is a card.
int identify(Session& session, Slots& slots) {
  const Slot* slot = find_slot(session, slots);
  if (slot == nullptr) return -1;
  if (slot->is_display()) {
    session.say(kError, "Display adapters are not supported by drmgr.\n");
    return -1;
  }
  const bool goes_on = show_slot(session, *slot);
  return set_led(session, *slot, resting_led(*slot)) && goes_on ? 0 : -1;
}

}  // namespace

bool valid_pci(Session& session) {
  Request& request = session.request;
  if (request.action == Action::identify && !request.identify) {
    session.say(kError, "Cannot specify the -i and -I option together\n");
    return false;
  }
  take_index(request);
  if (!request.drc_name && request.drc_index == 0) {
    session.say(kError, "A drc name or index must be specified\n");
    return false;
  }
  if (request.action == Action::add || request.action == Action::remove ||
      request.action == Action::identify || request.action == Action::replace) {
    return true;
  }
  session.say(kError, "The '-r', '-a', '-R' or '-i' option must be spcified for PCI operations\n");
  return false;
}

int change_pci(Session& session) {
  Slots slots = hot_plug_slots(session);
  if (slots.empty()) {
    session.say(kError, "There are no PCI hot plug slots on this system.\n");
    return -1;
  }
  if (!session.request.drc_name) find_name(session, slots);
  switch (session.request.action) {
    case Action::add: return add(session, slots);
    case Action::remove: return remove(session, slots);
    case Action::replace: return replace(session, slots);
    default: return identify(session, slots);
  }
}

}  // namespace lparsim::userland
