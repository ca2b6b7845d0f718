#include "sim/explore/episodes.hpp"

#include <algorithm>

#include "sim/base/assert.hpp"
#include "sim/scenario/player.hpp"

namespace lparsim::explore {

Episodes::Episodes(const scenario::Scenario& scenario, models::WorldConfig machine)
    : scenario_(scenario), awaited_(scenario::reachable(machine)),
      world_(std::move(machine), choices_) {}

Result<std::unique_ptr<Episodes>> Episodes::make(const scenario::Scenario& scenario,
                                                 models::WorldConfig machine) {
  if (!scenario.faults.empty()) {
    return bad_input(scenario.file + ": /faults", "an exploration brings its own faults");
  }
  std::unique_ptr<Episodes> episodes(new Episodes(scenario, std::move(machine)));
  auto start = scenario::boot(episodes->world_, episodes->awaited_, scenario.limit);
  if (!start) return tl::make_unexpected(start.error());
  episodes->start_ = std::move(*start);
  return episodes;
}

Played Episodes::play(const std::vector<Fault>& faults) {
  if (std::exchange(played_, true)) scenario::return_to_start(world_, start_);
  choices_.begin(faults);
  scenario::Player player(scenario_, world_);
  Played played{player.play(), {}, {}};
  world_.end_all_actors();
  for (auto& violation : player.violations) {
    const bool expected = std::any_of(
        scenario_.expect_violations.begin(), scenario_.expect_violations.end(),
        [&](const auto& it) {
          return it.invariant == violation.invariant &&
                 violation.text.find(it.contains) != std::string::npos;
        });
    if (!expected) played.violations.push_back(std::move(violation));
  }
  played.exits = std::move(player.exits);
  return played;
}

std::vector<Fault> Episodes::longer_by() const {
  std::vector<Fault> all;
  for (const Point& point : choices_.points()) {
    for (const std::string& outcome : point.outcomes) {
      all.push_back(point.asked);
      all.back().outcome = outcome;
    }
  }
  return all;
}

std::vector<Fault> Episodes::faults_of(const Path& path) {
  std::vector<Fault> faults;
  collect_points(true);
  for (std::uint32_t i = 0; i < path.length; ++i) {
    play(faults);
    auto offered = longer_by();
    LPARSIM_ASSERT(path.at[i] < offered.size());
    faults.push_back(std::move(offered[path.at[i]]));
  }
  return faults;
}

std::uint64_t Episodes::fingerprint() {
  return start_.boot_hash * 0x9e3779b97f4a7c15U ^ world_.log().hash();
}

}  // namespace lparsim::explore
