#include "firmware/hypervisor.hpp"

#include <algorithm>

#include "firmware/device_tree/flatten.hpp"
#include "firmware/device_tree/numbering.hpp"
#include "firmware/drc/drc_space.hpp"
#include "firmware/drc/translations.hpp"
#include "firmware/events/delivery.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/terminals.hpp"
#include "firmware/hcall/waking_events.hpp"
#include "firmware/pci/pci.hpp"
#include "firmware/platform/architecture.hpp"
#include "firmware/platform/hot_plug.hpp"
#include "firmware/platform/life_cycle.hpp"
#include "firmware/mobility/mobility.hpp"
#include "firmware/mobility/suspend.hpp"
#include "firmware/platform/offers.hpp"
#include "firmware/platform/request_events.hpp"
#include "firmware/platform/named_targets.hpp"
#include "firmware/platform/targets.hpp"
#include "firmware/platform/views.hpp"
#include "firmware/rtas/rtas.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::firmware {

struct Hypervisor::State {
  SystemState system;
};

struct Hypervisor::Impl {
  Impl(PlatformConfig platform, const FirmwareProfile& profile, Services services,
       HypervisorEvents& events)
      : waking(events, core), core(std::move(platform), profile, services, waking), rtas(core) {}

  // Inspection and guest side: asking for a partition that does not exist is our own bug.
  std::size_t known(PartitionId id) const {
    const std::size_t partition = core.find(id);
    LPARSIM_ASSERT(partition != Core::kNowhere);
    return partition;
  }
  // HMC side: runs `target` on the partition, or answers that there is none.
  template <class Target>
  AssignAnswer on(PartitionId id, Target target) {
    const std::size_t partition = core.find(id);
    if (partition == Core::kNowhere) return {AssignStatus::no_such_partition, 0};
    // R1-7.3.23-16: its logical configuration stays as it is until it goes on.
    if (is_suspended(core.at(partition))) return {AssignStatus::wrong_state, 0};
    return target(partition);
  }
  // The same of a request that the OS has a part in: it is told where the profile says so.
  template <class Target>
  AssignAnswer request(PartitionId id, Target target) {
    return on(id, [&](std::size_t partition) {
      if (!core.profile.hmc_sends_events) return target(partition);
      RequestEvents told(core, partition);
      const AssignAnswer answer = target(partition);
      told.queue();
      return answer;
    });
  }
  std::optional<AdapterPlace> console(PartitionId partition, std::uint16_t slot) const;

  WakingEvents waking;
  Core core;
  Rtas rtas;
  Mobility mobility{core};
  StateCheck check;
};

Hypervisor::Hypervisor(PlatformConfig config, const FirmwareProfile& profile, Services services,
                       HypervisorEvents& events)
    : impl_(std::make_unique<Impl>(std::move(config), profile, services, events)) {
  Core& core = impl_->core;
  core.state.ledger = Ledger(core.platform);
  for (const SlotConfig& slot : core.platform.slots) {
    SlotState& state = core.state.slots.emplace_back();
    state.owner = slot.owner;
    if (slot.hot_plug) state.card = slot.hot_plug->card, state.fit = slot.hot_plug->fit;
  }
  for (const ResourceConfig& resource : core.platform.resources) {
    core.state.resources.push_back({resource.owner, false});
    core.state.revisions.push_back(1);
  }
  core.state.pci.resize(core.state.slots.size());
  core.state.rtas.errinjct_partition = core.platform.error_injection;
  for (const PartitionConfig& partition : core.platform.partitions) {
    core.state.partitions.emplace_back().config = partition;
  }
  for (std::size_t i = 0; i < core.platform.partitions.size(); ++i) {
    const PartitionConfig& wanted = core.platform.partitions[i];
    if (!wanted.configured) {
      PartitionState& p = core.at(i);
      p.pending_procs = wanted.procs;
      p.pending_units = p.entitled = wanted.units;
      p.pending_weight = wanted.uncap_weight;
      p.pending_lmbs = wanted.lmbs;
      continue;
    }
    // The platform was validated before it came here: its partitions fit into it.
    LPARSIM_ASSERT(hold_configuration(core, i, wanted).status == AssignStatus::done);
  }
}

Hypervisor::~Hypervisor() = default;

