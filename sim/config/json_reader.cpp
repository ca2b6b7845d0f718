#include "sim/config/json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/config/json_document.hpp"

namespace lparsim::config {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t kLongestFound = 60;

std::string kind_of(const ordered_json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  std::string text = value.dump();
  if (text.size() <= kLongestFound) return text;
  std::size_t cut = kLongestFound;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
  return text.substr(0, cut) + "...";
}

std::string join(std::span<const std::string_view> words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

// A key as a part of a JSON pointer (RFC 6901).
std::string escaped(std::string_view key) {
  std::string text;
  for (const char c : key) {
    if (c == '~') text += "~0";
    else if (c == '/') text += "~1";
    else text += c;
  }
  return text;
}

}  // namespace

// -- Node -----------------------------------------------------------------------------------------

bool Node::is_string() const { return value_ && value_->is_string(); }
bool Node::is_integer() const { return value_ && value_->is_number_integer(); }
bool Node::is_number() const { return value_ && value_->is_number(); }
bool Node::is_boolean() const { return value_ && value_->is_boolean(); }
bool Node::is_object() const { return value_ && value_->is_object(); }
bool Node::is_array() const { return value_ && value_->is_array(); }
bool Node::is_null() const { return value_ && value_->is_null(); }

std::string Node::where() const {
  return fmt::format("{}: {}", reading_->file, pointer_.empty() ? "/" : pointer_);
}

std::string Node::found() const { return value_ ? kind_of(*value_) : "nothing"; }

void Node::fail(std::string message) const {
  if (!reading_->error) {
    reading_->error = Error{ErrorCode::bad_input, std::move(message), where()};
  }
}

bool Node::expect(bool holds, std::string_view allowed) const {
  if (!holds && value_) fail(fmt::format("found {}, allowed is {}", found(), allowed));
  return holds;
}

std::string Node::string() const {
  return expect(is_string(), "a string") ? value_->get<std::string>() : std::string();
}

bool Node::boolean() const {
  return expect(is_boolean(), "true or false") && value_->get<bool>();
}

double Node::number(double min, double max) const {
  const double value = is_number() ? value_->get<double>() : min;
  const bool good = is_number() && value >= min && value <= max;
  return expect(good, fmt::format("a number from {} to {}", min, max)) ? value : min;
}

std::int64_t Node::integer64(std::int64_t min, std::int64_t max) const {
  bool good = is_integer();
  // A number above 2^63 is unsigned in the document and would turn negative.
  if (good && value_->is_number_unsigned() &&
      value_->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    good = false;
  }
  const std::int64_t value = good ? value_->get<std::int64_t>() : min;
  good = good && value >= min && value <= max;
  return expect(good, fmt::format("a whole number from {} to {}", min, max)) ? value : min;
}

std::int32_t Node::hundredths(std::int32_t min, std::int32_t max) const {
  constexpr double kSlack = 1e-6;  // 0.3 is not exact in binary
  const double scaled = is_number() ? value_->get<double>() * 100.0 : 0.0;
  const double rounded = std::round(scaled);
  const bool good = is_number() && std::abs(scaled - rounded) < kSlack &&
                    rounded >= min && rounded <= max;
  const auto allowed = fmt::format("a number from {} to {} with at most two decimals",
                                   min / 100.0, max / 100.0);
  return expect(good, allowed) ? static_cast<std::int32_t>(rounded) : min;
}

std::uint64_t Node::hexadecimal(int max_digits) const {
  const std::string text = is_string() ? value_->get<std::string>() : std::string();
  std::string_view digits = text;
  if (digits.starts_with("0x")) digits.remove_prefix(2);
  std::uint64_t value = 0;
  bool good = !digits.empty() && digits.size() <= static_cast<std::size_t>(max_digits);
  for (const char c : digits) {
    const auto digit = std::string_view("0123456789abcdef0123456789ABCDEF").find(c);
    good = good && digit != std::string_view::npos;
    value = value * 16 + digit % 16;
  }
  const auto allowed = fmt::format("a string of up to {} hexadecimal digits", max_digits);
  return expect(good, allowed) ? value : 0;
}

std::size_t Node::word_index(std::span<const std::string_view> words) const {
  if (!expect(is_string(), fmt::format("one of {}", join(words)))) return 0;
  const auto at = std::find(words.begin(), words.end(), value_->get_ref<const std::string&>());
  if (!expect(at != words.end(), fmt::format("one of {}", join(words)))) return 0;
  return static_cast<std::size_t>(at - words.begin());
}

ObjectReader Node::object() const {
  if (expect(is_object(), "an object")) return ObjectReader(*this);
  return ObjectReader(Node(reading_, nullptr, pointer_));
}

std::vector<Node> Node::array() const {
  std::vector<Node> items;
  if (!expect(is_array(), "an array")) return items;
  items.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i) {
    items.emplace_back(reading_, &(*value_)[i], fmt::format("{}/{}", pointer_, i));
  }
  return items;
}

