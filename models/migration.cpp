#include "models/migration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/partition_model.hpp"

namespace lparsim::models {
namespace {

using namespace std::chrono_literals;
using firmware::MoveStatus;
using firmware::VasiState;
using firmware::VasiStatus;
using hmc::MigrationEnd;
using hmc::MigrationState;
using Result = hmc::MigrationEnd::Result;

// Assumptions: nothing that we have read gives these numbers.
constexpr std::uint64_t kBytesPerSecond = 1ULL << 30;   // between the movers
constexpr Duration kHandOver = 100ms;                   // state and last pages, nothing runs
constexpr Duration kRest = 700ms;                       // pages that follow on demand
constexpr Duration kSuspendPatience = 3min;             // from the signal to ibm,suspend-me
constexpr Duration kPoll = 20ms;
constexpr std::uint64_t kFirstStream = 0x5354'0000'0000ULL;

// Byte 0 of an abort reason (table 17-47).
constexpr std::uint32_t kByOrchestrator = 1U << 24, kBySourceMover = 2U << 24,
                        kByTargetMover = 5U << 24;

MigrationEnd refused(std::string why) { return {Result::refused, std::move(why), {}}; }

Duration copy_time(std::uint64_t bytes) {
  return std::chrono::nanoseconds(bytes / kBytesPerSecond * 1'000'000'000 +
                                  bytes % kBytesPerSecond * 1'000'000'000 / kBytesPerSecond);
}

}  // namespace

// A session's move; the partition shows it for as long.
class Migrations::Entry {
 public:
  Entry(Migrations& all, Move& move) : all_(all), move_(move) {
    all_.moves_[move.partition] = &move;
    model().migrating(true);
  }
  ~Entry() {
    all_.moves_.erase(move_.partition);
    model().migrating(false);
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  PartitionModel& model() const { return *all_.find_(move_.partition); }
  Migrations& all_;
  Move& move_;
};

std::vector<std::string> Migrations::names() const {
  std::vector<std::string> out;
  for (const System& system : systems_) out.push_back(system.name);
  return out;
}

std::optional<std::size_t> Migrations::system_named(const std::string& name) const {
  for (std::size_t i = 0; i < systems_.size(); ++i) {
    if (systems_[i].name == name) return i;
  }
  return std::nullopt;
}

firmware::Mobility& Migrations::source(const Move& move) const {
  return systems_[move.from].hypervisor->mobility();
}
firmware::Mobility& Migrations::target(const Move& move) const {
  return systems_[move.to].hypervisor->mobility();
}

void Migrations::log(const Move& move, std::string_view what) {
  context_.log.add(EventKind::assign, move.partition,
                   context_.log.text(fmt::format("migration {}", what)), move.from, move.to,
                   move.stream);
}

MigrationEnd Migrations::validate(PartitionId id, std::size_t from, std::size_t to) const {
  const PartitionModel* model = find_(id);
  if (model == nullptr || model->home() != from) return refused("there is no such partition");
  if (from == to) return refused("source and target are the same managed system");
  if (moves_.contains(id)) return refused("the partition is being migrated");
  const auto state = model->state();
  if (state != hmc::PartitionState::running && state != hmc::PartitionState::not_activated) {
    return refused("the partition is neither running nor off");
  }
  if (state == hmc::PartitionState::running && rmc_.state(id) != hmc::RmcState::active) {
    return {Result::no_rmc, {}, {}};
  }
  auto& here = systems_[from].hypervisor->mobility();
  if (const auto answer = here.validate(id); answer.status != MoveStatus::done) {
    return refused(answer.why);
  }
  const auto answer =
      systems_[to].hypervisor->mobility().validate_target(id, here.requirement(id));
  return answer.status == MoveStatus::done ? MigrationEnd{} : refused(answer.why);
}

MigrationEnd Migrations::migrate(PartitionId id, std::size_t from, std::size_t to,
                                 std::optional<Duration> deadline) {
  if (MigrationEnd end = validate(id, from, to); end.result != Result::done) return end;
  Move move{id, from, to, kFirstStream + ++last_stream_};
  const bool running = find_(id)->state() == hmc::PartitionState::running;
  if (auto end = enable(move)) return *end;
  const Entry entry(*this, move);
  log(move, "enabled");
  return running ? move_running(move, deadline) : move_inactive(move);
}

std::optional<MigrationEnd> Migrations::enable(Move& move) {
  auto answer = source(move).enable_source(move.partition, move.stream);
  if (answer.status != MoveStatus::done) return refused(answer.why);
  answer = target(move).enable_target(move.partition, move.stream,
                                      source(move).requirement(move.partition));
  if (answer.status == MoveStatus::done) return std::nullopt;
  source(move).cancel(move.partition, kByOrchestrator);
  source(move).close(move.partition);
  return refused(answer.why);
}

// Ends both sides as long as that can be done: the partition goes on where it is.
void Migrations::give_up(Move& move, std::uint32_t reason) {
  source(move).abort(move.partition, reason);
  if (source(move).state(move.partition) != VasiState::resumed) {
    target(move).abort(move.partition, reason);
  }
}

MigrationEnd Migrations::move_running(Move& move, std::optional<Duration> patience) {
  const auto tell = [&](std::string_view phase, Duration longer) {
    std::optional<Duration> latest;
    if (patience) latest = *patience + longer;
    return rmc_.run(move.partition,
                    fmt::format("drmgr -m -c pmig -p {} -s 0x{:x}", phase, move.stream), latest);
  };
  hmc::RmcReply os = tell("check", {});
  if (os.kind == hmc::RmcReply::done && os.exit_status == 0) {
    start_movers(move);
    // Its drmgr comes back on the target, after the movers' work.
    os = tell("pre", move_time(move) + kSuspendPatience);
  }
  const bool failed = os.kind != hmc::RmcReply::done || os.exit_status != 0;
  if (failed && source(move).cancel(move.partition, kByOrchestrator) == VasiStatus::success) {
    log(move, "cancelled");
  }
  // Once the partition is suspended its movers alone decide.
  while (!move.movers_done) context_.actors.block({&move, 0});
  return close(move, std::move(os));
}

// A partition that is off has no memory to copy and nobody to ask.
MigrationEnd Migrations::move_inactive(Move& move) {
  context_.actors.sleep(kHandOver);
  if (source(move).state(move.partition) == VasiState::enabled && hand_over(move)) {
    source(move).complete(move.partition);
    target(move).complete(move.partition);
  }
  return close(move, {});
}

void Migrations::start_movers(Move& move) {
  move.movers_done = false;
  context_.actors.spawn(fmt::format("movers:{}", move.partition.value), kNoPartition,
                        [this, &move] { carry(move); });
}

Duration Migrations::move_time(const Move& move) const {
  const auto& hypervisor = *systems_[move.from].hypervisor;
  return copy_time(hypervisor.partition(move.partition).owned_lmbs *
                   hypervisor.platform().lmb_bytes);
}

void Migrations::carry(Move& move) {
  context_.actors.sleep(move_time(move));
  if (source(move).suspend(move.partition) == VasiStatus::success) {
    log(move, "suspending");
    move.state = MigrationState::in_progress;
    if (wait_until_suspended(move) && hand_over(move)) {
      source(move).resumed_elsewhere(move.partition);
      log(move, "resumed");
      context_.actors.sleep(kRest);
      source(move).complete(move.partition);
      target(move).complete(move.partition);
      log(move, "completed");
    }
  }
  move.movers_done = true;
  context_.actors.wake({&move, 0});
}

bool Migrations::wait_until_suspended(Move& move) {
  const TimePoint latest = context_.clock.now() + kSuspendPatience;
  while (source(move).state(move.partition) == VasiState::suspending) {
    if (context_.clock.now() >= latest) {
      move.why = "the partition did not suspend in time";
      give_up(move, kBySourceMover);
      return false;
    }
    context_.actors.sleep(kPoll);
  }
  return source(move).state(move.partition) == VasiState::suspended;
}

// The partition is on the target from the moment that its state is taken over there.
bool Migrations::hand_over(Move& move) {
  auto image = source(move).export_partition(move.partition);
  if (image == nullptr) return false;
  PartitionModel& model = *find_(move.partition);
  if (model.state() != hmc::PartitionState::not_activated) context_.actors.sleep(kHandOver);
  model.move_to(move.to);
  const auto answer = target(move).import_partition(move.partition, image, model.memory());
  if (answer.status == MoveStatus::done) return true;
  model.move_to(move.from);
  move.why = answer.why;
  source(move).take_back(move.partition, image);
  give_up(move, kByTargetMover);
  return false;
}

// Both machines end the stream, and the HMC learns where the partition is.
MigrationEnd Migrations::close(Move& move, hmc::RmcReply os) {
  const bool there = source(move).state(move.partition) == VasiState::completed;
  if (!there) give_up(move, kByOrchestrator);
  source(move).close(move.partition);
  target(move).close(move.partition);
  log(move, there ? "moved" : "not moved");
  if (there) {
    moved_(move.partition, move.from, move.to);
    const bool content = os.kind != hmc::RmcReply::done || os.exit_status == 0;
    return {content ? Result::done : Result::moved_with_error, {}, std::move(os)};
  }
  if (move.stopped) return {Result::stopped, {}, std::move(os)};
  if (!move.why.empty()) return {Result::failed, move.why, std::move(os)};
  if (os.kind == hmc::RmcReply::timed_out) return {Result::timed_out, {}, std::move(os)};
  if (os.kind == hmc::RmcReply::no_connection) return {Result::no_rmc, {}, std::move(os)};
  return {Result::os_failed, {}, std::move(os)};
}

bool Migrations::stop(PartitionId id) {
  const auto found = moves_.find(id);
  if (found == moves_.end()) return false;
  Move& move = *found->second;
  if (source(move).cancel(id, kByOrchestrator) != VasiStatus::success) return false;
  log(move, "stopped");
  move.stopped = true;
  return true;
}

MigrationState Migrations::state(PartitionId id) const {
  const auto found = moves_.find(id);
  return found == moves_.end() ? MigrationState::none : found->second->state;
}

}  // namespace lparsim::models
