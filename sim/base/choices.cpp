#include "sim/base/choices.hpp"

#include <algorithm>
#include <array>

#include "sim/base/assert.hpp"

namespace lparsim {
namespace {

bool matches(const ScriptedAnswer& answer, const ChoicePoint& point) {
  return answer.site == point.site &&
         (answer.partition == kNoPartition || answer.partition == point.partition) &&
         (answer.any_argument || answer.argument == point.argument);
}

bool is_due(const ScriptedAnswer& answer, std::uint32_t occurrence) {
  return occurrence >= answer.nth &&
         (answer.times == 0 || occurrence < answer.nth + answer.times);
}

std::string names(std::span<const Outcome> outcomes) {
  std::string text;
  for (const auto& outcome : outcomes) {
    if (!text.empty()) text += ", ";
    text += outcome.name;
  }
  return text;
}

}  // namespace

std::string_view to_string(ChoiceClass cls) {
  constexpr std::array<std::string_view, 4> kNames{"fault", "order", "latency", "value"};
  return kNames.at(static_cast<std::size_t>(cls));
}

ScriptedChoices::ScriptedChoices(std::vector<ScriptedAnswer> script, Choices* otherwise)
    : otherwise_(otherwise) {
  for (auto& answer : script) entries_.push_back({std::move(answer), 0, false, {}});
}

std::size_t ScriptedChoices::pick(const ChoicePoint& point, std::span<const Outcome> outcomes) {
  LPARSIM_ASSERT(!outcomes.empty());
  std::size_t picked = 0;
  bool answered = false;
  for (auto& entry : entries_) {
    if (!matches(entry.answer, point)) continue;
    ++entry.seen;  // every entry counts for itself, also when an earlier one answered
    if (answered || !is_due(entry.answer, entry.seen)) continue;
    const auto found = std::find_if(outcomes.begin(), outcomes.end(), [&](const Outcome& o) {
      return o.name == entry.answer.outcome;
    });
    if (found == outcomes.end()) {
      entry.bad_outcome = names(outcomes);
      continue;
    }
    entry.used = answered = true;
    picked = static_cast<std::size_t>(found - outcomes.begin());
  }
  if (answered || otherwise_ == nullptr) return picked;
  return otherwise_->pick(point, outcomes);
}

std::vector<Error> ScriptedChoices::problems() const {
  std::vector<Error> errors;
  for (const auto& entry : entries_) {
    const auto& answer = entry.answer;
    if (!entry.bad_outcome.empty()) {
      errors.push_back({ErrorCode::bad_input,
                        "outcome \"" + answer.outcome + "\" is not possible at " + answer.site +
                            "; allowed: " + entry.bad_outcome,
                        answer.where});
    } else if (!entry.used) {
      errors.push_back({ErrorCode::bad_input,
                        "this answer was never asked for: " + answer.site + " came up " +
                            std::to_string(entry.seen) + " times, nth is " +
                            std::to_string(answer.nth),
                        answer.where});
    }
  }
  return errors;
}

void ScriptedChoices::restart() {
  for (auto& entry : entries_) {
    entry.seen = 0;
    entry.used = false;
    entry.bad_outcome.clear();
  }
}

std::size_t SeededChoices::pick(const ChoicePoint& point, std::span<const Outcome> outcomes) {
  if (point.cls == ChoiceClass::fault || outcomes.size() < 2) return 0;
  return random_.below(outcomes.size());
}

}  // namespace lparsim
