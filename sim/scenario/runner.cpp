#include "sim/scenario/runner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/boot.hpp"
#include "sim/scenario/episode_choices.hpp"
#include "sim/scenario/player.hpp"

namespace lparsim::scenario {

using report::ScenarioResult;
using report::Verdict;

namespace {

ScenarioResult with_error(ScenarioResult result, const Error& error) {
  result.verdict = Verdict::error;
  result.error = error.line();
  return result;
}

// A violation is as expected when one of the list names it; one that is listed must appear.
void match_violations(const Scenario& scenario, ScenarioResult& result) {
  for (const auto& expected : scenario.expect_violations) {
    bool seen = false;
    for (auto& violation : result.violations) {
      if (violation.invariant != expected.invariant ||
          violation.text.find(expected.contains) == std::string::npos) {
        continue;
      }
      seen = violation.expected = true;
    }
    if (seen) continue;
    result.failures.push_back({expected.where, "this violation did not appear",
                               expected.invariant + " " + expected.contains, "", {}});
  }
}

void judge(const Scenario& scenario, ScenarioResult& result) {
  match_violations(scenario, result);
  const bool good = result.failures.empty() &&
                    std::all_of(result.violations.begin(), result.violations.end(),
                                [](const auto& violation) { return violation.expected; });
  result.verdict = good ? Verdict::passed : Verdict::failed;
}

struct EpisodeEnd {
  std::uint64_t hash = 0;
  std::vector<report::Failure> failures;
  std::vector<report::Violation> violations;
};

Result<EpisodeEnd> play_episode(const Scenario& scenario, models::World& world,
                                EpisodeChoices& choices, Progress* progress) {
  choices.begin();
  Player player(scenario, world, progress);
  auto played = player.play();
  EpisodeEnd end{world.log().hash(), std::move(player.failures), std::move(player.violations)};
  world.end_all_actors();
  if (!played) return tl::make_unexpected(played.error());
  if (auto problems = choices.problems(); !problems.empty()) {
    return tl::make_unexpected(problems.front());
  }
  return end;
}

// Every later episode must leave the log of the first.
Result<void> repeat(const Scenario& scenario, models::World& world, EpisodeChoices& choices,
                    const Start& start, const EpisodeEnd& first, const RunOptions& options,
                    ScenarioResult& result) {
  for (std::uint32_t episode = 2; episode <= options.episodes; ++episode) {
    return_to_start(world, start);
    const auto end = play_episode(scenario, world, choices, options.progress);
    if (!end) return tl::make_unexpected(end.error());
    ++result.episodes;
    if (end->hash == first.hash) continue;
    result.failures.push_back({scenario.file, fmt::format("episode {} left another log", episode),
                               fmt::format("{:016x}", first.hash),
                               fmt::format("{:016x}", end->hash), {}});
    return {};
  }
  return {};
}

}  // namespace

ScenarioResult run_scenario(const Scenario& scenario, models::WorldConfig machine,
                            const RunOptions& options) {
  ScenarioResult result;
  result.name = scenario.name;
  EpisodeChoices choices(scenario.faults, options.seed ? options.seed : scenario.seed);
  const auto awaited = reachable(machine);
  models::World world(std::move(machine), choices);
  auto& log = world.log();
  if (options.log_line) {
    // What building the machine itself left (the first assignments) comes first.
    for (std::uint64_t i = 0; i < log.total(); ++i) options.log_line(log.json(log.at(i)));
    log.spill_to([&](const EventRecord& record) { options.log_line(log.json(record)); });
  }
  const auto start = boot(world, awaited, scenario.limit);
  if (!start) {
    Error error = start.error();
    error.where = scenario.file + ": /machine: " + error.where;
    return with_error(std::move(result), error);
  }
  const auto first_event = log.total();
  auto first = play_episode(scenario, world, choices, options.progress);
  log.spill_to({});
  if (options.look) options.look(log, first_event);
  result.simulated_ns = world.clock().now().time_since_epoch().count();
  result.events = log.total();
  if (!first) return with_error(std::move(result), first.error());
  result.log_hash = fmt::format("{:016x}", start->boot_hash * 31 + first->hash + first_event);
  result.failures = first->failures;
  result.violations = first->violations;
  const auto repeated = repeat(scenario, world, choices, *start, *first, options, result);
  if (!repeated) {
    return with_error(std::move(result), repeated.error());
  }
  judge(scenario, result);
  return result;
}

}  // namespace lparsim::scenario
