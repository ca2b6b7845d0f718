// What the HMC sees of the hypervisor: firmware's view in the HMC's terms (MB, ranges, states).
#pragma once

#include <functional>

#include "firmware/hypervisor.hpp"
#include "hmc/ports.hpp"
#include "models/context.hpp"

namespace lparsim::models {

class PartitionModel;

class HypervisorAdapter final : public hmc::HypervisorPort {
 public:
  using Find = std::function<PartitionModel*(PartitionId)>;  // nullptr: no such partition
  // By `rmc` an operating system is asked to shut down.
  HypervisorAdapter(Context context, firmware::Hypervisor& hypervisor, hmc::RmcPort& rmc, Find find)
      : context_(context), hypervisor_(hypervisor), rmc_(rmc), find_(std::move(find)) {}

  hmc::SystemValues system() const override;
  hmc::PartitionValues partition(PartitionId partition) const override;
  std::optional<PartitionId> slot_owner(DrcIndex slot) const override;
  hmc::Answer set_processors(PartitionId partition, std::int32_t procs) override;
  hmc::Answer set_units(PartitionId partition, ProcUnits units) override;
  hmc::Answer set_uncap_weight(PartitionId partition, std::int32_t weight) override;
  hmc::Answer set_memory(PartitionId partition, std::int64_t mb) override;
  void restore_processors(PartitionId partition) override;
  void restore_memory(PartitionId partition) override;
  hmc::Answer power_on(PartitionId partition, const hmc::ResourceSetting* setting) override;
  hmc::Answer power_off(PartitionId partition, bool immediate, bool restart) override;

 private:
  std::int64_t lmb_mb() const;
  void ask_to_shut_down(PartitionModel& model, PartitionId partition);

  Context context_;
  firmware::Hypervisor& hypervisor_;
  hmc::RmcPort& rmc_;
  Find find_;
};

}  // namespace lparsim::models
