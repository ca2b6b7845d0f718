#include "hmc/operations/checks.hpp"

#include <algorithm>
#include <array>

#include "hmc/inventory/text.hpp"
#include "hmc/messages/catalogue.hpp"

namespace lparsim::hmc {
namespace {

using RefusalText = std::optional<std::string>;

const Change* change_of(const Part& part, Quantity quantity) {
  const auto it = std::find_if(part.changes.begin(), part.changes.end(),
                               [&](const Change& change) { return change.quantity == quantity; });
  return it == part.changes.end() ? nullptr : &*it;
}

std::int64_t target_of(const Part& part, Quantity quantity) {
  const Change* change = change_of(part, quantity);
  return change != nullptr ? change->target : pending(part.values, quantity);
}

bool is_shared(const Part& part) {
  return part.values.pend.processors.mode == ProcMode::shared;
}

// 3: units and weight are for shared partitions, the weight for uncapped ones.
RefusalText fits_processors(const Console&, const ChangeRequest& request, const Part& part) {
  if (request.units && !is_shared(part)) {
    return message(MessageId::wrong_proc_kind, {{"partition", part.partition.shown},
                                                {"kind", "dedicated"},
                                                {"parameter", "--procunits"}});
  }
  const bool uncapped = is_shared(part) &&
                        part.values.pend.processors.sharing == SharingMode::uncap;
  if (request.weight && !uncapped) {
    return message(MessageId::weight_needs_uncapped, {{"partition", part.partition.shown}});
  }
  return std::nullopt;
}

// 4: whole logical memory blocks, hundredths of a processor.
RefusalText fits_granularity(const Console& console, const ChangeRequest& request, const Part&) {
  if (request.units_too_fine) {
    return message(MessageId::too_many_decimals, {{"requested", request.units_text}});
  }
  const std::int64_t lmb = console.hypervisor.system().lmb_mb;
  if (request.mb && lmb > 0 && *request.mb % lmb != 0) {
    return message(MessageId::not_lmb_multiple, {{"requested", std::to_string(*request.mb)},
                                                 {"lmb", std::to_string(lmb)}});
  }
  return std::nullopt;
}

// 5: curr_min to curr_max.
RefusalText within_limits(const Console&, const ChangeRequest&, const Part& part) {
  for (const Change& change : part.changes) {
    const Limits bounds = limits(part.values, change.quantity);
    const bool above = change.target > bounds.max;
    if (!above && change.target >= bounds.min) continue;
    if (change.quantity == Quantity::weight) {
      return message(MessageId::weight_range, {{"requested", std::to_string(change.target)}});
    }
    return message(above ? MessageId::above_maximum : MessageId::below_minimum,
                   {{"resource", std::string(name_of(change.quantity))},
                    {"partition", part.partition.shown},
                    {"requested", shown(change.quantity, change.target)},
                    {"limit", shown(change.quantity, above ? bounds.max : bounds.min)},
                    {"current", shown(change.quantity, change.before)}});
  }
  return std::nullopt;
}

// The smallest share of a processor behind a virtual one: 0.1 before POWER7, 0.05 from then on.
std::int64_t least_units_per_processor(const Inventory& inventory) {
  constexpr std::int64_t kSincePower7 = 5;
  const auto fact = inventory.system_facts.find("min_proc_units_per_virtual_proc");
  if (fact == inventory.system_facts.end()) return kSincePower7;
  const auto units = read_units(fact->second);
  return units ? units->hundredths : kSincePower7;
}

// 6: enough units behind each virtual processor (HSCL1566), and no more than it can use.
RefusalText fits_ratio(const Console& console, const ChangeRequest& request, const Part& part) {
  if (request.resource != Resource::proc || !is_shared(part)) return std::nullopt;
  if (!request.units && !request.procs) return std::nullopt;
  const std::int64_t units = target_of(part, Quantity::units);
  const std::int64_t procs = target_of(part, Quantity::procs);
  if (units < procs * least_units_per_processor(console.inventory)) {
    return message(MessageId::ratio, {{"id", std::to_string(part.partition.id.value)}});
  }
  if (units > procs * 100) {
    return message(MessageId::units_exceed_procs,
                   {{"partition", part.partition.shown},
                    {"requested", shown(Quantity::units, units)},
                    {"procs", std::to_string(procs)}});
  }
  return std::nullopt;
}

// Processors (hundredths) or MB that other partitions hold without being activated: theirs only
// until somebody needs them (hmc.md 2.2).
std::int64_t held_by_inactive(const Console& console, PartitionId but, Quantity quantity) {
  std::int64_t sum = 0;
  for (const PartitionRecord& partition : console.inventory.partitions) {
    if (partition.id == but) continue;
    const PartitionValues values = console.hypervisor.partition(partition.id);
    if (values.state != PartitionState::not_activated) continue;
    const ProcessorSetting& held = values.curr.processors;
    if (quantity == Quantity::memory) sum += values.curr.memory.mb.amount;
    else if (held.mode == ProcMode::shared) sum += held.units.amount.hundredths;
    else sum += whole_processors(held.procs.amount).hundredths;
  }
  return sum;
}

// What can still be given, in the unit of the quantity; none when it needs nothing from the system.
std::optional<std::int64_t> available_for(const Console& console, const Part& part,
                                          Quantity quantity) {
  const bool dedicated = quantity == Quantity::procs && !is_shared(part);
  if (!dedicated && quantity != Quantity::units && quantity != Quantity::memory) {
    return std::nullopt;
  }
  const SystemValues system = console.hypervisor.system();
  const std::int64_t inactive = held_by_inactive(console, part.partition.id, quantity);
  if (quantity == Quantity::memory) return system.curr_avail_mem_mb + inactive;
  const std::int64_t units = system.curr_avail_units.hundredths + inactive;
  return dedicated ? units / 100 : units;
}

// 7: enough in the system. The hypervisor has the last word when the target is set.
RefusalText available(const Console& console, const ChangeRequest&, const Part& part) {
  if (part.receives_moved) return std::nullopt;
  for (const Change& change : part.changes) {
    const auto free = available_for(console, part, change.quantity);
    if (!free || change.target - change.before <= *free) continue;
    return message(MessageId::not_available,
                   {{"resource", std::string(name_of(change.quantity))},
                    {"partition", part.partition.shown},
                    {"requested", shown(change.quantity, change.target)},
                    {"limit", shown(change.quantity, change.before + *free)}});
  }
  return std::nullopt;
}

// 9: an operating system that can be told, unless --force. A partition that is not activated has
// nobody to tell; one that is starting or at Open Firmware has no RMC (hmc.md 2.4).
RefusalText reachable(const Console& console, const ChangeRequest& request, const Part& part) {
  if (part.values.state == PartitionState::not_activated || request.force) return std::nullopt;
  if (part.values.state == PartitionState::running &&
      console.rmc.state(part.partition.id) == RmcState::active) {
    return std::nullopt;
  }
  return message(MessageId::no_rmc, {{"partition", part.partition.shown}});
}

// A partition on its way to another system cannot be changed, --force or not.
RefusalText stays_here(const Console&, const ChangeRequest&, const Part& part) {
  const PartitionState state = part.values.state;
  if (state != PartitionState::migrating_running &&
      state != PartitionState::migrating_not_active) {
    return std::nullopt;
  }
  return message(MessageId::wrong_state,
                 {{"partition", part.partition.shown},
                  {"state", std::string(word_of(kPartitionStates, state))}});
}

constexpr std::array<Check, 7> kChecks = {stays_here, fits_processors, fits_granularity,
                                          within_limits, fits_ratio, available, reachable};

}  // namespace

std::span<const Check> checks() { return kChecks; }

}  // namespace lparsim::hmc
