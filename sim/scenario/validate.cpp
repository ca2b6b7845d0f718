#include "sim/scenario/validate.hpp"

#include <fmt/format.h>

#include "sim/scenario/validate_parts.hpp"

namespace lparsim::scenario {
namespace {

Step lower_step(const RawStep& raw, Validation& check);

ResultExpectation lower(const RawResult& raw, Validation& check) {
  ResultExpectation result;
  result.exit = static_cast<int>(raw.exit);
  if (raw.out) result.out = check.pattern(*raw.out);
  if (raw.err) result.err = check.pattern(*raw.err);
  return result;
}

StateStep lower(const RawState& raw, Validation& check) {
  StateStep state;
  for (const auto& file : raw.files) state.files.push_back(check.file(file));
  for (const auto& drc : raw.drcs) state.drcs.push_back(check.drc(drc));
  if (raw.ledger) state.ledger = check.ledger(*raw.ledger);
  for (const auto& event : raw.events) state.events.push_back(check.event(event));
  for (const auto& [name, where] : raw.agree) {
    state.agree.emplace_back(check.partition(name, where), where);
  }
  return state;
}

std::vector<std::vector<Step>> lower(const std::vector<RawBranch>& raw, Validation& check) {
  std::vector<std::vector<Step>> branches;
  for (const auto& branch : raw) {
    auto& steps = branches.emplace_back();
    for (const auto& step : branch.steps) steps.push_back(lower_step(step, check));
  }
  return branches;
}

Step lower_step(const RawStep& raw, Validation& check) {
  Step step{raw.where, WaitRestStep{}};
  switch (raw.kind) {
    case StepKind::hmc:
      step.what = HmcStep{raw.command, lower(raw.result, check)};
      break;
    case StepKind::run:
      step.what = RunStep{check.linux_partition(raw.partition, raw.where + "/in"), raw.command,
                          lower(raw.result, check)};
      break;
    case StepKind::parallel: step.what = lower(raw.branches, check); break;
    case StepKind::wait_time: step.what = WaitTimeStep{std::chrono::milliseconds(raw.ms)}; break;
    case StepKind::wait_rest: break;
    case StepKind::wait_rmc:
      step.what = WaitRmcStep{check.partition(raw.partition, raw.where + "/wait/rmc")};
      break;
    case StepKind::rmc:
      step.what = RmcStep{check.partition(raw.partition, raw.where + "/rmc/partition"),
                          raw.connected};
      break;
    case StepKind::expect: step.what = lower(raw.state, check); break;
  }
  return step;
}

ScriptedAnswer lower(const RawFault& raw, Validation& check) {
  ScriptedAnswer answer;
  answer.site = raw.site;
  if (raw.partition) answer.partition = check.partition(*raw.partition, raw.where + "/partition");
  answer.any_argument = !raw.argument;
  answer.argument = raw.argument.value_or(0);
  answer.nth = raw.nth;
  answer.times = raw.times;
  answer.outcome = raw.outcome;
  answer.where = raw.where;
  return answer;
}

}  // namespace

Result<Scenario> validate(const RawScenario& raw, const models::WorldConfig& machine) {
  Validation check(machine);
  Scenario scenario;
  scenario.file = raw.file;
  scenario.name = raw.name;
  scenario.seed = raw.seed;
  scenario.limit = std::chrono::seconds(raw.limit_s);
  for (const auto& fault : raw.faults) scenario.faults.push_back(lower(fault, check));
  for (const auto& step : raw.steps) scenario.steps.push_back(lower_step(step, check));
  for (const auto& violation : raw.expect_violations) {
    check.invariant(violation.invariant, violation.where + "/invariant");
    scenario.expect_violations.push_back(
        {violation.where, violation.invariant, violation.contains});
  }
  if (check.error()) return tl::make_unexpected(*check.error());
  return scenario;
}

}  // namespace lparsim::scenario
