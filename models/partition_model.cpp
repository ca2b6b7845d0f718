#include "models/partition_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "models/guest_os.hpp"
#include "models/model_process.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::models {
namespace {

using hmc::PartitionState;

constexpr int kKilled = 128 + 9;
constexpr std::uint64_t kLargestRmo = 512ULL << 20;
constexpr std::uint64_t kTreeArea = 2ULL << 20;  // the flattened tree lies at the end of the RMO

std::string_view word(PartitionState state) {
  constexpr std::array<std::string_view, 9> kWords{
      "not_activated", "starting",      "running",           "shutting_down",       "error",
      "open_firmware", "not_available", "migrating_running", "migrating_not_active"};
  return kWords.at(static_cast<std::size_t>(state));
}

}  // namespace

// What is left to do when a process is over, however it came to its end.
class PartitionModel::ProcessEnd {
 public:
  ProcessEnd(PartitionModel& partition, std::uint32_t pid, std::function<void(ProcessResult)> done)
      : partition_(partition), pid_(pid), done_(std::move(done)) {}
  ~ProcessEnd() {
    if (done_) finish({kKilled, {}, {}});
  }
  ProcessEnd(const ProcessEnd&) = delete;
  ProcessEnd& operator=(const ProcessEnd&) = delete;

  void finish(ProcessResult result) {
    const auto done = std::exchange(done_, nullptr);
    partition_.files_.unlock_all(pid_);
    if (partition_.quiet_) return;
    auto& log = partition_.context_.log;
    log.add(EventKind::process_exit, partition_.id_, pid_,
            static_cast<std::uint64_t>(result.exit_status), log.text(result.out),
            log.text(result.err));
    done(std::move(result));
  }

 private:
  PartitionModel& partition_;
  std::uint32_t pid_;
  std::function<void(ProcessResult)> done_;
};

PartitionModel::PartitionModel(sc_core::sc_module_name name, Context context, PartitionId id,
                               OsConfig os, RmcConfig rmc, std::vector<ManagedSystem*> systems,
                               std::size_t home, ConnectionLost connection_lost)
    : sc_module(name),
      context_(context),
      id_(id),
      os_(std::move(os)),
      rmc_(rmc),
      systems_(std::move(systems)),
      connection_lost_(std::move(connection_lost)),
      memory_([this](std::uint64_t address, std::uint64_t size) {
        return hypervisor().lmb_usable(id_, address, size);
      }) {
  value_.home = home;
  for (std::size_t i = 0; i < systems_.size(); ++i) {
    rtas_out.emplace_back(i == 0 ? "rtas_out" : fmt::format("rtas_out_{}", i).c_str());
    rtas_out.back().bind(systems_[i]->rtas_entry);
  }
  files_.on_kernel_write([this](std::string_view path, ByteView data, std::int64_t result) {
    constexpr std::size_t kShown = 80;
    std::string_view text(reinterpret_cast<const char*>(data.data()),
                          std::min(data.size(), kShown));
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto& log = context_.log;
    log.add(EventKind::file_write, id_, log.text(path), log.text(text),
            static_cast<std::uint64_t>(result));
  });
}

firmware::Hypervisor& PartitionModel::hypervisor() const {
  return systems_.at(value_.home)->hypervisor();
}

void PartitionModel::migrating(bool begins) {
  constexpr std::array<std::pair<PartitionState, PartitionState>, 2> kStates{{
      {PartitionState::running, PartitionState::migrating_running},
      {PartitionState::not_activated, PartitionState::migrating_not_active}}};
  for (const auto& [before, meanwhile] : kStates) {
    if (value_.state == (begins ? before : meanwhile)) {
      return set_state(begins ? meanwhile : before);
    }
  }
}

PartitionModel::~PartitionModel() = default;

std::string PartitionModel::actor_name(std::string_view what) const {
  return fmt::format("p{}:{}", id_.value, what);
}

void PartitionModel::set_state(PartitionState state) {
  if (state == value_.state) return;
  context_.log.add(EventKind::partition_state, id_, context_.log.text(word(value_.state)),
                   context_.log.text(word(state)));
  value_.state = state;
}

void PartitionModel::make_host() {
  host_ = std::make_shared<PartitionHost>(context_, id_, memory_, *this);
  host_->kernel = make_guest_kernel(os_, *host_);
  files_.set_kernel(host_->kernel.get());
}

firmware::AssignAnswer PartitionModel::power_on() {
  if (host_ != nullptr) return {firmware::AssignStatus::wrong_state, 0};
  const auto lmbs = hypervisor().partition(id_).config.lmbs;
  memory_.power_on(std::min(kLargestRmo, lmbs * hypervisor().platform().lmb_bytes));
  const auto answer = hypervisor().power_on(id_, memory_);
  if (answer.status != firmware::AssignStatus::done) {
    memory_.power_off();
    return answer;
  }
  ++value_.boots;
  set_state(PartitionState::starting);
  make_host();
  host_->spawn_actor(actor_name("boot"), [this](PartitionHost& host) { boot(host); });
  return answer;
}

void PartitionModel::boot(PartitionHost& host) {
  const Bytes tree =
      hypervisor().client_architecture_support(id_, host.kernel->architecture_vector());
  if (tree.empty()) return host.bug("boot failed: firmware has no place for this operating system");
  const auto area = std::max<std::uint64_t>(kTreeArea, (tree.size() + 0xffff) & ~0xffffULL);
  LPARSIM_ASSERT(memory_.rmo_limit() > area);
  const auto address = memory_.rmo_limit() - area;
  LPARSIM_ASSERT(memory_.write(GuestAddress{address}, tree));
  const int status = host.kernel->boot(address, tree.size());
  if (status != 0) host.bug(fmt::format("boot failed: {}", status).c_str());
  set_state(PartitionState::running);
  for (const std::uint32_t source : std::exchange(value_.latched, {})) {
    host.kernel->interrupt(source);
  }
  if (!os_.rmc) return;
  rmc_timer_ = context_.actors.at(context_.clock.now() + rmc_.up_after_boot,
                                  [this] { set_rmc(true, value_.rmc_connected, false); });
}