std::vector<std::string> Node::strings() const {
  std::vector<std::string> texts;
  for (const Node& item : array()) texts.push_back(item.string());
  return texts;
}

// -- ObjectReader ---------------------------------------------------------------------------------

bool ObjectReader::has(std::string_view key) const {
  return node_.is_object() && node_.value_->find(key) != node_.value_->end();
}

std::optional<Node> ObjectReader::optional(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  if (!has(key)) return std::nullopt;
  return Node(node_.reading_, &*node_.value_->find(key), node_.pointer_ + "/" + escaped(key));
}

Node ObjectReader::required(std::string_view key) {
  if (auto node = optional(key)) return *node;
  if (node_.value_) node_.fail(fmt::format("the key \"{}\" is missing", key));
  return Node(node_.reading_, nullptr, node_.pointer_ + "/" + escaped(key));
}

std::string ObjectReader::string_or(std::string_view key, std::string otherwise) {
  const auto node = optional(key);
  return node ? node->string() : std::move(otherwise);
}

std::optional<std::string> ObjectReader::optional_string(std::string_view key) {
  const auto node = optional(key);
  if (!node) return std::nullopt;
  return node->string();
}

bool ObjectReader::boolean_or(std::string_view key, bool otherwise) {
  const auto node = optional(key);
  return node ? node->boolean() : otherwise;
}

std::optional<ObjectReader> ObjectReader::optional_object(std::string_view key) {
  const auto node = optional(key);
  if (!node) return std::nullopt;
  return node->object();
}

std::vector<Node> ObjectReader::optional_array(std::string_view key) {
  const auto node = optional(key);
  return node ? node->array() : std::vector<Node>();
}

std::vector<std::string> ObjectReader::strings_or_none(std::string_view key) {
  const auto node = optional(key);
  return node ? node->strings() : std::vector<std::string>();
}

std::vector<std::pair<std::string, Node>> ObjectReader::members() {
  std::vector<std::pair<std::string, Node>> all;
  if (!node_.is_object()) return all;
  for (const auto& [key, value] : node_.value_->items()) {
    known_.push_back(key);
    all.emplace_back(key, Node(node_.reading_, &value, node_.pointer_ + "/" + escaped(key)));
  }
  return all;
}

void ObjectReader::finish() {
  if (!node_.is_object()) return;
  for (const auto& [key, value] : node_.value_->items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    Node(node_.reading_, &value, node_.pointer_ + "/" + escaped(key))
        .fail(fmt::format("unknown key {}, allowed are {}", ordered_json(key).dump(),
                          fmt::join(known_, ", ")));
    return;
  }
}

// -- Document -------------------------------------------------------------------------------------

Node Document::node() const { return Node(reading_.get(), &reading_->root, ""); }
const std::string& Document::file() const { return reading_->file; }

Result<void> Document::check() const {
  if (reading_->error) return tl::make_unexpected(*reading_->error);
  return {};
}

void expect_kind(ObjectReader& root, std::string_view kind, std::int64_t version) {
  const Node found = root.required("kind");
  if (found.string() != kind) {
    found.fail(fmt::format("found {}, allowed is \"{}\"", found.found(), kind));
  }
  root.integer("version", version, version);
}

}  // namespace lparsim::config
