#include "firmware/platform/targets.hpp"

#include <algorithm>

#include "firmware/events/delivery.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/pci/pci.hpp"
#include "firmware/platform/architecture.hpp"
#include "firmware/platform/offers.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

constexpr auto kReserved = DrcState::allocatable, kPlatform = DrcState::unallocatable;

std::uint32_t count_held(const std::vector<DrcState>& list) {
  return static_cast<std::uint32_t>(std::count_if(
      list.begin(), list.end(), [](DrcState s) { return s != kPlatform && !is_offered(s); }));
}

std::uint32_t count_offered(const std::vector<DrcState>& list) {
  return static_cast<std::uint32_t>(std::count_if(list.begin(), list.end(), is_offered));
}

ProcUnits whole(std::uint32_t processors) {
  return whole_processors(static_cast<std::int32_t>(processors));
}

// The lowest connectors not yet on offer become allocatable.
void reserve(Core& core, PartitionState& p, DrcArray array, std::uint32_t count) {
  for (std::size_t i = 0; i < states(p, array).size() && count > 0; ++i) {
    if (states(p, array)[i] != kPlatform) continue;
    set_drc_state(core, p, {array, i}, assigned_state(core));
    --count;
  }
  LPARSIM_ASSERT(count == 0);
}

// Takes back up to `count` reserved connectors, the highest first; returns how many.
std::uint32_t take_back(Core& core, PartitionState& p, DrcArray array, std::uint32_t count) {
  std::uint32_t taken = 0;
  for (std::size_t i = states(p, array).size(); i-- > 0 && taken < count;) {
    if (states(p, array)[i] != kReserved) continue;
    set_drc_state(core, p, {array, i}, kPlatform);
    ++taken;
  }
  return taken;
}

ProcUnits units_of(const PartitionConfig& config) {
  return config.dedicated ? whole_processors(config.procs) : config.units;
}

}  // namespace

DrcState assigned_state(const Core& core) {
  return core.profile.drc.hmc_assigns_usable ? DrcState::available : kReserved;
}

bool hold_units(Core& core, std::size_t partition, ProcUnits wanted) {
  Ledger& ledger = core.state.ledger;
  const ProcUnits held = ledger.units(partition);
  if (wanted > held) {
    if (!ledger.take_units(partition, wanted - held)) return false;
  } else {
    ledger.give_units(partition, held - wanted);
  }
  if (wanted != held) {
    core.log_assign(core.at(partition), core.texts.units, held.hundredths, wanted.hundredths);
  }
  return true;
}

bool hold_lmbs(Core& core, std::size_t partition, std::uint32_t wanted) {
  Ledger& ledger = core.state.ledger;
  const std::uint32_t held = ledger.lmbs(partition);
  if (wanted > held) {
    if (!ledger.take_lmbs(partition, wanted - held)) return false;
  } else {
    ledger.give_lmbs(partition, held - wanted);
  }
  if (wanted != held) core.log_assign(core.at(partition), core.texts.lmbs, held, wanted);
  return true;
}

bool hold_connectors(Core& core, std::size_t partition, DrcArray array, std::int32_t more) {
  const PartitionState& p = core.at(partition);
  const auto all = [more](std::uint32_t held, std::uint32_t offered) {
    return static_cast<std::uint32_t>(static_cast<std::int64_t>(held) + offered + more);
  };
  if (array == DrcArray::lmbs) {
    return hold_lmbs(core, partition, all(held_lmbs(p), offered_lmbs(p)));
  }
  if (!p.config.dedicated) return true;
  return hold_units(core, partition, whole(all(held_procs(p), offered_procs(p))));
}

namespace {

std::int64_t most_procs(const Core& core, std::size_t partition) {
  const Ledger& ledger = core.state.ledger;
  return (ledger.units(partition) + ledger.free_units()).hundredths / 100 -
         std::int64_t{offered_procs(core.at(partition))};
}

std::int64_t most_lmbs(const Core& core, std::size_t partition) {
  return std::int64_t{core.state.ledger.lmbs(partition)} + core.state.ledger.free_lmbs() -
         std::int64_t{offered_lmbs(core.at(partition))};
}

// Off: configuration and target are one.
AssignAnswer set_procs_off(Core& core, std::size_t partition, std::int32_t procs) {
  PartitionState& p = core.at(partition);
  if (p.config.configured && p.config.dedicated &&
      !hold_units(core, partition, whole_processors(procs))) {
    return {AssignStatus::not_enough_processors, most_procs(core, partition)};
  }
  p.config.procs = p.pending_procs = procs;
  return {};
}

void sync_pending(PartitionState& p) {
  p.pending_procs = p.config.procs;
  p.pending_units = p.entitled = p.config.units;
  p.pending_weight = p.config.uncap_weight;
  p.pending_lmbs = p.config.lmbs;
}

}  // namespace