// -- life cycle ----------------------------------------------------------------------------------

AssignAnswer Hypervisor::configure(PartitionId id, const PartitionConfig& config, Amount amount) {
  return impl_->on(id, [&](std::size_t partition) -> AssignAnswer {
    Core& core = impl_->core;
    if (core.at(partition).power == PowerState::on) return {AssignStatus::wrong_state, 0};
    const PartitionConfig before = core.at(partition).config;
    drop_configuration(core, partition);
    const AssignAnswer answer = amount == Amount::exact
                                    ? hold_configuration(core, partition, config)
                                    : hold_from_minimum(core, partition, config);
    if (answer.status != AssignStatus::done && before.configured) {
      // What it had a moment ago is still free.
      LPARSIM_ASSERT(hold_configuration(core, partition, before).status == AssignStatus::done);
    }
    return answer;
  });
}

void Hypervisor::release_configuration(PartitionId id) {
  const std::size_t partition = impl_->known(id);
  if (impl_->core.at(partition).power == PowerState::off) {
    drop_configuration(impl_->core, partition);
  }
}

AssignAnswer Hypervisor::power_on(PartitionId id, GuestMemory& memory) {
  return impl_->on(id, [&](std::size_t partition) -> AssignAnswer {
    Core& core = impl_->core;
    PartitionState& p = core.at(partition);
    if (p.power == PowerState::on || p.config.procs < 1 || p.config.lmbs < 1) {
      return {AssignStatus::wrong_state, 0};
    }
    const AssignAnswer answer =
        p.config.configured ? check_minimum(p.config)
                            : hold_from_minimum(core, partition, PartitionConfig{p.config});
    if (answer.status != AssignStatus::done) return answer;
    core.memories[partition] = &memory;
    p.power = PowerState::on;
    ++p.rtas.boots;
    p.rtas.kept.power_on_at.reset();
    p.rtas.boot.errinjct_offered = core.state.rtas.errinjct_partition == id;
    p.rtas.reference_code.clear();
    p.options = options_at_boot(core, partition);
    p.cas.reboots = 0;
    p.rtas_level = core.state.firmware;
    boot_drcs(core, partition);
    boot_pci(core, partition);
    p.threads[boot_server(id).value] = ThreadState::running;
    p.running_threads = 1;
    start_hcalls(core, partition);
    return {};
  });
}

CasAnswer Hypervisor::architecture_support(PartitionId id, ByteView architecture_vector) {
  Core& core = impl_->core;
  const std::size_t partition = impl_->known(id);
  const CasAnswer answer = offer_architecture(core, partition, architecture_vector);
  if (answer.outcome == CasOutcome::accepted) settle_hand_over(core, partition);
  if (answer.outcome != CasOutcome::reboot) return answer;
  const std::uint32_t reboots = core.at(partition).cas.reboots + 1;
  GuestMemory* const memory = core.memories[partition];
  power_off(id);
  LPARSIM_ASSERT(power_on(id, *memory).status == AssignStatus::done);
  core.at(partition).cas.reboots = reboots;
  return answer;
}

Bytes Hypervisor::client_architecture_support(PartitionId id, ByteView architecture_vector) {
  CasAnswer answer = architecture_support(id, architecture_vector);
  // After the reboot the same client offers the same again.
  if (answer.outcome == CasOutcome::reboot) answer = architecture_support(id, architecture_vector);
  LPARSIM_ASSERT(answer.outcome != CasOutcome::reboot);
  if (answer.outcome == CasOutcome::boot_failure) return {};
  if (answer.outcome == CasOutcome::refused) settle_hand_over(impl_->core, impl_->known(id));
  return flatten(current_tree(impl_->core, impl_->known(id)));
}

// The lowest processor is always configured at power-on.
ServerNumber Hypervisor::boot_server(PartitionId) const { return ServerNumber{0}; }

void Hypervisor::power_off(PartitionId id) {
  const std::size_t partition = impl_->known(id);
  if (impl_->core.at(partition).power == PowerState::on) settle_off(impl_->core, partition);
}

Mobility& Hypervisor::mobility() { return impl_->mobility; }

// -- guest side ----------------------------------------------------------------------------------

