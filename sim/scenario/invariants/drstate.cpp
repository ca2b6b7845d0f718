// DRSTATE: a logical DRC moves only as LoPAR 13.5.3.4 and figure 13-1 allow, and none is left half
// way at rest.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/scenario/invariants/invariant.hpp"

namespace lparsim::scenario {
namespace {

struct Move {
  std::string_view from, to;
};

// L4 -> L1: only powering off; (any) -> L4 directly: only powering on (R1-13.5.2-1). Both are
// passed over below by looking at the partition's power.
constexpr std::array kLegal{
    Move{"L1b", "L1a"}, Move{"L1a", "L1b"},   // assigned and unassigned by the HMC
    Move{"L1b", "L1x"}, Move{"L1x", "L1b"},   // offered for exchange, offer withdrawn
    Move{"L1b", "L1r"}, Move{"L1r", "L1b"},   // the same for recovery
    Move{"L1a", "L1x"}, Move{"L1x", "L1a"},   Move{"L1a", "L1r"}, Move{"L1r", "L1a"},
    Move{"L1x", "L2"},  Move{"L1r", "L2"},                      // exchange, recover
    Move{"L1a", "L2"},  Move{"L2", "L1a"},  Move{"L2", "L1b"},  // usable, unusable
    Move{"L2", "L3"},   Move{"L3", "L2"},                       // unisolate, isolate
    Move{"L3", "L4"},   Move{"L4", "L2"},                       // configured; isolated again
};

bool legal(std::string_view from, std::string_view to) {
  // Physical connectors (P5 ... P8) have a table of their own.
  if (!from.starts_with('L') || !to.starts_with('L')) return true;
  return std::any_of(kLegal.begin(), kLegal.end(),
                     [&](const Move& move) { return move.from == from && move.to == to; });
}

bool power_changed(const StepRecord& step, std::uint16_t partition) {
  for (auto number = step.first_event; number < step.log.total(); ++number) {
    const auto& record = step.log.at(number);
    if (record.kind == EventKind::partition_state && record.partition == partition) return true;
  }
  return false;
}

}  // namespace

void check_drstate(const StepRecord& step, std::vector<Finding>& findings) {
  const auto first = std::max(step.first_event, step.log.oldest());
  for (auto number = first; number < step.log.total(); ++number) {
    const auto& record = step.log.at(number);
    if (record.kind != EventKind::drc_state) continue;
    const auto from = step.log.text(record.values[1]);
    const auto to = step.log.text(record.values[2]);
    if (legal(from, to) || power_changed(step, record.partition)) continue;
    findings.push_back({"DRSTATE", fmt::format("partition {}: DRC {:#x} went from {} to {}",
                                               record.partition, record.values[0], from, to)});
  }
  for (const auto& partition : step.after.partitions) {
    for (const auto& drc : partition.drcs) {
      const bool half_way = drc.state == firmware::DrcState::available ||
                            drc.state == firmware::DrcState::unisolated;
      if (!half_way) continue;
      findings.push_back({"DRSTATE", fmt::format("{}: {} (DRC {:#x}) is left in {}", partition.name,
                                                 drc.name, drc.index.value, to_string(drc.state))});
    }
  }
}

}  // namespace lparsim::scenario
