#include "models/userland/pci_card.hpp"

#include <fmt/format.h>

#include "models/userland/cards.hpp"
#include "models/userland/connectors.hpp"
#include "models/userland/files.hpp"
#include "models/userland/slot_files.hpp"

namespace lparsim::userland {
namespace {

constexpr int kSpeedError = -9000;
constexpr std::string_view kSoftwareErrorText =
    "Internal software error. Contact your service representative.\n";
constexpr std::string_view kSpeedErrorText =
    "Add operation failed. The 33MHz PCI card may\nnot be added to the PCI bus with another "
    "adapter\nrunning at 66 MHz.\n";

void say_status(Session& session, int status, bool speed = false) {
  if (status == kHardwareError) {
    session.say(kError, kHardwareErrorText);
  } else {
    session.say(kError, speed && status == kSpeedError ? kSpeedErrorText : kSoftwareErrorText);
  }
}

int isolate(Session& session, const Slot& slot, std::uint32_t state) {
  return set_indicator(session, kIsolationState, slot.drc.index, state);
}

int power(Session& session, const Slot& slot, std::uint32_t level) {
  return set_power(session, slot.drc.power_domain, level);
}

void switch_off(Session& session, const Slot& slot) {
  isolate(session, slot, kIsolate);
  power(session, slot, kPowerOff);
}

bool enter_pressed(Session& session) { return session.process.read_character() == '\n'; }

bool is_named(Session& session) { return session.has(Switch::prompts_name_slot); }

// Isolation and power, with what is said before and after; `tries` to power off.
bool isolate_and_power_off(Session& session, const Slot& slot, int tries) {
  session.say(kDebug, fmt::format("is calling rtas_set_indicator(ISOLATE index 0x{:x})\n",
                                  slot.drc.index));
  int status = isolate(session, slot, kIsolate);
  if (status != 0) {
    say_status(session, status);
    power(session, slot, kPowerOff);
    return false;
  }
  session.say(kDebug,
              fmt::format("is calling set_power(POWER_OFF index 0x{:x}, power_domain 0x{:x})\n",
                          slot.drc.index, slot.drc.power_domain));
  status = power(session, slot, kPowerOff);
  if (status == 0) return true;
  say_status(session, status);
  while (--tries > 0) power(session, slot, kPowerOff);
  return false;
}

int wait_for_card(Session& session, const Slot& slot) {
  constexpr int kTries = 30;
  session.say(kDebug, "Waiting for the card to appear...\n");
  while (true) {
    for (int i = 0; i < kTries; ++i) {
      const int state = entity_sense(session, slot.drc.index);
      if (state != kEmpty) return state;
      session.process.sleep(std::chrono::seconds(1));
    }
    if (!session.request.prompt) return kEmpty;
    session.process.out("The card still does not appear to be present\npress Enter to continue to "
                        "wait or enter 'x' to exit.\n");
    if (!enter_pressed(session)) return kEmpty;
  }
}

// What was done while looking for the card.
struct Presence {
  int state = kEmpty;
  bool powered = false, unisolated = false;
};

// Powers on, and unisolates, where the sensor needs it. A failure is said; the state is then -1.
Presence wake_and_look(Session& session, const Slot& slot, int state) {
  Presence out{-1, false, false};
  if (const int status = power(session, slot, kPowerOn); status != 0) {
    say_status(session, status, true);
    if (status != kHardwareError) power(session, slot, kPowerOff);
    return out;
  }
  out.powered = true;
  if (state == kNeedPower) {
    if (const int status = isolate(session, slot, kUnisolate); status != 0) {
      say_status(session, status);
      switch_off(session, slot);
      return out;
    }
    out.unisolated = true;
  }
  out.state = wait_for_card(session, slot);
  if (out.state == kEmpty || out.state == kPresent) return out;
  session.say(kError, kSoftwareErrorText);
  switch_off(session, slot);
  out.state = -1;
  return out;
}

Presence look_for_card(Session& session, const Slot& slot) {
  session.say(kDebug, "is calling card_present\n");
  const int state = wait_for_card(session, slot);
  if (state == kNeedPower || state == kPowerOnly) return wake_and_look(session, slot, state);
  if (state != kEmpty && state != kPresent) say_status(session, state);
  return {state, false, false};
}

bool power_up(Session& session, const Slot& slot, const Presence& presence) {
  if (!presence.powered) {
    session.say(kDebug,
                fmt::format("is calling set_power(POWER_ON index 0x{:x}, power_domain 0x{:x}\n",
                            slot.drc.index, slot.drc.power_domain));
    if (const int status = power(session, slot, kPowerOn); status != 0) {
      say_status(session, status, true);
      switch_off(session, slot);
      return false;
    }
  }
  if (presence.unisolated) return true;
  session.say(kDebug, fmt::format("calling rtas_set_indicator(UNISOLATE index 0x{:x})\n",
                                  slot.drc.index));
  if (const int status = isolate(session, slot, kUnisolate); status != 0) {
    say_status(session, status);
    switch_off(session, slot);
    return false;
  }
  return true;
}

// An empty slot, isolated and without power, and the user who plugs the card. Whoever says x is
// taken for one who has plugged it.
int prepare_slot(Session& session, const Slot& slot, bool partner) {
  if (!isolate_and_power_off(session, slot, 1)) return -1;
  if (!session.request.prompt || partner) return 0;
  if (!set_led(session, slot, kLedAction)) return -1;
  session.process.out(
      is_named(session)
          ? fmt::format("The visual indicator for the PCI slot <{}>\nhas been set to the action "
                        "state. Insert the PCI\ncard into the identified slot, connect any "
                        "devices\nto be configured and press Enter to continue.\nEnter x to "
                        "exit.\n",
                        slot.drc.name)
          : "The visual indicator for the specified PCI slot has\nbeen set to the action state. "
            "Insert the PCI card\ninto the identified slot, connect any devices to be\nconfigured "
            "and press Enter to continue. Enter x to exit.\n");
  if (!enter_pressed(session)) set_led(session, slot, kLedOff);
  return 0;
}

// Shows the slot unless nobody is to be asked; false: the user went away.
bool user_agrees(Session& session, const Slot& slot) {
  const Request& request = session.request;
  if (!request.prompt || !request.identify || show_slot(session, slot)) return true;
  set_led(session, slot, resting_led(slot));
  return false;
}

// Linux lets go of the devices.
bool unconfigure(Session& session, const Slot& slot, bool& not_configured) {
  if (session.request.without_rpaphp) {
    for (const Slot& card : slot.children) remove_device(session, card);
    // The kernel goes on in a work queue.
    session.process.sleep(std::chrono::seconds(3));
    return true;
  }
  if (adapter_state(session, slot.drc.name) != kConfigured) {
    not_configured = true;
    return true;
  }
  session.say(kDebug, fmt::format("unconfiguring adapter in slot[{}]\n", slot.drc.name));
  configure_adapter(session, slot.drc.name, false);
  if (adapter_state(session, slot.drc.name) == kNotConfigured) return true;
  session.say(kError, "Unconfig adapter failed.\n");
  return false;
}

}  // namespace

void say_no_slot(Session& session) {
  session.say(kError, "The specified PCI slot is either invalid\nor does not support hot plug "
                      "operations.\n");
}

bool set_led(Session& session, const Slot& slot, std::uint32_t led) {
  const int status = set_indicator(session, kDrIndicator, slot.drc.index, led);
  if (status != 0) say_status(session, status);
  return status == 0;
}

std::uint32_t resting_led(const Slot& slot) { return slot.children.empty() ? kLedOff : kLedOn; }

bool show_slot(Session& session, const Slot& slot) {
  if (!set_led(session, slot, kLedIdentify)) return false;
  session.process.out(
      is_named(session)
          ? fmt::format("The visual indicator for the PCI slot <{}>\nhas been set to the identify "
                        "state. Press Enter to\ncontinue or enter x to exit.\n",
                        slot.drc.name)
          : "The visual indicator for the specified PCI slot has\nbeen set to the identify state. "
            "Press Enter to continue\nor enter x to exit.\n");
  return enter_pressed(session);
}

std::optional<std::uint32_t> partner_index(Session& session, const Slot& slot) {
  return cell_property(session.files, slot.children.front().path + "/ibm,multipath-partner-drc");
}

Progress insert_card(Session& session, Slot& slot, bool partner) {
  if (!partner) {
    if (!user_agrees(session, slot)) return {true, 0};
    if (!slot.children.empty()) {
      set_led(session, slot, kLedOn);
      session.say(kError, "The specified PCI slot is already occupied.\n");
      return {true, -1};
    }
  }
  if (!session.request.hot_plug_only && prepare_slot(session, slot, partner) != 0) {
    return {true, -1};
  }
  if (!add_card(session, slot, partner)) return {true, -1};
  // Its partner is read from the nodes that have come.
  if (session.has(Switch::partner_devices) && !look_into_slot(session, slot)) return {true, -1};
  return {};
}

bool add_card(Session& session, const Slot& slot, bool partner) {
  Presence presence;
  if (!partner) {
    if (!set_led(session, slot, kLedOn)) return false;
    presence = look_for_card(session, slot);
    if (presence.state == kEmpty) {
      session.say(kError, "No PCI card was detected in the specified PCI slot.\n");
      switch_off(session, slot);
      return false;
    }
    const bool failed = presence.state < 0;
    if (failed && !session.has(Switch::sense_failure_ignored)) return false;
  }
  if (!power_up(session, slot, presence)) return false;
  const NodesAdded added = add_connector_nodes(session, slot.drc.index, slot.path);
  if (added == NodesAdded::done) return true;
  if (added == NodesAdded::refused) {
    session.say(kDebug, fmt::format("add_device_tree_nodes failed at {}\n", slot.path));
    session.say(kError, kSoftwareErrorText);
  }
  switch_off(session, slot);
  return false;
}

Progress replace_card(Session& session, Slot& slot, bool partner) {
  session.say(kDebug, fmt::format("repl_node:path={} node:path={}\n", slot.path,
                                  slot.children.front().path));
  if (session.request.prompt && !partner) {
    if (!set_led(session, slot, kLedAction)) return {true, -1};
    session.process.out(
        is_named(session)
            ? fmt::format("The visual indicator for the specified PCI slot <{}>\nhas been set to "
                          "the action state. Replace the PCI\ncard in the identified slot and "
                          "press Enter to continue.\nEnter x to exit. Exiting now leaves the PCI "
                          "slot\nin the removed state.\n",
                          slot.drc.name)
            : "The visual indicator for the specified PCI slot has\nbeen set to the action state. "
              "Replace the PCI card\nin the identified slot and press Enter to continue.\nEnter x "
              "to exit. Exiting now leaves the PCI slot\nin the removed state.\n");
    if (!enter_pressed(session)) {
      set_led(session, slot, kLedOff);
      return {true, 0};
    }
  }
  if (!add_card(session, slot, partner)) return {true, -1};
  session.say(kDebug, fmt::format("CONFIGURING the card in node[name={}, path={}]\n",
                                  slot.drc.name, slot.path));
  configure_adapter(session, slot.drc.name, true);
  return {};
}

bool remove_card(Session& session, Slot& slot, bool partner, bool& not_configured) {
  session.say(kDebug, fmt::format("found node: drc name={}, index=0x{:x}, path={}\n",
                                  slot.drc.name, slot.drc.index, slot.path));
  if (slot.is_display()) {
    session.say(kError, "DLPAR of display adapters is not supported.\n");
    return false;
  }
  if (!partner) {
    if (!user_agrees(session, slot) || !set_led(session, slot, kLedOn)) return false;
    if (slot.children.empty()) {
      set_led(session, slot, kLedOff);
      session.say(kError,
                  "There is no configured card to remove from the specified PCI slot.\n");
      return false;
    }
  }
  if (!unconfigure(session, slot, not_configured)) return false;
  for (const Slot& card : slot.children) {
    if (remove_connector_nodes(session, card.drc.index, card.path) == 0) continue;
    session.say(kError, kSoftwareErrorText);
    switch_off(session, slot);
    return false;
  }
  if (session.request.hot_plug_only) return true;
  return isolate_and_power_off(session, slot, 2);
}

}  // namespace lparsim::userland
