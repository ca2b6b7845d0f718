#include "hmc/operations/differences.hpp"

namespace lparsim::hmc {
namespace {

bool processors_differ(const PartitionValues& values) {
  const ProcessorSetting& pend = values.pend.processors;
  if (pend.procs.amount != values.run_procs) return true;
  if (pend.mode == ProcMode::dedicated) return false;
  if (pend.units.amount != values.run_units) return true;
  return pend.sharing == SharingMode::uncap && pend.uncap_weight != values.run_uncap_weight;
}

}  // namespace

bool differs(const PartitionValues& values, Resource resource) {
  if (values.state != PartitionState::running) return false;
  return resource == Resource::proc ? processors_differ(values)
                                    : values.pend.memory.mb.amount != values.run_mem_mb;
}

void ReportedDifferences::settle(const HypervisorPort& hypervisor) {
  std::erase_if(partitions_, [&](PartitionId id) {
    const PartitionValues values = hypervisor.partition(id);
    const bool settled = values.state == PartitionState::running ||
                         values.state == PartitionState::not_activated;
    return settled && !differs(values, Resource::proc) && !differs(values, Resource::mem);
  });
}

}  // namespace lparsim::hmc
