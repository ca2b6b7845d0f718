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

std::string EventLog::json(const EventRecord& record) const {
  const auto& kind = info(record.kind);
  std::string line =
      fmt::format(R"({{"t":{},"kind":"{}","partition":{},"actor":{})", record.time_ns, kind.name,
                  record.partition, record.actor);
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    const auto field = kind.fields[i];
    if (field.empty()) continue;
    const auto name = field.substr(0, field.find_first_of("$#"));
    const auto value = record.values[i];
    if (field.back() == '$') {
      line += fmt::format(R"(,"{}":{})", name, quoted(text(value)));
    } else if (field.back() == '#') {
      line += fmt::format(R"(,"{}":"0x{:x}")", name, value);
    } else {
      line += fmt::format(R"(,"{}":{})", name, static_cast<std::int64_t>(value));
    }
  }
  return line + '}';
}

void EventLog::write_json_lines(std::ostream& out) const {
  for (auto number = oldest(); number < total_; ++number) out << json(at(number)) << '\n';
}

}  // namespace lparsim
