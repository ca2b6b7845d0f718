#include "hmc/cli/fields.hpp"

#include <algorithm>

#include "hmc/messages/catalogue.hpp"

namespace lparsim::hmc {
namespace {

// Several words: blanks separate the values too. One word: its own separator, comma first.
void read_names(const std::vector<std::string>& words, FieldChoice& fields) {
  if (words.size() > 1) {
    fields.style = FieldStyle::blank;
    fields.names = words;
    return;
  }
  const std::string& word = words.front();
  const bool colon = word.find(',') == std::string::npos && word.find(':') != std::string::npos;
  fields.style = colon ? FieldStyle::colon : FieldStyle::comma;
  fields.names = split_at(word, static_cast<char>(fields.style));
}

}  // namespace

OrMessage<FieldChoice> choose_fields(const Options& options, const std::vector<std::string>& known,
                                     const std::vector<std::string>& all) {
  FieldChoice fields;
  fields.chosen = options.has("-F");
  fields.header = options.has("--header");
  if (fields.header && !fields.chosen) return missing("-F");
  const auto& words = options.words("-F");
  if (words.empty() || (words.size() == 1 && words.front().empty())) {
    fields.names = all;
    return fields;
  }
  read_names(words, fields);
  for (const std::string& name : fields.names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return tl::make_unexpected(message(MessageId::invalid_attribute, {{"attribute", name}}));
    }
  }
  return fields;
}

std::string print_rows(const std::vector<Record>& rows, const FieldChoice& fields) {
  if (rows.empty()) return message(MessageId::no_results) + '\n';
  std::string out;
  if (fields.header) out = header_row(fields.names, fields.style) + '\n';
  for (const Record& row : rows) {
    out += fields.chosen ? field_row(row, fields.names, fields.style) : default_row(row);
    out += '\n';
  }
  return out;
}

}  // namespace lparsim::hmc
