#include "firmware/drc/drc_space.hpp"

#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/hcall/mappings.hpp"
#include "firmware/pci/pci.hpp"
#include "firmware/platform/architecture.hpp"
#include "firmware/platform/targets.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kTypeMask = 0xf000'0000U, kNumberMask = 0x0fff'ffffU;
constexpr std::uint32_t kCpu = 0x1000'0000U, kPhb = 0x2000'0000U, kVirtual = 0x3000'0000U,
                        kLmb = 0x8000'0000U;

std::optional<DrcPlace> in_range(const PartitionState& p, DrcArray array, std::size_t position) {
  if (position >= states(p, array).size()) return std::nullopt;
  return DrcPlace{array, position};
}

std::optional<DrcPlace> find_io(const Core& core, const PartitionState& p, DrcIndex index) {
  for (std::size_t i = 0; i < core.platform.slots.size(); ++i) {
    if (core.platform.slots[i].drc == index) return in_range(p, DrcArray::slots, i);
    if (phb_drc_index(core.phbs[i]) == index) return in_range(p, DrcArray::phbs, i);
  }
  return std::nullopt;
}

bool contains(const std::vector<DrcIndex>& list, DrcIndex index) {
  return !list.empty() && std::find(list.begin(), list.end(), index) != list.end();
}

DrcFacts facts(const Core& core, const PartitionState& p, DrcPlace place) {
  DrcFacts f;
  f.type = type_of(place.array);
  const DrcIndex index = drc_index(core, place);
  f.mapped = contains(p.mapped, index) || has_mappings(core, p, place);
  switch (place.array) {
    case DrcArray::cpus: f.threads_running = threads_running(core, p, place.position); break;
    case DrcArray::lmbs: f.remove_requested = contains(p.remove_requested, index); break;
    case DrcArray::phbs: f.below_in_use = is_owned(p.slots[place.position]); break;
    case DrcArray::slots: f.parent_owned = is_owned(p.phbs[place.position]); break;
    case DrcArray::virtual_slots: break;
  }
  return f;
}

// A CPU that goes takes the cache nodes with it that it brought: a node removed by DR and added
// back counts as unreported (13.7.4.3 note).
void forget_caches(PartitionState& p, std::size_t cpu) {
  std::erase_if(p.caches, [&](const ReportedCache& cache) { return cache.cpu == cpu; });
}

}  // namespace

DrcType type_of(DrcArray array) {
  switch (array) {
    case DrcArray::cpus: return DrcType::cpu;
    case DrcArray::lmbs: return DrcType::mem;
    case DrcArray::phbs: return DrcType::phb;
    case DrcArray::slots:
    case DrcArray::virtual_slots: break;
  }
  return DrcType::slot;
}

const std::vector<DrcState>& states(const PartitionState& p, DrcArray array) {
  switch (array) {
    case DrcArray::cpus: return p.cpus;
    case DrcArray::lmbs: return p.lmbs;
    case DrcArray::phbs: return p.phbs;
    case DrcArray::slots: return p.slots;
    case DrcArray::virtual_slots: break;
  }
  return p.virtual_slots;
}

std::vector<DrcState>& states(PartitionState& p, DrcArray array) {
  return const_cast<std::vector<DrcState>&>(states(std::as_const(p), array));
}

std::optional<DrcPlace> find_drc(const Core& core, const PartitionState& p, DrcIndex index) {
  const std::uint32_t number = index.value & kNumberMask;
  switch (index.value & kTypeMask) {
    case kCpu: {
      const std::uint32_t threads = core.platform.processor.threads;
      if (number % threads != 0) return std::nullopt;
      return in_range(p, DrcArray::cpus, number / threads);
    }
    case kLmb:   // R1-13.7.2-4: boot memory without a connector has no index either
      if (number < p.fixed_lmbs) return std::nullopt;
      return in_range(p, DrcArray::lmbs, number);
    case kVirtual: return in_range(p, DrcArray::virtual_slots, number);
    case kPhb: return find_io(core, p, index);
    default: return std::nullopt;
  }
}

