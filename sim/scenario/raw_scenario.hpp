// A scenario exactly as its file says it: names are names, numbers are in the file's units. Form is
// checked here (keys, kinds, ranges); sense is checked by validate.hpp, which knows the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/result.hpp"

namespace lparsim::scenario {

// "text", {"contains": "text"} or {"matches": "regular expression"}.
struct RawText {
  enum class Kind { exact, contains, matches } kind = Kind::exact;
  std::string text;
  std::string where;
};

struct RawResult {                 // what a command should answer
  std::int64_t exit = 0;           // expected even when nothing is written: 0
  std::optional<RawText> out, err;
};

struct RawFault {
  std::string site, outcome, where;
  std::optional<std::string> partition;
  std::optional<std::uint64_t> argument;
  std::uint32_t nth = 1, times = 1;
};

struct RawFile {                   // a file, or a node or property of the device tree
  std::string partition, path, where;
  std::optional<RawText> text;
  std::optional<std::string> hex;
  bool absent = false;
};

struct RawDrc {
  std::string partition, where;
  std::uint32_t drc = 0;
  std::string state;
};

struct RawShare {
  std::string partition, where;
  std::optional<std::int32_t> units_hundredths;
  std::optional<std::uint32_t> lmbs;
};

struct RawLedger {
  std::string where;
  std::optional<std::string> system;
  std::optional<std::int32_t> free_units_hundredths;
  std::optional<std::uint32_t> free_lmbs;
  std::vector<RawShare> shares;
};

struct RawEvent {
  std::string kind, where;
  std::optional<std::string> partition;
  std::vector<std::pair<std::string, RawText>> fields;
};

struct RawState {                  // what should be true at this point
  std::vector<RawFile> files;
  std::vector<RawDrc> drcs;
  std::optional<RawLedger> ledger;
  std::vector<RawEvent> events;
  std::vector<std::pair<std::string, std::string>> agree;   // partition, where
};

enum class StepKind { hmc, run, parallel, wait_time, wait_rest, wait_rmc, rmc, expect };

struct RawBranch;

struct RawStep {
  StepKind kind = StepKind::wait_rest;
  std::string where;
  std::string partition;           // run, wait_rmc, rmc
  std::string command;             // hmc, run
  RawResult result;                // hmc, run
  std::int64_t ms = 0;             // wait_time
  bool connected = true;           // rmc
  RawState state;                  // expect
  std::vector<RawBranch> branches; // parallel
};

struct RawBranch {
  std::string name;
  std::vector<RawStep> steps;
};

struct RawViolation {
  std::string invariant, where;
  std::string contains;            // empty: any text
};

struct RawAgent {                  // the real programs behind RMC in a partition
  std::string partition, sysroot, where;
};

struct RawScenario {
  std::string file;
  std::string name, about, machine, machine_where;
  std::vector<std::pair<std::string, std::string>> other_machines;   // path, where
  std::optional<std::string> firmware, kernel, userland, hmc;
  std::optional<std::uint64_t> seed;
  std::vector<RawAgent> agents;
  std::vector<RawFault> faults;
  std::vector<RawStep> steps;
  std::int64_t limit_s = 0;        // simulated seconds
  std::vector<RawViolation> expect_violations;
};

Result<RawScenario> read_scenario(const std::string& path);

}  // namespace lparsim::scenario