RtasEntry Hypervisor::rtas_enter(PartitionId id, ServerNumber server, GuestAddress arguments) {
  return impl_->rtas.enter(impl_->known(id), server, arguments);
}

RtasReply Hypervisor::rtas_commit(const RtasEntry& entry) {
  return impl_->rtas.commit(impl_->known(entry.partition), entry);
}

HcallReply Hypervisor::hcall(PartitionId id, ServerNumber server, std::uint64_t opcode,
                             std::array<std::uint64_t, 9>& registers, CallerState caller) {
  return run_hcall(impl_->core, impl_->known(id), server, caller, opcode, registers);
}

bool Hypervisor::set_mapped(PartitionId id, DrcIndex index, bool mapped) {
  return note_translation(impl_->core, impl_->known(id), index, mapped);
}

bool Hypervisor::pci_error(DrcIndex slot, PciError error, Duration time) {
  const auto& slots = impl_->core.platform.slots;
  const auto found = std::find_if(slots.begin(), slots.end(),
                                  [&](const SlotConfig& config) { return config.drc == slot; });
  return found != slots.end() &&
         pci_error_at(impl_->core, static_cast<std::size_t>(found - slots.begin()), error, time);
}

// -- HMC side ------------------------------------------------------------------------------------

AssignAnswer Hypervisor::set_processors(PartitionId id, std::int32_t procs) {
  return impl_->request(
      id, [&](std::size_t p) { return target_processors(impl_->core, p, procs); });
}

AssignAnswer Hypervisor::set_units(PartitionId id, ProcUnits units) {
  return impl_->on(id, [&](std::size_t p) { return target_units(impl_->core, p, units); });
}

AssignAnswer Hypervisor::set_uncap_weight(PartitionId id, std::int32_t weight) {
  return impl_->on(id, [&](std::size_t p) { return target_weight(impl_->core, p, weight); });
}

AssignAnswer Hypervisor::set_lmbs(PartitionId id, std::uint32_t lmbs) {
  return impl_->request(id, [&](std::size_t p) { return target_lmbs(impl_->core, p, lmbs); });
}

AssignAnswer Hypervisor::assign_connectors(PartitionId id, DrcIndex first, std::uint32_t count) {
  return impl_->on(id, [&](std::size_t p) { return assign_named(impl_->core, p, first, count); });
}

AssignAnswer Hypervisor::unassign_connectors(PartitionId id, DrcIndex first,
                                             std::uint32_t count) {
  return impl_->on(id, [&](std::size_t p) { return unassign_named(impl_->core, p, first, count); });
}

void Hypervisor::keep_connectors(PartitionId id, DrcIndex first, std::uint32_t count) {
  keep_named(impl_->core, impl_->known(id), first, count);
}

bool Hypervisor::wanted_back(PartitionId id, DrcIndex connector) const {
  return is_wanted_back(impl_->core.at(impl_->known(id)), connector);
}

AssignAnswer Hypervisor::assign_slot(DrcIndex slot, PartitionId owner) {
  const auto& slots = impl_->core.platform.slots;
  const auto found = std::find_if(slots.begin(), slots.end(),
                                  [&](const SlotConfig& config) { return config.drc == slot; });
  if (found == slots.end()) return {AssignStatus::no_such_slot, 0};
  const auto position = static_cast<std::size_t>(found - slots.begin());
  const auto target = [&] { return target_slot(impl_->core, position, owner); };
  const std::size_t holder = impl_->core.find(impl_->core.state.slots[position].owner);
  // It is given to one, or taken from the one that has it.
  const std::size_t told = owner == kNoPartition ? holder : impl_->core.find(owner);
  if (told == Core::kNowhere) return target();
  return impl_->request(impl_->core.at(told).config.id, [&](std::size_t) { return target(); });
}

AssignAnswer Hypervisor::assign_resource(DrcIndex resource, PartitionId owner) {
  return target_resource(impl_->core, resource, owner);
}

AssignAnswer Hypervisor::assign_virtual_adapter(PartitionId id, const VirtualSlotConfig& adapter) {
  return impl_->request(id, [&](std::size_t p) { return add_adapter(impl_->core, p, adapter); });
}

AssignAnswer Hypervisor::unassign_virtual_adapter(PartitionId id, std::uint16_t slot) {
  return impl_->request(id, [&](std::size_t p) { return remove_adapter(impl_->core, p, slot); });
}

