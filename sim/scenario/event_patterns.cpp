#include "sim/scenario/event_patterns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lparsim::scenario {
namespace {

bool matches(const EventPattern& pattern, const EventLog& log, const EventRecord& record) {
  if (record.kind != pattern.kind) return false;
  if (pattern.partition && pattern.partition->value != record.partition) return false;
  return std::all_of(pattern.fields.begin(), pattern.fields.end(), [&](const auto& field) {
    return field.second.holds(field_text(log, record, field.first));
  });
}

// The nearest thing: the last event of this kind, whatever its fields.
std::string last_of_kind(EventKind kind, const EventLog& log, std::uint64_t first) {
  for (auto number = log.total(); number > first; --number) {
    const auto& record = log.at(number - 1);
    if (record.kind == kind) return "none that matches; the last of its kind: " + log.json(record);
  }
  return "none of its kind";
}

std::string describe(const EventPattern& pattern) {
  std::string text(info(pattern.kind).name);
  if (pattern.partition) text += fmt::format(" in partition {}", pattern.partition->value);
  for (const auto& [field, wanted] : pattern.fields) {
    const auto name = info(pattern.kind).fields.at(field);
    text += fmt::format(", {}: {}", name.substr(0, name.find_first_of("$#")), wanted.describe());
  }
  return text;
}

}  // namespace

std::string field_text(const EventLog& log, const EventRecord& record, std::size_t field) {
  const auto name = info(record.kind).fields.at(field);
  const auto value = record.values.at(field);
  if (name.ends_with('$')) return std::string(log.text(value));
  if (name.ends_with('#')) return fmt::format("{:#x}", value);
  return std::to_string(static_cast<std::int64_t>(value));
}

void check_events(const std::vector<EventPattern>& patterns, const EventLog& log,
                  std::uint64_t first_event, std::vector<report::Failure>& failures) {
  const auto begin = std::max(first_event, log.oldest());
  auto next = begin;
  for (const auto& pattern : patterns) {
    while (next < log.total() && !matches(pattern, log, log.at(next))) ++next;
    if (next == log.total()) {
      failures.push_back({pattern.where, "this event did not happen in this order",
                          describe(pattern), last_of_kind(pattern.kind, log, begin), {}});
      return;
    }
    ++next;
  }
}

}  // namespace lparsim::scenario
