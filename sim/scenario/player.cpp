#include "sim/scenario/player.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/invariants/invariant.hpp"

namespace lparsim::scenario {
namespace {

constexpr std::uint64_t kLastEvents = 12;

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

// "/steps/3" of "file: /steps/3": the log must not depend on where the file lies.
std::string pointer_of(const std::string& where) {
  const auto at = where.rfind(": ");
  return at == std::string::npos ? where : where.substr(at + 2);
}

Duration left(models::World& world, Duration limit) {
  const Duration used = world.clock().now().time_since_epoch();
  return used < limit ? limit - used : Duration::zero();
}

}  // namespace

Error never_ended(const std::string& where, models::World& world, Duration limit) {
  if (const auto& overrun = world.actors().overrun()) {
    return {ErrorCode::bad_input, "it does not end: " + *overrun, where};
  }
  std::string waiting;
  for (const auto& actor : world.actors().blocked_actors()) waiting += "; waiting: " + actor;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit).count();
  return {ErrorCode::bad_input,
          fmt::format("it did not end within {} s of simulated time (limits/simulated_s){}",
                      seconds, waiting),
          where};
}

Player::Player(const Scenario& scenario, models::World& world, Progress* progress)
    : scenario_(scenario), world_(world), progress_(progress) {}

Result<void> Player::play() {
  first_event_ = world_.log().total();
  before_ = std::make_unique<Picture>(take_picture(world_));
  for (std::size_t i = 0; i < scenario_.steps.size(); ++i) {
    if (auto ended = play_step(scenario_.steps[i], i); !ended) return ended;
  }
  return {};
}

Result<void> Player::play_step(const Step& step, std::size_t number) {
  auto& log = world_.log();
  if (progress_ != nullptr) progress_->step = static_cast<std::int64_t>(number);
  const auto first_event = log.total();
  outcomes_.clear();
  users_acted_ = false;
  log.add(EventKind::step, kNoPartition, number, log.text(pointer_of(step.where)));
  if (auto ended = perform(step); !ended) return ended;
  if (auto ended = rest(step); !ended) return ended;
  const auto failed_before = failures.size();
  compare_outcomes();
  if (const auto* state = std::get_if<StateStep>(&step.what)) {
    check_state(*state, world_, first_event_, failures);
  }
  for (auto i = failed_before; i < failures.size(); ++i) failures[i].last_events = last_events();
  add_findings(step, first_event);
  return {};
}

Result<void> Player::perform(const Step& step) {
  if (const auto* branches = std::get_if<std::vector<std::vector<Step>>>(&step.what)) {
    return perform_branches(*branches, step);
  }
  if (const auto* wait = std::get_if<WaitRmcStep>(&step.what)) {
    return run_until([&] { return world_.rmc_active(wait->partition); }, step);
  }
  bool done = false;
  start(step, [&done] { done = true; });
  return run_until([&done] { return done; }, step);
}

Result<void> Player::perform_branches(const std::vector<std::vector<Step>>& all, const Step& step) {
  std::vector<std::shared_ptr<Branch>> branches;
  for (const auto& steps : all) {
    branches.push_back(std::make_shared<Branch>(Branch{&steps, 0, false}));
  }
  for (const auto& branch : branches) advance(branch);
  return run_until(
      [&] {
        return std::all_of(branches.begin(), branches.end(),
                           [](const auto& branch) { return branch->finished; });
      },
      step);
}

// A step that is over at once calls back from within start: that is a turn of the loop, for a
// branch may have any number of them.
void Player::advance(const std::shared_ptr<Branch>& branch) {
  branch->over_at_once = true;
  if (branch->advancing) return;
  branch->advancing = true;
  while (branch->over_at_once && !branch->finished) {
    branch->over_at_once = false;
    if (branch->next == branch->steps->size()) {
      branch->finished = true;
    } else {
      start((*branch->steps)[branch->next++], [this, branch] { advance(branch); });
    }
  }
  branch->advancing = false;
}

void Player::start(const Step& step, Done done) {
  std::visit(
      Overloaded{
          [&](const HmcStep& hmc) {
            world_.hmc_command(hmc.command, [this, &step, &hmc, done](hmc::CommandResult result) {
              outcomes_.push_back({&step, hmc.command, result.exit_status, std::move(result.out),
                                   std::move(result.err)});
              done();
            });
          },
          [&](const RunStep& run) {
            users_acted_ = true;
            world_.shell_command(
                run.partition, run.command,
                [this, &step, &run, done](models::ProcessResult result) {
                  outcomes_.push_back({&step, run.command, result.exit_status,
                                       std::move(result.out), std::move(result.err)});
                  done();
                });
          },
          [&](const WaitTimeStep& wait) {
            world_.actors().at(world_.clock().now() + wait.how_long, done);
          },
          [&](const RmcStep& rmc) {
            world_.set_rmc(rmc.partition, rmc.connected);
            done();
          },
          [&](const auto&) { done(); },   // wait_rest, state: nothing to start
      },
      step.what);
}

void Player::beat() const {
  if (progress_ != nullptr) progress_->beats.fetch_add(1, std::memory_order_relaxed);
}

Result<void> Player::run_until(const std::function<bool()>& condition, const Step& step) {
  const auto watched = [&] {
    beat();
    return condition();
  };
  if (condition() || world_.run_until(watched, left(world_, scenario_.limit))) return {};
  return tl::make_unexpected(never_ended(step.where, world_, scenario_.limit));
}

Result<void> Player::rest(const Step& step) {
  return run_until([this] { return world_.at_rest(); }, step);
}

void Player::compare_outcomes() {
  for (const auto& outcome : outcomes_) {
    exits.emplace_back(pointer_of(outcome.step->where), outcome.exit_status);
    if (const auto* hmc = std::get_if<HmcStep>(&outcome.step->what)) {
      check_result(hmc->expect, outcome, failures);
    } else if (const auto* run = std::get_if<RunStep>(&outcome.step->what)) {
      check_result(run->expect, outcome, failures);
    }
  }
}

void Player::add_findings(const Step& step, std::uint64_t first_event) {
  auto after = std::make_unique<Picture>(take_picture(world_));
  StepRecord record{*before_, *after, world_.log(), first_event, {}, users_acted_};
  for (const auto& outcome : outcomes_) {
    if (!std::holds_alternative<HmcStep>(outcome.step->what)) continue;
    record.operations.push_back(
        {outcome.command, outcome.exit_status, outcome.out, outcome.err});
  }
  for (const auto& finding : check_all(record)) {
    const bool known = std::any_of(violations.begin(), violations.end(), [&](const auto& old) {
      return old.invariant == finding.invariant && old.text == finding.text;
    });
    if (known) continue;          // it lasts: told once, after the step that brought it
    violations.push_back({std::string(finding.invariant), finding.text, step.where, false});
    auto& log = world_.log();
    log.add(EventKind::violation, kNoPartition, log.text(finding.invariant),
            log.text(finding.text));
  }
  before_ = std::move(after);
}

std::vector<std::string> Player::last_events() const {
  const auto& log = world_.log();
  const auto first = std::max(log.oldest(), log.total() - std::min(log.total(), kLastEvents));
  std::vector<std::string> lines;
  for (auto number = first; number < log.total(); ++number) {
    lines.push_back(log.json(log.at(number)));
  }
  return lines;
}

}  // namespace lparsim::scenario
