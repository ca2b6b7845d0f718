#include "sim/explore/workers.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>

#include "sim/base/assert.hpp"
#include "sim/base/processes.hpp"
#include "sim/explore/lists.hpp"

namespace lparsim::explore {
namespace {

constexpr int kLookEvery_ms = 100;
constexpr unsigned kMostJobs = 1024;

// What one worker says about itself while it works, in memory that it shares.
struct Desk {
  std::atomic<std::uint64_t> runs{0};
  std::atomic<std::uint32_t> length{0};          // of the path that is being played
  std::array<std::atomic<std::uint32_t>, kMostFaults> at{};

  void set(const Path& path) {
    for (std::uint32_t i = 0; i < path.length; ++i) at[i] = path.at[i];
    length = path.length;
  }
  Path path() const {
    Path path;
    path.length = length;
    for (std::uint32_t i = 0; i < path.length; ++i) path.at[i] = at[i];
    return path;
  }
};

struct Office {
  std::atomic<bool> stop{false};
  std::atomic<std::uint32_t> next_unit{0};
  std::array<Desk, kMostJobs> desks;
};

// Shorter than a pipe's atomic size, so that one is there as a whole or not at all.
struct Message {
  enum Kind : std::uint32_t { found, unit_done } kind = found;
  Path path;                                     // found
  std::uint32_t unit = 0;                        // unit_done
  std::uint64_t runs = 0;                        // unit_done
};

struct Worker {
  pid_t process = -1;
  int pipe = -1;
  unsigned desk = 0;
  bool given_up = false;
  std::chrono::nanoseconds since{0};             // processor time when it began its present run
  Path seen;
  std::uint64_t seen_runs = 0;
};

class Shift {
 public:
  Shift(Episodes& episodes, const std::vector<Fault>& first, const Findings& findings,
        const Crew& crew, Pass& pass, Crashes& crashes)
      : episodes_(episodes), first_(first), findings_(findings), crew_(crew), pass_(pass),
        crashes_(crashes) {}

  Result<void> run() {
    auto office = shared_with_children<Office>();
    if (!office) return tl::make_unexpected(office.error());
    office_ = std::move(*office);
    for (unsigned desk = 0; desk < crew_.jobs; ++desk) {
      if (auto hired = hire(desk, std::nullopt); !hired) return let_go(hired);
    }
    while (!workers_.empty()) {
      listen();
      if (crew_.stopped && crew_.stopped()) office_->stop = true;
      if (crew_.progress) crew_.progress(pass_.runs + runs_under_way(), pass_);
      if (auto looked = look_after_them(); !looked) return let_go(looked);
    }
    return {};
  }

 private:
  Result<void> hire(unsigned desk, const std::optional<Path>& after) {
    int ends[2];
    if (::pipe(ends) != 0) return failure(ErrorCode::io, "a pipe", std::strerror(errno));
    std::fflush(nullptr);
    const pid_t process = ::fork();
    if (process == 0) {
      ::close(ends[0]);
      be_a_worker(office_->desks[desk], ends[1], after);
    }
    const int reason = errno;
    ::close(ends[1]);
    if (process < 0) {
      ::close(ends[0]);
      return failure(ErrorCode::io, "a process", std::strerror(reason));
    }
    Worker& worker = workers_.emplace_back();
    worker.process = process;
    worker.pipe = ends[0];
    worker.desk = desk;
    return {};
  }

  [[noreturn]] void be_a_worker(Desk& desk, int pipe, const std::optional<Path>& after) {
    std::signal(SIGINT, SIG_IGN);                // of the terminal: the parent tells us
    episodes_.part_from_parent();
    Findings mine = findings_;
    std::set<Path> skipped;
    for (const auto& [path, how] : crashes_) skipped.insert(path);
    desk.runs = 0;
    const auto tell = [pipe](const Message& message) {
      while (::write(pipe, &message, sizeof message) < 0 && errno == EINTR) {
      }
    };
    Lists lists(episodes_, first_, pass_.length, std::move(skipped),
                {[this] { return office_->stop.load(); },
                 [&desk](const Path& path) { desk.set(path); },
                 [&](const Path& path, const Played& played) {
                   ++desk.runs;
                   if (mine.any_new(played)) tell({Message::found, path, 0, 0});
                 }});
    std::uint64_t told = 0;
    const auto play = [&](std::uint32_t unit, const std::optional<Path>& behind) {
      if (!lists.play_all(unit, behind)) ::_exit(0);
      tell({Message::unit_done, {}, unit, desk.runs - std::exchange(told, desk.runs.load())});
    };
    if (after) play(after->at[0], after);
    for (std::uint32_t unit; (unit = office_->next_unit++) < first_.size();) {
      if (unit % crew_.shards == crew_.shard && !pass_.done.contains(unit)) play(unit, {});
    }
    ::_exit(0);
  }

