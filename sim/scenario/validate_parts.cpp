#include "sim/scenario/validate_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "sim/scenario/invariants/invariant.hpp"

namespace lparsim::scenario {
namespace {

constexpr auto kLastEventKind = EventKind::violation;

std::optional<Bytes> bytes_of(std::string_view hex) {
  Bytes bytes;
  if (hex.size() % 2 != 0) return std::nullopt;
  for (; !hex.empty(); hex.remove_prefix(2)) {
    std::uint8_t value = 0;
    const auto end = hex.data() + 2;
    if (std::from_chars(hex.data(), end, value, 16).ptr != end) return std::nullopt;
    bytes.push_back(value);
  }
  return bytes;
}

std::optional<EventKind> event_kind(const std::string& name) {
  for (std::uint16_t i = 0; i <= static_cast<std::uint16_t>(kLastEventKind); ++i) {
    if (info(static_cast<EventKind>(i)).name == name) return static_cast<EventKind>(i);
  }
  return std::nullopt;
}

std::string_view field_name(std::string_view field) {
  return field.substr(0, field.find_first_of("$#"));
}

}  // namespace

void Validation::fail(const std::string& where, std::string message) {
  if (!error_) error_ = Error{ErrorCode::bad_input, std::move(message), where};
}

PartitionId Validation::partition(const std::string& name, const std::string& where) {
  std::string names;
  for (std::size_t number = 0; number < machine_.systems(); ++number) {
    for (const auto& config : machine_.system(number).platform.partitions) {
      if (config.name == name) return config.id;
      names += (names.empty() ? "" : ", ") + config.name;
    }
  }
  fail(where, fmt::format("found \"{}\", allowed is a partition of the machine: {}", name, names));
  return kNoPartition;
}

std::size_t Validation::system(const std::string& name, const std::string& where) {
  std::string names;
  for (std::size_t number = 0; number < machine_.systems(); ++number) {
    const std::string& known = machine_.system(number).inventory.system_name;
    if (known == name) return number;
    names += (names.empty() ? "" : ", ") + known;
  }
  fail(where, fmt::format("found \"{}\", allowed is a managed system: {}", name, names));
  return 0;
}

PartitionId Validation::linux_partition(const std::string& name, const std::string& where) {
  const PartitionId id = partition(name, where);
  const auto os = machine_.os.find(id);
  if (id != kNoPartition && (os == machine_.os.end() || os->second.kind != models::OsKind::linux)) {
    fail(where, fmt::format("found \"{}\", allowed is a partition that runs Linux", name));
  }
  return id;
}

TextPattern Validation::pattern(const RawText& raw) {
  TextPattern pattern;
  pattern.kind = static_cast<TextPattern::Kind>(raw.kind);
  pattern.text = raw.text;
  if (pattern.kind != TextPattern::Kind::matches) return pattern;
  constexpr std::size_t kLongest = 1000;   // reading one takes stack with each bracket
  if (raw.text.size() > kLongest) {
    fail(raw.where, fmt::format("a regular expression of {} bytes, allowed are {}", raw.text.size(),
                                kLongest));
    return pattern;
  }
  try {
    pattern.regex.assign(raw.text, std::regex::ECMAScript);
  } catch (const std::regex_error& error) {
    fail(raw.where, fmt::format("\"{}\" is no regular expression: {}", raw.text, error.what()));
  }
  return pattern;
}

FileExpectation Validation::file(const RawFile& raw) {
  FileExpectation file;
  file.where = raw.where;
  file.partition = linux_partition(raw.partition, raw.where + "/partition");
  file.path = raw.path;
  if (!raw.path.starts_with('/')) {
    fail(raw.where, fmt::format("found \"{}\", allowed is an absolute path", raw.path));
  }
  if (raw.absent) file.content = FileExpectation::Content::absent;
  if (raw.text) {
    file.content = FileExpectation::Content::text;
    file.text = pattern(*raw.text);
  }
  if (raw.hex) {
    file.content = FileExpectation::Content::bytes;
    const auto bytes = bytes_of(*raw.hex);
    if (!bytes) {
      fail(raw.where + "/hex",
           fmt::format("found \"{}\", allowed is an even number of hexadecimal digits", *raw.hex));
    } else {
      file.bytes = *bytes;
    }
  }
  return file;
}

DrcExpectation Validation::drc(const RawDrc& raw) {
  DrcExpectation drc{raw.where, partition(raw.partition, raw.where + "/partition"),
                     DrcIndex{raw.drc}, {}};
  std::string words;
  for (std::size_t i = 0; i < firmware::kDrcStateCount; ++i) {
    const auto state = static_cast<firmware::DrcState>(i);
    if (to_string(state) == raw.state) {
      drc.state = state;
      return drc;
    }
    words += (words.empty() ? "" : ", ") + std::string(to_string(state));
  }
  fail(raw.where + "/state", fmt::format("found \"{}\", allowed is one of {}", raw.state, words));
  return drc;
}

LedgerExpectation Validation::ledger(const RawLedger& raw) {
  LedgerExpectation ledger;
  ledger.where = raw.where;
  if (raw.system) ledger.system = system(*raw.system, raw.where + "/system");
  if (raw.free_units_hundredths) ledger.free_units = ProcUnits{*raw.free_units_hundredths};
  ledger.free_lmbs = raw.free_lmbs;
  for (const auto& share : raw.shares) {
    auto& lowered = ledger.shares.emplace_back();
    lowered.where = share.where;
    lowered.partition = partition(share.partition, share.where + "/partition");
    if (share.units_hundredths) lowered.units = ProcUnits{*share.units_hundredths};
    lowered.lmbs = share.lmbs;
  }
  return ledger;
}

EventPattern Validation::event(const RawEvent& raw) {
  EventPattern event;
  event.where = raw.where;
  if (raw.partition) event.partition = partition(*raw.partition, raw.where + "/partition");
  const auto kind = event_kind(raw.kind);
  if (!kind) {
    fail(raw.where + "/kind", fmt::format("found \"{}\", allowed is a kind of event", raw.kind));
    return event;
  }
  event.kind = *kind;
  const auto& names = info(*kind).fields;
  for (const auto& [name, text] : raw.fields) {
    const auto at = std::find_if(names.begin(), names.end(), [&](std::string_view field) {
      return !field.empty() && field_name(field) == name;
    });
    if (at == names.end()) {
      std::string allowed;
      for (const auto field : names) {
        if (field.empty()) continue;
        allowed += (allowed.empty() ? "" : ", ") + std::string(field_name(field));
      }
      fail(text.where, fmt::format("unknown field \"{}\", allowed are {}", name, allowed));
      continue;
    }
    event.fields.emplace_back(static_cast<std::size_t>(at - names.begin()), pattern(text));
  }
  return event;
}

void Validation::invariant(const std::string& name, const std::string& where) {
  const auto& names = invariant_names();
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  fail(where, fmt::format("found \"{}\", allowed is one of {}", name, fmt::join(names, ", ")));
}

}  // namespace lparsim::scenario