std::uint32_t count_owned(const std::vector<DrcState>& list) {
  return static_cast<std::uint32_t>(std::count_if(list.begin(), list.end(), is_owned));
}
std::uint32_t held_procs(const PartitionState& p) { return count_held(p.cpus); }
std::uint32_t held_lmbs(const PartitionState& p) { return count_held(p.lmbs); }
std::uint32_t offered_procs(const PartitionState& p) { return count_offered(p.cpus); }
std::uint32_t offered_lmbs(const PartitionState& p) { return count_offered(p.lmbs); }

AssignAnswer hold_configuration(Core& core, std::size_t partition, const PartitionConfig& config) {
  PartitionState& p = core.at(partition);
  LPARSIM_ASSERT(p.power == PowerState::off);
  LPARSIM_ASSERT(core.state.ledger.lmbs(partition) == 0);
  if (!hold_units(core, partition, units_of(config))) {
    const std::int64_t free = core.state.ledger.free_units().hundredths;
    return {AssignStatus::not_enough_processors, config.dedicated ? free / 100 : free};
  }
  if (!hold_lmbs(core, partition, config.lmbs)) {
    hold_units(core, partition, ProcUnits{});
    return {AssignStatus::not_enough_memory, core.state.ledger.free_lmbs()};
  }
  p.config = config;
  p.config.configured = true;
  sync_pending(p);
  return {};
}

void drop_configuration(Core& core, std::size_t partition) {
  hold_units(core, partition, ProcUnits{});
  hold_lmbs(core, partition, 0);
  core.at(partition).config.configured = false;
}

AssignAnswer target_processors(Core& core, std::size_t partition, std::int32_t procs) {
  PartitionState& p = core.at(partition);
  if (procs < 0) return {AssignStatus::wrong_state, 0};
  if (p.power == PowerState::off) return set_procs_off(core, partition, procs);
  const auto wanted = static_cast<std::uint32_t>(procs);
  const std::uint32_t held = held_procs(p), offered = offered_procs(p);
  const std::uint32_t room = static_cast<std::uint32_t>(p.cpus.size()) - offered;
  const std::uint32_t most = std::max(std::min(most_cpus(core, partition), room), held);
  if (wanted > most) return {AssignStatus::not_enough_processors, most};
  if (wanted > held) {
    // Virtual processors of a shared partition cost nothing; dedicated ones come from the ledger.
    if (p.config.dedicated && !hold_units(core, partition, whole(wanted + offered))) {
      return {AssignStatus::not_enough_processors, most_procs(core, partition)};
    }
    reserve(core, p, DrcArray::cpus, wanted - held);
  } else {
    const std::uint32_t back = take_back(core, p, DrcArray::cpus, held - wanted);
    if (p.config.dedicated) hold_units(core, partition, whole(held - back + offered));
  }
  core.log_assign(p, core.texts.processors, p.pending_procs, procs);
  p.pending_procs = procs;
  return {};
}

AssignAnswer target_units(Core& core, std::size_t partition, ProcUnits units) {
  PartitionState& p = core.at(partition);
  if (p.config.dedicated || units < ProcUnits{}) return {AssignStatus::wrong_state, 0};
  const bool off = p.power == PowerState::off;
  const ProcUnits held = off ? units : std::max(units, p.entitled);
  if ((!off || p.config.configured) && !hold_units(core, partition, held)) {
    const Ledger& ledger = core.state.ledger;
    return {AssignStatus::not_enough_processors,
            (ledger.units(partition) + ledger.free_units()).hundredths};
  }
  p.pending_units = units;
  if (off) p.config.units = p.entitled = units;
  return {};
}

