#include "firmware/platform/request_events.hpp"

#include <algorithm>
#include <array>

#include "firmware/events/delivery.hpp"
#include "firmware/platform/targets.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::array kArrays{DrcArray::cpus, DrcArray::lmbs, DrcArray::phbs, DrcArray::slots,
                             DrcArray::virtual_slots};

HotPlugResource resource_of(DrcArray array) {
  switch (array) {
    case DrcArray::cpus: return HotPlugResource::cpu;
    case DrcArray::lmbs: return HotPlugResource::memory;
    case DrcArray::phbs: return HotPlugResource::phb;
    default: return HotPlugResource::slot;
  }
}

// Processors or LMBs that the OS has beyond the target.
std::size_t beyond_target(const PartitionState& p, DrcArray array) {
  const std::int64_t beyond = array == DrcArray::cpus
                                  ? std::int64_t{held_procs(p)} - p.pending_procs
                                  : std::int64_t{held_lmbs(p)} - p.pending_lmbs;
  return static_cast<std::size_t>(std::max<std::int64_t>(beyond, 0));
}

// The highest connectors that the OS owns, as many as are beyond the target; ascending.
std::vector<std::size_t> highest_beyond(const PartitionState& p, DrcArray array) {
  std::vector<std::size_t> positions;
  const std::size_t count = beyond_target(p, array);
  for (std::size_t i = states(p, array).size(); i-- > 0 && positions.size() < count;) {
    if (is_owned(states(p, array)[i])) positions.push_back(i);
  }
  std::reverse(positions.begin(), positions.end());
  return positions;
}

}  // namespace

RequestEvents::RequestEvents(Core& core, std::size_t partition)
    : core_(core), partition_(partition), before_(core.at(partition)), slots_(core.state.slots) {}

bool RequestEvents::slot_leaves(DrcArray array, std::size_t position) const {
  const PartitionState& p = core_.at(partition_);
  if (!is_owned(states(p, array)[position])) return false;
  if (array != DrcArray::virtual_slots) {
    return core_.state.slots[position].leaving && !slots_[position].leaving;
  }
  const auto in = [&](const std::vector<std::uint16_t>& list) {
    return std::find(list.begin(), list.end(), position) != list.end();
  };
  return in(p.leaving_adapters) && !in(before_.leaving_adapters);
}

std::vector<DrcIndex> RequestEvents::asked_back(DrcArray array) const {
  const PartitionState& p = core_.at(partition_);
  std::vector<DrcIndex> list;
  if (is_counted(array)) {
    const auto known = highest_beyond(before_, array);
    for (const std::size_t i : highest_beyond(p, array)) {
      if (std::find(known.begin(), known.end(), i) == known.end()) {
        list.push_back(drc_index(core_, {array, i}));
      }
    }
    return list;
  }
  for (std::size_t i = 0; i < states(p, array).size(); ++i) {
    if (slot_leaves(array, i)) list.push_back(drc_index(core_, {array, i}));
  }
  return list;
}

void RequestEvents::tell(HotPlugAction action, DrcArray array,
                         const std::vector<DrcIndex>& connectors) {
  HotPlugEvent event{resource_of(array), action, HotPlugIdentifier::index, {}, 1, {}};
  for (std::size_t i = 0; i < connectors.size(); i += event.count) {
    event.index = connectors[i];
    event.count = 1;
    if (array == DrcArray::lmbs) {
      event.identifier = HotPlugIdentifier::count_indexed;
      while (i + event.count < connectors.size() &&
             connectors[i + event.count].value == event.index.value + event.count) {
        ++event.count;
      }
    }
    queue_event(core_, partition_, event);
  }
}

void RequestEvents::queue() {
  const PartitionState& p = core_.at(partition_);
  if (p.power == PowerState::off || before_.power == PowerState::off) return;
  for (const DrcArray array : kArrays) {
    const auto& now = states(p, array);
    const auto& before = states(before_, array);
    std::vector<DrcIndex> given;
    for (std::size_t i = 0; i < now.size() && i < before.size(); ++i) {
      if (now[i] == assigned_state(core_) && before[i] == DrcState::unallocatable) {
        given.push_back(drc_index(core_, {array, i}));
      }
    }
    tell(HotPlugAction::add, array, given);
    tell(HotPlugAction::remove, array, asked_back(array));
  }
}

}  // namespace lparsim::firmware
