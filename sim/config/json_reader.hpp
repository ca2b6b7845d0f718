// Our one reader of JSON: files are parsed by SAX (duplicate keys are seen), then read field by
// field. Everything that nlohmann accepts silently is an error here: unknown keys, unknown words,
// duplicate keys, numbers out of range or with a fraction. Each error is one line: file, JSON
// pointer, what was found, what is allowed.
//
//   auto document = read_json_file(path);
//   if (!document) return tl::make_unexpected(document.error());
//   ObjectReader root = document->root();
//   thing.name = root.string("name");
//   thing.id = root.integer<std::uint16_t>("lpar_id", 1, 65535);
//   thing.mode = root.enumeration("mode", kModes);
//   for (Node item : root.array("steps")) read_step(item.object());
//   root.finish();                       // now unknown keys are refused
//   if (auto ok = document->check(); !ok) return tl::make_unexpected(ok.error());
//
// A reader never stops: after an error it returns the smallest allowed value or an empty one, and
// check() tells the first error of all. So code that reads needs no tests in between.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/result.hpp"

namespace lparsim::config {

// A word of an enumeration as files spell it.
template <class E>
struct Word {
  std::string_view word;
  E value;
};

class ObjectReader;
struct Reading;  // the parsed document and the first error; shared by all views of a Document

// One value of the document and where it stands. A view: cheap to copy, valid while a Document
// of the same reading lives.
class Node {
 public:
  Node(Reading* reading, const nlohmann::ordered_json* value, std::string pointer)
      : reading_(reading), value_(value), pointer_(std::move(pointer)) {}

  bool is_string() const;
  bool is_integer() const;
  bool is_number() const;
  bool is_boolean() const;
  bool is_object() const;
  bool is_array() const;
  bool is_null() const;

  // Each of these makes it an error when the value is of another kind or out of range.
  std::string string() const;
  bool boolean() const;
  double number(double min, double max) const;
  std::int64_t integer64(std::int64_t min, std::int64_t max) const;
  template <class T = std::int64_t>
  T integer(std::int64_t min, std::int64_t max) const {
    return static_cast<T>(integer64(min, max));
  }
  // A number with at most two decimals, in hundredths (processing units).
  std::int32_t hundredths(std::int32_t min, std::int32_t max) const;
  // A string of `digits` hexadecimal digits, with or without 0x.
  std::uint64_t hexadecimal(int max_digits) const;
  // words: an array of Word<E>.
  template <class Words>
  auto enumeration(const Words& words) const;
  ObjectReader object() const;
  std::vector<Node> array() const;               // empty when it is no array
  std::vector<std::string> strings() const;      // an array of strings

  const std::string& pointer() const { return pointer_; }
  std::string where() const;                     // "file: /pointer", as Error::where
  std::string found() const;                     // the value, shortened, for messages
  // Records an error of sense at this value; the first one of the document counts.
  void fail(std::string message) const;

 private:
  friend class ObjectReader;
  std::size_t word_index(std::span<const std::string_view> words) const;
  bool expect(bool holds, std::string_view allowed) const;

  Reading* reading_;
  const nlohmann::ordered_json* value_;          // null after an error: everything reads empty
  std::string pointer_;
};

// Reads the fields of one object; whatever was asked for is allowed, everything else is unknown.
class ObjectReader {
 public:
  explicit ObjectReader(Node node) : node_(std::move(node)) {}

  bool has(std::string_view key) const;          // does not make the key known
  Node required(std::string_view key);           // an error when it is missing
  std::optional<Node> optional(std::string_view key);

  std::string string(std::string_view key) { return required(key).string(); }
  std::string string_or(std::string_view key, std::string otherwise);
  std::optional<std::string> optional_string(std::string_view key);
  bool boolean(std::string_view key) { return required(key).boolean(); }
  bool boolean_or(std::string_view key, bool otherwise);
  template <class T = std::int64_t>
  T integer(std::string_view key, std::int64_t min, std::int64_t max) {
    return required(key).integer<T>(min, max);
  }
  template <class T = std::int64_t>
  T integer_or(std::string_view key, std::int64_t min, std::int64_t max, T otherwise) {
    const auto node = optional(key);
    return node ? node->integer<T>(min, max) : otherwise;
  }
  template <class T = std::int64_t>
  std::optional<T> optional_integer(std::string_view key, std::int64_t min, std::int64_t max) {
    const auto node = optional(key);
    if (!node) return std::nullopt;
    return node->integer<T>(min, max);
  }
  template <class Words>
  auto enumeration(std::string_view key, const Words& words) {
    return required(key).enumeration(words);
  }
  template <class Words, class E>
  E enumeration_or(std::string_view key, const Words& words, E otherwise) {
    const auto node = optional(key);
    return node ? node->enumeration(words) : otherwise;
  }
  ObjectReader object(std::string_view key) { return required(key).object(); }
  std::optional<ObjectReader> optional_object(std::string_view key);
  std::vector<Node> array(std::string_view key) { return required(key).array(); }
  std::vector<Node> optional_array(std::string_view key);      // empty when missing
  std::vector<std::string> strings_or_none(std::string_view key);

  // For objects whose keys are names: all members in the order of the file, all of them allowed.
  std::vector<std::pair<std::string, Node>> members();

  const Node& node() const { return node_; }
  void fail(std::string message) const { node_.fail(std::move(message)); }
  // Refuses the keys that nobody asked for. Call it last, once for every object.
  void finish();

 private:
  Node node_;
  std::vector<std::string> known_;
};

// A parsed file. Movable; the views above stay valid when it moves.
class Document {
 public:
  explicit Document(std::shared_ptr<Reading> reading) : reading_(std::move(reading)) {}
  Node node() const;
  ObjectReader root() const { return node().object(); }
  const std::string& file() const;
  // The first error that reading found.
  Result<void> check() const;

 private:
  std::shared_ptr<Reading> reading_;
};

struct JsonLimits {
  std::size_t bytes = 64U << 20;
  std::size_t depth = 64;
};

// ErrorCode::not_found or io when the file cannot be read, bad_input when it is no JSON: truncated,
// ill-formed UTF-8, a duplicate key, deeper or larger than the limits.
Result<Document> read_json_file(const std::string& path, const JsonLimits& limits = {});
Result<Document> parse_json(std::string_view text, const std::string& file,
                            const JsonLimits& limits = {});

// Checks "kind" and "version" of the top object: every file of ours carries both.
void expect_kind(ObjectReader& root, std::string_view kind, std::int64_t version);

template <class Words>
auto Node::enumeration(const Words& words) const {
  std::vector<std::string_view> names;
  for (const auto& word : words) names.push_back(word.word);
  return words[word_index(names)].value;
}

}  // namespace lparsim::config
