#include "sim/config/json_text.hpp"

#include <nlohmann/json.hpp>

namespace lparsim::config {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t kLine = 100;

std::string one_line(const ordered_json& value) {
  if (!value.is_structured()) return value.dump();
  std::string text(1, value.is_object() ? '{' : '[');
  for (auto item = value.begin(); item != value.end(); ++item) {
    if (item != value.begin()) text += ", ";
    if (value.is_object()) text += ordered_json(item.key()).dump() + ": ";
    text += one_line(*item);
  }
  return text + (value.is_object() ? '}' : ']');
}

// `used`: characters that the line already has.
std::string pretty(const ordered_json& value, std::size_t indent, std::size_t used) {
  const std::string flat = one_line(value);
  if (!value.is_structured() || (used + flat.size() <= kLine && indent > 0)) return flat;
  const std::string pad(indent + 2, ' ');
  std::string text(1, value.is_object() ? '{' : '[');
  for (auto item = value.begin(); item != value.end(); ++item) {
    std::string start = pad;
    if (value.is_object()) start += ordered_json(item.key()).dump() + ": ";
    text += item == value.begin() ? "\n" : ",\n";
    text += start + pretty(*item, indent + 2, start.size() + 1);
  }
  return text + "\n" + std::string(indent, ' ') + (value.is_object() ? '}' : ']');
}

}  // namespace

std::string json_text(const ordered_json& value) { return pretty(value, 0, 0) + "\n"; }

}  // namespace lparsim::config
