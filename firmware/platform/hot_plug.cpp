#include "firmware/platform/hot_plug.hpp"

#include "firmware/drc/drc_space.hpp"
#include "firmware/pci/pci.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint8_t kInactive = 0;

std::optional<std::size_t> find_slot(const Core& core, DrcIndex slot) {
  for (std::size_t i = 0; i < core.platform.slots.size(); ++i) {
    const SlotConfig& config = core.platform.slots[i];
    if (config.drc == slot || (config.hot_plug && config.hot_plug->drc == slot)) return i;
  }
  return std::nullopt;
}

DrcState state_now(const Core& core, std::size_t slot) {
  const std::size_t owner = core.find(core.state.slots[slot].owner);
  if (owner == Core::kNowhere || core.at(owner).power == PowerState::off) return DrcState::foreign;
  return core.at(owner).hot_plug[slot];
}

// 13.7: hardware without a connector of its own is taken out only when it is back in the pool.
bool reachable(const Core& core, std::size_t slot) {
  return core.platform.slots[slot].hot_plug || core.state.slots[slot].owner == kNoPartition;
}

}  // namespace

AssignAnswer card_inserted(Core& core, DrcIndex drc, CardFit fit) {
  const auto slot = find_slot(core, drc);
  if (!slot) return {AssignStatus::no_such_slot, 0};
  SlotState& state = core.state.slots[*slot];
  if (state.card || !reachable(core, *slot)) return {AssignStatus::wrong_state, 0};
  state.card = true;
  state.fit = fit;
  return {};
}

AssignAnswer card_pulled(Core& core, DrcIndex drc) {
  const auto slot = find_slot(core, drc);
  if (!slot) return {AssignStatus::no_such_slot, 0};
  SlotState& state = core.state.slots[*slot];
  if (!state.card || !reachable(core, *slot)) return {AssignStatus::wrong_state, 0};
  state.card = false;
  state.fit = CardFit::fits;
  pci_power_off(core, *slot);
  return {};
}

// R1-13.5.2-2: the one way in which an indicator changes without set-indicator.
AssignAnswer power_failed(Core& core, DrcIndex drc) {
  const auto slot = find_slot(core, drc);
  if (!slot || !core.platform.slots[*slot].hot_plug) return {AssignStatus::no_such_slot, 0};
  if (state_now(core, *slot) < DrcState::powered_on) return {AssignStatus::wrong_state, 0};
  PartitionState& p = core.at(core.find(core.state.slots[*slot].owner));
  const DrcIndex physical = core.platform.slots[*slot].hot_plug->drc;
  give_up(p.busy, physical);
  std::erase_if(p.connectors, [&](const ConnectorContext& open) { return open.drc == physical; });
  const bool live = core.platform.slots[*slot].hot_plug->power_domain == kLiveInsertion;
  set_drc_state(core, p, {DrcArray::hot_plug, *slot},
                live ? DrcState::powered_on : DrcState::powered_off);
  pci_power_off(core, *slot);
  core.state.slots[*slot].indicator = kInactive;
  return {};
}

std::optional<HotPlugSlotView> hot_plug_view(const Core& core, DrcIndex drc) {
  const auto slot = find_slot(core, drc);
  if (!slot || !core.platform.slots[*slot].hot_plug) return std::nullopt;
  const SlotState& state = core.state.slots[*slot];
  const DrcState now = state_now(core, *slot);
  return HotPlugSlotView{core.platform.slots[*slot].hot_plug->drc, now, state.card,
                         now >= DrcState::powered_on, state.indicator};
}

}  // namespace lparsim::firmware
