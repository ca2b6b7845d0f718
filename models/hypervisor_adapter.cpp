#include "models/hypervisor_adapter.hpp"

#include <array>

#include "models/migration.hpp"
#include "models/partition_model.hpp"
#include "models/setting/setting.hpp"

namespace lparsim::models {
namespace {

using namespace std::chrono_literals;
using firmware::AssignAnswer;
using firmware::PartitionView;

// Assumptions: nothing that we have read gives these times.
constexpr Duration kShutdownTime = 10s;      // the delay when nobody can be asked by RMC
constexpr Duration kShutdownPatience = 5min; // an OS that is not off by then is stopped
constexpr Duration kShutdownPoll = 1s;

hmc::Answer to_answer(const AssignAnswer& answer, std::int64_t unit = 1) {
  using hmc::Refusal;
  constexpr std::array kRefusals{  // in the order of AssignStatus
      Refusal::none,         Refusal::no_such_partition, Refusal::not_enough_processors,
      Refusal::not_enough_memory, Refusal::no_such_slot, Refusal::slot_owned,
      Refusal::wrong_state};
  return {kRefusals.at(static_cast<std::size_t>(answer.status)), answer.limit * unit};
}

ProcUnits pending_share(const PartitionView& view) {
  return view.config.dedicated ? whole_processors(view.pending_procs) : view.pending_units;
}

}  // namespace

std::int64_t HypervisorAdapter::lmb_mb() const {
  return static_cast<std::int64_t>(hypervisor_.platform().lmb_bytes >> 20);
}

hmc::SystemValues HypervisorAdapter::system() const {
  const auto& platform = hypervisor_.platform();
  const auto ledger = hypervisor_.ledger();
  const auto mb = [&](std::int64_t lmbs) { return lmbs * lmb_mb(); };
  hmc::SystemValues values;
  values.installed_units = platform.installed_units;
  values.configurable_units = ledger.configurable_units;
  values.curr_avail_units = ledger.free_units;
  values.pend_avail_units = ledger.configurable_units;
  values.installed_mem_mb = mb(platform.installed_lmbs);
  values.configurable_mem_mb = mb(ledger.configurable_lmbs);
  values.firmware_mem_mb = mb(ledger.firmware_lmbs);
  values.curr_avail_mem_mb = mb(ledger.free_lmbs);
  std::int64_t lmbs = std::int64_t{ledger.configurable_lmbs} - ledger.firmware_lmbs;
  for (const auto id : hypervisor_.partitions()) {
    const auto view = hypervisor_.partition(id);
    if (!view.config.configured) continue;
    values.pend_avail_units = values.pend_avail_units - pending_share(view);
    lmbs -= view.pending_lmbs;
  }
  values.pend_avail_mem_mb = mb(lmbs);
  values.lmb_mb = lmb_mb();
  return values;
}

hmc::PartitionValues HypervisorAdapter::partition(PartitionId partition) const {
  const auto view = hypervisor_.partition(partition);
  const auto& config = view.config;
  hmc::PartitionValues values;
  if (const auto* model = find_(partition)) values.state = model->state();
  values.curr = setting_of(config, hypervisor_.platform().lmb_bytes);
  values.pend = values.curr;
  values.pend.processors.procs.amount = view.pending_procs;
  if (!config.dedicated) {
    values.pend.processors.units.amount = view.pending_units;
    values.pend.processors.uncap_weight = view.pending_uncap_weight;
  }
  values.pend.memory.mb.amount = view.pending_lmbs * lmb_mb();
  if (view.power == firmware::PowerState::off) return values;
  values.run_procs = view.owned_procs;
  values.run_units = config.dedicated ? ProcUnits{} : view.entitled_units;
  values.run_uncap_weight = config.dedicated ? 0 : config.uncap_weight;
  values.run_min_mem_mb = config.min_lmbs * lmb_mb();
  values.run_mem_mb = view.owned_lmbs * lmb_mb();
  return values;
}

std::optional<PartitionId> HypervisorAdapter::slot_owner(DrcIndex slot) const {
  const auto owner = hypervisor_.slot_owner(slot);
  return owner == kNoPartition ? std::nullopt : std::optional(owner);
}

hmc::Answer HypervisorAdapter::set_processors(PartitionId partition, std::int32_t procs) {
  return to_answer(hypervisor_.set_processors(partition, procs));
}

hmc::Answer HypervisorAdapter::set_units(PartitionId partition, ProcUnits units) {
  return to_answer(hypervisor_.set_units(partition, units));
}

hmc::Answer HypervisorAdapter::set_uncap_weight(PartitionId partition, std::int32_t weight) {
  return to_answer(hypervisor_.set_uncap_weight(partition, weight));
}

hmc::Answer HypervisorAdapter::set_memory(PartitionId partition, std::int64_t mb) {
  const auto lmbs = static_cast<std::uint32_t>(mb / lmb_mb());
  return to_answer(hypervisor_.set_lmbs(partition, lmbs), lmb_mb());
}

void HypervisorAdapter::restore_processors(PartitionId partition) {
  hypervisor_.restore_processors(partition);
}

void HypervisorAdapter::restore_memory(PartitionId partition) {
  hypervisor_.restore_lmbs(partition);
}

hmc::Answer HypervisorAdapter::power_on(PartitionId partition,
                                        const hmc::ResourceSetting* setting) {
  auto* model = find_(partition);
  if (model == nullptr) return {hmc::Refusal::no_such_partition, 0};
  if (model->state() != hmc::PartitionState::not_activated) return {hmc::Refusal::wrong_state, 0};
  if (setting != nullptr) {
    auto config = hypervisor_.partition(partition).config;
    config.configured = true;
    apply_setting(*setting, hypervisor_.platform().lmb_bytes, config);
    const auto answer = hypervisor_.configure(partition, config,
                                              firmware::Hypervisor::Amount::from_minimum);
    const bool memory = answer.status == firmware::AssignStatus::not_enough_memory;
    if (answer.status != firmware::AssignStatus::done) {
      return to_answer(answer, memory ? lmb_mb() : 1);
    }
  }
  return to_answer(model->power_on());
}

// [blocks] Until the partition is off, as far as its operating system has a part in that.
void HypervisorAdapter::ask_to_shut_down(PartitionModel& model, PartitionId partition) {
  model.shutting_down();
  const TimePoint deadline = context_.clock.now() + kShutdownPatience;
  if (model.rmc_active()) {
    // The answer of one that shuts down is that the connection is gone.
    const auto reply = rmc_.run(partition, "shutdown -h now", kShutdownPatience);
    if (reply.kind == hmc::RmcReply::done && reply.exit_status != 0) return;
  } else if (!model.runs_linux() || !hypervisor_.request_shutdown(partition)) {
    return context_.actors.sleep(kShutdownTime);
  }
  while (model.state() == hmc::PartitionState::shutting_down && context_.clock.now() < deadline) {
    context_.actors.sleep(kShutdownPoll);
  }
}

hmc::Answer HypervisorAdapter::power_off(PartitionId partition, bool immediate, bool restart) {
  using State = hmc::PartitionState;
  auto* model = find_(partition);
  if (model == nullptr) return {hmc::Refusal::no_such_partition, 0};
  const auto state = model->state();
  if (state == State::not_activated || state == State::migrating_running ||
      state == State::migrating_not_active) {
    return {hmc::Refusal::wrong_state, 0};
  }
  const auto boot = model->boots();
  if (!immediate && model->state() == State::running) ask_to_shut_down(*model, partition);
  // Somebody else may have turned it off and on while its operating system was waited for.
  if (model->boots() == boot) model->power_off();
  return restart ? to_answer(model->power_on()) : hmc::Answer{};
}

std::vector<std::string> HypervisorAdapter::migration_targets() const {
  auto names = place_.migrations.names();
  names.erase(names.begin() + static_cast<std::ptrdiff_t>(place_.number));
  return names;
}

hmc::MigrationEnd HypervisorAdapter::validate_migration(PartitionId partition,
                                                        const std::string& target) {
  const auto to = place_.migrations.system_named(target);
  if (!to) return {hmc::MigrationEnd::Result::refused, "there is no such managed system", {}};
  return place_.migrations.validate(partition, place_.number, *to);
}

hmc::MigrationEnd HypervisorAdapter::migrate(PartitionId partition, const std::string& target,
                                             std::optional<Duration> deadline) {
  const auto to = place_.migrations.system_named(target);
  if (!to) return {hmc::MigrationEnd::Result::refused, "there is no such managed system", {}};
  return place_.migrations.migrate(partition, place_.number, *to, deadline);
}

bool HypervisorAdapter::stop_migration(PartitionId partition) {
  return place_.migrations.stop(partition);
}

hmc::MigrationState HypervisorAdapter::migration(PartitionId partition) const {
  return place_.migrations.state(partition);
}

}  // namespace lparsim::models
