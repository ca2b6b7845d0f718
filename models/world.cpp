#include "models/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "firmware/profiles/profile.hpp"
#include "hmc/cli/words.hpp"
#include "models/world_impl.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::models {
namespace {

const firmware::FirmwareProfile& firmware_of(const SystemConfig& config) {
  return config.firmware != nullptr ? *config.firmware : *firmware::find_profile("phyp");
}

// The platform with an empty place for every partition of the others.
firmware::PlatformConfig with_shells(std::size_t number, const WorldConfig& world) {
  firmware::PlatformConfig platform = world.system(number).platform;
  for (std::size_t other = 0; other < world.systems(); ++other) {
    if (other == number) continue;
    for (const auto& partition : world.system(other).platform.partitions) {
      firmware::PartitionConfig shell;
      shell.id = partition.id;
      shell.name = partition.name;
      platform.partitions.push_back(std::move(shell));
    }
  }
  std::ranges::sort(platform.partitions, {}, [](const auto& p) { return p.id; });
  return platform;
}

std::string system_name(std::size_t number) {
  return number == 0 ? "managed_system" : fmt::format("managed_system_{}", number);
}

}  // namespace

std::size_t LoggedChoices::pick(const ChoicePoint& point, std::span<const Outcome> outcomes) {
  const auto picked = choices_.pick(point, outcomes);
  LPARSIM_ASSERT(picked < outcomes.size());
  if (picked != 0) {
    log_.add(EventKind::choice, point.partition, log_.text(point.site),
             log_.text(outcomes[picked].name), point.argument);
  }
  return picked;
}

OneNanosecond::OneNanosecond() { sc_core::sc_set_time_resolution(1, sc_core::SC_NS); }

SystemParts::SystemParts(std::size_t number, const WorldConfig& world, Context context,
                         firmware::HypervisorEvents& events, RmcNetwork& network,
                         Migrations& migrations, Clock& clock, HypervisorAdapter::Find find)
    : system(system_name(number).c_str(), context, with_shells(number, world),
             firmware_of(world.system(number)), events),
      adapter(context, system.hypervisor(), network, {migrations, number}, std::move(find)),
      hmc(world.system(number).inventory, world.hmc_profile, adapter, network, clock,
          context.log) {}

World::Impl::Impl(WorldConfig with, Choices& user_choices)
    : config(std::move(with)),
      log(clock),
      choices(user_choices, log),
      pool("actors", clock),
      actors(clock, choices, log, pool),
      context{clock, choices, log, actors},
      network(context, config.rmc, [this](PartitionId id) { return find(id); }),
      migrations(context, network, [this](PartitionId id) { return find(id); },
                 [this](PartitionId id, std::size_t from, std::size_t to) {
                   systems[from]->hmc.hand_over(id, systems[to]->hmc);
                 }) {
  pool.serve(actors);
  for (std::size_t number = 0; number < config.systems(); ++number) add_system(number);
  for (std::size_t number = 0; number < systems.size(); ++number) add_partitions(number);
}

void World::Impl::add_system(std::size_t number) {
  // Only its own partitions can be reached through a system's view.
  const auto here = [this, number](PartitionId id) {
    PartitionModel* model = find(id);
    return model != nullptr && model->home() == number ? model : nullptr;
  };
  systems.push_back(std::make_unique<SystemParts>(number, config, context, *this, network,
                                                  migrations, clock, here));
  migrations.add_system(config.system(number).inventory.system_name,
                        systems.back()->system.hypervisor());
}

void World::Impl::add_partitions(std::size_t home) {
  std::vector<ManagedSystem*> all;
  for (const auto& parts : systems) all.push_back(&parts->system);
  for (const auto& partition : config.system(home).platform.partitions) {
    partitions.emplace(
        partition.id,
        std::make_unique<PartitionModel>(
            fmt::format("partition_{}", partition.id.value).c_str(), context, partition.id,
            config.os[partition.id], config.rmc, all, home,
            [this](PartitionId id, bool at_once) { network.connection_lost(id, at_once); }));
  }
}

firmware::Hypervisor& World::Impl::hypervisor(std::size_t system) const {
  return systems.at(system)->system.hypervisor();
}

std::size_t World::Impl::system_named_in(const std::string& command_line) const {
  const auto words = hmc::split_words(command_line);
  if (!words) return 0;
  for (std::size_t i = 0; i + 1 < words->size(); ++i) {
    if ((*words)[i] != "-m") continue;
    for (std::size_t system = 0; system < systems.size(); ++system) {
      const auto& inventory = systems[system]->hmc.inventory();
      const std::string type = inventory.type_model + '*' + inventory.serial;
      if ((*words)[i + 1] == inventory.system_name || (*words)[i + 1] == type) return system;
    }
  }
  return 0;
}

PartitionModel* World::Impl::find(PartitionId id) const {
  const auto found = partitions.find(id);
  return found == partitions.end() ? nullptr : found->second.get();
}

void World::Impl::after_commit(PartitionId id, std::function<void(PartitionModel&)> action) {
  actors.at(clock.now(), [this, id, boot = find(id)->boots(), action = std::move(action)] {
    PartitionModel& model = *find(id);
    if (model.boots() == boot) action(model);   // else it was said to a boot that is over
  });
}

void World::Impl::cpu_started(PartitionId partition, ServerNumber server, std::uint64_t entry,
                              std::uint64_t r3) {
  find(partition)->cpu_started(server, entry, r3);
}

void World::Impl::interrupt(PartitionId partition, std::uint32_t source) {
  after_commit(partition, [source](PartitionModel& model) { model.interrupt(source); });
}

