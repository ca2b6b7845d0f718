// What became of one scenario: plain values, the same for the terminal, JSON and JUnit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lparsim::report {

// error: the scenario could not be judged (bad input, it never ended); exit status 2.
enum class Verdict : std::uint8_t { passed, failed, error };
std::string_view to_string(Verdict verdict);

struct Failure {
  std::string where;                     // JSON pointer of the expectation in the scenario
  std::string message;                   // one line
  std::string expected, found;           // may be of several lines; empty when it is no comparison
  std::vector<std::string> last_events;  // JSON lines, oldest first
};

struct Violation {
  std::string invariant;                 // OWN, AGREE, ...
  std::string text;
  std::string where;                     // JSON pointer of the step after which it was seen
  bool expected = false;                 // the scenario lists it under expect_violations
};

struct ScenarioResult {
  std::string path;
  std::string name;
  Verdict verdict = Verdict::passed;
  std::vector<Failure> failures;
  std::vector<Violation> violations;
  std::string error;                     // verdict error: the one line
  std::int64_t simulated_ns = 0;         // end of the (first) run, boot included
  double real_seconds = 0;               // for people; not part of what must be reproducible
  std::uint64_t events = 0;
  std::string log_hash;                  // 16 hexadecimal digits
  std::uint32_t episodes = 1;
};

struct Totals {
  std::size_t passed = 0, failed = 0, errors = 0;
  int exit_status() const { return errors != 0 ? 2 : failed != 0 ? 1 : 0; }
};
Totals count(const std::vector<ScenarioResult>& results);

// "pass  cpu_add  71.203 s simulated, 0.04 s" and, for the others, what went wrong, indented.
// One line for a scenario that passed or could not be judged. Ends in a newline.
std::string summary(const ScenarioResult& result);
// "12 passed, 0 failed", the last line of a run. Scenarios that could not be judged did not pass.
std::string last_line(const Totals& totals);

}  // namespace lparsim::report
