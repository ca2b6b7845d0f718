#include "sim/config/capture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "hmc/cli/filter.hpp"

namespace lparsim::config {

namespace {

using hmc::Listing;

struct CommandForm {
  std::string_view program, resource, subtype, level;  // empty level: any
  Listing listing;
};

constexpr CommandForm kForms[] = {
    {"lssyscfg", "sys", "", "", Listing::sys},
    {"lssyscfg", "lpar", "", "", Listing::lpar},
    {"lssyscfg", "prof", "", "", Listing::prof},
    {"lshwres", "proc", "", "sys", Listing::proc_sys},
    {"lshwres", "proc", "", "lpar", Listing::proc_lpar},
    {"lshwres", "mem", "", "sys", Listing::mem_sys},
    {"lshwres", "mem", "", "lpar", Listing::mem_lpar},
    {"lshwres", "io", "slot", "", Listing::io_slot},
    {"lshwres", "virtualio", "slot", "lpar", Listing::virtual_slot},
    {"lshwres", "virtualio", "eth", "lpar", Listing::virtual_eth},
    {"lshwres", "virtualio", "scsi", "lpar", Listing::virtual_scsi},
    {"lshwres", "virtualio", "serial", "lpar", Listing::virtual_serial},
    {"lshwres", "virtualio", "fc", "lpar", Listing::virtual_fc},
};

// Words as a shell splits them, without expansions.
std::vector<std::string> shell_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool open = false;
  for (const char c : text) {
    if (quote) {
      if (c == quote) quote = 0;
      else word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      open = true;
    } else if (c == ' ' || c == '\t') {
      if (open) words.push_back(std::exchange(word, {}));
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push_back(word);
  return words;
}

// Pipes, redirections and further commands: what was printed need not be what the HMC listed.
bool is_shell(std::string_view word) {
  return word.starts_with('|') || word.starts_with('>') || word.starts_with('&') ||
         word.starts_with(';') || word.ends_with(';');
}

struct CommandLine {
  std::string program;
  std::map<std::string, std::string, std::less<>> options;  // "-F" alone: empty
  bool shell = false;                                       // not this command alone

  std::string option(std::string_view name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  }
};

CommandLine parse_command(std::string_view text) {
  CommandLine line;
  std::string last;
  for (const std::string& word : shell_words(text)) {
    line.shell = line.shell || is_shell(word);
    if (line.program.empty()) {
      // LC_ALL=en_US before the command (hmc.md 0.1).
      if (word.find('=') == std::string::npos) line.program = word;
    } else if (word.starts_with('-')) {
      last = word;
      line.options.emplace(word, "");
    } else if (!last.empty()) {
      std::string& value = line.options[last];
      value += (value.empty() ? "" : " ") + word;
    }
  }
  return line;
}

std::optional<Listing> listing_of(const CommandLine& line) {
  if (line.shell) return std::nullopt;
  for (const CommandForm& form : kForms) {
    if (line.program == form.program && line.option("-r") == form.resource &&
        line.option("--rsubtype") == form.subtype &&
        (form.level.empty() || line.option("--level") == form.level)) {
      return form.listing;
    }
  }
  return std::nullopt;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string line(text.substr(0, end));
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(std::move(line));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

// Machine files are UTF-8, so their facts have to be. Overlong forms and surrogates are refused.
bool is_utf8(std::string_view text) {
  std::uint32_t value = 0, least = 0;
  int more = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (more > 0) {
      if ((byte & 0xc0U) != 0x80U) return false;
      value = value << 6 | (byte & 0x3fU);
      const bool bad = value < least || value > 0x10ffffU || (value >> 11) == 0x1b;
      if (--more == 0 && bad) return false;
    } else if (byte >= 0x80U) {
      more = byte >= 0xf0U ? 3 : byte >= 0xe0U ? 2 : 1;
      if (byte < 0xc2U || byte > 0xf4U) return false;
      value = byte & (0x3fU >> more);
      least = more == 3 ? 0x10000U : more == 2 ? 0x800U : 0x80U;
    }
  }
  return more == 0;
}

// A sentence instead of rows: messages with and without code, in any language (hmc.md 0.3).
bool is_message(const Capture& capture) {
  const std::string& line = capture.lines.front();
  if (line.starts_with("HSCL")) return true;
  const bool sentence = line.ends_with('.') && line.find(' ') != std::string::npos;
  if (capture.ordered) return sentence && line.find('=') == std::string::npos;
  const auto commas = std::count(line.begin(), line.end(), ',');
  return sentence && commas != static_cast<std::ptrdiff_t>(capture.names.size()) - 1;
}

// The partition that every row is about when --filter lets only one through.
void read_filter(const CommandLine& line, Capture& capture) {
  const auto filters = hmc::parse_filter(line.option("--filter"));
  if (!filters) return;
  for (const hmc::Filter& filter : *filters) {
    if (filter.values.size() != 1) continue;
    if (filter.name == "lpar_names") capture.partition = filter.values.front();
    if (filter.name == "lpar_ids") capture.partition_id = filter.values.front();
  }
}

class RowParser {
 public:
  RowParser(Capture& capture, const CommandLine& line) : capture_(capture) {
    chosen_ = line.options.contains("-F");
    header_ = line.options.contains("--header");
    std::string names = line.option("-F");
    const bool comma = names.find(',') != std::string::npos;
    if (!comma && names.find(':') != std::string::npos) separator_ = ':';
    if (names.find(' ') != std::string::npos) separator_ = ' ';
    if (chosen_ && !names.empty()) {
      names_ = split_fields(names, separator_).value_or(std::vector{names});
    }
    capture_.ordered = !chosen_;
    capture_.all_names = chosen_ && names.empty();
    capture_.names = names_;
  }

  Result<void> parse(const std::string& line, std::size_t number) {
    const std::string where = fmt::format("{}:{}", capture_.file, number);
    if (!is_utf8(line)) return bad_input(where, "the line is not UTF-8");
    const auto fields = split_fields(line, separator_);
    if (!fields) return bad_input(where, "a quote is not closed");
    if (header_) {
      header_ = false;
      names_ = capture_.names = *fields;
      return {};
    }
    return chosen_ ? add_values(where, *fields) : add_pairs(where, *fields, line);
  }

 private:
  Result<void> add_pairs(const std::string& where, const std::vector<std::string>& fields,
                         const std::string& line) {
    CapturedRow row{where};
    std::set<std::string> seen;
    for (const std::string& field : fields) {
      const auto equals = field.find('=');
      if (equals == std::string::npos || equals == 0) {
        return bad_input(where, fmt::format("found \"{}\", allowed is attribute=value", field));
      }
      std::string name = field.substr(0, equals);
      if (!seen.insert(name).second) {
        return bad_input(where, fmt::format("the attribute {} stands twice", name));
      }
      const std::string value = field.substr(equals + 1);
      if (!value.empty() && field.find_first_of(",\"") == std::string::npos) {
        // Quotes were taken away; the line tells whether there were any.
        const bool quotes = line.find("\"" + field + "\"") != std::string::npos;
        (quotes ? row.quoted : row.bare).insert(name);
      }
      row.fields.emplace_back(std::move(name), value);
    }
    capture_.rows.push_back(std::move(row));
    return {};
  }

  Result<void> add_values(const std::string& where, const std::vector<std::string>& values) {
    if (names_.empty()) return bad_input(where, "-F without names and without --header");
    if (values.size() != names_.size()) {
      return bad_input(where, fmt::format("found {} values, allowed are {}", values.size(),
                                          names_.size()));
    }
    CapturedRow row{where};
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == "null") row.nulls.insert(names_[i]);
      else row.chosen.emplace_back(names_[i], values[i]);
    }
    capture_.rows.push_back(std::move(row));
    return {};
  }

