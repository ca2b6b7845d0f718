#include "firmware/platform/named_targets.hpp"

#include <algorithm>

#include "firmware/platform/targets.hpp"

namespace lparsim::firmware {
namespace {

// The connectors, all processors or all LMBs; empty when any is not there.
std::vector<DrcPlace> places(const Core& core, const PartitionState& p, DrcIndex first,
                             std::uint32_t count) {
  std::vector<DrcPlace> out;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto place = find_drc(core, p, DrcIndex{first.value + i});
    if (!place || !is_counted(place->array)) return {};
    if (!out.empty() && out.front().array != place->array) return {};
    out.push_back(*place);
  }
  return out;
}

void add_to_target(PartitionState& p, DrcArray array, std::int32_t count) {
  if (array == DrcArray::cpus) {
    p.pending_procs += count;
  } else {
    p.pending_lmbs += static_cast<std::uint32_t>(count);   // modulo 2^32: less for a negative count
  }
}

}  // namespace

AssignAnswer assign_named(Core& core, std::size_t partition, DrcIndex first, std::uint32_t count) {
  PartitionState& p = core.at(partition);
  if (p.power == PowerState::off) return {AssignStatus::wrong_state, 0};
  const auto named = places(core, p, first, count);
  if (named.empty()) return {AssignStatus::no_such_slot, 0};
  for (const DrcPlace place : named) {
    if (state_of(p, place) != DrcState::unallocatable) return {AssignStatus::wrong_state, 0};
  }
  const DrcArray array = named.front().array;
  const auto more = static_cast<std::int32_t>(count);
  if (!hold_connectors(core, partition, array, more)) return {nothing_free(array), 0};
  for (const DrcPlace place : named) set_drc_state(core, p, place, assigned_state(core));
  add_to_target(p, array, more);
  return {};
}

AssignAnswer unassign_named(Core& core, std::size_t partition, DrcIndex first,
                            std::uint32_t count) {
  PartitionState& p = core.at(partition);
  if (p.power == PowerState::off) return {AssignStatus::wrong_state, 0};
  const auto named = places(core, p, first, count);
  if (named.empty()) return {AssignStatus::no_such_slot, 0};
  for (const DrcPlace place : named) {
    const DrcState state = state_of(p, place);
    const bool its = state == DrcState::allocatable || is_owned(state);
    if (!its || is_wanted_back(p, drc_index(core, place))) return {AssignStatus::wrong_state, 0};
  }
  const DrcArray array = named.front().array;
  add_to_target(p, array, -static_cast<std::int32_t>(count));
  for (const DrcPlace place : named) {
    if (state_of(p, place) == DrcState::allocatable) {
      set_drc_state(core, p, place, DrcState::unallocatable);
    } else {
      p.wanted_back.push_back(drc_index(core, place));
    }
  }
  hold_connectors(core, partition, array);
  return {};
}

bool is_wanted_back(const PartitionState& p, DrcIndex connector) {
  return std::find(p.wanted_back.begin(), p.wanted_back.end(), connector) != p.wanted_back.end();
}

void removal_refused(Core& core, PartitionState& p, DrcPlace place) {
  if (std::erase(p.wanted_back, drc_index(core, place)) == 0) return;
  add_to_target(p, place.array, 1);
}

void keep_named(Core& core, std::size_t partition, DrcIndex first, std::uint32_t count) {
  PartitionState& p = core.at(partition);
  for (const DrcPlace place : places(core, p, first, count)) removal_refused(core, p, place);
}

bool may_go_back(const PartitionState& p, DrcIndex released) {
  return p.wanted_back.empty() || is_wanted_back(p, released);
}

}  // namespace lparsim::firmware