// The guest runs no more; its actors unwind at the next opportunity and keep their host alive.
void PartitionModel::stop_guest(PartitionState state) {
  context_.actors.cancel(rmc_timer_);
  set_rmc(false, value_.rmc_connected, true);
  set_state(state);
  context_.actors.end_partition(id_);
}

void PartitionModel::power_off() {
  if (host_ == nullptr) return;
  ++value_.boots;
  value_.latched.clear();
  stop_guest(PartitionState::not_activated);
  hypervisor().power_off(id_);
  files_.set_kernel(nullptr);
  host_ = nullptr;
}

void PartitionModel::crashed(const char*) { stop_guest(PartitionState::error); }

void PartitionModel::ended(bool restart) {
  power_off();
  if (restart) power_on();
}

void PartitionModel::cpu_started(ServerNumber server, std::uint64_t entry, std::uint64_t r3) {
  context_.log.add(EventKind::cpu_started, id_, server.value, entry, r3);
  if (host_ == nullptr) return;
  host_->spawn_actor(actor_name(fmt::format("cpu{}", server.value)),
                     [server, entry, r3](PartitionHost& host) {
                       host.kernel->cpu_enter(server.value, entry, r3);
                     });
}

void PartitionModel::interrupt(std::uint32_t source) {
  if (host_ == nullptr || value_.state == PartitionState::error) return;
  if (value_.state != PartitionState::starting) return host_->kernel->interrupt(source);
  if (std::ranges::find(value_.latched, source) == value_.latched.end()) {
    value_.latched.push_back(source);
  }
}

void PartitionModel::thread_ready(ServerNumber server) {
  if (host_ != nullptr) host_->thread_ready(server);
}

void PartitionModel::events_wait() {
  if (host_ != nullptr && value_.state != PartitionState::error) host_->kernel->events_wait();
}

void PartitionModel::set_rmc(bool up, bool connected, bool seen_at_once) {
  const bool before = rmc_active();
  value_.rmc_up = up;
  value_.rmc_connected = connected;
  if (rmc_active() == before) return;
  context_.log.add(EventKind::rmc_state, id_, rmc_active() ? 1 : 0);
  if (before) connection_lost_(id_, seen_at_once);
}

void PartitionModel::connect_rmc(bool connected) { set_rmc(value_.rmc_up, connected, false); }

void PartitionModel::start_process(const std::string& command_line,
                                   std::function<void(ProcessResult)> done) {
  start_program(command_line,
                [this, command_line](userland::Process& process) {
                  return run_guest_command(os_, *host_->kernel, process, command_line);
                },
                std::move(done));
}

void PartitionModel::start_program(const std::string& name,
                                   std::function<int(userland::Process&)> body,
                                   std::function<void(ProcessResult)> done) {
  if (host_ == nullptr || value_.state == PartitionState::error) {
    return done({255, {}, "the partition is not running\n"});
  }
  const auto pid = value_.next_pid++;
  auto end = std::make_shared<ProcessEnd>(*this, pid, std::move(done));
  context_.log.add(EventKind::process_start, id_, pid, context_.log.text(name));
  const auto program = name.substr(0, name.find(' '));
  host_->spawn_actor(actor_name(fmt::format("{}[{}]", program, pid)),
                     [this, pid, body = std::move(body), end](PartitionHost& host) {
                       ModelProcess process(context_, host, files_, pid, userland_version(os_));
                       const int status = body(process);
                       end->finish({status, process.standard_output(), process.standard_error()});
                     });
}

firmware::RtasReply PartitionModel::call_rtas(ServerNumber server, GuestAddress arguments) {
  if (idle_.empty()) idle_.push_back(&transactions_.emplace_back());
  struct Lease {  // gives the transaction back, also when the caller is ended while it waits
    std::vector<RtasTransaction*>& idle;
    RtasTransaction* transaction;
    ~Lease() { idle.push_back(transaction); }
  };
  const Lease lease{idle_, idle_.back()};
  idle_.pop_back();
  auto& payload = lease.transaction->set(id_, server, arguments);
  memory_.pointer(arguments.value & ~std::uint64_t{0xfff}, 0x1000);  // the guest wrote this page
  sc_core::sc_time delay;
  rtas_out[value_.home]->b_transport(payload, delay);
  LPARSIM_ASSERT(payload.is_response_ok());
  return lease.transaction->reply();
}

std::shared_ptr<const PartitionModel::Snapshot> PartitionModel::snapshot() {
  auto taken = std::make_shared<Snapshot>();
  taken->value = value_;
  taken->files = files_.plain();
  taken->memory = memory_.snapshot();
  if (host_ != nullptr) taken->kernel = host_->kernel->snapshot();
  return taken;
}

void PartitionModel::restore(const Snapshot& snapshot) {
  value_ = snapshot.value;
  files_.plain() = snapshot.files;
  memory_.restore(snapshot.memory);
  if (snapshot.kernel == nullptr) {
    files_.set_kernel(nullptr);
    host_ = nullptr;
    return;
  }
  if (host_ == nullptr) make_host();
  host_->forget_locks();
  host_->kernel->restore(*snapshot.kernel);
}

}  // namespace lparsim::models