  Capture& capture_;
  bool chosen_ = false, header_ = false;
  char separator_ = ',';
  std::vector<std::string> names_;
};

}  // namespace

const std::string* CapturedRow::find(std::string_view name) const {
  for (const auto* told : {&fields, &chosen}) {
    for (const auto& [attribute, value] : *told) {
      if (attribute == name) return &value;
    }
  }
  return nullptr;
}

// A quote counts where a field begins; elsewhere it is a character (19" rack).
std::optional<std::vector<std::string>> split_fields(std::string_view line, char separator) {
  std::vector<std::string> fields(1);
  bool quoted = false, begins = true;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"' && quoted) {
      if (i + 1 < line.size() && line[i + 1] != separator) return std::nullopt;
      quoted = false;
    } else if (c == '"' && begins) {
      quoted = true;
    } else if (c == separator && !quoted) {
      fields.emplace_back();
      begins = true;
      continue;
    } else {
      fields.back() += c;
    }
    begins = false;
  }
  if (quoted) return std::nullopt;
  return fields;
}

std::vector<std::string> split_items(std::string_view value) {
  return value.starts_with('"') ? hmc::fact_value(std::string(value)).items
                                : split_fields(value).value_or(std::vector{std::string(value)});
}

Result<std::optional<Capture>> parse_capture(std::string_view text, const std::string& file) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  const std::vector<std::string> lines = split_lines(text);
  if (lines.empty() || !lines.front().starts_with("$ ")) return std::nullopt;
  Capture capture;
  capture.file = file;
  capture.command = lines.front().substr(2);
  if (!is_utf8(capture.command)) return bad_input(file + ":1", "the command is not UTF-8");
  capture.lines.assign(lines.begin() + 1, lines.end());
  const CommandLine command = parse_command(capture.command);
  capture.system = command.option("-m");
  capture.listing = listing_of(command);
  capture.complete = !command.options.contains("--filter") && !command.options.contains("-R");
  read_filter(command, capture);
  RowParser parser(capture, command);
  if (!capture.listing || capture.lines.empty()) return capture;
  if (capture.lines.front() == "No results were found.") return capture;
  if (is_message(capture)) {
    capture.refusal = capture.lines.front();
    if (is_utf8(capture.refusal)) return capture;
    return bad_input(file + ":2", "the line is not UTF-8");
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    if (auto ok = parser.parse(lines[i], i + 1); !ok) return tl::make_unexpected(ok.error());
  }
  return capture;
}

// Kahn's algorithm; among those that are free the one that came first goes first.
std::vector<std::string> common_order(const std::vector<CapturedRow>& rows, bool& agrees) {
  std::vector<std::string> pool;                         // by first appearance
  std::map<std::string, std::set<std::string>> before;   // attribute -> those that precede it
  for (const CapturedRow& row : rows) {
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      const std::string& name = row.fields[i].first;
      if (before.try_emplace(name).second) pool.push_back(name);
      if (i > 0) before[name].insert(row.fields[i - 1].first);
    }
  }
  std::vector<std::string> order;
  agrees = true;
  while (!pool.empty()) {
    auto next = std::find_if(pool.begin(), pool.end(),
                             [&](const std::string& name) { return before[name].empty(); });
    if (next == pool.end()) {
      agrees = false;
      next = pool.begin();
    }
    const std::string name = *next;
    pool.erase(next);
    for (auto& [other, needed] : before) needed.erase(name);
    order.push_back(name);
  }
  return order;
}

}  // namespace lparsim::config
