#include "sim/scenario/scenario.hpp"

namespace lparsim::scenario {

namespace {

// The search takes stack with each byte (sim/cli/jobs.cpp provides for this many).
constexpr std::size_t kLongestSearched = 65536;

}  // namespace

bool TextPattern::holds(std::string_view found) const {
  switch (kind) {
    case Kind::exact: return found == text;
    case Kind::contains: return found.find(text) != std::string_view::npos;
    case Kind::matches:
      return found.size() <= kLongestSearched &&
             std::regex_search(found.begin(), found.end(), regex);
  }
  return false;
}

std::string TextPattern::describe() const {
  switch (kind) {
    case Kind::exact: return text;
    case Kind::contains: return "a text that contains: " + text;
    case Kind::matches: return "a text (at most 65536 bytes) that matches: " + text;
  }
  return text;
}

}  // namespace lparsim::scenario