  void listen() {
    std::vector<pollfd> polled;
    for (const Worker& worker : workers_) polled.push_back({worker.pipe, POLLIN, 0});
    if (::poll(polled.data(), polled.size(), kLookEvery_ms) < 0) return;
    for (std::size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents != 0) receive(workers_[i]);
    }
  }

  void receive(Worker& worker) {
    std::array<Message, 64> messages;
    const auto got = ::read(worker.pipe, messages.data(), sizeof messages);
    if (got < 0) return;
    if (got == 0) {
      ::close(std::exchange(worker.pipe, -1));
      return;
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(got) / sizeof(Message); ++i) {
      const Message& message = messages[i];
      if (message.kind == Message::found) {
        pass_.found.insert(message.path);
      } else {
        pass_.done.insert(message.unit);
        pass_.runs += message.runs + std::exchange(carried_[message.unit], 0);
        told_[worker.desk] += message.runs;
      }
    }
  }

  // Runs of units that are not done yet.
  std::uint64_t runs_under_way() const {
    std::uint64_t all = 0;
    for (const auto& [unit, runs] : carried_) all += runs;
    for (const Worker& worker : workers_) {
      const auto told = told_.find(worker.desk);
      const auto played = office_->desks[worker.desk].runs.load();
      all += played - std::min(played, told == told_.end() ? 0 : told->second);
    }
    return all;
  }

  Result<void> look_after_them() {
    for (std::size_t i = workers_.size(); i-- > 0;) {
      if (workers_[i].pipe >= 0) {
        end_if_it_hangs(workers_[i]);
        continue;
      }
      const Worker gone = workers_[i];
      workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
      int status = 0;
      while (::waitpid(gone.process, &status, 0) < 0 && errno == EINTR) {
      }
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
      const Path path = office_->desks[gone.desk].path();
      LPARSIM_ASSERT(path.length > 0);           // it ended before its first run
      crashes_[path] = gone.given_up ? "the run used its processor time without an end"
                                     : fmt::format("the simulator ended by signal {}",
                                                   WIFSIGNALED(status) ? WTERMSIG(status) : 0);
      carried_[path.at[0]] += office_->desks[gone.desk].runs - told_[gone.desk] + 1;
      told_[gone.desk] = 0;
      if (auto hired = hire(gone.desk, path); !hired) return hired;
    }
    return {};
  }

  void end_if_it_hangs(Worker& worker) const {
    const Desk& desk = office_->desks[worker.desk];
    const auto now = processor_time(worker.process);
    const Path path = desk.path();
    if (path != worker.seen || desk.runs != worker.seen_runs) {
      worker.seen = path;
      worker.seen_runs = desk.runs;
      worker.since = now;
    } else if (!worker.given_up && now - worker.since > crew_.patience) {
      worker.given_up = true;
      ::kill(worker.process, SIGKILL);
    }
  }

  Result<void> let_go(Result<void> error) {
    for (const Worker& worker : workers_) {
      ::kill(worker.process, SIGKILL);
      ::waitpid(worker.process, nullptr, 0);
      if (worker.pipe >= 0) ::close(worker.pipe);
    }
    return error;
  }

  Episodes& episodes_;
  const std::vector<Fault>& first_;
  const Findings& findings_;
  const Crew& crew_;
  Pass& pass_;
  Crashes& crashes_;
  std::shared_ptr<Office> office_;
  std::vector<Worker> workers_;
  std::map<unsigned, std::uint64_t> told_;          // runs of done units, by desk
  std::map<std::uint32_t, std::uint64_t> carried_;  // runs of a unit whose worker is gone
};

}  // namespace

Result<void> work(Episodes& episodes, const std::vector<Fault>& first, const Findings& findings,
                  const Crew& crew, Pass& pass, Crashes& crashes) {
  return Shift(episodes, first, findings, crew, pass, crashes).run();
}

}  // namespace lparsim::explore
