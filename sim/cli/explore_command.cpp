// lparsim explore SCENARIO...: every list of faults up to a length, each scenario in a process of
// its own.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "sim/cli/commands.hpp"
#include "sim/cli/paths.hpp"
#include "sim/explore/explorer.hpp"
#include "sim/explore/write_up.hpp"

namespace lparsim::cli {
namespace {

struct ExploreArguments {
  std::vector<std::string> paths;
  unsigned faults = 1;
  double budget_s = 0;
  std::string out;
  scenario::ProfileNames profiles;
};

std::function<void(std::uint64_t)> shown_progress() {
  if (::isatty(STDERR_FILENO) == 0) return {};
  return [](std::uint64_t runs) {
    if (runs % 256 == 0) fmt::print(stderr, "\r{} runs", runs);
  };
}

void print_violation(const explore::Violation& violation, const models::WorldConfig& machine) {
  fmt::print("  {} {}\n    after {}\n", violation.invariant, violation.text, violation.where);
  for (const auto& fault : violation.faults) {
    fmt::print("    fault {}\n", explore::describe(fault, machine));
  }
}

// "found-2-AGREE.json" in the folder, numbered over all scenarios of the same name.
Result<std::string> write_out(const std::string& file, const explore::Violation& violation,
                              std::size_t number, const ExploreArguments& arguments,
                              const models::WorldConfig& machine) {
  std::error_code error;
  std::filesystem::create_directories(arguments.out, error);
  if (error) return failure(ErrorCode::io, arguments.out, error.message());
  const auto target =
      std::filesystem::path(arguments.out) /
      fmt::format("{}-{}-{}.json", std::filesystem::path(file).stem().string(), number,
                  violation.invariant);
  const auto written = explore::write_scenario(file, violation, machine, target.string());
  if (!written) return tl::make_unexpected(written.error());
  return target.string();
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
  explore::Options options;
  options.faults = arguments.faults;
  options.budget = std::chrono::milliseconds(static_cast<std::int64_t>(arguments.budget_s * 1000));
  options.progress = shown_progress();
  const auto report = explore::explore(loaded->scenario, loaded->machine, options);
  if (!report) {
    complain(report.error());
    return kBadInput;
  }
  if (options.progress) fmt::print(stderr, "\r{:20}\r", "");
  fmt::print("{}: {} points, {} outcomes, {} runs of at most {} faults{}, {} violations\n", file,
             report->points, report->outcomes, report->runs, arguments.faults,
             report->complete ? "" : " (stopped by the budget, not complete)",
             report->violations.size());
  if (report->endless != 0) fmt::print("  {} runs did not end\n", report->endless);
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
  return report->violations.empty() && report->endless == 0 ? 0 : kExpectationFailed;
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
  int worst = 0;
  for (const auto& file : *files) worst = std::max(worst, in_a_process(file, arguments));
  return worst;
}

}  // namespace

void add_explore(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<ExploreArguments>();
  auto* command = app.add_subcommand(
      "explore", "Run scenarios with every list of faults and watch the invariants");
  command->add_option("SCENARIO", arguments->paths, "Files or folders")->required();
  command->add_option("--faults", arguments->faults, "Longest list of faults, 1 when missing")
      ->check(CLI::Range(0, 8));
  command->add_option("--budget", arguments->budget_s, "Stop each after so many seconds")
      ->check(CLI::Range(0.001, 1e9));
  command->add_option("--out", arguments->out, "Write each violation there as a scenario");
  add_profile_options(*command, arguments->profiles);
  command->callback([arguments, &exit_status] { exit_status = explore_all(*arguments); });
}

}  // namespace lparsim::cli
