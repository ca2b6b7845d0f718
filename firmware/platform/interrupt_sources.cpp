#include "firmware/platform/interrupt_sources.hpp"

#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/drc/drc_space.hpp"
#include "firmware/events/delivery.hpp"
#include "firmware/events/log_writer.hpp"
#include "firmware/hcall/adapters.hpp"
#include "firmware/hcall/interrupts.hpp"
#include "firmware/pci/msi.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kIpiSource = 2;

// The sources that /event-sources names to this partition.
bool has_event_source(const Core& core, const PartitionState& p, std::uint32_t source) {
  if (source == kEpowSource) return true;
  if (source == kHotPlugSource) return p.options.hot_plug_interrupts;
  return source == kIoSource && has_shape(core.profile.events, LogType::io);
}

// A pin of a function, or one of its messages.
bool adapter_has(const Core& core, std::size_t slot, std::uint32_t source) {
  const auto& functions = core.state.pci[slot].functions;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    const auto& messages = functions[i].sources;
    if (lsi_source(slot, i) == source ||
        std::find(messages.begin(), messages.end(), source) != messages.end()) {
      return true;
    }
  }
  return false;
}

InterruptSource pci_source(const Core& core, const PartitionState& p, std::uint32_t source) {
  for (std::size_t i = 0; i < p.slots.size(); ++i) {
    if (!adapter_has(core, i, source)) continue;
    if (p.slots[i] >= DrcState::unisolated) return {SourceKind::pci, SourceHolder::caller};
    const bool own = core.state.slots[i].owner == p.config.id;
    return {SourceKind::pci, own ? SourceHolder::nobody : SourceHolder::other};
  }
  return {};
}

// That of an adapter's first queue there is whether it has been used or not, those of sub-queues
// while they are registered.
InterruptSource virtual_source_of(const Core& core, PartitionState& p, std::uint32_t source) {
  auto& adapters = p.hcalls.adapters;
  constexpr auto kKind = SourceKind::virtual_adapter;
  const auto first = slot_of_source(core.profile, source);
  if (first && is_usable(p.virtual_slots, *first)) {
    const auto used = adapters.find(*first);
    return {kKind, SourceHolder::caller,
            used == adapters.end() ? nullptr : &used->second.interrupt};
  }
  for (auto& [slot, state] : adapters) {
    if (!is_usable(p.virtual_slots, slot)) continue;
    for (SubQueue& sub : state.sub_queues) {
      if (sub_queue_source(slot, sub.number) != source) continue;
      return {kKind, SourceHolder::caller, &sub.interrupt};
    }
  }
  return {};
}

}  // namespace

InterruptSource find_source(Core& core, std::size_t partition, std::uint32_t source) {
  PartitionState& p = core.at(partition);
  if (source == kIpiSource) return {SourceKind::interprocessor, SourceHolder::caller};
  if (has_event_source(core, p, source)) return {SourceKind::event, SourceHolder::caller};
  const InterruptSource adapter = pci_source(core, p, source);
  return adapter.kind == SourceKind::none ? virtual_source_of(core, p, source) : adapter;
}

RoutedSource* touched_source(PartitionState& p, std::uint32_t source) {
  auto& sources = p.rtas.boot.sources;
  const auto found = std::find_if(sources.begin(), sources.end(),
                                  [&](const RoutedSource& s) { return s.source == source; });
  return found == sources.end() ? nullptr : &*found;
}

RoutedSource routing_of(PartitionState& p, std::uint32_t source) {
  const RoutedSource* known = touched_source(p, source);
  return known != nullptr ? *known : RoutedSource{source, 0, kLeastFavoured, kLeastFavoured};
}

void set_routing(Core& core, std::size_t partition, const RoutedSource& wanted) {
  PartitionState& p = core.at(partition);
  if (RoutedSource* known = touched_source(p, wanted.source)) {
    *known = wanted;
  } else {
    auto& sources = p.rtas.boot.sources;
    const auto at = std::lower_bound(
        sources.begin(), sources.end(), wanted.source,
        [](const RoutedSource& s, std::uint32_t source) { return s.source < source; });
    sources.insert(at, wanted);
  }
  if (!wanted.withheld || wanted.priority == kLeastFavoured) return;
  touched_source(p, wanted.source)->withheld = false;
  raise_interrupt(core, partition, wanted.source);
}

}  // namespace lparsim::firmware
