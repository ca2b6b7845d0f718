// lparsim explore SCENARIO...: every list of faults up to a length, each scenario in a process of
// its own.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>

#include "sim/cli/commands.hpp"
#include "sim/cli/explore_matrix.hpp"
#include "sim/cli/explore_run.hpp"
#include "sim/cli/paths.hpp"
#include "sim/cli/stop.hpp"

namespace lparsim::cli {
namespace {

int explore_all(const ExploreArguments& arguments) {
  const auto files = scenarios_below(arguments.paths);
  if (!files || files->empty()) {
    complain(files ? Error{ErrorCode::not_found, "no scenario found", arguments.paths.front()}
                   : files.error());
    return kBadInput;
  }
  stop_politely_on({SIGINT});   // as the end of a budget
  int worst = 0;
  for (const auto& file : *files) {
    if (told_to_stop()) break;
    worst = std::max(worst, names_several(arguments.profiles)
                                ? explore_matrix(file, arguments)
                                : explore_in_a_process(file, arguments));
  }
  return worst;
}

void read_shard(const std::string& text, ExploreArguments& arguments) {
  unsigned number = 0, of = 0;
  char more = 0;
  if (std::sscanf(text.c_str(), "%5u/%5u%c", &number, &of, &more) != 2 || number < 1 ||
      number > of) {
    throw CLI::ValidationError("--shard", "found " + text + ", allowed is I/N with I from 1 to N");
  }
  arguments.shard = number - 1;
  arguments.shards = of;
}

}  // namespace

void add_explore(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<ExploreArguments>();
  auto* command = app.add_subcommand(
      "explore",
      "Run scenarios with every list of faults and watch the invariants. Several firmware profiles "
      "or kernel levels, with commas between them, make a table");
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
  command->add_option_function<std::string>(
      "--shard", [arguments](const std::string& text) { read_shard(text, *arguments); },
      "I/N: the I-th of N parts of the search");
  auto* out = command->add_option("--out", arguments->out,
                                  "Write each violation there as a scenario, and how far it is");
  command->add_flag("--resume", arguments->resume, "Go on with what a stopped search left there")
      ->needs(out);
  add_profile_options(*command, arguments->profiles);
  command->callback([arguments, &exit_status] { exit_status = explore_all(*arguments); });
}

}  // namespace lparsim::cli
