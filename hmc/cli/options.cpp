#include "hmc/cli/options.hpp"

#include <algorithm>
#include <charconv>

#include "hmc/messages/catalogue.hpp"

namespace lparsim::hmc {
namespace {

const std::vector<std::string> kNoWords;
const std::string kNoValue;
constexpr std::int64_t kLargestNumber = 1'000'000'000;   // sums of these stay far from overflow

bool is_option(const std::string& word) {
  // "-1" is a value that a command refuses, not an option.
  return word.size() > 1 && word[0] == '-' && (word[1] < '0' || word[1] > '9');
}

const OptionSpec* find_option(std::span<const OptionSpec> table, std::string_view name) {
  const auto it = std::find_if(table.begin(), table.end(),
                               [&](const OptionSpec& spec) { return spec.name == name; });
  return it == table.end() ? nullptr : &*it;
}

void append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ',';
  list += name;
}

bool goes_with(const OptionSpec& spec, const std::string& resource) {
  const auto words = split_at(spec.resources, ' ');
  return spec.resources.empty() || std::find(words.begin(), words.end(), resource) != words.end();
}

// One pass over the words; faults are collected so that one message names all of them.
struct Parser {
  std::span<const std::string> words;
  std::span<const OptionSpec> table;
  Options options;
  std::string not_valid, lacking;

  void run() {
    for (std::size_t i = 1; i < words.size();) {
      const OptionSpec* spec = find_option(table, words[i]);
      if (spec == nullptr) append(not_valid, words[i++]);
      else i = take(*spec, i + 1);
    }
  }

  std::size_t take(const OptionSpec& spec, std::size_t next) {
    const std::string_view name = spec.alias_of.empty() ? spec.name : spec.alias_of;
    if (options.has(name)) append(not_valid, spec.name);
    options.add(name);
    if (spec.arity == Arity::value) {
      if (next >= words.size() || is_option(words[next])) append(lacking, spec.name);
      else options.add(name, words[next++]);
    }
    while (spec.arity == Arity::words && next < words.size() && !is_option(words[next])) {
      options.add(name, words[next++]);
    }
    return next;
  }
};

}  // namespace

const std::string& Options::value(std::string_view name) const {
  const auto& given = words(name);
  return given.empty() ? kNoValue : given.front();
}

std::optional<std::string> Options::optional_value(std::string_view name) const {
  return has(name) ? std::optional(value(name)) : std::nullopt;
}

const std::vector<std::string>& Options::words(std::string_view name) const {
  const auto it = given_.find(name);
  return it == given_.end() ? kNoWords : it->second;
}

std::vector<std::string> Options::names() const {
  std::vector<std::string> names;
  for (const auto& [name, words] : given_) names.push_back(name);
  return names;
}

OrMessage<Options> parse_options(std::span<const std::string> words,
                                 std::span<const OptionSpec> table) {
  Parser parser{words, table, {}, {}, {}};
  parser.run();
  if (!parser.not_valid.empty()) return invalid(parser.not_valid);
  if (!parser.lacking.empty()) return missing(parser.lacking);
  return std::move(parser.options);
}

OrMessage<bool> check_resource(const Options& options, std::span<const OptionSpec> table) {
  std::string wrong;
  for (const std::string& name : options.names()) {
    const OptionSpec* spec = find_option(table, name);
    if (spec != nullptr && !goes_with(*spec, options.value("-r"))) append(wrong, name);
  }
  if (!wrong.empty()) return invalid(wrong);
  return true;
}

tl::unexpected<std::string> missing(std::string_view parameters) {
  return tl::make_unexpected(
      message(MessageId::missing_parameter, {{"parameters", std::string(parameters)}}));
}

tl::unexpected<std::string> invalid(std::string_view parameters) {
  return tl::make_unexpected(
      message(MessageId::invalid_parameter, {{"parameters", std::string(parameters)}}));
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || number < 0 ||
      number > kLargestNumber) {
    return std::nullopt;
  }
  return number;
}

}  // namespace lparsim::hmc
