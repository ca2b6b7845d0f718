#include "firmware/platform/named_targets.hpp"

#include <algorithm>

#include "firmware/platform/targets.hpp"

namespace lparsim::firmware {
namespace {

constexpr auto kReserved = DrcState::allocatable, kPlatform = DrcState::unallocatable;

bool is_wanted_back(const PartitionState& p, DrcIndex index) {
  return std::find(p.wanted_back.begin(), p.wanted_back.end(), index) != p.wanted_back.end();
}

// The connectors, all of one kind; empty when any does not exist or is in another kind of array.
std::vector<DrcPlace> places(const Core& core, const PartitionState& p, DrcIndex first,
                             std::uint32_t count) {
  std::vector<DrcPlace> out;
  for (std::uint32_t i = 0; i < count && i <= p.lmbs.size() + p.cpus.size(); ++i) {
    const auto place = find_drc(core, p, DrcIndex{first.value + i});
    const bool known = place && (place->array == DrcArray::cpus || place->array == DrcArray::lmbs);
    if (!known || (!out.empty() && out.front().array != place->array)) return {};
    out.push_back(*place);
  }
  return out;
}

void add_to_target(PartitionState& p, DrcArray array, std::int32_t count) {
  if (array == DrcArray::cpus) {
    p.pending_procs += count;
  } else {
    p.pending_lmbs = static_cast<std::uint32_t>(static_cast<std::int32_t>(p.pending_lmbs) + count);
  }
}

// Makes the ledger hold what the partition's connectors say, with `more` to come.
bool hold(Core& core, std::size_t partition, DrcArray array, std::uint32_t more) {
  const PartitionState& p = core.at(partition);
  if (array == DrcArray::lmbs) {
    return hold_lmbs(core, partition, held_lmbs(p) + offered_lmbs(p) + more);
  }
  if (!p.config.dedicated) return true;   // virtual processors cost nothing
  const auto all = static_cast<std::int32_t>(held_procs(p) + offered_procs(p) + more);
  return hold_units(core, partition, whole_processors(all));
}

}  // namespace

AssignAnswer assign_named(Core& core, std::size_t partition, DrcIndex first, std::uint32_t count) {
  PartitionState& p = core.at(partition);
  if (p.power == PowerState::off) return {AssignStatus::wrong_state, 0};
  const auto named = places(core, p, first, count);
  if (named.empty()) return {AssignStatus::no_such_slot, 0};
  for (const DrcPlace place : named) {
    if (state_of(p, place) != kPlatform) return {AssignStatus::wrong_state, 0};
  }
  const DrcArray array = named.front().array;
  if (!hold(core, partition, array, count)) {
    return {array == DrcArray::lmbs ? AssignStatus::not_enough_memory
                                    : AssignStatus::not_enough_processors,
            0};
  }
  for (const DrcPlace place : named) set_drc_state(core, p, place, assigned_state(core));
  add_to_target(p, array, static_cast<std::int32_t>(count));
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
    const bool its = state == kReserved || is_owned(state);
    if (!its || is_wanted_back(p, drc_index(core, place))) return {AssignStatus::wrong_state, 0};
  }
  const DrcArray array = named.front().array;
  add_to_target(p, array, -static_cast<std::int32_t>(count));
  for (const DrcPlace place : named) {
    if (state_of(p, place) == kReserved) {
      set_drc_state(core, p, place, kPlatform);
    } else {
      p.wanted_back.push_back(drc_index(core, place));
    }
  }
  hold(core, partition, array, 0);
  return {};
}

void removal_refused(Core& core, PartitionState& p, DrcPlace place) {
  if (p.wanted_back.empty()) return;
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
