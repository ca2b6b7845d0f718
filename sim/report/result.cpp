#include "sim/report/result.hpp"

#include <fmt/format.h>

#include <array>

namespace lparsim::report {
namespace {

std::string indented(std::string_view label, std::string_view text) {
  std::string out;
  std::string_view prefix = label;
  while (true) {
    const auto end = text.find('\n');
    out += fmt::format("    {:<10}{}\n", prefix, text.substr(0, end));
    if (end == std::string_view::npos || end + 1 == text.size()) return out;
    text.remove_prefix(end + 1);
    prefix = "";
  }
}

std::string describe(const Failure& failure) {
  std::string out = fmt::format("  {}: {}\n", failure.where, failure.message);
  if (!failure.expected.empty() || !failure.found.empty()) {
    out += indented("expected", failure.expected) + indented("found", failure.found);
  }
  if (!failure.last_events.empty()) out += "    last events\n";
  for (const auto& event : failure.last_events) out += "      " + event + '\n';
  return out;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  constexpr std::array<std::string_view, 3> kWords{"passed", "failed", "error"};
  return kWords.at(static_cast<std::size_t>(verdict));
}

Totals count(const std::vector<ScenarioResult>& results) {
  Totals totals;
  for (const auto& result : results) {
    if (result.verdict == Verdict::passed) ++totals.passed;
    if (result.verdict == Verdict::failed) ++totals.failed;
    if (result.verdict == Verdict::error) ++totals.errors;
  }
  return totals;
}

std::string summary(const ScenarioResult& result) {
  if (result.verdict == Verdict::error) return fmt::format("error {}\n", result.name);
  const bool passed = result.verdict == Verdict::passed;
  std::string out = fmt::format("{}  {:<44} {:>10.3f} s simulated {:>8.3f} s\n",
                                passed ? "pass" : "FAIL", result.name,
                                static_cast<double>(result.simulated_ns) / 1e9,
                                result.real_seconds);
  if (passed) return out;
  for (const auto& failure : result.failures) out += describe(failure);
  for (const auto& violation : result.violations) {
    if (violation.expected) continue;
    out += fmt::format("  {}: {} violated: {}\n", violation.where, violation.invariant,
                       violation.text);
  }
  return out;
}

std::string last_line(const Totals& totals) {
  return fmt::format("{} passed, {} failed\n", totals.passed, totals.failed + totals.errors);
}

}  // namespace lparsim::report
