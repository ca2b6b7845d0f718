// The words of a command line as a shell would make them: blanks, quotes, backslashes and
// assignments in front of the command. Pipes, loops, redirections and expansions of the HMC's
// restricted shell are not modelled and are refused by name.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace lparsim::hmc {

// What the operator gets, or the text that he sees instead (no newline at the end).
template <class T>
using OrMessage = tl::expected<T, std::string>;

// words[0] is the command; empty when the line has none. Assignments (LC_ALL=en_US) are dropped.
OrMessage<std::vector<std::string>> split_words(std::string_view line);

// Splits at a character; "a,,b" has three pieces, "" has one.
std::vector<std::string> split_at(std::string_view text, char separator);

}  // namespace lparsim::hmc
