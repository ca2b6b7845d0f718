#include "sim/explore/explorer.hpp"

#include <algorithm>
#include <cctype>
#include <deque>

#include "sim/scenario/boot.hpp"
#include "sim/scenario/player.hpp"

namespace lparsim::explore {
namespace {

using RealClock = std::chrono::steady_clock;

// Numbers are of one run: the same relation with others is the same violation.
std::string without_numbers(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool digit = std::isxdigit(static_cast<unsigned char>(c)) != 0 &&
                       (std::isdigit(static_cast<unsigned char>(c)) != 0 ||
                        (!out.empty() && out.back() == '#'));
    if (!digit) {
      out += c;
    } else if (out.empty() || out.back() != '#') {
      out += '#';
    }
  }
  return out;
}

class Explorer {
 public:
  Explorer(const scenario::Scenario& scenario, models::WorldConfig machine, const Options& options)
      : scenario_(scenario), options_(options), awaited_(scenario::reachable(machine)),
        world_(std::move(machine), choices_) {}

  Result<Report> run() {
    if (!scenario_.faults.empty()) {
      return bad_input(scenario_.file + ": /faults", "an exploration brings its own faults");
    }
    const auto start = scenario::boot(world_, awaited_, scenario_.limit);
    if (!start) return tl::make_unexpected(start.error());
    const auto began = RealClock::now();
    // Shorter lists before longer ones: what is found first is the shortest.
    std::deque<std::vector<Fault>> lists{{}};
    while (!lists.empty()) {
      if (options_.budget.count() != 0 && RealClock::now() - began > options_.budget) {
        report_.complete = false;
        break;
      }
      const auto faults = std::move(lists.front());
      lists.pop_front();
      if (report_.runs != 0) scenario::return_to_start(world_, *start);
      if (auto played = play(faults); !played) return tl::make_unexpected(played.error());
      if (faults.size() < options_.faults) add_longer(faults, lists);
    }
    return std::move(report_);
  }

 private:
  Result<void> play(const std::vector<Fault>& faults) {
    choices_.begin(faults);
    scenario::Player player(scenario_, world_);
    const auto played = player.play();
    world_.end_all_actors();
    ++report_.runs;
    if (options_.progress) options_.progress(report_.runs);
    if (faults.empty()) {
      if (!played) return played;
      count_points();
    }
    if (!played) ++report_.endless;
    for (const auto& violation : player.violations) add(violation, faults, player);
    return {};
  }

  void count_points() {
    report_.points = choices_.points().size();
    for (const Point& point : choices_.points()) report_.outcomes += point.outcomes.size();
  }

  void add_longer(const std::vector<Fault>& faults, std::deque<std::vector<Fault>>& lists) const {
    for (const Point& point : choices_.points()) {
      for (const std::string& outcome : point.outcomes) {
        auto longer = faults;
        longer.push_back(point.asked);
        longer.back().outcome = outcome;
        lists.push_back(std::move(longer));
      }
    }
  }

  void add(const report::Violation& found, const std::vector<Fault>& faults,
           const scenario::Player& player) {
    for (const auto& expected : scenario_.expect_violations) {
      if (expected.invariant == found.invariant &&
          found.text.find(expected.contains) != std::string::npos) {
        return;
      }
    }
    const std::string shape = without_numbers(found.text);
    const bool known = std::any_of(
        report_.violations.begin(), report_.violations.end(), [&](const Violation& old) {
          return old.invariant == found.invariant && without_numbers(old.text) == shape;
        });
    if (known) return;
    report_.violations.push_back(
        {found.invariant, found.text, found.where, faults, player.exits, {}});
    for (const auto& broken : player.violations) {
      report_.violations.back().together.emplace_back(broken.invariant, broken.text);
    }
  }

  const scenario::Scenario& scenario_;
  const Options& options_;
  std::vector<PartitionId> awaited_;
  FaultChoices choices_;
  models::World world_;
  Report report_;
};

}  // namespace

Result<Report> explore(const scenario::Scenario& scenario, models::WorldConfig machine,
                       const Options& options) {
  return Explorer(scenario, std::move(machine), options).run();
}

}  // namespace lparsim::explore
