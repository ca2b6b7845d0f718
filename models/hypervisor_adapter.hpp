// What the HMC sees of the hypervisor: firmware's view in the HMC's terms (MB, ranges, states).
#pragma once

#include <functional>

#include "firmware/hypervisor.hpp"
#include "hmc/ports.hpp"
#include "models/context.hpp"

namespace lparsim::models {

class Migrations;
class PartitionModel;

// Which of the systems this is, for those that move partitions between them.
struct PlaceOfSystem {
  Migrations& migrations;
  std::size_t number = 0;
};

class HypervisorAdapter final : public hmc::HypervisorPort {
 public:
  using Find = std::function<PartitionModel*(PartitionId)>;  // nullptr: no such partition
  // By `rmc` an operating system is asked to shut down.
  HypervisorAdapter(Context context, firmware::Hypervisor& hypervisor, hmc::RmcPort& rmc,
                    PlaceOfSystem place, Find find)
      : context_(context),
        hypervisor_(hypervisor),
        rmc_(rmc),
        place_(place),
        find_(std::move(find)) {}

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
  std::vector<std::string> migration_targets() const override;
  hmc::MigrationEnd validate_migration(PartitionId partition, const std::string& target) override;
  hmc::MigrationEnd migrate(PartitionId partition, const std::string& target,
                            std::optional<Duration> deadline) override;
  bool stop_migration(PartitionId partition) override;
  hmc::MigrationState migration(PartitionId partition) const override;

 private:
  std::int64_t lmb_mb() const;
  void ask_to_shut_down(PartitionModel& model, PartitionId partition);

  Context context_;
  firmware::Hypervisor& hypervisor_;
  hmc::RmcPort& rmc_;
  PlaceOfSystem place_;
  Find find_;
};

}  // namespace lparsim::models
