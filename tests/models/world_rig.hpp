// A small managed system: two Linux partitions, one generic, on 8 dedicated processors.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "models/world.hpp"

namespace lparsim::models {

inline constexpr PartitionId kOne{1}, kTwo{2}, kVios{3};

WorldConfig small_machine();
// The same with a second system beside it, "other": partition 4, "four", off; faster processors,
// no cache nodes.
inline constexpr PartitionId kFour{4};
WorldConfig two_machines();

struct WorldTest : testing::Test {
  explicit WorldTest(WorldConfig config = small_machine()) : world(std::move(config), choices) {}
  // Partitions one and two are up, with RMC, at rest.
  void boot();
  // Runs an HMC command line until it is over.
  hmc::CommandResult hmc(const std::string& command_line);
  ProcessResult shell(PartitionId partition, const std::string& command_line);
  std::size_t online_threads(PartitionId partition);
  // Whether the log holds an event of that kind, for that partition unless kNoPartition.
  std::size_t events(EventKind kind, PartitionId partition = kNoPartition);

  // The first `times` questions at `site`, of whatever partition, get this outcome.
  static ScriptedAnswer answer(std::string site, std::string outcome, std::uint32_t times = 1) {
    ScriptedAnswer scripted;
    scripted.site = std::move(site);
    scripted.outcome = std::move(outcome);
    scripted.times = times;
    return scripted;
  }
  void use(std::vector<ScriptedAnswer> script) {
    scripted = std::make_unique<ScriptedChoices>(std::move(script));
  }

  struct Switchable final : Choices {  // so that a test may script after the world was built
    explicit Switchable(WorldTest& in) : test(in) {}
    std::size_t pick(const ChoicePoint& point, std::span<const Outcome> outcomes) override {
      if (test.other != nullptr) return test.other->pick(point, outcomes);
      return test.scripted ? test.scripted->pick(point, outcomes) : 0;
    }
    WorldTest& test;
  };

  std::unique_ptr<ScriptedChoices> scripted;
  Choices* other = nullptr;   // asked instead, where a test does more than to script
  Switchable choices{*this};
  World world;
};

}  // namespace lparsim::models
