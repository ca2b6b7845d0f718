// What the guards of the tables decide: the profile's open readings, the refusals of DRC.md 7.
#include <optional>

#include "firmware/drc/drc_table.hpp"

namespace lparsim::firmware {
namespace {

using G = DrcGuard;

// A guard's word: nothing (the row's transition happens), or an answer that ends the call.
struct Ruling {
  std::int32_t status = 0;
  std::int32_t value = 0;
};
using Answer = std::optional<Ruling>;

Answer refuse_if(std::int32_t status) {
  return status != 0 ? Answer{Ruling{status, 0}} : std::nullopt;
}
Answer end_with(std::int32_t status, std::int32_t value = 0) { return Ruling{status, value}; }

// The last processor ends with the partition and not before (13.7.3.2).
std::int32_t processor_refusal(const DrcFacts& facts, const DrcReadings& readings) {
  if (facts.last_running) return -1;
  return facts.threads_running ? readings.cpu_running_isolate_status : 0;
}

std::int32_t memory_refusal(const DrcFacts& facts, const DrcReadings& readings) {
  const bool asked = facts.remove_requested || facts.type == DrcType::mem_region;
  if (readings.mem_isolate_needs_request && !asked) return -1;
  if (facts.caller_inside && readings.caller_inside_isolate_status != 0) {
    return readings.caller_inside_isolate_status;   // R1-13.7.4.1.2-1
  }
  return facts.mapped ? readings.mem_mapped_isolate_status : 0;
}

// Why an operational resource cannot be isolated; 0: it can.
std::int32_t refusal_in_use(const DrcFacts& facts, const DrcReadings& readings) {
  switch (facts.type) {
    case DrcType::cpu: return processor_refusal(facts, readings);
    case DrcType::mem:
    case DrcType::mem_region: return memory_refusal(facts, readings);
    case DrcType::function: return facts.mapped ? -9001 : 0;   // R1-13.7.4.1.4-2
    default: break;
  }
  if (facts.below_in_use || (facts.below_offered && readings.offered_below_blocks)) return -9000;
  if (!facts.mapped) return 0;
  return facts.is_virtual ? readings.virtual_mapped_isolate_status
                          : readings.io_mapped_isolate_status;
}

// Nothing is mapped yet in L3, but a thread may run, and a connector below may be usable
// (R1-13.7.4.1.3-1 speaks of every isolate).
std::int32_t refusal_unconfigured(const DrcFacts& facts, const DrcReadings& readings) {
  if (facts.type == DrcType::cpu) return processor_refusal(facts, readings);
  return facts.below_in_use || (facts.below_offered && readings.offered_below_blocks) ? -9000 : 0;
}

// R1-13.5.3.3-3: not for PCI slots; they need nothing.
Answer sense_card(DrcState state, const DrcFacts& facts) {
  const bool power = state == DrcState::powered_off;
  if (facts.sense_needs == SenseNeeds::power && power) return end_with(-9001);
  if (facts.sense_needs == SenseNeeds::power_and_unisolate &&
      (power || state == DrcState::powered_on)) {
    return end_with(-9000);
  }
  return end_with(0, facts.card ? 1 : 0);
}

Answer unisolate_on(const DrcFacts& facts, const DrcReadings& readings) {
  if (!facts.card) return end_with(readings.unisolate_empty_status);
  return refuse_if(facts.fit == CardFit::harmful ? readings.harmful_card_status : 0);
}

Answer configure_card(const DrcFacts& facts) {
  if (!facts.card) return end_with(0);
  if (facts.fit == CardFit::not_in_this_system) return end_with(-9001);
  return refuse_if(facts.fit == CardFit::not_in_this_connector ? -9002 : 0);
}

Answer rule_slot(const DrcRow& row, const DrcFacts& facts, const DrcReadings& readings) {
  switch (row.guard) {
    case G::sense_card: return sense_card(row.state, facts);
    case G::bus_frequency:
      return refuse_if(facts.card && facts.fit == CardFit::changes_bus_frequency ? -9000 : 0);
    case G::power_in_use: return end_with(readings.power_off_in_use_status);
    case G::unisolate_off:
      return end_with(facts.card ? readings.unisolate_off_status
                                 : readings.unisolate_empty_off_status);
    case G::unisolate_on: return unisolate_on(facts, readings);
    case G::configure_off: return end_with(readings.configure_off_status);
    case G::configure_isolated_slot: return end_with(readings.configure_isolated_slot_status);
    case G::configure_card: return configure_card(facts);
    default: return std::nullopt;
  }
}

Answer rule(const DrcRow& row, const DrcFacts& facts, const DrcReadings& readings) {
  switch (row.guard) {
    case G::none: return std::nullopt;
    case G::sense_reading:
      return refuse_if(readings.unallocatable_sense_fails ? -3 : readings.unusable_sense_status);
    case G::sense_unusable: return refuse_if(readings.unusable_sense_status);
    case G::unusable_reading: return refuse_if(readings.unusable_null_status);
    case G::unusable_offered: return refuse_if(readings.unusable_offered_status);
    case G::isolate_unusable: return refuse_if(readings.isolate_unusable_status);
    case G::isolate_offered: return refuse_if(readings.isolate_offered_status);
    case G::unisolate_offered: return refuse_if(readings.unisolate_offered_status);
    case G::wrong_verb: return refuse_if(readings.wrong_verb_status);
    case G::isolate_unconfigured:
      return refuse_if(readings.isolate_unconfigured_allowed ? refusal_unconfigured(facts, readings)
                                                             : -3);
    case G::configure_isolated: return refuse_if(readings.configure_isolated_status);
    case G::takeable:
      return refuse_if(facts.parent_open && !readings.hmc_assigns_usable ? 0 : -3);
    case G::parent_open: return refuse_if(facts.parent_open ? 0 : -3);
    case G::obtained_so: {
      const bool so = row.call == DrcCall::exchange ? facts.by_exchange : facts.by_recovery;
      return refuse_if(so ? 0 : -3);
    }
    case G::in_use: return refuse_if(refusal_in_use(facts, readings));
    default: return rule_slot(row, facts, readings);
  }
}

}  // namespace

DrcVerdict judge(DrcState state, DrcCall call, const DrcFacts& facts,
                 const DrcReadings& readings) {
  const DrcRow* row = drc_row(state, call);
  if (row == nullptr) return {-3, 0, state, DrcAction::none};
  if (const Answer answer = rule(*row, facts, readings)) {
    return {answer->status, answer->value, state, DrcAction::none};
  }
  const bool recovery = state == DrcState::for_recovery && call == DrcCall::sense;
  return {row->status, recovery ? readings.recovery_sense : row->value, row->next, row->action};
}

}  // namespace lparsim::firmware