DrcIndex drc_index(const Core& core, DrcPlace place) {
  const auto number = static_cast<std::uint32_t>(place.position);
  switch (place.array) {
    case DrcArray::cpus: return cpu_drc_index(number, core.platform.processor.threads);
    case DrcArray::lmbs: return lmb_drc_index(number);
    case DrcArray::phbs: return phb_drc_index(core.phbs[number]);
    case DrcArray::slots: return core.platform.slots[number].drc;
    case DrcArray::virtual_slots: break;
  }
  return virtual_slot_drc_index(static_cast<std::uint16_t>(number));
}

std::string drc_name(const Core& core, const PartitionState& p, DrcPlace place) {
  const auto number = static_cast<std::uint32_t>(place.position);
  switch (place.array) {
    case DrcArray::cpus:
      return cpu_drc_name(core.profile, number, core.platform.processor.threads);
    case DrcArray::lmbs: return lmb_drc_name(number);
    case DrcArray::phbs: return phb_drc_name(core.phbs[number]);
    case DrcArray::slots: return core.platform.slots[number].location;
    case DrcArray::virtual_slots: break;
  }
  return virtual_slot_location(core.platform, p.config.id, static_cast<std::uint16_t>(number));
}

std::vector<DrcView> drc_views(const Core& core, const PartitionState& p, DrcType type) {
  std::vector<DrcView> views;
  for (const DrcArray array : {DrcArray::cpus, DrcArray::lmbs, DrcArray::phbs, DrcArray::slots,
                               DrcArray::virtual_slots}) {
    if (type_of(array) != type) continue;
    const std::size_t first = array == DrcArray::lmbs ? p.fixed_lmbs : 0;
    for (std::size_t i = first; i < states(p, array).size(); ++i) {
      const DrcPlace place{array, i};
      views.push_back({drc_index(core, place), type, drc_name(core, p, place), state_of(p, place)});
    }
  }
  return views;
}

void set_drc_state(Core& core, PartitionState& p, DrcPlace place, DrcState to) {
  DrcState& state = states(p, place.array)[place.position];
  if (state == to) return;
  core.services.log.add(EventKind::drc_state, p.config.id, drc_index(core, place).value,
                        core.texts.drc_states[static_cast<std::size_t>(state)],
                        core.texts.drc_states[static_cast<std::size_t>(to)]);
  state = to;
}

bool threads_running(const Core& core, const PartitionState& p, std::size_t number) {
  const std::size_t threads = core.platform.processor.threads;
  const auto first = p.threads.begin() + static_cast<std::ptrdiff_t>(number * threads);
  return std::find(first, first + static_cast<std::ptrdiff_t>(threads), ThreadState::running) !=
         first + static_cast<std::ptrdiff_t>(threads);
}

DrcVerdict perform(Core& core, std::size_t partition, DrcPlace place, DrcCall call) {
  PartitionState& p = core.at(partition);
  const DrcState from = state_of(p, place);
  forget_removed_windows(core, partition);
  const DrcVerdict verdict = judge(from, call, facts(core, p, place), core.profile.drc);
  if (verdict.status != 0 || verdict.action == DrcAction::walk || verdict.next == from) {
    return verdict;
  }
  set_drc_state(core, p, place, verdict.next);
  pci_follows_drc(core, place, call, verdict);
  // Table 13-2 note 5: an open configure sequence does not survive a change; we end it.
  const DrcIndex index = drc_index(core, place);
  std::erase_if(p.connectors, [&](const ConnectorContext& open) { return open.drc == index; });
  if (place.array == DrcArray::cpus && call == DrcCall::isolate) forget_caches(p, place.position);
  if (verdict.action == DrcAction::release) {
    std::erase(p.mapped, index);             // R1-13.5.3.4-6
    drop_mappings(core, partition, place);
    std::erase_if(p.mobility.placements, [&](const Placement& old) { return old.drc == index; });
    std::erase(p.remove_requested, index);
    released(core, partition, place);
  }
  return verdict;
}

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
  for (std::size_t i = 0; i < core.state.slots.size(); ++i) {
    if (core.state.slots[i].owner != p.config.id) continue;
    p.phbs[i] = p.slots[i] = DrcState::configured;
  }
  p.fixed_lmbs = lmbs_without_connector(core.profile, core.platform.lmb_bytes, p.config.lmbs,
                                        p.options.rma_bytes);
  p.threads.assign(p.cpus.size() * core.platform.processor.threads, ThreadState::stopped);
}

}  // namespace lparsim::firmware
