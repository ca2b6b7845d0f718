#include "models/userland/getopt.hpp"

#include <algorithm>

namespace lparsim::userland {

std::string option_error(std::string_view program, const Option& option) {
  std::string text(program);
  text += option.value_missing ? ": option requires an argument -- '" : ": invalid option -- '";
  return text + option.unknown + "'\n";
}

Option OptionReader::long_option(std::string_view name) const {
  // A name may be cut as long as one name alone begins so; no two here begin alike.
  std::string_view left = long_names_;
  while (!name.empty() && !left.empty()) {
    const std::size_t end = left.find('=');
    if (left.substr(0, end).starts_with(name)) return {left[end + 1], "", 0};
    left.remove_prefix(std::min(end + 3, left.size()));   // "=C,"
  }
  return {'?', "", 0};
}

std::optional<Option> OptionReader::next() {
  while (at_ == 0) {
    if (word_ >= argv_.size() || argv_[word_] == "--") return std::nullopt;
    const std::string& word = argv_[word_];
    if (word.starts_with("--") && !long_names_.empty()) {
      ++word_;
      return long_option(std::string_view(word).substr(2));
    }
    if (word.size() > 1 && word[0] == '-') {
      at_ = 1;
    } else {
      ++word_;  // an operand: passed over
    }
  }
  const std::string& word = argv_[word_];
  const char letter = word[at_++];
  const bool last = at_ == word.size();
  const std::size_t known = letter == ':' ? std::string_view::npos : letters_.find(letter);
  const bool takes_value = known != std::string_view::npos && known + 1 < letters_.size() &&
                           letters_[known + 1] == ':';
  Option option{letter, "", 0};
  if (known == std::string_view::npos) option = {'?', "", letter};
  if (takes_value && !last) option.value = word.substr(at_);
  if (takes_value && last) {
    if (word_ + 1 < argv_.size()) {
      option.value = argv_[++word_];
    } else {
      option = {'?', "", letter, true};
    }
  }
  if (takes_value || last) {
    ++word_;
    at_ = 0;
  }
  return option;
}

}  // namespace lparsim::userland
