#include "sim/cli/explore_run.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "sim/cli/commands.hpp"
#include "sim/cli/stop.hpp"
#include "sim/explore/explorer.hpp"
#include "sim/explore/write_up.hpp"

namespace lparsim::cli {
namespace {

// Rate and estimate, on a terminal.
class ShownProgress {
 public:
  static std::function<void(const explore::Progress&)> on_terminal() {
    if (::isatty(STDERR_FILENO) == 0) return {};
    return [shown = ShownProgress()](const explore::Progress& now) mutable { shown.show(now); };
  }

 private:
  using RealClock = std::chrono::steady_clock;

  void show(const explore::Progress& now) {
    if (now.length != length_) {
      length_ = now.length;
      began_ = RealClock::now();
      first_runs_ = now.runs;
      first_done_ = now.units_done;
    }
    const double seconds = std::chrono::duration<double>(RealClock::now() - began_).count();
    const double rate = seconds > 0 ? static_cast<double>(now.runs - first_runs_) / seconds : 0;
    const auto done = now.units_done - first_done_;
    const std::string left =
        done == 0 ? ""
                  : fmt::format(", about {:.0f} s left",
                                seconds * static_cast<double>(now.units - now.units_done) /
                                    static_cast<double>(done));
    fmt::print(stderr, "\rlists of {}: {} runs, {:.0f}/s, {} of {} first faults{:12}\r", now.length,
               now.runs, rate, now.units_done, now.units, left);
  }

  unsigned length_ = 0;
  std::uint64_t first_runs_ = 0;
  std::size_t first_done_ = 0;
  RealClock::time_point began_;
};

std::string shown(const explore::Violation& violation, const models::WorldConfig& machine) {
  std::string text = fmt::format("  {} {}\n", violation.invariant, violation.text);
  if (!violation.where.empty()) text += fmt::format("    after {}\n", violation.where);
  for (const auto& fault : violation.faults) {
    text += fmt::format("    fault {}\n", explore::describe(fault, machine));
  }
  return text;
}

void fill(ExploreCell& cell, const explore::Report& report, const models::WorldConfig& machine) {
  cell.ran = true;
  cell.complete = report.complete;
  cell.violations = report.violations.size();
  if (report.violations.empty()) return;
  const std::string text = shown(report.violations.front(), machine);
  text.copy(cell.first.data(), cell.first.size() - 1);
}

// "found-2-AGREE.json" in the folder, numbered over all scenarios of the same name.
Result<std::string> write_out(const std::string& file, const explore::Violation& violation,
                              std::size_t number, const ExploreArguments& arguments,
                              const models::WorldConfig& machine) {
  const auto target =
      std::filesystem::path(arguments.out) /
      fmt::format("{}-{}-{}.json", std::filesystem::path(file).stem().string(), number,
                  violation.invariant);
  const auto written = explore::write_scenario(file, violation, machine, target.string());
  if (!written) return tl::make_unexpected(written.error());
  return target.string();
}

explore::Options options_of(const std::string& file, const ExploreArguments& arguments) {
  explore::Options options;
  options.faults = arguments.faults;
  options.jobs = arguments.jobs != 0 ? arguments.jobs : std::thread::hardware_concurrency();
  options.budget = std::chrono::milliseconds(static_cast<std::int64_t>(arguments.budget_s * 1000));
  options.shard = arguments.shard;
  options.shards = arguments.shards;
  if (!arguments.out.empty()) {
    const auto stem = std::filesystem::path(file).stem().string();
    options.state_file = (std::filesystem::path(arguments.out) / (stem + ".search.json")).string();
  }
  options.resume = arguments.resume;
  options.all_outcomes = arguments.all_outcomes;
  options.interrupted = told_to_stop;
  options.progress = ShownProgress::on_terminal();
  return options;
}

// A folder that can be written to, without another search's result that would be lost.
Result<void> prepare_folder(const explore::Options& options, const std::string& folder) {
  if (folder.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return failure(ErrorCode::io, folder, error.message());
  if (!options.resume && std::filesystem::exists(options.state_file, error)) {
    return failure(ErrorCode::bad_input, options.state_file,
                   "an earlier search left its state here; --resume goes on with it, another "
                   "folder begins anew");
  }
  return {};
}

void print_report(const std::string& file, const explore::Report& report,
                  const ExploreArguments& arguments) {
  const auto& reached = report.reached;
  const std::string left_out =
      report.left_out == 0 ? "" : fmt::format(" ({} of equal effect left out)", report.left_out);
  fmt::print("{}: {} points, {} outcomes{}, {} runs of at most {} faults{}, {} violations\n", file,
             report.points, report.outcomes, left_out, report.runs, arguments.faults,
             report.complete ? "" : " (stopped, not complete)", report.violations.size());
  if (report.complete) return;
  fmt::print("  not covered: lists of {} that begin with {} of {} first faults{}\n", reached.length,
             reached.units - reached.units_done, reached.units,
             reached.length < arguments.faults ? ", and all longer ones" : "");
}

int explore_one(const std::string& file, const ExploreArguments& arguments, ExploreCell* cell) {
  auto loaded = scenario::load_scenario(file, arguments.profiles);
  if (!loaded) {
    complain(loaded.error());
    return kBadInput;
  }
  if (scenario::starts_real_programs(loaded->machine)) {
    complain({ErrorCode::unsupported, "real programs cannot be explored", file + ": /agents"});
    return kBadInput;
  }
  const auto options = options_of(file, arguments);
  if (const auto ready = prepare_folder(options, arguments.out); !ready) {
    complain(ready.error());
    return kBadInput;
  }
  const auto report = explore::explore(loaded->scenario, loaded->machine, options);
  if (options.progress) fmt::print(stderr, "\r{:100}\r", "");
  if (!report) {
    complain(report.error());
    return kBadInput;
  }
  if (cell != nullptr) {
    fill(*cell, *report, loaded->machine);
    return report->violations.empty() ? 0 : kExpectationFailed;
  }
  print_report(file, *report, arguments);
  std::size_t number = 0;
  for (const auto& violation : report->violations) {
    fmt::print("{}", shown(violation, loaded->machine));
    if (arguments.out.empty()) continue;
    const auto target = write_out(file, violation, ++number, arguments, loaded->machine);
    if (!target) {
      complain(target.error());
      return kBadInput;
    }
    fmt::print("    written to {}\n", *target);
  }
  return report->violations.empty() ? 0 : kExpectationFailed;
}

}  // namespace

// SystemC allows one simulation per process.
int explore_in_a_process(const std::string& file, const ExploreArguments& arguments,
                         ExploreCell* cell) {
  std::fflush(nullptr);
  const pid_t process = ::fork();
  if (process == 0) {
    const int status = explore_one(file, arguments, cell);
    std::fflush(nullptr);
    ::_exit(status);
  }
  int status = 0;
  while (process > 0 && ::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (process > 0 && WIFEXITED(status)) return WEXITSTATUS(status);
  complain({ErrorCode::unsupported, "the simulator itself ended in one of the runs", file});
  return kExpectationFailed;
}

}  // namespace lparsim::cli
