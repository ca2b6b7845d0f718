// lparsim run PATH...
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "sim/cli/commands.hpp"
#include "sim/cli/jobs.hpp"
#include "sim/cli/paths.hpp"
#include "sim/config/kernel_file.hpp"
#include "sim/config/profile_file.hpp"
#include "sim/report/atomic_file.hpp"
#include "sim/report/junit.hpp"
#include "sim/report/result_json.hpp"

namespace lparsim::cli {
namespace {

struct RunArguments {
  std::vector<std::string> paths;
  JobOptions options;
  std::string junit, result, log;
  bool quiet = false;
};

// A folder for the logs of the scenarios' processes; removed with this object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code ignored;
    std::string name = (std::filesystem::temp_directory_path(ignored) / "lparsim-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string joined_logs(const std::string& folder,
                        const std::vector<report::ScenarioResult>& results) {
  std::ostringstream all;
  for (std::size_t i = 0; i < results.size(); ++i) {
    all << fmt::format("{{\"scenario\":{}}}\n", i + 1);
    std::ifstream log(folder + "/" + std::to_string(i));
    if (log.peek() != std::ifstream::traits_type::eof()) all << log.rdbuf();
  }
  return all.str();
}

Result<void> write_outputs(const RunArguments& arguments,
                           const std::vector<report::ScenarioResult>& results) {
  const std::string& folder = arguments.options.log_folder;
  Result<void> written;
  if (!arguments.result.empty()) {
    written = report::write_file_atomically(arguments.result, report::result_json(results));
  }
  if (written && !arguments.junit.empty()) {
    written = report::write_file_atomically(arguments.junit, report::junit_xml(results));
  }
  if (written && !arguments.log.empty()) {
    written = report::write_file_atomically(arguments.log, joined_logs(folder, results));
  }
  return written;
}

// The files that the command line names in place of shipped profiles.
Result<void> check_files(const scenario::ProfileNames& names) {
  if (const auto& firmware = names.firmware) {
    const auto read = config::profile_named(firmware->name, firmware->folder, firmware->where);
    if (!read) return tl::make_unexpected(read.error());
  }
  if (const auto& kernel = names.kernel) {
    const auto read = config::kernel_named(kernel->name, kernel->folder, kernel->where);
    if (!read) return tl::make_unexpected(read.error());
  }
  return {};
}

int run(RunArguments& arguments) {
  const auto paths = scenarios_below(arguments.paths);
  if (!paths || paths->empty()) {
    complain(paths ? Error{ErrorCode::not_found, "no scenario found", arguments.paths.front()}
                   : paths.error());
    return kBadInput;
  }
  if (paths->size() > 1 && !arguments.options.timeline.empty()) {
    complain({ErrorCode::bad_input,
              fmt::format("found {} scenarios, allowed is one", paths->size()), "--timeline"});
    return kBadInput;
  }
  // Told once, not by each scenario.
  if (const auto good = check_files(arguments.options.profiles); !good) {
    complain(good.error());
    return kBadInput;
  }
  std::unique_ptr<TemporaryFolder> logs;
  if (!arguments.log.empty()) {
    logs = std::make_unique<TemporaryFolder>();
    if (logs->path().empty()) {
      complain({ErrorCode::io, "no temporary folder can be made for the events", arguments.log});
      return kBadInput;
    }
    arguments.options.log_folder = logs->path();
  }
  const auto tell = [&](const report::ScenarioResult& result) {
    if (result.verdict == report::Verdict::error) {
      complain({ErrorCode::bad_input, result.error, ""});
    } else if (!arguments.quiet || result.verdict != report::Verdict::passed) {
      fmt::print("{}", report::summary(result));
      std::fflush(stdout);
    }
  };
  const auto results = run_jobs(*paths, arguments.options, tell);
  const auto totals = report::count(results);
  const auto written = write_outputs(arguments, results);
  if (!written) complain(written.error());
  fmt::print("{}", report::last_line(totals));
  return written ? totals.exit_status() : kBadInput;
}

// As in a scenario file: 0 to 2^63 - 1. The library that reads options would take -1 as 2^64 - 1.
std::string seed_fits(const std::string& text) {
  std::int64_t seed = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, seed);
  if (error == std::errc() && at == end && seed >= 0) return {};
  return "found " + text + ", allowed is a whole number from 0 to 9223372036854775807";
}

std::string not_empty(const std::string& path) {
  return path.empty() ? "the name of the file is empty" : std::string();
}

}  // namespace

void add_run(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<RunArguments>();
  auto* command = app.add_subcommand("run", "Run scenarios: every scenario file below PATH");
  command->add_option("PATH", arguments->paths, "Files or folders")->required();
  command->add_option("--seed", arguments->options.seed, "Decides order and latency")
      ->check(seed_fits);
  command->add_option("--jobs", arguments->options.jobs, "Scenarios at a time")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option("--episodes", arguments->options.episodes,
                   "Run each N times in one simulation and compare the logs")
      ->check(CLI::Range(1, 1000000));
  command->add_option("--junit", arguments->junit, "Write JUnit XML to this file")
      ->check(not_empty);
  command->add_option("--result", arguments->result, "Write the results as JSON to this file")
      ->check(not_empty);
  command->add_option("--log", arguments->log, "Write all events as JSON lines to this file")
      ->check(not_empty);
  command->add_option("--timeline", arguments->options.timeline,
                      "Draw the run, lanes from the HMC to firmware, as an HTML page")
      ->check(not_empty);
  command->add_flag("-q,--quiet", arguments->quiet, "Only what failed, and the last line");
  add_profile_options(*command, arguments->options.profiles);
  command->callback([arguments, &exit_status] { exit_status = run(*arguments); });
}

}  // namespace lparsim::cli
