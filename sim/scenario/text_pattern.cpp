#include "sim/scenario/scenario.hpp"

namespace lparsim::scenario {

bool TextPattern::holds(std::string_view found) const {
  switch (kind) {
    case Kind::exact: return found == text;
    case Kind::contains: return found.find(text) != std::string_view::npos;
    case Kind::matches: return std::regex_search(found.begin(), found.end(), regex);
  }
  return false;
}

std::string TextPattern::describe() const {
  switch (kind) {
    case Kind::exact: return text;
    case Kind::contains: return "a text that contains: " + text;
    case Kind::matches: return "a text that matches: " + text;
  }
  return text;
}

}  // namespace lparsim::scenario
