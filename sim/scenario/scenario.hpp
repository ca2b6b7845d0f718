// A scenario that makes sense on its machine: partitions are ids, times are durations, regular
// expressions are compiled. Made by validate.hpp, played by runner.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "firmware/hypervisor.hpp"
#include "sim/base/choices.hpp"
#include "sim/base/event_log.hpp"
#include "sim/base/ids.hpp"
#include "sim/base/time.hpp"

namespace lparsim::scenario {

struct TextPattern {
  enum class Kind { exact, contains, matches } kind = Kind::exact;
  std::string text;
  std::regex regex;                                // matches: searched for anywhere in the text

  bool holds(std::string_view found) const;
  std::string describe() const;                    // for "expected": the text, or what it must have
};

struct ResultExpectation {
  int exit = 0;
  std::optional<TextPattern> out, err;
};

struct FileExpectation {
  std::string where;
  PartitionId partition;
  std::string path;
  enum class Content { exists, absent, text, bytes } content = Content::exists;
  TextPattern text;
  Bytes bytes;
};

struct DrcExpectation {
  std::string where;
  PartitionId partition;
  DrcIndex drc;
  firmware::DrcState state{};
};

struct LedgerExpectation {
  std::string where;
  std::size_t system = 0;                          // number of the managed system
  std::optional<ProcUnits> free_units;
  std::optional<std::uint32_t> free_lmbs;
  struct Share {
    std::string where;
    PartitionId partition;
    std::optional<ProcUnits> units;
    std::optional<std::uint32_t> lmbs;
  };
  std::vector<Share> shares;
};

// Matches one record of the event log; several are looked for in this order, gaps allowed.
struct EventPattern {
  std::string where;
  EventKind kind{};
  std::optional<PartitionId> partition;
  std::vector<std::pair<std::size_t, TextPattern>> fields;   // number of the field
};

struct HmcStep { std::string command; ResultExpectation expect; };
struct RunStep { PartitionId partition; std::string command; ResultExpectation expect; };
struct WaitTimeStep { Duration how_long{}; };
struct WaitRestStep {};
struct WaitRmcStep { PartitionId partition; };
struct RmcStep { PartitionId partition; bool connected = true; };
struct StateStep {
  std::vector<FileExpectation> files;
  std::vector<DrcExpectation> drcs;
  std::optional<LedgerExpectation> ledger;
  std::vector<EventPattern> events;
  std::vector<std::pair<PartitionId, std::string>> agree;    // partition, where
};

struct Step {
  std::string where;                                         // "file: /steps/3"
  std::variant<HmcStep, RunStep, WaitTimeStep, WaitRestStep, WaitRmcStep, RmcStep, StateStep,
               std::vector<std::vector<Step>>> what;         // the last one: parallel branches
};

struct ExpectedViolation {
  std::string where;
  std::string invariant;
  std::string contains;
};

struct Scenario {
  std::string file, name;
  std::optional<std::uint64_t> seed;
  std::vector<ScriptedAnswer> faults;
  std::vector<Step> steps;
  Duration limit{};                                          // of simulated time, boot included
  std::vector<ExpectedViolation> expect_violations;
};

}  // namespace lparsim::scenario
