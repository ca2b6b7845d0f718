#include "hmc/cli/print.hpp"

#include <algorithm>

namespace lparsim::hmc {
namespace {

bool has_comma(const std::string& text) { return text.find(',') != std::string::npos; }

std::string quoted(const std::string& text) { return '"' + text + '"'; }

// A value is quoted where it could not be told from its neighbours otherwise. Values with blanks
// stay bare with commas and colons, and are quoted between blanks (rule 4).
bool needs_quotes(const std::string& text, FieldStyle style) {
  return has_comma(text) || text.find('\n') != std::string::npos ||
         text.find("\"\"") != std::string::npos ||
         text.find(static_cast<char>(style)) != std::string::npos;
}

const Value* find_in(const std::vector<Attribute>& attributes, const std::string& name) {
  const auto it = std::find_if(attributes.begin(), attributes.end(),
                               [&](const Attribute& a) { return a.name == name; });
  return it == attributes.end() ? nullptr : &it->value;
}

}  // namespace

std::string joined(const Value& value) {
  std::string text;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) text += ',';
    const std::string& item = value.items[i];
    text += value.list && has_comma(item) ? "\"\"" + item + "\"\"" : item;
  }
  return text;
}

std::string default_row(const Record& record) {
  std::string row;
  for (const Attribute& attribute : record.attributes) {
    if (!row.empty()) row += ',';
    const std::string pair = attribute.name + '=' + joined(attribute.value);
    const bool always = attribute.value.quoted && !pair.ends_with('=');
    row += always || needs_quotes(pair, FieldStyle::comma) ? quoted(pair) : pair;
  }
  return row;
}

std::string field_row(const Record& record, const std::vector<std::string>& names,
                      FieldStyle style) {
  std::string row;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) row += static_cast<char>(style);
    const Value* value = find_value(record, names[i]);
    const std::string text = value != nullptr ? joined(*value) : "null";
    row += needs_quotes(text, style) ? quoted(text) : text;
  }
  return row;
}

std::string header_row(const std::vector<std::string>& names, FieldStyle style) {
  std::string row;
  for (const std::string& name : names) {
    if (!row.empty()) row += static_cast<char>(style);
    row += name;
  }
  return row;
}

const Value* find_value(const Record& record, const std::string& name) {
  const Value* value = find_in(record.attributes, name);
  return value != nullptr ? value : find_in(record.hidden, name);
}

}  // namespace lparsim::hmc