AssignAnswer Hypervisor::offer(PartitionId id, DrcIndex drc, Offer kind) {
  return impl_->on(id, [&](std::size_t p) { return offer_drc(impl_->core, p, drc, kind); });
}

AssignAnswer Hypervisor::withdraw_offer(PartitionId id, DrcIndex drc) {
  return impl_->on(id, [&](std::size_t p) { return withdraw_drc(impl_->core, p, drc); });
}

AssignAnswer Hypervisor::insert_card(DrcIndex slot, CardFit fit) {
  return card_inserted(impl_->core, slot, fit);
}

AssignAnswer Hypervisor::pull_card(DrcIndex slot) { return card_pulled(impl_->core, slot); }

AssignAnswer Hypervisor::slot_power_fault(DrcIndex slot) { return power_failed(impl_->core, slot); }

std::optional<HotPlugSlotView> Hypervisor::hot_plug_slot(DrcIndex slot) const {
  return hot_plug_view(impl_->core, slot);
}

AssignAnswer Hypervisor::set_facility_revision(DrcIndex facility, std::uint32_t revision) {
  return new_revision(impl_->core, facility, revision);
}

void Hypervisor::set_error_injection(PartitionId id) {
  impl_->core.state.rtas.errinjct_partition = id;
}

void Hypervisor::restore_processors(PartitionId id) {
  const std::size_t partition = impl_->known(id);
  if (!is_suspended(impl_->core.at(partition))) restore_processor_target(impl_->core, partition);
}

void Hypervisor::restore_lmbs(PartitionId id) {
  const std::size_t partition = impl_->known(id);
  if (!is_suspended(impl_->core.at(partition))) restore_lmb_target(impl_->core, partition);
}

namespace {

HotPlugResource resource_of(DrcType type) {
  switch (type) {
    case DrcType::cpu: return HotPlugResource::cpu;
    case DrcType::mem:
    case DrcType::mem_region: return HotPlugResource::memory;
    case DrcType::phb: return HotPlugResource::phb;
    default: return HotPlugResource::slot;
  }
}

}  // namespace

bool Hypervisor::hot_plug_event(PartitionId id, DrcType type, int action, DrcIndex index) {
  return raise(id, HotPlugEvent{resource_of(type), static_cast<HotPlugAction>(action),
                                HotPlugIdentifier::index, index, 0, {}});
}

bool Hypervisor::hot_plug_event_count(PartitionId id, DrcType type, int action,
                                      std::uint32_t count, DrcIndex first) {
  return raise(id, HotPlugEvent{resource_of(type), static_cast<HotPlugAction>(action),
                                HotPlugIdentifier::count_indexed, first, count, {}});
}

bool Hypervisor::raise(PartitionId id, const PlatformEvent& event) {
  Core& core = impl_->core;
  if (id != kNoPartition) return queue_event(core, impl_->known(id), event);
  bool taken = false;                        // R1-14.10-5, -6: a global event goes to everybody
  for (std::size_t i = 0; i < core.state.partitions.size(); ++i) {
    taken = queue_event(core, i, event) || taken;
  }
  return taken;
}

bool Hypervisor::request_shutdown(PartitionId id) {
  return impl_->core.profile.events.shutdown_by_epow && raise(id, EpowEvent{3, 1, true, 0});
}

std::uint64_t Hypervisor::add_platform_dump(PartitionId id, Bytes data) {
  PlatformServices& services = impl_->core.state.rtas;
  const std::uint64_t tag = ++services.dump_tags;
  services.dumps.push_back({tag, impl_->core.at(impl_->known(id)).config.id, std::move(data)});
  return tag;
}

// -- consoles ------------------------------------------------------------------------------------

// The client terminal in the slot of a running partition.
std::optional<AdapterPlace> Hypervisor::Impl::console(PartitionId id, std::uint16_t slot) const {
  const auto place = find_adapter(core, known(id), virtual_slot_drc_index(slot).value);
  if (!place) return std::nullopt;
  const VirtualSlotConfig config = adapter_config(core, *place);
  if (config.kind != "serial" || config.server) return std::nullopt;
  return place;
}

bool Hypervisor::open_console(PartitionId id, std::uint16_t slot) {
  const auto place = impl_->console(id, slot);
  return place && firmware::open_console(impl_->core, *place);
}

