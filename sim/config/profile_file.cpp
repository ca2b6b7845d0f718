#include "sim/config/profile_file.hpp"

#include <fmt/format.h>

#include <map>

#include "firmware/profiles/profile_fields.hpp"
#include "sim/config/json_reader.hpp"
#include "sim/config/named_file.hpp"

namespace lparsim::config {
namespace {

using firmware::FirmwareProfile;
using firmware::NumberField;
using Kind = firmware::NumberLimits::Kind;

constexpr std::size_t kMostElements = 256;

std::int64_t read_number(const Node& node, const NumberField& field) {
  const auto& limits = field.limits;
  switch (limits.kind) {
    case Kind::boolean: return node.boolean() ? 1 : 0;
    case Kind::range: return node.integer64(limits.min, limits.max);
    case Kind::words: {
      std::vector<Word<std::int64_t>> words;
      for (const auto word : limits.words) {
        words.push_back({word, static_cast<std::int64_t>(words.size())});
      }
      return node.enumeration(words);
    }
    case Kind::values: break;
  }
  const std::int64_t value = node.integer64(INT32_MIN, INT32_MAX);
  if (!limits.allows(value)) {
    node.fail(fmt::format("found {}, allowed is one of {}", value,
                          fmt::join(limits.values, ", ")));
    return limits.values.front();
  }
  return value;
}

std::vector<std::uint32_t> read_numbers(const Node& node, std::int64_t min, std::int64_t max) {
  std::vector<std::uint32_t> numbers;
  for (const Node& item : node.array()) numbers.push_back(item.integer<std::uint32_t>(min, max));
  return numbers;
}

// The groups of the file, opened as their fields ask for them.
class Groups {
 public:
  explicit Groups(ObjectReader& root) : root_(root) {}

  // The object that the field stands in; nullptr when the file does not have it.
  ObjectReader* find(std::string_view group) {
    if (group.empty()) return &root_;
    const std::string name(group);
    auto found = open_.find(name);
    if (found == open_.end()) found = open_.emplace(name, root_.optional_object(name)).first;
    return found->second ? &*found->second : nullptr;
  }
  std::optional<Node> node(std::string_view group, std::string_view name) {
    ObjectReader* object = find(group);
    return object != nullptr ? object->optional(name) : std::nullopt;
  }
  void finish() {
    for (auto& [name, object] : open_) {
      if (object) object->finish();
    }
  }

 private:
  ObjectReader& root_;
  std::map<std::string, std::optional<ObjectReader>> open_;
};

void read_latencies(ObjectReader& root, FirmwareProfile& profile) {
  auto latencies = root.optional_object("latencies_ns");
  if (!latencies) return;
  for (const auto& [call, node] : latencies->members()) {
    const Duration latency{node.integer64(0, firmware::kLongestLatency_ns)};
    std::erase_if(profile.latencies, [&](const auto& entry) { return entry.call == call; });
    profile.latencies.push_back({call, latency});
  }
  latencies->finish();
}

void read_fields(ObjectReader& root, FirmwareProfile& profile) {
  Groups groups(root);
  for (const auto& field : firmware::number_fields()) {
    if (const auto node = groups.node(field.group, field.name)) {
      field.set(profile, read_number(*node, field));
    }
  }
  for (const auto& field : firmware::text_fields()) {
    if (const auto node = groups.node(field.group, field.name)) {
      field.of(profile) = node->string();
      if (field.of(profile).size() > kMostElements) {
        node->fail("found a text of more than 256 bytes");
      }
    }
  }
  for (const auto& field : firmware::text_list_fields()) {
    if (const auto node = groups.node(field.group, field.name)) {
      field.of(profile) = node->strings();
      if (field.of(profile).size() > kMostElements) node->fail("found more than 256 elements");
    }
  }
  for (const auto& field : firmware::number_list_fields()) {
    if (const auto node = groups.node(field.group, field.name)) {
      field.of(profile) = read_numbers(*node, field.min, field.max);
      if (field.of(profile).size() > kMostElements) node->fail("found more than 256 elements");
    }
  }
  groups.finish();
}

std::vector<Word<const FirmwareProfile*>> shipped() {
  std::vector<Word<const FirmwareProfile*>> words;
  for (const auto name : firmware::profile_names()) {
    words.push_back({name, firmware::find_profile(name)});
  }
  return words;
}

}  // namespace

Result<FirmwareProfilePointer> read_profile(const std::string& path) {
  auto document = read_json_file(path);
  if (!document) return tl::make_unexpected(document.error());
  ObjectReader root = document->root();
  expect_kind(root, "profile", 1);
  const auto bases = shipped();
  auto profile = std::make_shared<FirmwareProfile>(
      *root.enumeration_or("base", bases, bases.front().value));
  profile->name = root.string("name");
  root.optional_string("about");
  if (firmware::find_profile(profile->name) != nullptr) {
    root.fail("the name \"" + profile->name + "\" is that of a shipped profile");
  }
  read_fields(root, *profile);
  read_latencies(root, *profile);
  root.finish();
  if (auto good = document->check(); !good) return tl::make_unexpected(good.error());
  if (const auto problem = firmware::contradiction(*profile)) {
    return bad_input(path + ": " + problem->pointer, problem->text);
  }
  return FirmwareProfilePointer(std::move(profile));
}

Result<FirmwareProfilePointer> profile_named(const std::string& name, const std::string& folder,
                                             const std::string& where) {
  if (const auto* profile = firmware::find_profile(name)) {
    return FirmwareProfilePointer(FirmwareProfilePointer{}, profile);   // a constant: not owned
  }
  const auto path =
      file_named(name, folder, where, firmware::profile_names(), "a profile");
  if (!path) return tl::make_unexpected(path.error());
  return read_profile(*path);
}

}  // namespace lparsim::config
