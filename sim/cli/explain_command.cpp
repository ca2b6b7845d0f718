// lparsim explain SCENARIO: why its commands failed.
#include <fmt/format.h>

#include <memory>

#include "sim/cli/commands.hpp"
#include "sim/report/explain.hpp"
#include "sim/scenario/runner.hpp"

namespace lparsim::cli {
namespace {

struct ExplainArguments {
  std::string path;
  scenario::ProfileNames profiles;
};

int explain(const ExplainArguments& arguments) {
  auto loaded = scenario::load_scenario(arguments.path, arguments.profiles);
  if (!loaded) {
    complain(loaded.error());
    return kBadInput;
  }
  std::string text;
  scenario::RunOptions options;
  options.look = [&text](const EventLog& log, std::uint64_t first_event) {
    text = report::explain_failures(log, first_event);
  };
  const auto result =
      scenario::run_scenario(loaded->scenario, std::move(loaded->machine), options);
  fmt::print("{}", text.empty() ? "no command failed\n" : text);
  if (result.verdict != report::Verdict::error) return 0;
  complain({ErrorCode::bad_input, result.error, ""});
  return kBadInput;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<ExplainArguments>();
  auto* command = app.add_subcommand(
      "explain", "Run a scenario and print, of each HMC command that failed, the chain of causes");
  command->add_option("SCENARIO", arguments->path, "A scenario file")->required();
  add_profile_options(*command, arguments->profiles);
  command->callback([arguments, &exit_status] { exit_status = explain(*arguments); });
}

}  // namespace lparsim::cli
