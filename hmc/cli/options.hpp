// Options of one command line, checked against the command's table.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hmc/cli/words.hpp"

namespace lparsim::hmc {

enum class Arity {
  flag,     // --immed
  value,    // -m SYS
  words,    // -F: none or more words up to the next option
};

struct OptionSpec {
  std::string_view name;        // "-q", "--id"
  Arity arity = Arity::value;
  std::string_view resources;   // the -r words it goes with, blank separated; "" = all of them
  std::string_view alias_of;    // "--quantity" is "-q"
};

class Options {
 public:
  bool has(std::string_view name) const { return given_.find(name) != given_.end(); }
  // The value of an option that was given; "" otherwise.
  const std::string& value(std::string_view name) const;
  std::optional<std::string> optional_value(std::string_view name) const;
  const std::vector<std::string>& words(std::string_view name) const;
  // Every option given, by its name in the table.
  std::vector<std::string> names() const;

  void add(std::string_view name) { given_[std::string(name)]; }
  void add(std::string_view name, std::string word) {
    given_[std::string(name)].push_back(std::move(word));
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> given_;
};

// words[0] is the command itself. An unknown word, an option twice, a value that is missing: the
// messages of hmc.md 0.3.
OrMessage<Options> parse_options(std::span<const std::string> words,
                                 std::span<const OptionSpec> table);

// Options that do not go with the resource named by -r, as the text that refuses them.
OrMessage<bool> check_resource(const Options& options, std::span<const OptionSpec> table);

tl::unexpected<std::string> missing(std::string_view parameters);
tl::unexpected<std::string> invalid(std::string_view parameters);

// Numbers as the command line takes them: decimal digits only, at most a thousand million.
std::optional<std::int64_t> whole_number(std::string_view text);

}  // namespace lparsim::hmc