void World::Impl::partition_ended(PartitionId partition, bool restart) {
  after_commit(partition, [restart](PartitionModel& model) { model.ended(restart); });
}

// Wakes an actor and no more: that may happen during a commit.
void World::Impl::thread_ready(PartitionId partition, ServerNumber server) {
  if (PartitionModel* model = find(partition)) model->thread_ready(server);
}

void World::Impl::event_waits(PartitionId partition) {
  after_commit(partition, [](PartitionModel& model) { model.events_wait(); });
}

World::World(WorldConfig config, Choices& choices)
    : impl_(std::make_unique<Impl>(std::move(config), choices)) {}

// Stacks of live actors would outlive what they stand on.
std::map<PartitionId, std::string> partition_names(const WorldConfig& machine) {
  std::map<PartitionId, std::string> names;
  for (std::size_t number = 0; number < machine.systems(); ++number) {
    for (const auto& partition : machine.system(number).platform.partitions) {
      names[partition.id] = partition.name;
    }
  }
  return names;
}

World::~World() { end_all_actors(); }

void World::hmc_command(const std::string& command_line,
                        std::function<void(hmc::CommandResult)> done) {
  const auto session = ++impl_->last_session;
  auto body = [this, session, command_line, done = std::move(done)] {
    auto& hmc = impl_->systems[impl_->system_named_in(command_line)]->hmc;
    done(hmc.run(command_line, session));  // the HMC itself writes both into the log
  };
  impl_->actors.spawn(fmt::format("hmc:{}", session), kNoPartition, std::move(body));
}

void World::shell_command(PartitionId partition, const std::string& command_line,
                          std::function<void(ProcessResult)> done) {
  auto* model = impl_->find(partition);
  if (model == nullptr) return done({255, {}, "there is no such partition\n"});
  model->start_process(command_line, std::move(done));
}

void World::run_program(PartitionId partition, const std::string& name,
                        std::function<int(userland::Process&)> body,
                        std::function<void(ProcessResult)> done) {
  auto* model = impl_->find(partition);
  if (model == nullptr) return done({255, {}, "there is no such partition\n"});
  model->start_program(name, std::move(body), std::move(done));
}

void World::set_rmc(PartitionId partition, bool connected) {
  if (auto* model = impl_->find(partition)) model->connect_rmc(connected);
}

void World::power_on_as_configured() {
  for (const auto& [id, model] : impl_->partitions) {
    if (impl_->config.os[id].powered_on) model->power_on();
  }
}

bool World::run_until(const std::function<bool()>& until, Duration limit) {
  if (until()) return true;
  const auto now = impl_->clock.now();
  const auto latest = limit > TimePoint::max() - now ? TimePoint::max() : now + limit;
  return impl_->pool.run(until, latest) == ActorPool::Stop::reached;
}

bool World::run_to_rest(Duration limit) {
  return run_until([this] { return at_rest(); }, limit);
}

bool World::at_rest() const {
  if (impl_->actors.live_actors() != 0 || impl_->actors.pending_timers() != 0) return false;
  for (const auto& [id, model] : impl_->partitions) {
    const auto* kernel = model->guest_kernel();
    if (kernel == nullptr || model->state() != hmc::PartitionState::running) continue;
    if (model->hypervisor().undelivered_events(id) != 0) return false;
    if (kernel->view().queued_work != 0) return false;
  }
  return true;
}

void World::end_all_actors() {
  for (const auto& [id, model] : impl_->partitions) model->give_up_processes(true);
  impl_->actors.end_all();
  const auto none = [this] { return impl_->actors.live_actors() == 0; };
  if (!none()) impl_->pool.run(none, impl_->clock.now());
  LPARSIM_ASSERT(none());
  for (const auto& [id, model] : impl_->partitions) model->give_up_processes(false);
}

void World::part_from_parent() {
  for (const auto& [id, model] : impl_->partitions) model->memory().part_from_parent();
}

Clock& World::clock() { return impl_->clock; }
EventLog& World::log() { return impl_->log; }
ActorScheduler& World::actors() { return impl_->actors; }
std::size_t World::systems() const { return impl_->systems.size(); }

std::size_t World::system_of(PartitionId partition) const {
  const auto* model = impl_->find(partition);
  return model == nullptr ? 0 : model->home();
}

firmware::Hypervisor& World::hypervisor(std::size_t system) { return impl_->hypervisor(system); }
hmc::Hmc& World::hmc(std::size_t system) { return impl_->systems.at(system)->hmc; }
const hmc::HypervisorPort& World::hypervisor_port(std::size_t system) const {
  return impl_->systems.at(system)->adapter;
}
const hmc::RmcPort& World::rmc_port() const { return impl_->network; }

bool World::has_linux(PartitionId partition) const {
  const auto* model = impl_->find(partition);
  return model != nullptr && model->runs_linux();
}

kernel::KernelView World::kernel_view(PartitionId partition) const {
  LPARSIM_ASSERT(has_linux(partition));
  return impl_->find(partition)->guest_kernel()->view();
}

int World::read_file(PartitionId partition, const std::string& path, Bytes& out) {
  auto* model = impl_->find(partition);
  return model == nullptr ? -ENOENT : model->files().read(path, out);
}

int World::list_directory(PartitionId partition, const std::string& path,
                          std::vector<kernel::DirectoryEntry>& out) {
  auto* model = impl_->find(partition);
  return model == nullptr ? -ENOENT : model->files().list(path, out);
}

bool World::rmc_active(PartitionId partition) const {
  const auto* model = impl_->find(partition);
  return model != nullptr && model->rmc_active();
}

}  // namespace lparsim::models
