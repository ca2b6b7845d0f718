#include "sim/config/machine_view.hpp"

#include "models/setting/setting.hpp"

namespace lparsim::config {

hmc::SystemValues MachineHypervisor::system() const {
  const firmware::PlatformConfig& platform = machine_.platform;
  const auto lmb_mb = static_cast<std::int64_t>(platform.lmb_bytes >> 20);
  hmc::SystemValues values;
  ProcUnits units;
  std::int64_t lmbs = platform.firmware_lmbs;
  for (const auto& config : platform.partitions) {
    if (!config.configured) continue;
    units = units + (config.dedicated ? whole_processors(config.procs) : config.units);
    lmbs += config.lmbs;
  }
  values.installed_units = platform.installed_units;
  values.configurable_units = platform.configurable_units;
  values.curr_avail_units = values.pend_avail_units = platform.configurable_units - units;
  values.installed_mem_mb = platform.installed_lmbs * lmb_mb;
  values.configurable_mem_mb = platform.configurable_lmbs * lmb_mb;
  values.firmware_mem_mb = platform.firmware_lmbs * lmb_mb;
  values.curr_avail_mem_mb = values.configurable_mem_mb - lmbs * lmb_mb;
  values.pend_avail_mem_mb = values.curr_avail_mem_mb;
  values.lmb_mb = lmb_mb;
  return values;
}

hmc::PartitionValues MachineHypervisor::partition(PartitionId id) const {
  hmc::PartitionValues values;
  for (const auto& config : machine_.platform.partitions) {
    if (config.id != id) continue;
    values.curr = values.pend = models::setting_of(config, machine_.platform.lmb_bytes);
  }
  if (machine_.os.at(id).powered_on) {
    values.state = hmc::PartitionState::running;
    values.run_units = values.curr.processors.units.amount;
    values.run_procs = values.curr.processors.procs.amount;
    values.run_uncap_weight = values.curr.processors.uncap_weight;
    values.run_min_mem_mb = values.curr.memory.mb.min;
    values.run_mem_mb = values.curr.memory.mb.amount;
  }
  return values;
}

std::optional<PartitionId> MachineHypervisor::slot_owner(DrcIndex drc) const {
  for (const auto& slot : machine_.platform.slots) {
    if (slot.drc == drc && slot.owner != kNoPartition) return slot.owner;
  }
  return std::nullopt;
}

hmc::RmcState MachineRmc::state(PartitionId partition) const {
  const PartitionOs& os = machine_.os.at(partition);
  return os.powered_on && os.rmc ? hmc::RmcState::active : hmc::RmcState::inactive;
}

}  // namespace lparsim::config
