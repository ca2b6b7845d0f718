#include "firmware/mobility/reassignment.hpp"

#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/drc/drc_space.hpp"
#include "firmware/events/delivery.hpp"
#include "firmware/mobility/reports.hpp"
#include "firmware/mobility/suspend.hpp"
#include "firmware/platform/views.hpp"

namespace lparsim::firmware {
namespace {

// Reports that wait for the OS; an OS that never asks does not make them grow.
constexpr std::size_t kMostReports = 16;

std::optional<DrcPlace> movable(const Core& core, const PartitionState& p, DrcIndex drc) {
  const auto place = find_drc(core, p, drc);
  if (!place || !is_owned(state_of(p, *place))) return std::nullopt;
  if (place->array != DrcArray::cpus && place->array != DrcArray::lmbs) return std::nullopt;
  return place;
}

// R1-15.6-3: nothing new from the suspension signal until the partition goes on.
bool held_back(const PartitionState& p) {
  if (is_suspended(p)) return true;
  return p.mobility.stream && p.mobility.stream->state == VasiState::suspending;
}

bool is_event_of(const QueuedEvent& event, std::int32_t scope) {
  return event.type == LogType::prrn &&
         static_cast<std::int32_t>(load_be32(event.log.data() + 4)) == scope;
}

// Its event goes with it, when it still waits.
void forget_oldest(PartitionState& p) {
  const std::int32_t scope = p.mobility.reassignments.front().scope;
  p.events.queue.drop([&](const QueuedEvent& event) { return is_event_of(event, scope); });
  forget_open(p.mobility, -scope);
  p.mobility.reassignments.erase(p.mobility.reassignments.begin());
}

}  // namespace

bool reassign(Core& core, std::size_t partition, std::span<const DrcIndex> drcs,
              std::uint32_t domain) {
  PartitionState& p = core.at(partition);
  if (p.power == PowerState::off || is_suspended(p)) return false;
  const auto domains = tree_shape(core, partition).domains;
  if (std::find(domains.begin(), domains.end(), domain) == domains.end()) return false;
  for (const DrcIndex drc : drcs) {
    if (!movable(core, p, drc)) return false;
  }
  const Node before = current_tree(core, partition);
  for (const DrcIndex drc : drcs) {
    std::erase_if(p.mobility.placements, [&](const Placement& old) { return old.drc == drc; });
    p.mobility.placements.push_back({drc, domain});
  }
  auto changes = std::make_shared<const TreeChanges>(
      changes_between(before, current_tree(core, partition), ReportScope::reassignment,
                      core.profile.mobility.node_order));
  if (!p.options.prrn || !changes->anything()) return true;   // R1-15.6-2
  auto& list = p.mobility.reassignments;
  if (list.size() >= kMostReports) forget_oldest(p);
  list.push_back({++p.mobility.reassignment_ids, false, std::move(changes)});
  announce_reassignments(core, partition);
  return true;
}

void withhold_reassignments(PartitionState& p) {
  for (Reassignment& told : p.mobility.reassignments) {
    const auto waits = [&](const QueuedEvent& event) { return is_event_of(event, told.scope); };
    if (p.events.queue.take(waits)) told.announced = false;
  }
}

void announce_reassignments(Core& core, std::size_t partition) {
  PartitionState& p = core.at(partition);
  if (held_back(p)) return;
  for (Reassignment& event : p.mobility.reassignments) {
    if (event.announced) continue;
    // A full queue: the next one tries again.
    event.announced =
        queue_event(core, partition, PrrnEvent{static_cast<std::uint32_t>(event.scope)});
  }
}

void place(const PartitionState& p, TreeShape& shape) {
  for (const Placement& moved : p.mobility.placements) {
    const std::uint32_t n = moved.drc.value & 0x0fff'ffffU;
    const auto row = static_cast<std::uint16_t>(
        std::find(shape.domains.begin(), shape.domains.end(), moved.domain) -
        shape.domains.begin());
    if (moved.drc == lmb_drc_index(n)) {
      if (n < shape.lmbs.size() && shape.lmbs[n].state == LmbState::assigned) {
        shape.lmbs[n].domain = row;
      }
    } else if (n / shape.platform->processor.threads < shape.cpus.size()) {
      shape.cpus[n / shape.platform->processor.threads].domain = moved.domain;
    }
  }
}

}  // namespace lparsim::firmware
