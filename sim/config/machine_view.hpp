// Ports that show a machine as its file says: every partition that is powered on runs with exactly
// its current configuration. What a simulation prints at rest, without one.
#pragma once

#include "hmc/ports.hpp"
#include "sim/config/machine.hpp"

namespace lparsim::config {

class MachineHypervisor final : public hmc::HypervisorPort {
 public:
  explicit MachineHypervisor(const Machine& machine) : machine_(machine) {}

  hmc::SystemValues system() const override;
  hmc::PartitionValues partition(PartitionId id) const override;
  std::optional<PartitionId> slot_owner(DrcIndex drc) const override;

  // A file does not change: requests are taken and do nothing.
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
  hmc::RmcState state(PartitionId partition) const override;
  hmc::RmcReply run(PartitionId, const std::string&, std::optional<Duration>) override {
    return {};
  }

 private:
  const Machine& machine_;
};

}  // namespace lparsim::config
