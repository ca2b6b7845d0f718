// Somebody stands before the machine: cards are inserted and pulled, power of a slot fails
// (DRC.md 6). A slot is named by its SLOT or by its physical connector.
#pragma once

#include <optional>

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

AssignAnswer card_inserted(Core& core, DrcIndex slot, CardFit fit);
AssignAnswer card_pulled(Core& core, DrcIndex slot);
AssignAnswer power_failed(Core& core, DrcIndex slot);
std::optional<HotPlugSlotView> hot_plug_view(const Core& core, DrcIndex slot);

}  // namespace lparsim::firmware
