// The one seam for everything that may go more than one way (design: "Choices, runs, replay").
// A run is scenario + seed + the answers that were not normal, each found again by its key.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/base/ids.hpp"
#include "sim/base/random.hpp"
#include "sim/base/result.hpp"

namespace lparsim {

enum class ChoiceClass : std::uint8_t { fault, order, latency, value };
std::string_view to_string(ChoiceClass cls);

struct Outcome {
  std::string_view name;  // the word used in scenarios: "normal", "hardware_error", "busy", ...
  std::int64_t value = 0;
};

// Where a choice is asked. nth is counted by the policy: the n-th time this key is asked.
struct ChoicePoint {
  ChoiceClass cls = ChoiceClass::fault;
  std::string_view site;               // "rtas.set-indicator", "kernel.cpu_online", "rmc.request"
  PartitionId partition = kNoPartition;  // whose world it is; nobody's: kNoPartition
  std::uint64_t argument = 0;          // what it is about: DRC index, server number, ... or 0
};

// Answers with an index into the outcomes; 0 is the normal one. outcomes is never empty.
class Choices {
 public:
  virtual ~Choices() = default;
  virtual std::size_t pick(const ChoicePoint& point, std::span<const Outcome> outcomes) = 0;
};

class NormalChoices final : public Choices {
 public:
  std::size_t pick(const ChoicePoint&, std::span<const Outcome>) override { return 0; }
};

// A scripted answer, as scenarios write it under "faults". An empty field matches everything.
struct ScriptedAnswer {
  std::string site;
  PartitionId partition = kNoPartition;
  bool any_argument = true;
  std::uint64_t argument = 0;
  std::uint32_t nth = 1;      // the first matching occurrence that is answered, counted from 1
  std::uint32_t times = 1;    // how many occurrences from there on; 0 = all
  std::string outcome;        // name of the outcome
  std::string where;          // file and JSON pointer, for the message when it is never asked
};

// Answers by script, everything else by `otherwise` (normal when null).
class ScriptedChoices final : public Choices {
 public:
  explicit ScriptedChoices(std::vector<ScriptedAnswer> script, Choices* otherwise = nullptr);

  std::size_t pick(const ChoicePoint& point, std::span<const Outcome> outcomes) override;

  // Errors found while running: an answer never asked, or an outcome that its site does not have.
  std::vector<Error> problems() const;
  void restart();  // forget all counts: a new episode begins

 private:
  struct Entry {
    ScriptedAnswer answer;
    std::uint32_t seen = 0;
    bool used = false;
    std::string bad_outcome;  // allowed words, when the outcome was not among them
  };
  std::vector<Entry> entries_;
  Choices* otherwise_;
};

// Every order and latency choice by seed; faults stay normal. Used for `--seed`.
class SeededChoices final : public Choices {
 public:
  explicit SeededChoices(std::uint64_t seed) : seed_(seed), random_(seed) {}
  std::size_t pick(const ChoicePoint& point, std::span<const Outcome> outcomes) override;
  void restart() { random_ = Random(seed_); }

 private:
  std::uint64_t seed_;
  Random random_;
};

}  // namespace lparsim
