// One card on its way into or out of a hot-plug slot: lights, power, isolation, nodes, and the user
// who is asked (drmgr.md 4, pci).
#pragma once

#include <cstdint>
#include <optional>

#include "models/userland/rtas_client.hpp"
#include "models/userland/slot_list.hpp"

namespace lparsim::userland {

// A step after which the command goes on, or has ended with a status.
struct Progress {
  bool ended = false;
  int status = 0;
};

void say_no_slot(Session& session);

// [blocks] False when the light cannot be set, which is said.
bool set_led(Session& session, const Slot& slot, std::uint32_t led);
std::uint32_t resting_led(const Slot& slot);
// [blocks] Shows the slot to the user; false when he does not want to go on.
bool show_slot(Session& session, const Slot& slot);

// The connector of the same card's other path.
std::optional<std::uint32_t> partner_index(Session& session, const Slot& slot);

// [blocks] `partner`: the second path of a card that is there already; nobody is asked again.
Progress insert_card(Session& session, Slot& slot, bool partner);
Progress replace_card(Session& session, Slot& slot, bool partner);
// [blocks] From the presence of the card to its nodes in the tree; false: isolated, powered off.
bool add_card(Session& session, const Slot& slot, bool partner);
// [blocks] `not_configured`: Linux did not have the card, so that it could not be cleaned up.
bool remove_card(Session& session, Slot& slot, bool partner, bool& not_configured);

}  // namespace lparsim::userland
