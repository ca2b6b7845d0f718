#include "firmware/platform/views.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "firmware/drc/drc_space.hpp"
#include "firmware/pci/pci.hpp"
#include "firmware/mobility/rtas_level.hpp"
#include "firmware/platform/targets.hpp"
#include "firmware/rtas/service_tree.hpp"

namespace lparsim::firmware {

PartitionView partition_view(const Core& core, std::size_t partition) {
  const PartitionState& p = core.at(partition);
  PartitionView view;
  view.config = p.config;
  view.power = p.power;
  view.pending_procs = p.pending_procs;
  view.pending_units = p.pending_units;
  view.pending_uncap_weight = p.pending_weight;
  view.pending_lmbs = p.pending_lmbs;
  view.owned_procs = p.config.procs;
  view.owned_lmbs = p.config.lmbs;
  view.running_threads = p.running_threads;
  view.client = p.cas.client;
  if (p.power == PowerState::on) {
    view.config.procs = static_cast<std::int32_t>(held_procs(p));
    view.config.lmbs = held_lmbs(p);
    if (!p.config.dedicated) view.config.units = core.state.ledger.units(partition);
    view.owned_procs = static_cast<std::int32_t>(count_owned(p.cpus));
    view.owned_lmbs = count_owned(p.lmbs);
  }
  view.entitled_units = p.config.dedicated ? whole_processors(view.owned_procs) : p.entitled;
  return view;
}

LedgerView ledger_view(const Core& core) {
  const Ledger& ledger = core.state.ledger;
  LedgerView view{core.platform.configurable_units,
                  ledger.free_units(),
                  core.platform.configurable_lmbs,
                  core.platform.firmware_lmbs,
                  ledger.free_lmbs(),
                  {}};
  for (std::size_t i = 0; i < core.state.partitions.size(); ++i) {
    const PartitionId id = core.at(i).config.id;
    const auto slots = std::count_if(core.state.slots.begin(), core.state.slots.end(),
                                     [&](const SlotState& slot) { return slot.owner == id; });
    view.shares.push_back(
        {id, ledger.units(i), ledger.lmbs(i), static_cast<std::uint32_t>(slots)});
  }
  std::sort(view.shares.begin(), view.shares.end(),
            [](const auto& a, const auto& b) { return a.partition < b.partition; });
  return view;
}

Node current_tree(const Core& core, std::size_t partition) {
  constexpr std::uint64_t kRtasArea = 64U << 10, kHighest = 512U << 20;
  TreeShape shape = tree_shape(core, partition);
  // The area ends where the RMO ends, out of the way of a kernel that loads at 0.
  const GuestMemory* memory = core.memories[partition];
  const std::uint64_t limit =
      memory == nullptr ? kHighest : std::min(memory->rmo_limit(), kHighest);
  shape.rtas_base = static_cast<std::uint32_t>(limit < kRtasArea ? 0 : limit - kRtasArea);
  shape.rtas_entry = shape.rtas_base;
  Node root = build_tree(shape);
  add_service_properties(root, core, partition);
  keep_rtas_properties(core.at(partition), root);
  return root;
}

namespace {

void check_amounts(const Core& core, std::size_t partition, std::vector<std::string>& lines) {
  const PartitionState& p = core.at(partition);
  const auto held = static_cast<std::int32_t>(held_procs(p) + offered_procs(p));
  const ProcUnits units =
      p.config.dedicated ? whole_processors(held) : std::max(p.entitled, p.pending_units);
  const unsigned id = p.config.id.value;
  if (core.state.ledger.units(partition) != units) {
    lines.push_back(fmt::format("OWN: partition {} accounts for {} hundredths, the ledger for {}",
                                id, units.hundredths,
                                core.state.ledger.units(partition).hundredths));
  }
  if (core.state.ledger.lmbs(partition) != held_lmbs(p) + offered_lmbs(p)) {
    lines.push_back(fmt::format("OWN: partition {} accounts for {} LMBs, the ledger for {}", id,
                                held_lmbs(p), core.state.ledger.lmbs(partition)));
  }
  for (std::size_t i = 0; i < core.state.slots.size(); ++i) {
    const bool its = core.state.slots[i].owner == p.config.id;
    const auto platforms = DrcState::unallocatable;
    if (its != (p.phbs[i] != platforms) || its != (p.slots[i] != platforms)) {
      lines.push_back(fmt::format("OWN: slot {} and partition {} disagree",
                                  core.platform.slots[i].location, id));
    }
    const bool hot_plug = core.platform.slots[i].hot_plug && is_owned(p.slots[i]);
    if (hot_plug != (p.hot_plug[i] != DrcState::foreign)) {
      lines.push_back(fmt::format("DRSTATE: partition {} and the card slot of {} disagree", id,
                                  core.platform.slots[i].location));
    }
    if (is_owned(p.slots[i]) && !is_owned(p.phbs[i])) {
      lines.push_back(fmt::format("DRSTATE: partition {} owns slot {} without its PHB", id,
                                  core.platform.slots[i].location));
    }
  }
}

// An inactive partition holds what its configuration says, or nothing.
void check_held_off(const Core& core, std::size_t partition, std::vector<std::string>& lines) {
  const PartitionState& p = core.at(partition);
  const bool holds = p.config.configured;
  const ProcUnits units = p.config.dedicated ? whole_processors(p.config.procs) : p.config.units;
  const Ledger& ledger = core.state.ledger;
  if (ledger.units(partition) == (holds ? units : ProcUnits{}) &&
      ledger.lmbs(partition) == (holds ? p.config.lmbs : 0)) {
    return;
  }
  lines.push_back(fmt::format("OWN: partition {} is off, its configuration and the ledger disagree",
                              p.config.id.value));
}

void check_resources(const Core& core, const PartitionState& p, std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < core.state.resources.size(); ++i) {
    const bool its = core.state.resources[i].owner == p.config.id;
    if (its != (p.resources[i] != DrcState::unallocatable)) {
      lines.push_back(fmt::format("OWN: {} and partition {} disagree",
                                  core.platform.resources[i].name, p.config.id.value));
    }
  }
  for (const ObtainedDrc& drc : p.obtained) {
    const auto place = find_drc(core, p, drc.drc);
    if (place && is_owned(state_of(p, *place))) continue;
    lines.push_back(fmt::format("DRSTATE: partition {} obtained DRC {:#x} and does not own it",
                                p.config.id.value, drc.drc.value));
  }
}

void check_threads(const Core& core, const PartitionState& p, std::vector<std::string>& lines) {
  const auto running = std::count(p.threads.begin(), p.threads.end(), ThreadState::running);
  if (running != p.running_threads) {
    lines.push_back(fmt::format("DRSTATE: partition {} counts {} running threads, has {}",
                                p.config.id.value, p.running_threads, running));
  }
  for (std::size_t i = 0; i < p.cpus.size(); ++i) {
    if (is_owned(p.cpus[i]) || !threads_running(core, p, i)) continue;
    lines.push_back(fmt::format("DRSTATE: partition {} runs a thread of processor {}, not its own",
                                p.config.id.value, i));
  }
}

}  // namespace

