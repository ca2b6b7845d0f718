// The booted machine of an exploration: plays one list of faults after the other, each from the
// same snapshot after boot.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/world.hpp"
#include "sim/base/result.hpp"
#include "sim/explore/fault_choices.hpp"
#include "sim/explore/path.hpp"
#include "sim/report/result.hpp"
#include "sim/scenario/boot.hpp"
#include "sim/scenario/scenario.hpp"

namespace lparsim::explore {

// What one list of faults led to.
struct Played {
  Result<void> ended;                                // an error: it went on beyond its limits
  std::vector<report::Violation> violations;         // but for those that the scenario expects
  std::vector<std::pair<std::string, int>> exits;    // of each command: JSON pointer, exit status
};

class Episodes {
 public:
  // Boots. An error: the scenario has faults of its own, or the machine does not come up.
  static Result<std::unique_ptr<Episodes>> make(const scenario::Scenario& scenario,
                                                models::WorldConfig machine);

  // To be called first in a process that was forked from this one.
  void part_from_parent() { world_.part_from_parent(); }

  Played play(const std::vector<Fault>& faults);
  // The outcomes that the last run was offered after the last of its faults, in order: each makes a
  // list that is longer by one. Empty when `collect_points` was off for that run.
  std::vector<Fault> longer_by() const;
  void collect_points(bool on) { choices_.collect_points(on); }
  std::size_t points() const { return choices_.points().size(); }
  std::size_t left_out() const { return choices_.left_out(); }
  void keep_equals(bool on) { choices_.keep_equals(on); }

  // The faults that a path means; plays all lists that it goes through. Paths are of this machine
  // and scenario: an outcome that is not there is an assertion's matter.
  std::vector<Fault> faults_of(const Path& path);

  // Of the boot and of the last run: what another program, scenario, machine or profile changes.
  std::uint64_t fingerprint();

 private:
  Episodes(const scenario::Scenario& scenario, models::WorldConfig machine);

  const scenario::Scenario& scenario_;
  std::vector<PartitionId> awaited_;
  FaultChoices choices_;
  models::World world_;
  scenario::Start start_;
  bool played_ = false;
};

}  // namespace lparsim::explore
