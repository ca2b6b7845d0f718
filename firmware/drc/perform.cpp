// One call on one connector: the facts for the judge, the time that it takes, and what follows from
// the transition (ledger, physical slot below, open configure sequences, log).
#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/drc/drc_space.hpp"
#include "firmware/drc/translations.hpp"
#include "firmware/hcall/mappings.hpp"
#include "firmware/pci/pci.hpp"
#include "firmware/platform/architecture.hpp"
#include "firmware/platform/named_targets.hpp"
#include "firmware/platform/targets.hpp"

namespace lparsim::firmware {
namespace {

bool contains(const std::vector<DrcIndex>& list, DrcIndex index) {
  return !list.empty() && std::find(list.begin(), list.end(), index) != list.end();
}

bool is_last_cpu(const Core& core, const PartitionState& p, std::size_t cpu) {
  const std::size_t threads = core.platform.processor.threads;
  const auto first = p.threads.begin() + static_cast<std::ptrdiff_t>(cpu * threads);
  const auto its = std::count_if(first, first + static_cast<std::ptrdiff_t>(threads),
                                 [](ThreadState t) { return t != ThreadState::stopped; });
  return its > 0 && its == p.running_threads;
}

// What hangs below an isolated connector cannot be reached (table 13-2 notes 2 and 3).
bool is_open(DrcState above) {
  return above == DrcState::unisolated || above == DrcState::configured;
}

void add_below(const Core& core, const PartitionState& p, DrcPlace place, DrcFacts& f) {
  const auto look = [&](DrcPlace below) {
    const DrcState state = state_of(p, below);
    f.below_in_use |= is_owned(state) || state >= DrcState::slot_unisolated;
    f.below_offered |= is_offered(state);
  };
  if (place.array == DrcArray::phbs) look({DrcArray::slots, place.position});
  if (place.array == DrcArray::slots) look({DrcArray::hot_plug, place.position});
  const DrcIndex index = drc_index(core, place);
  for (std::size_t i = 0; i < p.resources.size(); ++i) {
    if (core.platform.resources[i].parent == index) look({DrcArray::resources, i});
  }
}

void add_card(const Core& core, DrcPlace place, DrcFacts& f) {
  const SlotState& slot = core.state.slots[place.position];
  f.card = slot.card;
  f.fit = slot.fit;
  f.sense_needs = core.platform.slots[place.position].hot_plug->sense_needs;
}

DrcFacts facts(const Core& core, const PartitionState& p, DrcPlace place,
               std::optional<GuestAddress> arguments) {
  DrcFacts f;
  f.type = type_of(core, place);
  const DrcIndex index = drc_index(core, place);
  f.mapped = has_translations(core, p, place);
  f.is_virtual = place.array == DrcArray::virtual_slots;
  for (const ObtainedDrc& drc : p.obtained) {
    if (drc.drc != index) continue;
    (drc.by == Offer::exchange ? f.by_exchange : f.by_recovery) = true;
  }
  if (const auto above = place_above(core, p, place)) f.parent_open = is_open(state_of(p, *above));
  switch (place.array) {
    case DrcArray::cpus:
      f.threads_running = threads_running(core, p, place.position);
      f.last_running = is_last_cpu(core, p, place.position);
      break;
    case DrcArray::lmbs:
      f.remove_requested = contains(p.remove_requested, index);
      f.caller_inside = arguments && arguments->value >> core.lmb_shift == place.position;
      break;
    case DrcArray::hot_plug: add_card(core, place, f); break;
    case DrcArray::phbs:
    case DrcArray::slots:
    case DrcArray::resources: add_below(core, p, place, f); break;
    case DrcArray::virtual_slots: break;
  }
  return f;
}

bool is_allocation(DrcCall call) {
  return call == DrcCall::unusable || call == DrcCall::usable || call == DrcCall::exchange ||
         call == DrcCall::recover;
}

Duration time_for(const DrcTiming& timing, DrcType type, DrcCall call) {
  const bool memory = type == DrcType::mem || type == DrcType::mem_region;
  switch (call) {
    case DrcCall::power_on: return timing.power_on;
    case DrcCall::power_off: return timing.power_off;
    case DrcCall::unisolate: return type == DrcType::hot_plug ? timing.card_ready : Duration{};
    case DrcCall::isolate: return memory ? timing.memory_isolate : Duration{};
    default: return is_allocation(call) ? timing.allocation : Duration{};
  }
}

std::int32_t still_busy(Core& core, PartitionState& p, DrcPlace place, DrcCall call) {
  const DrcTiming& timing = core.profile.drc_timing;
  const bool extended = !timing.plain_busy && (!is_allocation(call) ||
                                               core.profile.drc.extended_delay_everywhere);
  return busy_status(p.busy, drc_index(core, place), call,
                     time_for(timing, type_of(core, place), call), core.services.clock.now(),
                     extended);
}

void acquired(Core& core, PartitionState& p, DrcPlace place, DrcState from) {
  if (place.array == DrcArray::slots) enter_slot(core, p, place.position, true);
  if (!is_offered(from)) return;
  const bool recovery = from == DrcState::for_recovery;
  p.obtained.push_back(
      {drc_index(core, place), recovery ? Offer::recovery : Offer::exchange});
  // What is exchanged goes back in its place; what is recovered was the partition's before.
  if (recovery && place.array == DrcArray::cpus) ++p.pending_procs;
  if (recovery && place.array == DrcArray::lmbs) ++p.pending_lmbs;
}

// A profile may let a processor go whose threads run; they end with it.
void stop_threads(Core& core, PartitionState& p, std::size_t cpu) {
  const std::size_t threads = core.platform.processor.threads;
  for (std::size_t server = cpu * threads; server < (cpu + 1) * threads; ++server) {
    if (p.threads[server] == ThreadState::stopped) continue;
    p.threads[server] = ThreadState::stopped;
    --p.running_threads;
    core.services.log.add(EventKind::cpu_stopped, p.config.id, server);
  }
}

void gone(Core& core, std::size_t partition, DrcPlace place) {
  PartitionState& p = core.at(partition);
  const DrcIndex index = drc_index(core, place);
  if (place.array == DrcArray::cpus) stop_threads(core, p, place.position);
  drop_translations(core, partition, place);
  std::erase_if(p.mobility.placements, [&](const Placement& old) { return old.drc == index; });
  std::erase(p.remove_requested, index);
  std::erase_if(p.obtained, [&](const ObtainedDrc& drc) { return drc.drc == index; });
  if (place.array == DrcArray::slots) enter_slot(core, p, place.position, false);
  if (may_go_back(p, index)) released(core, partition, place);
  std::erase(p.wanted_back, index);
}

bool is_change(DrcCall call) {
  return call != DrcCall::sense && call != DrcCall::indicator && call != DrcCall::configure &&
         call != DrcCall::get_power && call != DrcCall::bad_value;
}

}  // namespace

DrcVerdict perform(Core& core, std::size_t partition, DrcPlace place, DrcCall call,
                   std::optional<GuestAddress> arguments) {
  PartitionState& p = core.at(partition);
  const DrcState from = state_of(p, place);
  forget_removed_windows(core, partition);
  // Only a guard looks at the facts; most calls, the sensor's above all, meet none.
  const DrcRow* row = drc_row(from, call);
  const bool guarded = row != nullptr && row->guard != DrcGuard::none;
  const DrcVerdict verdict = judge(
      from, call, guarded ? facts(core, p, place, arguments) : DrcFacts{}, core.profile.drc);
  if (verdict.status != 0 || verdict.action == DrcAction::walk) return verdict;
  const DrcIndex index = drc_index(core, place);
  if (call == DrcCall::unisolate) removal_refused(core, p, place);
  if (verdict.next == from) {
    if (is_change(call)) give_up(p.busy, index);   // it is to stay as it is
    return verdict;
  }
  if (const std::int32_t busy = still_busy(core, p, place, call)) {
    return {busy, 0, from, DrcAction::none};
  }
  set_drc_state(core, p, place, verdict.next);
  pci_follows_drc(core, place, call, verdict);
  // Table 13-2 note 5: an open configure sequence does not survive a change; we end it.
  std::erase_if(p.connectors, [&](const ConnectorContext& open) { return open.drc == index; });
  if (verdict.action == DrcAction::acquire) acquired(core, p, place, from);
  if (verdict.action == DrcAction::release) gone(core, partition, place);
  return verdict;
}

std::int32_t powering_up(Core& core, PartitionState& p, DrcPlace place) {
  const DrcTiming& timing = core.profile.drc_timing;
  const bool built_in = place.array == DrcArray::slots &&
                        !core.platform.slots[place.position].hot_plug &&
                        state_of(p, place) == DrcState::unisolated;
  return busy_status(p.busy, drc_index(core, place), DrcCall::configure,
                     built_in ? timing.connector_power_up : Duration{}, core.services.clock.now(),
                     !timing.plain_busy);
}

void enter_slot(Core& core, PartitionState& p, std::size_t slot, bool owned) {
  const auto& hot_plug = core.platform.slots[slot].hot_plug;
  if (!hot_plug) return;
  const DrcPlace below{DrcArray::hot_plug, slot};
  const bool live = hot_plug->power_domain == kLiveInsertion;
  give_up(p.busy, hot_plug->drc);
  set_drc_state(core, p, below,
                !owned ? DrcState::foreign : live ? DrcState::powered_on : DrcState::powered_off);
}

// Indicators as table 13-10 has them: active where a card is in use, else inactive.
void boot_card_slot(Core& core, PartitionState& p, std::size_t i) {
  const auto& hot_plug = core.platform.slots[i].hot_plug;
  if (!hot_plug) return;
  SlotState& slot = core.state.slots[i];
  const bool off = hot_plug->power_domain != kLiveInsertion &&
                   core.profile.drc.empty_slot_boots_off;
  p.hot_plug[i] = slot.card ? DrcState::slot_configured
                  : off     ? DrcState::powered_off
                            : DrcState::powered_on;
  slot.indicator = slot.card ? 1 : 0;
}

namespace {

void boot_slot(Core& core, PartitionState& p, std::size_t i) {
  p.phbs[i] = p.slots[i] = DrcState::configured;
  boot_card_slot(core, p, i);
}

void boot_resources(Core& core, PartitionState& p) {
  for (std::size_t i = 0; i < core.state.resources.size(); ++i) {
    if (core.state.resources[i].owner != p.config.id) continue;
    p.resources[i] = DrcState::configured;
  }
  // What hangs on something that the partition does not have is only on offer.
  for (std::size_t i = 0; i < core.state.resources.size(); ++i) {
    const auto above = place_above(core, p, {DrcArray::resources, i});
    const bool its = core.state.resources[i].owner == p.config.id;
    if (its && above && !is_owned(state_of(p, *above))) p.resources[i] = DrcState::allocatable;
  }
}

}  // namespace

void boot_drcs(Core& core, std::size_t partition) {
  PartitionState& p = core.at(partition);
  const auto fill = [](std::vector<DrcState>& list, std::size_t size, std::size_t owned) {
    list.assign(size, DrcState::unallocatable);
    std::fill_n(list.begin(), std::min(size, owned), DrcState::configured);
  };
  const auto max_procs = static_cast<std::size_t>(std::max(p.config.max_procs, p.config.procs));
  // More than the client can hold are the partition's and stay on offer (OV5 bytes 9-12).
  fill(p.cpus, max_procs, static_cast<std::size_t>(p.config.procs));
  for (std::size_t i = most_cpus(core, partition); i < p.cpus.size(); ++i) {
    if (p.cpus[i] == DrcState::configured) p.cpus[i] = DrcState::allocatable;
  }
  fill(p.lmbs, std::max(p.config.max_lmbs, p.config.lmbs), p.config.lmbs);
  fill(p.virtual_slots, virtual_slot_count(p.config), 0);
  for (const VirtualSlotConfig& slot : p.config.virtual_slots) {
    p.virtual_slots[slot.slot] = DrcState::configured;
  }
  // Slot 0 is the console, which the platform makes for every partition (DEVICE_TREE.md 12).
  if (!p.virtual_slots.empty()) p.virtual_slots[0] = DrcState::configured;
  fill(p.phbs, core.platform.slots.size(), 0);
  fill(p.slots, core.platform.slots.size(), 0);
  p.hot_plug.assign(core.platform.slots.size(), DrcState::foreign);
  for (std::size_t i = 0; i < core.state.slots.size(); ++i) {
    if (core.state.slots[i].owner == p.config.id) boot_slot(core, p, i);
  }
  fill(p.resources, core.platform.resources.size(), 0);
  boot_resources(core, p);
  p.fixed_lmbs = lmbs_without_connector(core.profile, core.platform.lmb_bytes, p.config.lmbs,
                                        p.options.rma_bytes);
  p.threads.assign(p.cpus.size() * core.platform.processor.threads, ThreadState::stopped);
}

}  // namespace lparsim::firmware
