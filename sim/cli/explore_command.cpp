// lparsim explore SCENARIO...: every list of faults up to a length, each scenario in a process of
// its own.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <thread>

#include "sim/cli/commands.hpp"
#include "sim/cli/paths.hpp"
#include "sim/explore/explorer.hpp"
#include "sim/explore/write_up.hpp"

namespace lparsim::cli {
namespace {

struct ExploreArguments {
  std::vector<std::string> paths;
  unsigned faults = 1, jobs = 0;
  double budget_s = 0;
  std::string out, shard = "1/1";
  bool resume = false, all_outcomes = false;
  scenario::ProfileNames profiles;
};

volatile std::sig_atomic_t interrupted = 0;

// ^C ends the search as a budget does: what was found is told.
void stop_politely() {
  std::signal(SIGINT, [](int) { interrupted = 1; });
}

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

void print_violation(const explore::Violation& violation, const models::WorldConfig& machine) {
  fmt::print("  {} {}\n", violation.invariant, violation.text);
  if (!violation.where.empty()) fmt::print("    after {}\n", violation.where);
  for (const auto& fault : violation.faults) {
    fmt::print("    fault {}\n", explore::describe(fault, machine));
  }
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

// "I/N" as given; the reader of options has looked at the form.
explore::Options options_of(const std::string& file, const ExploreArguments& arguments) {
  explore::Options options;
  options.faults = arguments.faults;
  options.jobs = arguments.jobs != 0 ? arguments.jobs : std::thread::hardware_concurrency();
  options.budget = std::chrono::milliseconds(static_cast<std::int64_t>(arguments.budget_s * 1000));
  const auto slash = arguments.shard.find('/');
  options.shard = static_cast<unsigned>(std::stoul(arguments.shard.substr(0, slash))) - 1;
  options.shards = static_cast<unsigned>(std::stoul(arguments.shard.substr(slash + 1)));
  if (!arguments.out.empty()) {
    const auto stem = std::filesystem::path(file).stem().string();
    options.state_file = (std::filesystem::path(arguments.out) / (stem + ".search.json")).string();
  }
  options.resume = arguments.resume;
  options.all_outcomes = arguments.all_outcomes;
  options.interrupted = [] { return interrupted != 0; };
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

int explore_one(const std::string& file, const ExploreArguments& arguments) {
  auto loaded = scenario::load_scenario(file, arguments.profiles);
  if (!loaded) {
    complain(loaded.error());
    return kBadInput;
  }
  for (const auto& [id, os] : loaded->machine.os) {
    if (!os.agent) continue;
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
  print_report(file, *report, arguments);
  std::size_t number = 0;
  for (const auto& violation : report->violations) {
    print_violation(violation, loaded->machine);
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

// SystemC allows one simulation per process.
int in_a_process(const std::string& file, const ExploreArguments& arguments) {
  std::fflush(nullptr);
  const pid_t process = ::fork();
  if (process == 0) {
    const int status = explore_one(file, arguments);
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

int explore_all(const ExploreArguments& arguments) {
  const auto files = scenarios_below(arguments.paths);
  if (!files || files->empty()) {
    complain(files ? Error{ErrorCode::not_found, "no scenario found", arguments.paths.front()}
                   : files.error());
    return kBadInput;
  }
  stop_politely();
  int worst = 0;
  for (const auto& file : *files) {
    if (interrupted != 0) break;
    worst = std::max(worst, in_a_process(file, arguments));
  }
  return worst;
}

std::string is_shard(const std::string& text) {
  unsigned number = 0, of = 0;
  char more = 0;
  if (std::sscanf(text.c_str(), "%5u/%5u%c", &number, &of, &more) == 2 && number >= 1 &&
      number <= of) {
    return {};
  }
  return "found " + text + ", allowed is I/N with I from 1 to N";
}

}  // namespace

void add_explore(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<ExploreArguments>();
  auto* command = app.add_subcommand(
      "explore", "Run scenarios with every list of faults and watch the invariants");
  command->add_option("SCENARIO", arguments->paths, "Files or folders")->required();
  command->add_option("--faults", arguments->faults, "Longest list of faults, 1 when missing")
      ->check(CLI::Range(0, 8));
  command->add_option("--jobs", arguments->jobs, "Processes at a time, all processors when missing")
      ->check(CLI::Range(1, 1024));
  command->add_option("--budget", arguments->budget_s, "Stop each after so long: 90, 90s, 5m, 2h")
      ->transform(CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"m", 60},
                                                                     {"h", 3600}}))
      ->check(CLI::Range(0.001, 1e9));
  command->add_flag("--all-outcomes", arguments->all_outcomes,
                    "Also those of equal effect: each \"try again\", each length of a delay");
  command->add_option("--shard", arguments->shard, "I/N: the I-th of N parts of the search")
      ->check(is_shard);
  auto* out = command->add_option("--out", arguments->out,
                                  "Write each violation there as a scenario, and how far it is");
  command->add_flag("--resume", arguments->resume, "Go on with what a stopped search left there")
      ->needs(out);
  add_profile_options(*command, arguments->profiles);
  command->callback([arguments, &exit_status] { exit_status = explore_all(*arguments); });
}

}  // namespace lparsim::cli
