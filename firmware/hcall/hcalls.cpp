#include "firmware/hcall/hcalls.hpp"

#include <algorithm>

#include "firmware/platform/targets.hpp"

namespace lparsim::firmware {
namespace {

using Registers = std::array<std::uint64_t, 9>;

std::uint64_t wide(std::int32_t value) { return static_cast<std::uint64_t>(std::max(value, 0)); }

// R5: what the HMC promised and the OS has not yet taken.
std::int64_t get_ppp(Core& core, std::size_t partition, Registers& r) {
  const PartitionState& p = core.at(partition);
  const auto whole = wide(core.platform.configurable_units.hundredths / 100);
  const bool dedicated = p.config.dedicated;
  const auto owned = static_cast<std::int32_t>(count_owned(p.cpus));
  const ProcUnits entitled = dedicated ? whole_processors(owned) : p.entitled;
  const ProcUnits promised = dedicated ? entitled : std::max(p.pending_units, entitled);
  const std::uint64_t pool = dedicated ? 0xffff : wide(p.config.pool_id) & 0xffff;
  const bool capped = dedicated || !p.config.uncapped;
  const std::int32_t spare_weight = std::max(p.pending_weight - p.config.uncap_weight, 0);
  r[0] = wide(entitled.hundredths);
  r[1] = wide((promised - entitled).hundredths);
  r[2] = (std::uint64_t{p.config.id.value} << 16) | pool;
  r[3] = (std::uint64_t{capped} << 48) | (wide(p.config.uncap_weight) << 40) |
         (wide(spare_weight) << 32) | ((dedicated ? 0 : whole) << 16) | whole;
  r[4] = (whole << 48) | (wide(core.platform.configurable_units.hundredths) << 24) |
         wide((core.platform.configurable_units - core.state.ledger.free_units()).hundredths);
  return kHSuccess;
}

// 14.11.3.7: entitlement between the partition's minimum and the HMC's target, weight up to the
// target; what lies outside is clamped and answered H_Constrained. Repeating the present value is
// always in order, so that one of the two can be set alone.
std::int64_t set_ppp(Core& core, std::size_t partition, Registers& r) {
  PartitionState& p = core.at(partition);
  if (p.config.dedicated) return kHFunction;
  if (r[1] > 255 || r[0] > wide(core.platform.configurable_units.hundredths)) return kHParameter;
  ProcUnits units{static_cast<std::int32_t>(r[0])};
  auto weight = static_cast<std::int32_t>(r[1]);
  const ProcUnits least = std::min(p.config.min_units, p.pending_units);
  if (units != p.entitled) units = std::clamp(units, least, p.pending_units);
  if (weight != p.config.uncap_weight) weight = std::min(weight, p.pending_weight);
  const bool exact = wide(units.hundredths) == r[0] && wide(weight) == r[1];
  p.entitled = units;
  p.config.uncap_weight = weight;
  settle_units(core, partition);
  return exact ? kHSuccess : kHConstrained;
}

std::int64_t nothing_to_do(Core&, std::size_t, Registers&) { return kHSuccess; }

struct Row {
  std::uint64_t opcode;
  std::int64_t (*handler)(Core&, std::size_t, Registers&);
};
// No virtual processor areas and no dispatching are modelled: their calls succeed at once.
constexpr std::array kHcalls{Row{kHRegisterVpa, nothing_to_do}, Row{kHCede, nothing_to_do},
                             Row{kHProd, nothing_to_do}, Row{kHGetPpp, get_ppp},
                             Row{kHSetPpp, set_ppp}};

}  // namespace

std::int64_t run_hcall(Core& core, std::size_t partition, std::uint64_t opcode,
                       std::array<std::uint64_t, 9>& registers) {
  if (core.at(partition).power == PowerState::off) return kHFunction;
  const auto* const row = std::find_if(kHcalls.begin(), kHcalls.end(),
                                       [&](const Row& r) { return r.opcode == opcode; });
  const std::uint64_t arg0 = registers[0], arg1 = registers[1];
  const std::int64_t status =
      row == kHcalls.end() ? kHFunction : row->handler(core, partition, registers);
  core.services.log.add(EventKind::hcall, core.at(partition).config.id, opcode,
                        static_cast<std::uint64_t>(status), arg0, arg1);
  return status;
}

}  // namespace lparsim::firmware
