#include "hmc/cli/words.hpp"

#include <algorithm>
#include <cctype>

#include "hmc/messages/catalogue.hpp"

namespace lparsim::hmc {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kRefused = "|;&<>()`";   // what a shell would act on, bare
constexpr std::string_view kExpanding = "$`";       // also within double quotes
constexpr std::string_view kEscapable = "\"\\$`";   // after a backslash within double quotes

tl::unexpected<std::string> refuse(char token) {
  return tl::make_unexpected(message(MessageId::shell_syntax, {{"token", std::string(1, token)}}));
}

bool one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}

  OrMessage<std::vector<std::string>> run() {
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (one_of(c, kBlanks)) end_word();
      else if (c == '#' && !in_word_) break;   // a comment up to the end
      else if (const auto done = take(c); !done) return tl::make_unexpected(done.error());
    }
    end_word();
    return std::move(words_);
  }

 private:
  OrMessage<bool> take(char c) {
    if (c == '\'') return take_single();
    if (c == '"') return take_double();
    if (c == '\\') return take_escaped();
    if (c == '$' || one_of(c, kRefused)) return refuse(c);
    add(c);
    return true;
  }

  OrMessage<bool> take_single() {
    in_word_ = true;
    const auto end = line_.find('\'', at_);
    if (end == std::string_view::npos) return unclosed();
    word_ += line_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }

  OrMessage<bool> take_double() {
    in_word_ = true;
    bare_ = false;
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (c == '"') return true;
      if (one_of(c, kExpanding)) return refuse(c);
      const bool escapes = c == '\\' && at_ < line_.size() && one_of(line_[at_], kEscapable);
      word_ += escapes ? line_[at_++] : c;
    }
    return unclosed();
  }

  OrMessage<bool> take_escaped() {
    if (at_ < line_.size()) add(line_[at_++]);
    return true;
  }

  static OrMessage<bool> unclosed() {
    return tl::make_unexpected(message(MessageId::unmatched_quote));
  }

  void add(char c) {
    if (c == '=' && bare_ && words_.empty() && !assignment_) assignment_ = is_name(word_);
    word_ += c;
    in_word_ = true;
  }

  static bool is_name(const std::string& text) {
    const auto letter = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    };
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
           std::all_of(text.begin(), text.end(), letter);
  }

  void end_word() {
    if (in_word_ && !assignment_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = assignment_ = false;
    bare_ = true;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::string word_;
  std::vector<std::string> words_;
  bool in_word_ = false, assignment_ = false, bare_ = true;
};

}  // namespace

OrMessage<std::vector<std::string>> split_words(std::string_view line) {
  return Splitter(line).run();
}

std::vector<std::string> split_at(std::string_view text, char separator) {
  std::vector<std::string> pieces;
  while (true) {
    const auto end = text.find(separator);
    pieces.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

}  // namespace lparsim::hmc
