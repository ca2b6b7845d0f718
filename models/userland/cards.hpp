// Cards in hot-plug slots below a logical slot or host bridge: they come and go with it
// (drmgr.md 4, slot and phb). And the nodes of any connector, put into the tree and taken out.
#pragma once

#include <string>

#include "models/userland/slot_list.hpp"

namespace lparsim::userland {

inline constexpr std::string_view kOutOfSync =
    "Unknown failure. Data may be out of sync and\nthe system may require a reboot.\n";

// [blocks] Nodes behind a connector that is acquired: by the kernel ("dt add") where it takes
// that, else from configure-connector through ofdt, below `parent`. What failed is told apart: the
// real program goes on differently.
enum class NodesAdded : std::uint8_t { done, no_nodes, refused };
NodesAdded add_connector_nodes(Session& session, std::uint32_t index, const std::string& parent);
// [blocks] 0, else not.
int remove_connector_nodes(Session& session, std::uint32_t index, const std::string& path);

// [blocks] Powers up and adds what is in the hot-plug slots of the node at `path`; `slots` counts
// them. False when one of them failed.
bool acquire_cards(Session& session, const std::string& path, int& slots);

enum class CardsReleased : std::uint8_t { done, no_such_slot, failed };
// [blocks] Of the hot-plug slot of that name: removes, isolates and powers off what is in it.
CardsReleased release_cards(Session& session, const std::string& drc_name);
CardsReleased release_cards_of(Session& session, const Slot& slot);

// [blocks] Linux configures what is in the slot, or lets go of it. False when it does not.
bool enable_cards(Session& session, const std::string& drc_name);
bool disable_cards(Session& session, const std::string& drc_name);

}  // namespace lparsim::userland
