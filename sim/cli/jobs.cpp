#include "sim/cli/jobs.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "sim/base/processes.hpp"
#include "sim/cli/run_again.hpp"
#include "sim/cli/watchdog.hpp"
#include "sim/report/atomic_file.hpp"
#include "sim/report/result_json.hpp"
#include "sim/report/timeline.hpp"
#include "sim/scenario/runner.hpp"

namespace lparsim::cli {

using report::ScenarioResult;
using report::Verdict;
using RealClock = std::chrono::steady_clock;   // how long people wait; never seen by the model

namespace {

constexpr int kLookEvery_ms = 1000;   // after processes that make no progress

ScenarioResult error_result(const std::string& path, std::string line) {
  ScenarioResult result;
  result.path = result.name = path;
  result.verdict = Verdict::error;
  result.error = std::move(line);
  return result;
}

report::TimelineTitle title_of(const scenario::Loaded& loaded) {
  return {loaded.scenario.name, models::partition_names(loaded.machine)};
}

ScenarioResult run_loaded(const std::string& path, std::size_t number, const JobOptions& options,
                          scenario::Loaded loaded, scenario::Progress& progress) {
  scenario::RunOptions run;
  run.seed = options.seed;
  run.episodes = options.episodes;
  run.progress = &progress;
  std::ofstream log;
  if (!options.log_folder.empty()) {
    log.open(options.log_folder + "/" + std::to_string(number));
    run.log_line = [&log](std::string_view line) { log << line << '\n'; };
  }
  Result<void> drawn;
  if (!options.timeline.empty()) {
    run.look = [&drawn, &options, title = title_of(loaded)](const EventLog& events,
                                                            std::uint64_t first) {
      drawn = report::write_file_atomically(options.timeline,
                                            report::timeline_html(events, first, title));
    };
  }
  auto result = scenario::run_scenario(loaded.scenario, std::move(loaded.machine), run);
  if (!drawn) return error_result(path, drawn.error().line());
  result.path = path;
  if (log.is_open() && !log.flush()) {
    return error_result(path, path + ": the events cannot be written to the temporary folder");
  }
  return result;
}

ScenarioResult run_here(const std::string& path, std::size_t number, const JobOptions& options,
                        scenario::Progress& progress) {
  auto loaded = scenario::load_scenario(path, options.profiles);
  if (!loaded) return error_result(path, loaded.error().line());
  return run_loaded(path, number, options, std::move(*loaded), progress);
}

// The regular expressions of the standard library take stack with the length of the text.
void raise_stack_limit() {
  constexpr rlim_t kStackBytes = 100U << 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kStackBytes) return;
  limit.rlim_cur = std::min(kStackBytes, limit.rlim_max);
  ::setrlimit(RLIMIT_STACK, &limit);
}

[[noreturn]] void child(const std::string& path, std::size_t number, const JobOptions& options,
                        scenario::Progress& progress, int pipe) {
  raise_stack_limit();
  const std::string text = report::to_json(run_here(path, number, options, progress));
  std::size_t sent = 0;
  while (sent < text.size()) {
    const auto written = ::write(pipe, text.data() + sent, text.size() - sent);
    if (written < 0 && errno != EINTR) break;
    if (written > 0) sent += static_cast<std::size_t>(written);
  }
  std::fflush(nullptr);
  ::_exit(0);   // the simulation is not torn down: nothing of it is needed any more
}

struct Job {
  std::size_t number = 0;
  pid_t process = -1;
  int pipe = -1;
  std::string text;
  RealClock::time_point started;
  Watchdog watchdog;
  bool given_up = false;
};

Result<Job> start(const std::string& path, std::size_t number, const JobOptions& options) {
  const auto progress = shared_with_children<scenario::Progress>();
  if (!progress) return tl::make_unexpected(progress.error());
  int ends[2];
  if (::pipe(ends) != 0) return failure(ErrorCode::io, path, std::strerror(errno));
  std::fflush(nullptr);
  const pid_t process = ::fork();
  if (process == 0) {
    ::close(ends[0]);
    child(path, number, options, **progress, ends[1]);
  }
  const int reason = errno;
  ::close(ends[1]);
  if (process > 0) {
    return Job{number, process, ends[0], {}, RealClock::now(), Watchdog(process, *progress)};
  }
  ::close(ends[0]);
  return failure(ErrorCode::io, path, std::strerror(reason));
}

ScenarioResult finish(Job& job, const std::string& path) {
  ::close(job.pipe);
  int status = 0;
  while (::waitpid(job.process, &status, 0) < 0 && errno == EINTR) {
  }
  if (job.given_up) return error_result(path, job.watchdog.line(path));
  auto result = report::scenario_result_from_json(job.text);
  if (WIFSIGNALED(status)) {
    // Our own bug: the assertion's report went to stderr. It fails the scenario, and only it.
    ScenarioResult crashed;
    crashed.path = crashed.name = path;
    crashed.verdict = Verdict::failed;
    crashed.failures.push_back(
        {path, fmt::format("the simulator itself ended by signal {}", WTERMSIG(status)), {}, {},
         {}});
    return crashed;
  }
  if (!result) {
    return error_result(path, fmt::format("{}: the simulation ended without a result, status {}",
                                          path, WEXITSTATUS(status)));
  }
  result->real_seconds = std::chrono::duration<double>(RealClock::now() - job.started).count();
  return *result;
}

// Reads what is there; true when the job's pipe was closed.
bool receive(Job& job) {
  char buffer[65536];
  const auto got = ::read(job.pipe, buffer, sizeof buffer);
  if (got < 0) return errno != EINTR && errno != EAGAIN;
  job.text.append(buffer, static_cast<std::size_t>(got));
  return got == 0;
}

class Pool {
 public:
  Pool(const std::vector<std::string>& paths, const JobOptions& options)
      : paths_(paths), options_(options), results_(paths.size()) {}

