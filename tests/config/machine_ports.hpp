// Ports that hold what a machine file says: every partition that is powered on runs with exactly
// its current configuration.
#pragma once

#include "hmc/ports.hpp"
#include "models/setting/setting.hpp"
#include "sim/config/machine.hpp"

namespace lparsim::config {

class MachineHypervisor final : public hmc::HypervisorPort {
 public:
  explicit MachineHypervisor(const Machine& machine) : machine_(machine) {}

  hmc::SystemValues system() const override {
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

  hmc::PartitionValues partition(PartitionId id) const override {
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

  std::optional<PartitionId> slot_owner(DrcIndex drc) const override {
    for (const auto& slot : machine_.platform.slots) {
      if (slot.drc == drc && slot.owner != kNoPartition) return slot.owner;
    }
    return std::nullopt;
  }

  hmc::Answer set_processors(PartitionId, std::int32_t) override { return {}; }
  hmc::Answer set_units(PartitionId, ProcUnits) override { return {}; }
  hmc::Answer set_uncap_weight(PartitionId, std::int32_t) override { return {}; }
  hmc::Answer set_memory(PartitionId, std::int64_t) override { return {}; }
  void restore_processors(PartitionId) override {}
  void restore_memory(PartitionId) override {}
  hmc::Answer power_on(PartitionId, const hmc::ResourceSetting*) override { return {}; }
  hmc::Answer power_off(PartitionId, bool, bool) override { return {}; }

 private:
  const Machine& machine_;
};

class MachineRmc final : public hmc::RmcPort {
 public:
  explicit MachineRmc(const Machine& machine) : machine_(machine) {}
  hmc::RmcState state(PartitionId partition) const override {
    const PartitionOs& os = machine_.os.at(partition);
    return os.powered_on && os.rmc ? hmc::RmcState::active : hmc::RmcState::inactive;
  }
  hmc::RmcReply run(PartitionId, const std::string&, std::optional<Duration>) override {
    return {};
  }

 private:
  const Machine& machine_;
};

}  // namespace lparsim::config
