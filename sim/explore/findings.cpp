#include "sim/explore/findings.hpp"

#include <cctype>

namespace lparsim::explore {
namespace {

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

// The violations of a run, the run that does not end among them.
std::vector<report::Violation> all_of(const Played& played) {
  auto all = played.violations;
  if (!played.ended) {
    const Error& error = played.ended.error();
    all.push_back({"END", error.message, error.where});
  }
  return all;
}

Shape shape_of(const report::Violation& violation) {
  return {violation.invariant, without_numbers(violation.text)};
}

}  // namespace

bool Findings::any_new(const Played& played) {
  bool fresh = false;
  for (const auto& violation : all_of(played)) fresh |= shapes_.insert(shape_of(violation)).second;
  return fresh;
}

void Findings::add(const Played& played, const std::vector<Fault>& faults) {
  const auto all = all_of(played);
  for (const auto& violation : all) {
    if (!shapes_.insert(shape_of(violation)).second) continue;
    auto& kept = violations_.emplace_back(Violation{
        violation.invariant, violation.text, violation.where, faults, played.exits, {}});
    for (const auto& broken : all) kept.together.emplace_back(broken.invariant, broken.text);
  }
}

void Findings::add_crash(const std::string& how, const std::vector<Fault>& faults) {
  const std::string last = faults.empty() ? "" : faults.back().site + " " + faults.back().outcome;
  if (!shapes_.insert({"SIMULATOR", how + last}).second) return;
  violations_.push_back({"SIMULATOR", how, "", faults, {}, {{"SIMULATOR", how}}});
}

}  // namespace lparsim::explore
