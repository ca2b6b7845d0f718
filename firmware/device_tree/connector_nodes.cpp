#include "firmware/device_tree/connector_nodes.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "firmware/device_tree/fragment_style.hpp"
#include "firmware/device_tree/numbering.hpp"
#include "firmware/device_tree/parts.hpp"

namespace lparsim::firmware {
namespace {

std::optional<std::uint32_t> cpu_of(const TreeBasis& basis, DrcIndex drc) {
  const std::uint8_t threads = basis.platform->processor.threads;
  const std::uint32_t offset = drc.value - cpu_drc_index(0, threads).value;
  const auto cpus = static_cast<std::uint32_t>(basis.partition->max_procs);
  if (offset % threads != 0 || offset / threads >= cpus) return std::nullopt;
  return offset / threads;
}

std::optional<std::uint32_t> lmb_of(const TreeBasis& basis, DrcIndex drc) {
  const std::uint32_t n = drc.value - lmb_drc_index(0).value;
  if (n >= basis.partition->max_lmbs) return std::nullopt;
  const std::uint32_t fixed = lmbs_without_connector(*basis.profile, basis.platform->lmb_bytes,
                                                     basis.partition->lmbs,
                                                     basis.options.rma_bytes);
  return n < fixed ? std::nullopt : std::optional{n};
}

enum class By : std::uint8_t { phb, slot, card };

std::optional<PhbShape> phb_of(const TreeBasis& basis, DrcIndex drc, By by) {
  const std::vector<SlotConfig>& slots = basis.platform->slots;
  std::vector<std::uint32_t> computed;
  std::span<const std::uint32_t> numbers = basis.phb_of_slot;
  if (numbers.size() != slots.size()) numbers = computed = phb_numbers(slots);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const HotPlugConfig* hot_plug = slots[i].hot_plug ? &*slots[i].hot_plug : nullptr;
    const bool found = by == By::phb    ? phb_drc_index(numbers[i]) == drc
                       : by == By::slot ? slots[i].drc == drc
                                        : hot_plug != nullptr && hot_plug->drc == drc;
    if (!found) continue;
    return PhbShape{numbers[i], slots[i].drc, slots[i].location, true, true, hot_plug, false};
  }
  return std::nullopt;
}

std::optional<std::size_t> resource_of(const TreeBasis& basis, DrcIndex drc) {
  const std::vector<ResourceConfig>& list = basis.platform->resources;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].drc == drc) return i;
  }
  return std::nullopt;
}

// Path of the node of a SLOT or a facility; "/" for none.
std::string node_path(const TreeBasis& basis, DrcIndex drc) {
  if (const auto slot = phb_of(basis, drc, By::slot)) {
    return "/" + phb_node_name(slot->phb) + "/" + slot_node(basis, *slot, Origin::boot).name;
  }
  const auto facility = resource_of(basis, drc);
  return facility ? "/" + resource_node(basis, *facility, Origin::boot).name : "/";
}

std::optional<std::uint16_t> virtual_slot_of(const TreeBasis& basis, DrcIndex drc) {
  const std::uint32_t slot = drc.value - virtual_slot_drc_index(0).value;
  if (slot >= virtual_slot_count(*basis.partition)) return std::nullopt;
  return static_cast<std::uint16_t>(slot);
}

// What sits in a slot: as configured, else the console for slot 0.
std::optional<VirtualSlotShape> adapter_in(const TreeBasis& basis, std::uint16_t slot) {
  for (const VirtualSlotConfig& s : basis.partition->virtual_slots) {
    if (s.slot == slot) return VirtualSlotShape{slot, node_kind(s)};
  }
  if (slot == 0) return VirtualSlotShape{0, "serial"};
  return std::nullopt;
}

SharedProperties shared(std::vector<Property> properties) {
  constexpr std::size_t kNameAndOwn = 16;
  std::vector<TextId> log_names(kNameAndOwn + properties.size(), 0);
  return std::make_shared<const CommonPart>(
      CommonPart{std::move(properties), std::move(log_names)});
}

