// From bytes to a document: the SAX side of the reader. It sees what a DOM parser hides (duplicate
// keys) and keeps the JSON pointer of the place where it is.
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>

#include "sim/config/json_document.hpp"
#include "sim/config/json_reader.hpp"

namespace lparsim::config {

using nlohmann::ordered_json;

namespace {

// Without nlohmann's own prefix and without bytes that would break the one line of the error.
std::string plain_reason(std::string_view what) {
  if (const auto at = what.find("] "); at != std::string_view::npos) what.remove_prefix(at + 2);
  std::string text;
  for (const char c : what) text += (c >= ' ' && c < 0x7f) ? c : '?';
  return text;
}

class Builder final : public nlohmann::json_sax<ordered_json> {
 public:
  Builder(Reading& reading, std::size_t max_depth) : reading_(reading), max_depth_(max_depth) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // JSON text has none

  bool start_object(std::size_t) override { return open(ordered_json::object()); }
  bool start_array(std::size_t) override { return open(ordered_json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.key = name;
    if (level.keys.insert(name).second) return true;
    return refuse(fmt::format("the key {} stands twice in one object", ordered_json(name).dump()));
  }

  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::json::exception& error) override {
    return refuse("no valid JSON, " + plain_reason(error.what()));
  }

 private:
  struct Level {
    ordered_json* value;
    std::string key;
    std::set<std::string> keys;
  };

  bool add(ordered_json value) {
    place(std::move(value));
    return true;
  }

  bool open(ordered_json empty) {
    if (levels_.size() >= max_depth_) {
      return refuse(fmt::format("nested deeper than {} levels", max_depth_));
    }
    levels_.push_back({place(std::move(empty)), {}, {}});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  // Only the innermost container grows, so that the pointers to the outer ones stay valid.
  ordered_json* place(ordered_json value) {
    if (levels_.empty()) {
      reading_.root = std::move(value);
      return &reading_.root;
    }
    Level& level = levels_.back();
    if (level.value->is_array()) {
      level.value->push_back(std::move(value));
      return &level.value->back();
    }
    return &((*level.value)[level.key] = std::move(value));
  }

  bool refuse(std::string message) {
    ordered_json::json_pointer pointer;
    for (const Level& level : levels_) {
      // An outer array is inside its last item, the innermost one before its next item.
      const std::size_t inside = &level == &levels_.back() ? 0 : 1;
      if (level.value->is_array()) pointer /= level.value->size() - inside;
      else if (!level.key.empty()) pointer /= level.key;
    }
    const std::string text = pointer.to_string();
    reading_.error = Error{ErrorCode::bad_input, std::move(message),
                           fmt::format("{}: {}", reading_.file, text.empty() ? "/" : text)};
    return false;
  }

  Reading& reading_;
  std::size_t max_depth_;
  std::vector<Level> levels_;
};

}  // namespace

Result<Document> parse_json(std::string_view text, const std::string& file,
                            const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return bad_input(file, fmt::format("longer than the allowed {} bytes", limits.bytes));
  }
  // The parser below takes a zero byte for the end of the text.
  if (const auto zero = text.find('\0'); zero != std::string_view::npos) {
    return bad_input(file, fmt::format("no valid JSON, a zero byte at offset {}", zero));
  }
  auto reading = std::make_shared<Reading>();
  reading->file = file;
  Builder builder(*reading, limits.depth);
  if (!ordered_json::sax_parse(text, &builder)) {
    if (reading->error) return tl::make_unexpected(*reading->error);
    return bad_input(file, "no valid JSON");
  }
  return Document(std::move(reading));
}

Result<Document> read_json_file(const std::string& path, const JsonLimits& limits) {
  // Opening a pipe or a device may wait for ever, and reading it may never end.
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (!error && kind != std::filesystem::file_type::regular) {
    return failure(ErrorCode::io, path, "this is no regular file");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return failure(ErrorCode::not_found, path, "the file cannot be opened");
  std::string text;
  std::array<char, 4096> block;   // small: most files fit, and a page of stack is not free
  while (text.size() <= limits.bytes) {
    in.read(block.data(), block.size());
    if (in.gcount() == 0) break;
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad() || (!in.eof() && text.size() <= limits.bytes)) {
    return failure(ErrorCode::io, path, "the file cannot be read");
  }
  return parse_json(text, path, limits);
}

}  // namespace lparsim::config
