#include "firmware/platform/core.hpp"

#include "firmware/hcall/sharing.hpp"

#include <algorithm>
#include <bit>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/mobility/reassignment.hpp"
#include "firmware/mobility/rtas_level.hpp"
#include "firmware/platform/architecture.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::firmware {

Core::Core(PlatformConfig platform_config, const FirmwareProfile& firmware_profile,
           Services its_services, HypervisorEvents& its_events)
    : platform(std::move(platform_config)),
      profile(firmware_profile),
      services(its_services),
      events(its_events),
      phbs(phb_numbers(platform.slots)),
      lmb_shift(std::countr_zero(platform.lmb_bytes)),
      memories(platform.partitions.size(), nullptr) {
  state.firmware = make_rtas_level(firmware_profile);
  LPARSIM_ASSERT(std::has_single_bit(platform.lmb_bytes));   // the readers see to it
  for (std::size_t i = 0; i < texts.drc_states.size(); ++i) {
    texts.drc_states[i] = services.log.text(to_string(static_cast<DrcState>(i)));
  }
  texts.processors = services.log.text("processors");
  texts.units = services.log.text("proc_units");
  texts.lmbs = services.log.text("lmbs");
  texts.slot = services.log.text("slot");
  for (std::size_t i = 0; i < platform.partitions.size(); ++i) {
    const std::size_t id = platform.partitions[i].id.value;
    if (id >= position_of.size()) position_of.resize(id + 1, kNowhere);
    position_of[id] = i;
  }
}

void Core::log_assign(const PartitionState& partition, TextId what, std::int64_t from,
                      std::int64_t to) const {
  services.log.add(EventKind::assign, partition.config.id, what, static_cast<std::uint64_t>(from),
                   static_cast<std::uint64_t>(to), static_cast<std::uint64_t>(to - from));
}

bool memory_usable(const Core& core, std::size_t partition, std::uint64_t address,
                   std::uint64_t size) {
  const PartitionState& p = core.at(partition);
  if (p.power == PowerState::off || size > ~std::uint64_t{0} - address) return false;
  if (size == 0) return true;
  const std::uint64_t last = (address + size - 1) >> core.lmb_shift;
  if (last >= p.lmbs.size()) {   // above its own there is what partners lent
    return accepted_range(core, p.config.id, SharedKind::memory, address, size) != nullptr;
  }
  for (std::uint64_t lmb = address >> core.lmb_shift; lmb <= last; ++lmb) {
    if (p.lmbs[lmb] < DrcState::unisolated) return false;   // isolated is not to be touched
  }
  return true;
}

namespace {

bool has_node(DrcState state) {
  return state == DrcState::configured || state == DrcState::slot_configured;
}

}  // namespace

TreeBasis tree_basis(const Core& core, std::size_t partition) {
  const PartitionState& p = core.at(partition);
  const RtasLevel& rtas = p.rtas_level != nullptr ? *p.rtas_level : *core.state.firmware;
  return {&core.platform, &p.config,  &core.profile,        p.options,
          rtas.tokens,    core.phbs,  core.state.revisions, rtas.profile};
}

TreeShape tree_shape(const Core& core, std::size_t partition) {
  const PartitionState& p = core.at(partition);
  const bool off = p.power == PowerState::off;
  TreeShape shape = boot_shape(core.platform, p.config, core.profile,
                               off ? options_at_boot(core, partition) : p.options);
  shape.cas_reboots = p.cas.reboots;
  const Options options = shape.options;
  static_cast<TreeBasis&>(shape) = tree_basis(core, partition);
  shape.options = options;
  if (off) return shape;
  for (std::size_t i = 0; i < std::min(shape.cpus.size(), p.cpus.size()); ++i) {
    shape.cpus[i].owned = has_node(p.cpus[i]);
  }
  for (std::size_t i = p.fixed_lmbs; i < std::min(shape.lmbs.size(), p.lmbs.size()); ++i) {
    shape.lmbs[i].state = has_node(p.lmbs[i]) ? LmbState::assigned : LmbState::unassigned;
  }
  for (std::size_t i = 0; i < core.phbs.size(); ++i) {
    for (PhbShape& phb : shape.phbs) {
      if (phb.phb != core.phbs[i]) continue;
      phb.owned = has_node(p.phbs[i]);
      phb.adapter = has_node(p.slots[i]);
      phb.card = has_node(p.hot_plug[i]);
    }
  }
  for (std::size_t i = 0; i < shape.resources.size(); ++i) {
    shape.resources[i] = has_node(p.resources[i]);
  }
  std::erase_if(shape.virtual_slots, [&](const VirtualSlotShape& slot) {
    return slot.slot >= p.virtual_slots.size() || !has_node(p.virtual_slots[slot.slot]);
  });
  place(p, shape);
  return shape;
}

}  // namespace lparsim::firmware
