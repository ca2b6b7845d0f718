#include "firmware/platform/life_cycle.hpp"

#include <algorithm>
#include <utility>

#include "firmware/drc/drc_space.hpp"
#include "firmware/events/delivery.hpp"
#include "firmware/platform/architecture.hpp"
#include "firmware/platform/targets.hpp"

namespace lparsim::firmware {
namespace {

// A virtual processor has at least this much entitlement (14.5; the figure is the platform's).
constexpr std::int32_t kLeastUnitsPerProcessor = 5;

void lower_processors(PartitionConfig& config, ProcUnits free) {
  if (config.dedicated) {
    config.procs = std::max(config.min_procs, std::min(config.procs, free.hundredths / 100));
    return;
  }
  config.units = std::max(config.min_units, std::min(config.units, free));
  const std::int32_t carried = config.units.hundredths / kLeastUnitsPerProcessor;
  config.procs = std::max(config.min_procs, std::min(config.procs, carried));
}

}  // namespace

AssignAnswer hold_from_minimum(Core& core, std::size_t partition, const PartitionConfig& wanted) {
  PartitionConfig config = wanted;
  const Ledger& ledger = core.state.ledger;
  const ProcUnits cost = wanted.dedicated ? whole_processors(wanted.procs) : wanted.units;
  if (cost > ledger.free_units()) lower_processors(config, ledger.free_units());
  config.lmbs = std::max(config.min_lmbs, std::min(config.lmbs, ledger.free_lmbs()));
  return hold_configuration(core, partition, config);
}

AssignAnswer check_minimum(const PartitionConfig& config) {
  if (config.procs < std::max(config.min_procs, 1)) {
    return {AssignStatus::not_enough_processors, config.procs};
  }
  if (!config.dedicated && config.units < config.min_units) {
    return {AssignStatus::not_enough_processors, config.units.hundredths};
  }
  if (config.lmbs < std::max(config.min_lmbs, 1U)) {
    return {AssignStatus::not_enough_memory, config.lmbs};
  }
  return {};
}

void settle_hand_over(Core& core, std::size_t partition) {
  PartitionState& p = core.at(partition);
  drop_tree_events(p);
  repeat_interrupts(core, partition);   // the OS that comes now was not there to hear them
  if (std::exchange(p.handed_over, true)) return;
  for (const DrcArray array :
       {DrcArray::cpus, DrcArray::lmbs, DrcArray::phbs, DrcArray::slots, DrcArray::virtual_slots}) {
    for (std::size_t i = 0; i < states(p, array).size(); ++i) {
      if (states(p, array)[i] != DrcState::allocatable) continue;
      if (array == DrcArray::cpus && i >= most_cpus(core, partition)) continue;
      set_drc_state(core, p, {array, i}, DrcState::configured);
      if (array == DrcArray::slots) boot_card_slot(core, p, i);
    }
  }
}

}  // namespace lparsim::firmware
