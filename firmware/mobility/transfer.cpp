#include "firmware/mobility/transfer.hpp"

#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/drc/drc_space.hpp"
#include "firmware/mobility/rtas_level.hpp"
#include "firmware/mobility/suspend.hpp"
#include "firmware/platform/life_cycle.hpp"
#include "firmware/platform/targets.hpp"
#include "firmware/platform/views.hpp"
#include "firmware/rtas/call_table.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::firmware {

struct PartitionImage::Content {
  PartitionState state;
  MoveRequirement requirement;
  Node tree;                         // what the OS knows; empty root: it was off
};

PartitionImage::PartitionImage(std::unique_ptr<Content> content) : content_(std::move(content)) {}
PartitionImage::~PartitionImage() = default;

namespace {

ProcUnits units_held(const PartitionState& p) {
  if (p.config.dedicated) return whole_processors(static_cast<std::int32_t>(held_procs(p)));
  return std::max(p.entitled, p.pending_units);
}

// Makes the shell hold exactly so much; false, and nothing moved, when it is not free.
bool hold(Core& core, std::size_t shell, ProcUnits units, std::uint32_t lmbs) {
  Ledger& ledger = core.state.ledger;
  const ProcUnits had = ledger.units(shell);
  const std::uint32_t had_lmbs = ledger.lmbs(shell);
  if (units > had + ledger.free_units() || lmbs > had_lmbs + ledger.free_lmbs()) return false;
  ledger.give_units(shell, had);
  ledger.give_lmbs(shell, had_lmbs);
  LPARSIM_ASSERT(ledger.take_units(shell, units) && ledger.take_lmbs(shell, lmbs));
  return true;
}

// Nothing of the old machine's slots came along (R1-14.12.1-5): the new one's are not its own.
void forget_machine(const Core& core, PartitionState& p) {
  p.phbs.assign(core.platform.slots.size(), DrcState::unallocatable);
  p.slots.assign(core.platform.slots.size(), DrcState::unallocatable);
  p.hot_plug.assign(core.platform.slots.size(), DrcState::foreign);
  p.resources.assign(core.platform.resources.size(), DrcState::unallocatable);
  p.rtas.boot.kernel_dump.clear();               // R1-7.3.26-9
  p.mobility.placements.clear();
  p.mobility.reassignments.clear();              // R1-15.6-3: they spoke of the other machine
  p.mobility.activation.reset();
  p.mobility.activation_calls = 0;
  p.mobility.open.clear();
  p.mobility.handed_over = false;
  p.mobility.coprocessor_operations = 0;
}

// uuid, MAC addresses and port names are the partition's for life, wherever it is.
void keep_birth(const Core& core, PartitionConfig& config) {
  if (!config.birth.machine.empty()) return;
  config.birth = {core.platform.type_model + core.platform.serial, config.id};
}

// A partition that is off: its configuration is all there is.
MoveAnswer put_configuration(Core& core, std::size_t shell, const PartitionState& from) {
  PartitionState& here = core.at(shell);
  const std::optional<VasiStream> stream = here.mobility.stream;
  PartitionState arrived = from;
  arrived.config.id = here.config.id;
  arrived.mobility = {};
  arrived.mobility.stream = stream;
  arrived.mobility.handed_over = true;           // the configuration is here: complete() may come
  here = std::move(arrived);
  return {};
}

void resume_here(Core& core, std::size_t shell, const PartitionImage::Content& content,
                 GuestMemory& memory) {
  PartitionState& here = core.at(shell);
  const PartitionId id = here.config.id;
  const VasiStream stream = *here.mobility.stream;
  PartitionState arrived = content.state;
  arrived.config.id = id;
  forget_machine(core, arrived);
  arrived.mobility.stream = stream;
  here = std::move(arrived);
  here.rtas_level = level_with(*here.rtas_level, *content.tree.find("/rtas"));
  core.memories[shell] = &memory;
  here.mobility.migration = std::make_shared<const TreeChanges>(
      changes_between(content.tree, current_tree(core, shell), ReportScope::migration,
                      core.profile.mobility.node_order));
  LPARSIM_ASSERT(perform(*here.mobility.stream, VasiEvent::resume) == VasiStatus::success);
  wake_suspended(core, shell, kRtasSuccess);
}

}  // namespace

bool offers_suspension(const PartitionState& p) {
  if (p.rtas_level == nullptr) return false;
  const auto& tokens = p.rtas_level->tokens;
  return std::any_of(tokens.begin(), tokens.end(),
                     [](const TokenShape& token) { return token.name == "ibm,update-nodes"; });
}

MoveRequirement requirement_of(const Core& core, std::size_t partition) {
  const PartitionState& p = core.at(partition);
  MoveRequirement out;
  out.config = p.config;
  if (p.power == PowerState::on) {
    out.config.procs = static_cast<std::int32_t>(held_procs(p));
    out.config.units = units_held(p);
    out.config.lmbs = held_lmbs(p);
  }
  out.lmb_bytes = core.platform.lmb_bytes;
  out.threads = core.platform.processor.threads;
  out.pvr = core.platform.processor.pvr;
  out.timebase_hz = core.platform.processor.timebase_hz;
  return out;
}

const MoveRequirement& requirement_of(const PartitionImage& image) {
  return image.content().requirement;
}

std::uint64_t stream_of(const PartitionImage& image) {
  return image.content().state.mobility.stream->id;
}

MovingPartition make_image(const Core& core, std::size_t partition) {
  auto content = std::make_unique<PartitionImage::Content>();
  content->state = core.at(partition);
  keep_birth(core, content->state.config);
  content->requirement = requirement_of(core, partition);
  if (content->state.power == PowerState::on) content->tree = current_tree(core, partition);
  return std::make_unique<PartitionImage>(std::move(content));
}

MoveAnswer put_image(Core& core, std::size_t shell, const PartitionImage& image,
                     GuestMemory& memory) {
  const PartitionImage::Content& content = image.content();
  const PartitionState& from = content.state;
  const bool running = from.power == PowerState::on;
  const MoveRequirement& wanted = content.requirement;
  const ProcUnits units = wanted.config.dedicated ? whole_processors(wanted.config.procs)
                                                  : wanted.config.units;
  const std::uint32_t fixed = lmbs_without_connector(core.profile, core.platform.lmb_bytes,
                                                     from.config.lmbs, from.options.rma_bytes);
  if (running && fixed != from.fixed_lmbs) {
    return {MoveStatus::incompatible, "the machines differ in memory without connectors"};
  }
  if (!hold(core, shell, units, wanted.config.lmbs)) {
    return {MoveStatus::not_enough_memory, "the partition has grown beyond what is free here"};
  }
  if (!running) return put_configuration(core, shell, from);
  resume_here(core, shell, content, memory);
  return {};
}

void remove_source(Core& core, std::size_t partition) {
  PartitionState& p = core.at(partition);
  if (p.power == PowerState::on) settle_off(core, partition);
  p.mobility = {};
  drop_configuration(core, partition);
}

}  // namespace lparsim::firmware