std::vector<ConnectorPart> cpu_parts(const TreeBasis& basis, std::uint32_t n,
                                     CpuCommons& commons) {
  const CpuCommon& common = commons.of(basis);
  std::vector<ConnectorPart> parts;
  parts.reserve(3);
  parts.push_back({cpu_own(basis, n, cpu_shape(basis, n), Origin::connector), common.cpu});
  if (!has_caches(basis)) return parts;
  parts.push_back({cache_own(basis, CacheLevel::l2, n, Origin::connector), common.l2});
  parts.push_back({cache_own(basis, CacheLevel::l3, n, Origin::connector), common.l3});
  return parts;
}

}  // namespace

const CpuCommon& CpuCommons::of(const TreeBasis& basis) {
  for (const Entry& entry : entries_) {
    if (entry.options == basis.options && entry.max_lmbs == basis.partition->max_lmbs) {
      return entry.common;
    }
  }
  const CpuCommon common{shared(cpu_alike(basis, Origin::connector)),
                         shared(cache_alike(CacheLevel::l2)),
                         shared(cache_alike(CacheLevel::l3))};
  return entries_.emplace_back(Entry{basis.options, basis.partition->max_lmbs, common}).common;
}

namespace {

std::vector<ConnectorPart> built_parts(const TreeBasis& basis, DrcIndex drc, CpuCommons& commons) {
  if (const auto cpu = cpu_of(basis, drc)) return cpu_parts(basis, *cpu, commons);
  std::vector<ConnectorPart> parts;
  if (const auto lmb = lmb_of(basis, drc)) {
    parts.push_back({lmb_node(basis, *lmb, lmb_domain(*basis.platform, *lmb), Origin::connector),
                     nullptr});
  } else if (const auto phb = phb_of(basis, drc, By::phb)) {
    parts.push_back({phb_node(basis, *phb, Origin::connector), nullptr});
  } else if (const auto slot = phb_of(basis, drc, By::slot)) {
    if (slot->hot_plug != nullptr) {
      parts.push_back({slot_node(basis, *slot, Origin::connector), nullptr});
      return parts;
    }
    if (slot_is_empty(basis, *slot)) return parts;
    parts.push_back({slot_node(basis, *slot, Origin::connector), nullptr});
    for (Node& function : further_functions(basis, *slot, Origin::connector)) {
      parts.push_back({std::move(function), nullptr});
    }
  } else if (const auto card = phb_of(basis, drc, By::card)) {
    for (Node& node : card_nodes(basis, *card, Origin::connector)) {
      parts.push_back({std::move(node), nullptr});
    }
  } else if (const auto resource = resource_of(basis, drc)) {
    parts.push_back({resource_node(basis, *resource, Origin::connector), nullptr});
  } else if (const auto number = virtual_slot_of(basis, drc)) {
    if (const auto adapter = adapter_in(basis, *number)) {
      parts.push_back({virtual_adapter_node(basis, *adapter, Origin::connector), nullptr});
    }
  }
  return parts;
}

void join(ConnectorPart& part) {
  if (part.common == nullptr) return;
  std::vector<Property>& all = part.node.properties;
  const std::vector<Property>& common = part.common->properties;
  all.insert(all.end(), common.begin(), common.end());
  part.common = nullptr;
}

}  // namespace

std::vector<ConnectorPart> connector_parts(const TreeBasis& basis, DrcIndex drc,
                                           CpuCommons& commons) {
  std::vector<ConnectorPart> parts = built_parts(basis, drc, commons);
  if (!basis.profile->tree.qemu_fragments) return parts;
  for (ConnectorPart& part : parts) {
    join(part);
    style_as_qemu(part.node, drc);
  }
  return parts;
}

std::vector<Node> connector_nodes(const TreeBasis& basis, DrcIndex drc) {
  CpuCommons commons;
  std::vector<Node> nodes;
  for (ConnectorPart& part : connector_parts(basis, drc, commons)) {
    join(part);
    nodes.push_back(std::move(part.node));
  }
  return nodes;
}

std::string connector_parent(const TreeBasis& basis, DrcIndex drc) {
  if (cpu_of(basis, drc)) return "/cpus";
  if (const auto slot = phb_of(basis, drc, By::slot)) return "/" + phb_node_name(slot->phb);
  if (const auto card = phb_of(basis, drc, By::card)) {
    return node_path(basis, card->slot);
  }
  if (const auto resource = resource_of(basis, drc)) {
    return node_path(basis, basis.platform->resources[*resource].parent);
  }
  if (virtual_slot_of(basis, drc)) return "/vdevice";
  return "/";
}

}  // namespace lparsim::firmware
