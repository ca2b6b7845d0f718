// Command lines after the rules of getopt: clustered flags, attached or separate values, options
// after operands, "--" ends them. State is a value, so any number of programs can run at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lparsim::userland {

struct Option {
  char letter = '?';     // '?': unknown, or its value is missing
  std::string value;
  char unknown = 0;      // the letter, when letter is '?'
  bool value_missing = false;
};

// What getopt itself says of an option with letter '?', on stderr.
std::string option_error(std::string_view program, const Option& option);

class OptionReader {
 public:
  // letters as for getopt, "ac:" = -a and -c VALUE; long_names: "capabilities=C,help=h".
  OptionReader(const std::vector<std::string>& argv, std::string_view letters,
               std::string_view long_names = "")
      : argv_(argv), letters_(letters), long_names_(long_names) {}

  std::optional<Option> next();

 private:
  Option long_option(std::string_view name) const;

  const std::vector<std::string>& argv_;
  std::string_view letters_, long_names_;
  std::size_t word_ = 1, at_ = 0;   // at_ > 0: inside a cluster
};

}  // namespace lparsim::userland
