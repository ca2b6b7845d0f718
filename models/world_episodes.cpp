// Episodes: the whole world as a value, taken at rest, when no stack holds anything.
#include "models/world_impl.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::models {

class World::Snapshot {
 public:
  TimePoint now;
  EventLog::Mark log;
  std::shared_ptr<const firmware::Hypervisor::State> hypervisor;
  std::shared_ptr<const hmc::Hmc::State> hmc;
  std::map<PartitionId, std::shared_ptr<const PartitionModel::Snapshot>> partitions;
  std::uint64_t last_request = 0;
  std::uint32_t last_session = 0;
};

std::shared_ptr<const World::Snapshot> World::snapshot() {
  LPARSIM_ASSERT(at_rest());
  auto taken = std::make_shared<Snapshot>();
  taken->now = impl_->clock.now();
  taken->log = impl_->log.mark();
  taken->hypervisor = impl_->system.hypervisor().snapshot();
  taken->hmc = impl_->hmc.snapshot();
  for (const auto& [id, model] : impl_->partitions) {
    taken->partitions.emplace(id, model->snapshot());
  }
  taken->last_request = impl_->network.last_request();
  taken->last_session = impl_->last_session;
  impl_->actors.restart();  // what follows counts as the first episode
  return taken;
}

void World::restore(const std::shared_ptr<const Snapshot>& snapshot) {
  end_all_actors();
  impl_->actors.restart();
  impl_->clock.call_it(snapshot->now);
  impl_->log.return_to(snapshot->log);
  impl_->system.hypervisor().restore(snapshot->hypervisor);
  impl_->hmc.restore(snapshot->hmc);
  for (const auto& [id, model] : impl_->partitions) model->restore(*snapshot->partitions.at(id));
  impl_->network.restart_at(snapshot->last_request);
  impl_->last_session = snapshot->last_session;
}

}  // namespace lparsim::models
