// Episodes: the whole world as a value, taken at rest, when no stack holds anything.
#include "models/world_impl.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::models {

class World::Snapshot {
 public:
  TimePoint now;
  EventLog::Mark log;
  struct System {
    std::shared_ptr<const firmware::Hypervisor::State> hypervisor;
    std::shared_ptr<const hmc::Hmc::State> hmc;
  };
  std::vector<System> systems;
  std::map<PartitionId, std::shared_ptr<const PartitionModel::Snapshot>> partitions;
  std::uint64_t last_request = 0;
  std::uint64_t last_stream = 0;
  std::uint32_t last_session = 0;
};

std::shared_ptr<const World::Snapshot> World::snapshot() {
  LPARSIM_ASSERT(at_rest());
  auto taken = std::make_shared<Snapshot>();
  taken->now = impl_->clock.now();
  taken->log = impl_->log.mark();
  for (const auto& parts : impl_->systems) {
    taken->systems.push_back({parts->system.hypervisor().snapshot(), parts->hmc.snapshot()});
  }
  for (const auto& [id, model] : impl_->partitions) {
    taken->partitions.emplace(id, model->snapshot());
  }
  taken->last_request = impl_->network.last_request();
  taken->last_stream = impl_->migrations.last_stream();
  taken->last_session = impl_->last_session;
  impl_->actors.restart();  // what follows counts as the first episode
  return taken;
}

void World::restore(const std::shared_ptr<const Snapshot>& snapshot) {
  end_all_actors();
  impl_->actors.restart();
  impl_->clock.call_it(snapshot->now);
  impl_->log.return_to(snapshot->log);
  for (std::size_t i = 0; i < impl_->systems.size(); ++i) {
    impl_->systems[i]->system.hypervisor().restore(snapshot->systems[i].hypervisor);
    impl_->systems[i]->hmc.restore(snapshot->systems[i].hmc);
  }
  for (const auto& [id, model] : impl_->partitions) model->restore(*snapshot->partitions.at(id));
  impl_->network.restart_at(snapshot->last_request);
  impl_->migrations.restart_at(snapshot->last_stream);
  impl_->last_session = snapshot->last_session;
}

}  // namespace lparsim::models