AssignAnswer target_weight(Core& core, std::size_t partition, std::int32_t weight) {
  PartitionState& p = core.at(partition);
  if (p.config.dedicated || weight < 0 || weight > 255) return {AssignStatus::wrong_state, 0};
  p.pending_weight = weight;
  if (p.power == PowerState::off) p.config.uncap_weight = weight;
  return {};
}

AssignAnswer target_lmbs(Core& core, std::size_t partition, std::uint32_t lmbs) {
  PartitionState& p = core.at(partition);
  if (p.power == PowerState::off) {
    if (p.config.configured && !hold_lmbs(core, partition, lmbs)) {
      return {AssignStatus::not_enough_memory, most_lmbs(core, partition)};
    }
    p.config.lmbs = p.pending_lmbs = lmbs;
    return {};
  }
  const std::uint32_t held = held_lmbs(p), offered = offered_lmbs(p);
  if (lmbs + std::uint64_t{offered} > p.lmbs.size()) {
    return {AssignStatus::not_enough_memory,
            static_cast<std::int64_t>(p.lmbs.size() - offered)};
  }
  if (lmbs > held) {
    if (!hold_lmbs(core, partition, lmbs + offered)) {
      return {AssignStatus::not_enough_memory, most_lmbs(core, partition)};
    }
    reserve(core, p, DrcArray::lmbs, lmbs - held);
  } else {
    const std::uint32_t back = take_back(core, p, DrcArray::lmbs, held - lmbs);
    hold_lmbs(core, partition, held - back + offered);
  }
  p.pending_lmbs = lmbs;
  return {};
}

namespace {

// 13.7: a resource in L2..L4 is never taken away without the OS releasing it.
AssignAnswer free_slot(Core& core, std::size_t slot) {
  SlotState& state = core.state.slots[slot];
  const std::size_t owner = core.find(state.owner);
  if (owner == Core::kNowhere) return {};
  PartitionState& p = core.at(owner);
  const bool on = p.power == PowerState::on;
  state.leaving = on && (is_owned(p.phbs[slot]) || is_owned(p.slots[slot]));
  if (state.leaving) return {};
  if (on) {
    set_drc_state(core, p, {DrcArray::slots, slot}, kPlatform);
    set_drc_state(core, p, {DrcArray::phbs, slot}, kPlatform);
  }
  core.log_assign(p, core.texts.slot, state.owner.value, 0);
  state.owner = kNoPartition;
  return {};
}

}  // namespace

AssignAnswer target_slot(Core& core, std::size_t slot, PartitionId owner) {
  SlotState& state = core.state.slots[slot];
  if (owner == kNoPartition) return free_slot(core, slot);
  const std::size_t to = core.find(owner);
  if (to == Core::kNowhere) return {AssignStatus::no_such_partition, 0};
  if (state.owner == owner) {
    state.leaving = false;
    return {};
  }
  if (state.owner != kNoPartition) return {AssignStatus::slot_owned, state.owner.value};
  // R1-13.6.1-11: an adapter that several partitions share is a trusted one's.
  const auto& hot_plug = core.platform.slots[slot].hot_plug;
  const bool shared = hot_plug && hot_plug->endpoints > 1;
  if (shared && core.at(to).config.os != OsType::vioserver) return {AssignStatus::wrong_state, 0};
  state.owner = owner;
  PartitionState& p = core.at(to);
  core.log_assign(p, core.texts.slot, 0, owner.value);
  if (p.power == PowerState::on) {
    set_drc_state(core, p, {DrcArray::phbs, slot}, assigned_state(core));
    set_drc_state(core, p, {DrcArray::slots, slot}, assigned_state(core));
    if (assigned_state(core) != kReserved) enter_slot(core, p, slot, true);
  }
  return {};
}

namespace {

AssignAnswer free_resource(Core& core, std::size_t position) {
  ResourceState& state = core.state.resources[position];
  const std::size_t owner = core.find(state.owner);
  if (owner == Core::kNowhere) return {};
  PartitionState& p = core.at(owner);
  const bool on = p.power == PowerState::on;
  state.leaving = on && is_owned(p.resources[position]);
  if (state.leaving) return {};
  if (on) set_drc_state(core, p, {DrcArray::resources, position}, kPlatform);
  state.owner = kNoPartition;
  return {};
}

}  // namespace

