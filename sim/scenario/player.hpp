// Plays the steps of one episode on a booted world: starts what a step says, lets time pass until
// it is over and the world is at rest, then compares and checks the invariants.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/world.hpp"
#include "sim/base/result.hpp"
#include "sim/report/result.hpp"
#include "sim/scenario/expectations.hpp"
#include "sim/scenario/progress.hpp"
#include "sim/scenario/scenario.hpp"

namespace lparsim::scenario {

class Player {
 public:
  // `progress`, when there is one, is kept up to date.
  Player(const Scenario& scenario, models::World& world, Progress* progress = nullptr);

  // An error: the scenario did not end within its limit of simulated time, or goes round without
  // end while no time passes.
  Result<void> play();

  std::vector<report::Failure> failures;
  std::vector<report::Violation> violations;
  // Of each command that ended: JSON pointer of its step, exit status.
  std::vector<std::pair<std::string, int>> exits;

 private:
  using Done = std::function<void()>;
  struct Branch {
    const std::vector<Step>* steps = nullptr;
    std::size_t next = 0;
    bool finished = false;
    bool advancing = false, over_at_once = false;
  };

  Result<void> play_step(const Step& step, std::size_t number);
  Result<void> perform(const Step& step);
  Result<void> perform_branches(const std::vector<std::vector<Step>>& all, const Step& step);
  // Starts an hmc, run, wait or rmc step; calls `done` when it is over, from wherever that is.
  void start(const Step& step, Done done);
  void advance(const std::shared_ptr<Branch>& branch);
  void beat() const;
  Result<void> run_until(const std::function<bool()>& condition, const Step& step);
  Result<void> rest(const Step& step);
  void compare_outcomes();
  void add_findings(const Step& step, std::uint64_t first_event);
  std::vector<std::string> last_events() const;

  const Scenario& scenario_;
  models::World& world_;
  Progress* progress_;
  std::uint64_t first_event_ = 0;            // of the episode
  std::vector<CommandOutcome> outcomes_;     // of the present step
  bool users_acted_ = false;
  std::unique_ptr<Picture> before_;
};

// "it never ended: ...", with who waits for what.
Error never_ended(const std::string& where, models::World& world, Duration limit);

}  // namespace lparsim::scenario
