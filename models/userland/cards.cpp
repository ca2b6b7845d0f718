#include "models/userland/cards.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/userland/connectors.hpp"
#include "models/userland/files.hpp"
#include "models/userland/ofdt.hpp"
#include "models/userland/rtas_client.hpp"
#include "models/userland/slot_files.hpp"

namespace lparsim::userland {
namespace {

// Powers on and unisolates as far as the sensor asks for it. The entity's state afterwards;
// nullopt: a call failed, which is said.
std::optional<int> wake_card(Session& session, const Connector& drc, int state) {
  const bool needs_power = state == kNeedPower, power_only = state == kPowerOnly;
  if (state == kPresent || needs_power || power_only) {
    if (set_power(session, drc.power_domain, kPowerOn) != 0) {
      session.say(kError, fmt::format("set power failed for 0x{:x}\n", drc.power_domain));
      return std::nullopt;
    }
    if (power_only) state = entity_sense(session, drc.index);
  }
  if (state == kPresent || needs_power) {
    if (set_indicator(session, kIsolationState, drc.index, kUnisolate) != 0) {
      session.say(kError, fmt::format("set ind failed for 0x{:x}\n", drc.index));
      return std::nullopt;
    }
    if (needs_power) state = entity_sense(session, drc.index);
  }
  return state;
}

bool acquire_card(Session& session, const Connector& drc, const std::string& path) {
  int state = entity_sense(session, drc.index);
  if (!session.request.hot_plug_only) {
    const auto awake = wake_card(session, drc, state);
    if (!awake) return false;
    state = *awake;
  }
  if (state < 0) {
    session.say(kError, fmt::format("invalid state {}\n", state));
    return false;
  }
  if (state != kPresent) return true;
  const NodesAdded added = add_connector_nodes(session, drc.index, path);
  if (added == NodesAdded::refused) {
    session.say(kError, fmt::format("add nodes failed for 0x{:x}\n", drc.index));
  }
  return added == NodesAdded::done;
}

bool release_card(Session& session, const Slot& card) {
  const std::uint32_t index = card.drc.index;
  const auto fail = [&](std::string_view what) {
    session.say(kError, fmt::format("failed to {} for index 0x{:x}\n", what, index));
    return false;
  };
  if (remove_connector_nodes(session, index, card.path) != 0) return fail("remove kernel nodes");
  if (session.request.hot_plug_only) return true;
  if (set_indicator(session, kDrIndicator, index, kLedOff) != 0) return fail("set led off");
  if (set_indicator(session, kIsolationState, index, kIsolate) != 0) return fail("isolate");
  if (set_power(session, card.drc.power_domain, kPowerOff) == 0) return true;
  fail("power off");
  if (!exists(session.files, std::string(kTree) + "/ibm,ignore-hp-po-fails-for-dlpar")) {
    return false;
  }
  session.say(kError, "Ignoring hot-plug power off failure.\n");
  return true;
}

}  // namespace

NodesAdded add_connector_nodes(Session& session, std::uint32_t index, const std::string& parent) {
  if (kernel_dlpar_exists(session)) {
    const int status = kernel_dlpar(session, fmt::format("dt add index 0x{:x}", index));
    return status == 0 ? NodesAdded::done : NodesAdded::refused;
  }
  const auto nodes = configure_connector(session, index);
  if (!nodes) return NodesAdded::no_nodes;
  if (session.request.type == ConnectorType::pci) {
    session.say(kDebug, fmt::format("Adding {} to {}\n", nodes->front().name, parent));
  }
  return add_tree_nodes(session, parent, *nodes) == 0 ? NodesAdded::done : NodesAdded::refused;
}

int remove_connector_nodes(Session& session, std::uint32_t index, const std::string& path) {
  if (!kernel_dlpar_exists(session)) return remove_tree_nodes(session, path);
  return kernel_dlpar(session, fmt::format("dt remove index 0x{:x}", index));
}

bool acquire_cards(Session& session, const std::string& path, int& slots) {
  slots = 0;
  const auto* connectors = connectors_at(session, path);
  if (connectors == nullptr) return true;
  bool all = true;
  for (const Connector& drc : *connectors) {
    if (!is_physical(drc)) continue;
    ++slots;
    if (acquire_card(session, drc, path)) continue;
    session.say(kError, fmt::format("failed to acquire {}\n", drc.name));
    all = false;
  }
  return all;
}

CardsReleased release_cards_of(Session& session, const Slot& slot) {
  const bool all = std::all_of(slot.children.begin(), slot.children.end(),
                               [&](const Slot& card) { return release_card(session, card); });
  return all ? CardsReleased::done : CardsReleased::failed;
}

CardsReleased release_cards(Session& session, const std::string& drc_name) {
  const Slots slots = hot_plug_slots(session);
  const auto slot = std::find_if(slots.begin(), slots.end(), [&](const Slot& one) {
    return one.drc.name == drc_name;
  });
  return slot == slots.end() ? CardsReleased::no_such_slot : release_cards_of(session, *slot);
}

bool enable_cards(Session& session, const std::string& drc_name) {
  if (adapter_state(session, drc_name) != kNotConfigured) return true;
  configure_adapter(session, drc_name, true);
  return adapter_state(session, drc_name) == kConfigured;
}

bool disable_cards(Session& session, const std::string& drc_name) {
  if (adapter_state(session, drc_name) == kNotConfigured) return true;
  configure_adapter(session, drc_name, false);
  const AdapterState state = adapter_state(session, drc_name);
  return state == kNotConfigured || state == kNoAdapter;
}

}  // namespace lparsim::userland
