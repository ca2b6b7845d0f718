#include "firmware/drc/drc_space.hpp"

#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::firmware {

std::string_view to_string(DrcState state) {
  constexpr std::array<std::string_view, kDrcStateCount> kNames{
      "L1b", "L1a", "L1x", "L1r", "L2", "L3", "L4", "P0", "P5", "P6", "P7", "P8"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string_view to_string(DrcType type) {
  constexpr std::array<std::string_view, 9> kNames{
      "CPU", "MEM", "PHB", "SLOT", "MEM-n", "PORT", "COPLATFAC", "COPLATFUN", "hot-plug"};
  return kNames.at(static_cast<std::size_t>(type));
}

std::string drc_type_text(const DrcView& drc) {
  if (drc.type == DrcType::hot_plug) return std::to_string(drc.number);
  if (drc.type == DrcType::mem_region) return "MEM-" + std::to_string(drc.number);
  return std::string(to_string(drc.type));
}
namespace {

constexpr std::uint32_t kTypeMask = 0xf000'0000U, kNumberMask = 0x0fff'ffffU;
constexpr std::uint32_t kCpu = 0x1000'0000U, kVirtual = 0x3000'0000U, kLmb = 0x8000'0000U;

std::optional<DrcPlace> in_range(const PartitionState& p, DrcArray array, std::size_t position) {
  if (position >= states(p, array).size()) return std::nullopt;
  return DrcPlace{array, position};
}

// Indexes that the machine's description chooses.
std::optional<DrcPlace> find_described(const Core& core, const PartitionState& p, DrcIndex index) {
  for (std::size_t i = 0; i < core.platform.slots.size(); ++i) {
    const SlotConfig& slot = core.platform.slots[i];
    if (slot.drc == index) return in_range(p, DrcArray::slots, i);
    if (phb_drc_index(core.phbs[i]) == index) return in_range(p, DrcArray::phbs, i);
    if (slot.hot_plug && slot.hot_plug->drc == index) return in_range(p, DrcArray::hot_plug, i);
  }
  for (std::size_t i = 0; i < core.platform.resources.size(); ++i) {
    if (core.platform.resources[i].drc == index) return in_range(p, DrcArray::resources, i);
  }
  return std::nullopt;
}

bool exists(const Core& core, const PartitionState& p, DrcPlace place) {
  if (place.array == DrcArray::lmbs) return place.position >= p.fixed_lmbs;
  return place.array != DrcArray::hot_plug ||
         core.platform.slots[place.position].hot_plug.has_value();
}

}  // namespace

DrcType type_of(const Core& core, DrcPlace place) {
  constexpr std::array kOfResource{DrcType::mem_region, DrcType::port, DrcType::facility,
                                   DrcType::function};
  switch (place.array) {
    case DrcArray::cpus: return DrcType::cpu;
    case DrcArray::lmbs: return DrcType::mem;
    case DrcArray::phbs: return DrcType::phb;
    case DrcArray::slots:
    case DrcArray::virtual_slots: break;
    case DrcArray::hot_plug: return DrcType::hot_plug;
    case DrcArray::resources:
      return kOfResource.at(
          static_cast<std::size_t>(core.platform.resources[place.position].kind));
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
    case DrcArray::hot_plug: return p.hot_plug;
    case DrcArray::resources: return p.resources;
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
    default: return find_described(core, p, index);
  }
}

std::optional<DrcPlace> find_power_domain(const Core& core, const PartitionState& p,
                                          std::uint32_t domain) {
  if (domain == kLiveInsertion) return std::nullopt;
  for (std::size_t i = 0; i < p.hot_plug.size(); ++i) {
    const auto& hot_plug = core.platform.slots[i].hot_plug;
    const bool its = hot_plug && hot_plug->power_domain == domain;
    if (its && p.hot_plug[i] != DrcState::foreign) return DrcPlace{DrcArray::hot_plug, i};
  }
  return std::nullopt;
}

DrcIndex drc_index(const Core& core, DrcPlace place) {
  const auto number = static_cast<std::uint32_t>(place.position);
  switch (place.array) {
    case DrcArray::cpus: return cpu_drc_index(number, core.platform.processor.threads);
    case DrcArray::lmbs: return lmb_drc_index(number);
    case DrcArray::phbs: return phb_drc_index(core.phbs[number]);
    case DrcArray::slots: return core.platform.slots[number].drc;
    case DrcArray::virtual_slots: break;
    case DrcArray::hot_plug: return core.platform.slots[number].hot_plug->drc;
    case DrcArray::resources: return core.platform.resources[number].drc;
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
    case DrcArray::slots:
    case DrcArray::hot_plug: return core.platform.slots[number].location;
    case DrcArray::virtual_slots: break;
    case DrcArray::resources: return core.platform.resources[number].name;
  }
  return virtual_slot_location(core.platform, p.config.id, static_cast<std::uint16_t>(number));
}

DrcView drc_view(const Core& core, const PartitionState& p, DrcPlace place) {
  DrcView view{drc_index(core, place), type_of(core, place), drc_name(core, p, place),
               state_of(p, place), 0};
  if (place.array == DrcArray::hot_plug) {
    view.number = core.platform.slots[place.position].hot_plug->type;
  }
  if (place.array == DrcArray::resources) {
    view.number = core.platform.resources[place.position].number;
  }
  return view;
}

std::vector<DrcView> drc_views(const Core& core, const PartitionState& p, DrcType type) {
  std::vector<DrcView> views;
  for (const DrcArray array : kDrcArrays) {
    for (std::size_t i = 0; i < states(p, array).size(); ++i) {
      const DrcPlace place{array, i};
      if (!exists(core, p, place) || type_of(core, place) != type) continue;
      views.push_back(drc_view(core, p, place));
    }
  }
  return views;
}

std::optional<DrcPlace> place_above(const Core& core, const PartitionState& p, DrcPlace place) {
  switch (place.array) {
    case DrcArray::slots: return DrcPlace{DrcArray::phbs, place.position};
    case DrcArray::hot_plug: return DrcPlace{DrcArray::slots, place.position};
    case DrcArray::resources: {
      const ResourceConfig& resource = core.platform.resources[place.position];
      if (resource.parent == DrcIndex{}) return std::nullopt;
      return find_drc(core, p, resource.parent);
    }
    default: return std::nullopt;
  }
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

}  // namespace lparsim::firmware
