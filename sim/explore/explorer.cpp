#include "sim/explore/explorer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "sim/explore/saved_search.hpp"
#include "sim/explore/workers.hpp"

namespace lparsim::explore {
namespace {

using RealClock = std::chrono::steady_clock;
constexpr std::chrono::seconds kSaveEvery{5};

class Explorer {
 public:
  Explorer(Episodes& episodes, const Options& options) : episodes_(episodes), options_(options) {}

  Result<Report> run() {
    if (auto played = play_without_faults(); !played) return tl::make_unexpected(played.error());
    if (auto taken = take_up(); !taken) return tl::make_unexpected(taken.error());
    for (unsigned length = 1; length <= options_.faults && report_.complete; ++length) {
      if (auto passed = pass(length); !passed) return tl::make_unexpected(passed.error());
    }
    for (const Pass& pass : search_.passes) report_.runs += pass.runs;
    report_.violations = findings_.take();
    return std::move(report_);
  }

 private:
  Result<void> play_without_faults() {
    const Played played = episodes_.play({});
    if (!played.ended) return played.ended;
    search_.fingerprint = episodes_.fingerprint();
    search_.shard = options_.shard;
    search_.shards = options_.shards;
    first_ = episodes_.longer_by();
    search_.outcomes = static_cast<std::uint32_t>(first_.size());
    report_.points = episodes_.points();
    report_.outcomes = first_.size();
    report_.left_out = episodes_.left_out();
    report_.runs = 1;
    findings_.add(played, {});
    return {};
  }

  // What an earlier search knew.
  Result<void> take_up() {
    std::error_code ignored;
    const std::string& file = options_.state_file;
    if (!options_.resume || !std::filesystem::exists(file, ignored)) return {};
    auto saved = load_saved_search(file);
    if (!saved) return tl::make_unexpected(saved.error());
    if (saved->fingerprint != search_.fingerprint || saved->outcomes != search_.outcomes) {
      return bad_input(file, "it was written for another scenario, machine or profile, or by "
                             "another version of this program");
    }
    if (saved->shard != search_.shard || saved->shards != search_.shards) {
      return bad_input(file, fmt::format("found shard {}/{}, allowed is the shard that was asked "
                                         "for, {}/{}", saved->shard + 1, saved->shards,
                                         search_.shard + 1, search_.shards));
    }
    search_ = std::move(*saved);
    return {};
  }

  Result<void> pass(unsigned length) {
    if (search_.passes.size() < length) search_.passes.emplace_back().length = length;
    Pass& pass = search_.passes[length - 1];
    const std::size_t units = (first_.size() + options_.shards - 1 - options_.shard) /
                              options_.shards;
    const auto crew = crew_of(units);
    Crashes& crashes = search_.crashes;
    if (pass.done.size() < units) {
      auto worked = work(episodes_, first_, findings_, crew, pass, crashes);
      if (!worked) return worked;
    }
    report_.reached = {length, pass.runs, pass.done.size(), units};
    report_.complete = pass.done.size() == units;
    tell(pass);
    return save_search();
  }

  Crew crew_of(std::size_t units) {
    Crew crew;
    crew.jobs = std::min(options_.jobs, static_cast<unsigned>(std::max<std::size_t>(units, 1)));
    crew.shard = options_.shard;
    crew.shards = options_.shards;
    crew.patience = options_.patience;
    crew.stopped = [this] {
      const bool over = options_.budget.count() != 0 && RealClock::now() - began_ > options_.budget;
      return over || (options_.interrupted && options_.interrupted());
    };
    crew.progress = [this, units](std::uint64_t runs, const Pass& pass) {
      if (options_.progress) options_.progress({pass.length, runs, pass.done.size(), units});
      if (RealClock::now() - saved_ > kSaveEvery) (void)save_search();   // told at the end
    };
    return crew;
  }

  Result<void> save_search() {
    saved_ = RealClock::now();
    if (options_.state_file.empty()) return {};
    return save(search_, options_.state_file);
  }

  // The lists that broke something, in their order, are played again here.
  void tell(const Pass& pass) {
    std::map<Path, const std::string*> all;
    for (const Path& path : pass.found) all.emplace(path, nullptr);
    for (const auto& [path, how] : search_.crashes) {
      if (path.length == pass.length) all[path] = &how;
    }
    for (const auto& [path, crash] : all) {
      const auto faults = episodes_.faults_of(path);
      if (crash != nullptr) {
        findings_.add_crash(*crash, faults);
      } else {
        findings_.add(episodes_.play(faults), faults);
      }
    }
  }

  Episodes& episodes_;
  const Options& options_;
  RealClock::time_point began_ = RealClock::now(), saved_ = began_;
  std::vector<Fault> first_;
  SavedSearch search_;
  Findings findings_;
  Report report_;
};

}  // namespace

Result<Report> explore(const scenario::Scenario& scenario, models::WorldConfig machine,
                       const Options& options) {
  auto episodes = Episodes::make(scenario, std::move(machine));
  if (!episodes) return tl::make_unexpected(episodes.error());
  (*episodes)->keep_equals(options.all_outcomes);
  return Explorer(**episodes, options).run();
}

}  // namespace lparsim::explore
