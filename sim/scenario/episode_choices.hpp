// The choices of a scenario: while the machine boots everything is normal; from the first step on
// the scenario's faults answer, and the seed decides order and latency when there is one.
#pragma once

#include <optional>
#include <vector>

#include "sim/base/choices.hpp"

namespace lparsim::scenario {

class EpisodeChoices final : public Choices {
 public:
  EpisodeChoices(std::vector<ScriptedAnswer> faults, std::optional<std::uint64_t> seed)
      : seeded_(seed.value_or(0)), scripted_(std::move(faults), seed ? &seeded_ : nullptr) {}
  EpisodeChoices(const EpisodeChoices&) = delete;            // scripted_ points at seeded_
  EpisodeChoices& operator=(const EpisodeChoices&) = delete;

  std::size_t pick(const ChoicePoint& point, std::span<const Outcome> outcomes) override {
    return started_ ? scripted_.pick(point, outcomes) : 0;
  }
  // An episode's first step comes: occurrences are counted from here.
  void begin() {
    started_ = true;
    seeded_.restart();
    scripted_.restart();
  }
  std::vector<Error> problems() const { return scripted_.problems(); }

 private:
  bool started_ = false;
  SeededChoices seeded_;
  ScriptedChoices scripted_;
};

}  // namespace lparsim::scenario