  std::vector<ScenarioResult> run(const std::function<void(const ScenarioResult&)>& finished) {
    std::size_t next = 0, told = 0;
    while (told < paths_.size()) {
      while (next < paths_.size() && running_.size() < options_.jobs) launch(next++);
      wait_for_some();
      while (told < paths_.size() && results_[told]) finished(*results_[told++]);
    }
    std::vector<ScenarioResult> all;
    for (auto& result : results_) all.push_back(std::move(*result));
    return all;
  }

 private:
  void launch(std::size_t number) {
    auto job = start(paths_[number], number, options_);
    if (job) {
      running_.push_back(std::move(*job));
    } else {
      results_[number] = error_result(paths_[number], job.error().line());
    }
  }

  void wait_for_some() {
    std::vector<pollfd> polled;
    for (const auto& job : running_) polled.push_back({job.pipe, POLLIN, 0});
    if (polled.empty() || ::poll(polled.data(), polled.size(), kLookEvery_ms) < 0) return;
    for (std::size_t i = polled.size(); i-- > 0;) {
      if (polled[i].revents == 0 || !receive(running_[i])) continue;
      results_[running_[i].number] = finish(running_[i], paths_[running_[i].number]);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    for (auto& job : running_) {
      if (job.given_up || !job.watchdog.stuck()) continue;
      job.given_up = true;   // its pipe closes now
      ::kill(job.process, SIGKILL);
    }
  }

  const std::vector<std::string>& paths_;
  const JobOptions& options_;
  std::vector<std::optional<ScenarioResult>> results_;
  std::vector<Job> running_;
};

// The result of a single scenario, run in this process: making another one costs as much time as
// a short flow takes. nullopt: it has to be isolated, because that was asked for after a crash or
// because real programs or temporary files would survive one.
std::optional<ScenarioResult> run_alone(const std::string& path, const JobOptions& options) {
  if (isolation_wanted() || !options.log_folder.empty()) return std::nullopt;
  const auto started = RealClock::now();
  static scenario::Progress progress;
  const RunAgainIsolated unless_it_ends_well(progress);
  auto loaded = scenario::load_scenario(path, options.profiles);
  if (!loaded) return error_result(path, loaded.error().line());
  if (scenario::starts_real_programs(loaded->machine)) return std::nullopt;
  raise_stack_limit();
  auto result = run_loaded(path, 0, options, std::move(*loaded), progress);
  result.real_seconds = std::chrono::duration<double>(RealClock::now() - started).count();
  return result;
}

}  // namespace

std::vector<ScenarioResult> run_jobs(const std::vector<std::string>& paths,
                                     const JobOptions& options,
                                     const std::function<void(const ScenarioResult&)>& finished) {
  if (paths.size() == 1) {
    if (auto result = run_alone(paths.front(), options)) {
      finished(*result);
      return {std::move(*result)};
    }
  }
  return Pool(paths, options).run(finished);
}

}  // namespace lparsim::cli