AssignAnswer target_resource(Core& core, DrcIndex resource, PartitionId owner) {
  const auto& list = core.platform.resources;
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const ResourceConfig& r) { return r.drc == resource; });
  if (found == list.end()) return {AssignStatus::no_such_slot, 0};
  const auto position = static_cast<std::size_t>(found - list.begin());
  if (owner == kNoPartition) return free_resource(core, position);
  const std::size_t to = core.find(owner);
  if (to == Core::kNowhere) return {AssignStatus::no_such_partition, 0};
  ResourceState& state = core.state.resources[position];
  if (state.owner == owner) {
    state.leaving = false;
    return {};
  }
  if (state.owner != kNoPartition) return {AssignStatus::slot_owned, state.owner.value};
  state.owner = owner;
  PartitionState& p = core.at(to);
  if (p.power == PowerState::on) {
    set_drc_state(core, p, {DrcArray::resources, position}, assigned_state(core));
  }
  return {};
}

void restore_processor_target(Core& core, std::size_t partition) {
  PartitionState& p = core.at(partition);
  if (p.power == PowerState::off) return;
  target_processors(core, partition, static_cast<std::int32_t>(count_owned(p.cpus)));
  if (p.config.dedicated) return;
  target_units(core, partition, p.entitled);
  p.pending_weight = p.config.uncap_weight;
}

void restore_lmb_target(Core& core, std::size_t partition) {
  PartitionState& p = core.at(partition);
  if (p.power == PowerState::on) target_lmbs(core, partition, count_owned(p.lmbs));
}

void released(Core& core, std::size_t partition, DrcPlace place) {
  PartitionState& p = core.at(partition);
  switch (place.array) {
    case DrcArray::cpus:
    case DrcArray::lmbs: {
      const bool within = place.array == DrcArray::lmbs
                              ? held_lmbs(p) <= p.pending_lmbs
                              : static_cast<std::int32_t>(held_procs(p)) <= p.pending_procs;
      if (within) return;
      set_drc_state(core, p, place, kPlatform);
      hold_connectors(core, partition, place.array);
      return;
    }
    case DrcArray::phbs:
    case DrcArray::slots:
      if (core.state.slots[place.position].leaving) free_slot(core, place.position);
      return;
    case DrcArray::virtual_slots: return adapter_released(core, p, place.position);
    case DrcArray::resources:
      if (core.state.resources[place.position].leaving) free_resource(core, place.position);
      return;
    case DrcArray::hot_plug: return;   // has no 9003
  }
}

void settle_units(Core& core, std::size_t partition) {
  const PartitionState& p = core.at(partition);
  hold_units(core, partition, std::max(p.entitled, p.pending_units));
}

void settle_off(Core& core, std::size_t partition) {
  PartitionState& p = core.at(partition);
  end_hcalls(core, partition);
  PartitionState off;
  off.config = std::move(p.config);
  off.config.procs = p.pending_procs;
  off.config.lmbs = p.pending_lmbs;
  off.config.units = p.pending_units;
  off.config.uncap_weight = p.pending_weight;
  off.events = after_reset(std::move(p.events));
  off.rtas = std::move(p.rtas);
  off.rtas.boot = {};
  off.cas = std::move(p.cas);
  for (const std::uint16_t slot : p.leaving_adapters) undefine_adapter(off.config, slot);
  p = std::move(off);
  sync_pending(p);
  // A lowered target gives back at once; nothing can be missing: what is pending is always held.
  LPARSIM_ASSERT(hold_units(core, partition, units_of(p.config)));
  LPARSIM_ASSERT(hold_lmbs(core, partition, p.config.lmbs));
  for (std::size_t i = 0; i < core.state.slots.size(); ++i) {
    SlotState& slot = core.state.slots[i];
    if (slot.owner == p.config.id) pci_power_off(core, i);
    if (slot.owner == p.config.id && slot.leaving) slot.owner = {}, slot.leaving = false;
  }
  for (ResourceState& resource : core.state.resources) {
    if (resource.owner != p.config.id || !resource.leaving) continue;
    resource.owner = {}, resource.leaving = false;
  }
}

}  // namespace lparsim::firmware
