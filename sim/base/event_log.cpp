#include "sim/base/event_log.hpp"

#include <fmt/format.h>

#include <bit>
#include <ostream>

#include "sim/base/assert.hpp"

namespace lparsim {
namespace {

constexpr std::array kKinds{
#define LPARSIM_EVENT_INFO(kind, a, b, c, d) EventKindInfo{#kind, {a, b, c, d}},
    LPARSIM_EVENT_KINDS(LPARSIM_EVENT_INFO)
#undef LPARSIM_EVENT_INFO
};

constexpr std::uint64_t kHashSeed = 0xcbf29ce484222325U;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

const EventKindInfo& info(EventKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

EventLog::EventLog(const Clock& clock, std::size_t capacity)
    : clock_(clock), mask_(std::bit_ceil(capacity) - 1), hash_(kHashSeed) {
  ring_.reserve(mask_ + 1);   // not touched yet: a short run pays for what it writes
  texts_.emplace_back();
  index_.emplace(texts_.back(), 0);
}

TextId EventLog::text(std::string_view value) {
  if (const auto found = index_.find(value); found != index_.end()) return found->second;
  texts_.emplace_back(value);
  for (const char c : value) hash_ = mix(hash_, static_cast<unsigned char>(c));
  const TextId id = texts_.size() - 1;
  index_.emplace(texts_.back(), id);
  return id;
}

EventLog::Mark EventLog::mark() {
  hash_ = kHashSeed;
  return {total_, texts_.size()};
}

void EventLog::return_to(const Mark& mark) {
  LPARSIM_ASSERT(mark.texts <= texts_.size());
  while (texts_.size() > mark.texts) {
    index_.erase(texts_.back());
    texts_.pop_back();
  }
  total_ = mark.total;
  hash_ = kHashSeed;
}

bool tells_of_failure(const EventRecord& record) {
  const auto value = [&](std::size_t i) { return static_cast<std::int64_t>(record.values[i]); };
  constexpr std::int64_t kBusy = -2;
  switch (record.kind) {
    case EventKind::hmc_reply:
    case EventKind::rmc_reply:
    case EventKind::process_exit: return value(1) != 0;
    case EventKind::file_write: return value(2) < 0;
    case EventKind::rtas_reply: return value(1) < 0 && value(1) != kBusy;
    case EventKind::hcall: return value(1) < 0;
    case EventKind::rmc_lost:
    case EventKind::choice:
    case EventKind::event_lost:
    case EventKind::kernel_bug: return true;
    default: return false;
  }
}

std::string EventLog::value(const EventRecord& record, std::size_t i) const {
  const auto field = info(record.kind).fields[i];
  if (field.ends_with('$')) return std::string(text(record.values[i]));
  if (field.ends_with('#')) return fmt::format("{:#x}", record.values[i]);
  return fmt::format("{}", static_cast<std::int64_t>(record.values[i]));
}

std::string EventLog::json(const EventRecord& record) const {
  const auto& kind = info(record.kind);
  std::string line =
      fmt::format(R"({{"t":{},"kind":"{}","partition":{},"actor":{})", record.time_ns, kind.name,
                  record.partition, record.actor);
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    const auto field = kind.fields[i];
    if (field.empty()) continue;
    const auto name = field.substr(0, field.find_first_of("$#"));
    const bool number = field.back() != '$' && field.back() != '#';
    const std::string shown = value(record, i);
    line += fmt::format(R"(,"{}":{})", name, number ? shown : quoted(shown));
  }
  return line + '}';
}

void EventLog::write_json_lines(std::ostream& out) const {
  for (auto number = oldest(); number < total_; ++number) out << json(at(number)) << '\n';
}

}  // namespace lparsim