const std::vector<std::string>& StateCheck::tree_problems_of(const Core& core,
                                                             std::size_t partition) {
  constexpr std::size_t kRemembered = 8;
  auto& all = checked_[partition];
  const auto known = std::find_if(all.begin(), all.end(), [&](const Checked& it) {
    return it.state == core.at(partition);
  });
  if (known != all.end()) {
    std::rotate(all.begin(), known, known + 1);
  } else {
    all.push_front({core.at(partition), tree_problems(current_tree(core, partition))});
    if (all.size() > kRemembered) all.pop_back();
  }
  return all.front().problems;
}

std::vector<std::string> StateCheck::inconsistencies(const Core& core) {
  if (checked_.size() != core.state.partitions.size() || around_ != core.state) {
    around_ = core.state;
    checked_.assign(core.state.partitions.size(), {});
  }
  std::vector<std::string> lines = core.state.ledger.inconsistencies(core.platform);
  for (std::string& line : pci_inconsistencies(core)) lines.push_back(std::move(line));
  for (std::size_t i = 0; i < core.state.partitions.size(); ++i) {
    const PartitionState& p = core.at(i);
    if (p.power == PowerState::off) {
      check_held_off(core, i, lines);
      continue;
    }
    check_amounts(core, i, lines);
    check_threads(core, p, lines);
    check_resources(core, p, lines);
    for (const std::string& problem : tree_problems_of(core, i)) {
      lines.push_back(fmt::format("DTWF: partition {}: {}", p.config.id.value, problem));
    }
  }
  return lines;
}

}  // namespace lparsim::firmware
