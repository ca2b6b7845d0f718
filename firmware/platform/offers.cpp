#include "firmware/platform/offers.hpp"

#include <algorithm>
#include <array>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/drc/drc_space.hpp"
#include "firmware/platform/targets.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::array<std::string_view, 4> kKinds{"serial", "eth", "scsi", "fc"};

bool is_defined(const PartitionConfig& config, std::uint16_t slot) {
  return slot == 0 ||   // the console is the platform's
         std::any_of(config.virtual_slots.begin(), config.virtual_slots.end(),
                     [&](const VirtualSlotConfig& s) { return s.slot == slot; });
}

}  // namespace

AssignAnswer add_adapter(Core& core, std::size_t partition, const VirtualSlotConfig& adapter) {
  PartitionState& p = core.at(partition);
  if (std::find(kKinds.begin(), kKinds.end(), adapter.kind) == kKinds.end()) {
    return {AssignStatus::wrong_state, 0};
  }
  const std::uint32_t slots = virtual_slot_count(p.config);
  if (adapter.slot >= slots) return {AssignStatus::no_such_slot, slots};
  if (is_defined(p.config, adapter.slot)) return {AssignStatus::slot_owned, p.config.id.value};
  p.config.virtual_slots.push_back(adapter);
  if (p.power == PowerState::on) {
    set_drc_state(core, p, {DrcArray::virtual_slots, adapter.slot}, assigned_state(core));
  }
  return {};
}

AssignAnswer remove_adapter(Core& core, std::size_t partition, std::uint16_t slot) {
  PartitionState& p = core.at(partition);
  if (slot == 0) return {AssignStatus::wrong_state, 0};
  if (!is_defined(p.config, slot)) return {AssignStatus::no_such_slot, 0};
  const bool on = p.power == PowerState::on;
  if (on && is_owned(p.virtual_slots[slot])) {
    std::erase(p.leaving_adapters, slot);
    p.leaving_adapters.push_back(slot);
    return {};
  }
  if (on) set_drc_state(core, p, {DrcArray::virtual_slots, slot}, DrcState::unallocatable);
  // The maximum follows the highest slot; it must not shrink under a running partition.
  const auto slots = static_cast<std::uint16_t>(virtual_slot_count(p.config));
  undefine_adapter(p.config, slot);
  p.config.max_virtual_slots = std::max(p.config.max_virtual_slots, slots);
  return {};
}

void adapter_released(Core& core, PartitionState& p, std::size_t slot) {
  const auto number = static_cast<std::uint16_t>(slot);
  if (std::erase(p.leaving_adapters, number) == 0) return;
  set_drc_state(core, p, {DrcArray::virtual_slots, slot}, DrcState::unallocatable);
  const auto slots = static_cast<std::uint16_t>(virtual_slot_count(p.config));
  undefine_adapter(p.config, number);
  p.config.max_virtual_slots = std::max(p.config.max_virtual_slots, slots);
}

void undefine_adapter(PartitionConfig& config, std::uint16_t slot) {
  std::erase_if(config.virtual_slots,
                [&](const VirtualSlotConfig& adapter) { return adapter.slot == slot; });
}

AssignAnswer offer_drc(Core& core, std::size_t partition, DrcIndex drc, Offer offer) {
  PartitionState& p = core.at(partition);
  const auto place = find_drc(core, p, drc);
  if (!place || place->array == DrcArray::hot_plug) return {AssignStatus::no_such_slot, 0};
  const bool counted = is_counted(place->array);
  const DrcState from = counted ? DrcState::unallocatable : DrcState::allocatable;
  if (state_of(p, *place) != from) return {AssignStatus::wrong_state, 0};
  if (counted && !hold_connectors(core, partition, place->array, 1)) {
    return {nothing_free(place->array), 0};
  }
  set_drc_state(core, p, *place,
                offer == Offer::exchange ? DrcState::for_exchange : DrcState::for_recovery);
  return {};
}

AssignAnswer withdraw_drc(Core& core, std::size_t partition, DrcIndex drc) {
  PartitionState& p = core.at(partition);
  const auto place = find_drc(core, p, drc);
  if (!place) return {AssignStatus::no_such_slot, 0};
  if (!is_offered(state_of(p, *place))) return {AssignStatus::wrong_state, 0};
  const bool counted = is_counted(place->array);
  if (counted) hold_connectors(core, partition, place->array, -1);
  set_drc_state(core, p, *place, counted ? DrcState::unallocatable : DrcState::allocatable);
  return {};
}

AssignAnswer new_revision(Core& core, DrcIndex facility, std::uint32_t revision) {
  for (std::size_t i = 0; i < core.platform.resources.size(); ++i) {
    const ResourceConfig& resource = core.platform.resources[i];
    if (resource.kind != ResourceKind::facility || resource.drc != facility) continue;
    core.state.revisions[i] = revision;
    return {};
  }
  return {AssignStatus::no_such_slot, 0};
}

}  // namespace lparsim::firmware