void Hypervisor::close_console(PartitionId id, std::uint16_t slot) {
  const auto place = impl_->console(id, slot);
  if (place) firmware::close_console(impl_->core, *place);
}

bool Hypervisor::type_console(PartitionId id, std::uint16_t slot, std::string_view text) {
  const auto place = impl_->console(id, slot);
  return place && firmware::type_console(impl_->core, *place, text);
}

std::string Hypervisor::read_console(PartitionId id, std::uint16_t slot) {
  const auto place = impl_->console(id, slot);
  return place ? firmware::read_console(impl_->core, *place) : std::string{};
}

// -- inspection ----------------------------------------------------------------------------------

std::vector<PartitionId> Hypervisor::partitions() const {
  std::vector<PartitionId> ids;
  for (const PartitionState& p : impl_->core.state.partitions) ids.push_back(p.config.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

PartitionView Hypervisor::partition(PartitionId id) const {
  return partition_view(impl_->core, impl_->known(id));
}

LedgerView Hypervisor::ledger() const { return ledger_view(impl_->core); }

PartitionId Hypervisor::slot_owner(DrcIndex slot) const {
  for (std::size_t i = 0; i < impl_->core.platform.slots.size(); ++i) {
    if (impl_->core.platform.slots[i].drc == slot) return impl_->core.state.slots[i].owner;
  }
  return kNoPartition;
}

std::vector<DrcView> Hypervisor::drcs(PartitionId id, DrcType type) const {
  return drc_views(impl_->core, impl_->core.at(impl_->known(id)), type);
}

std::optional<DrcView> Hypervisor::drc(PartitionId id, DrcIndex index) const {
  const PartitionState& p = impl_->core.at(impl_->known(id));
  const auto place = find_drc(impl_->core, p, index);
  if (!place) return std::nullopt;
  return drc_view(impl_->core, p, *place);
}

std::uint32_t Hypervisor::undelivered_events(PartitionId id) const {
  return static_cast<std::uint32_t>(impl_->core.at(impl_->known(id)).events.queue.size());
}

std::uint32_t Hypervisor::lost_events(PartitionId id) const {
  return impl_->core.at(impl_->known(id)).events.lost;
}

InterruptMode Hypervisor::interrupt_mode(PartitionId id) const {
  const HcallState& state = impl_->core.at(impl_->known(id)).hcalls;
  return {state.little_endian, state.interrupt_location};
}

std::optional<TimePoint> Hypervisor::scheduled_power_on(PartitionId id) const {
  return impl_->core.at(impl_->known(id)).rtas.kept.power_on_at;
}

std::optional<std::array<std::uint32_t, 2>> Hypervisor::nmi_entries(PartitionId id) const {
  const BootServices& boot = impl_->core.at(impl_->known(id)).rtas.boot;
  if (!boot.nmi_registered) return std::nullopt;
  return boot.nmi_entries;
}

std::vector<std::string> Hypervisor::operator_display(PartitionId id) const {
  auto lines = impl_->core.at(impl_->known(id)).rtas.boot.display.lines;
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string Hypervisor::reference_code(PartitionId id) const {
  return impl_->core.at(impl_->known(id)).rtas.reference_code;
}

bool Hypervisor::lmb_usable(PartitionId id, std::uint64_t address, std::uint64_t size) const {
  return memory_usable(impl_->core, impl_->known(id), address, size);
}

Bytes Hypervisor::flattened_tree(PartitionId id) const {
  return flatten(current_tree(impl_->core, impl_->known(id)));
}

const PlatformConfig& Hypervisor::platform() const { return impl_->core.platform; }

std::vector<std::string> Hypervisor::inconsistencies() const {
  return impl_->check.inconsistencies(impl_->core);
}

// -- state as a value ----------------------------------------------------------------------------

std::shared_ptr<const Hypervisor::State> Hypervisor::snapshot() const {
  return std::make_shared<const State>(State{impl_->core.state});
}

bool Hypervisor::is_in(const State& state) const { return impl_->core.state == state.system; }

void Hypervisor::restore(const std::shared_ptr<const State>& state) {
  impl_->core.state = state->system;
}

}  // namespace lparsim::firmware
