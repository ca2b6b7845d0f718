#include "sim/config/kernel_file.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "sim/config/json_reader.hpp"
#include "sim/config/named_file.hpp"

namespace lparsim::config {
namespace {

using Json = nlohmann::ordered_json;
using kernel::KernelLevel;

std::vector<std::string_view> level_names() {
  std::vector<std::string_view> names;
  for (const KernelLevel& level : kernel::levels()) names.push_back(level.name);
  return names;
}

std::vector<Word<const KernelLevel*>> shipped() {
  std::vector<Word<const KernelLevel*>> words;
  for (const KernelLevel& level : kernel::levels()) words.push_back({level.name, &level});
  return words;
}

void read_switches(ObjectReader& root, KernelLevel& level) {
  auto object = root.optional_object("switches");
  if (!object) return;
  for (const kernel::SwitchInfo& row : kernel::switches()) {
    if (const auto node = object->optional(row.name)) {
      level.switches.set(static_cast<std::size_t>(row.id), node->boolean());
    }
  }
  object->finish();
}

void read_configuration(ObjectReader& root, KernelLevel& level) {
  auto object = root.optional_object("configuration");
  if (!object) return;
  for (const kernel::ConfigField& field : kernel::config_fields()) {
    if (const auto node = object->optional(field.name)) level.config.*field.value = node->boolean();
  }
  object->finish();
}

template <class Rows>
Json booleans(const Rows& rows) {
  Json properties = Json::object();
  for (const auto& row : rows) {
    properties[std::string(row.name)] = {{"type", "boolean"},
                                         {"description", std::string(row.effect)}};
  }
  return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
}

}  // namespace

Result<KernelLevelPointer> read_kernel(const std::string& path) {
  auto document = read_json_file(path);
  if (!document) return tl::make_unexpected(document.error());
  ObjectReader root = document->root();
  expect_kind(root, "kernel", 1);
  const auto bases = shipped();
  auto level = std::make_shared<KernelLevel>(*root.enumeration("base", bases));
  level->name = root.string("name");
  root.optional_string("about");
  if (kernel::find_level(level->name) != nullptr) {
    root.fail("the name \"" + level->name + "\" is that of a shipped level");
  }
  read_switches(root, *level);
  read_configuration(root, *level);
  root.finish();
  if (auto good = document->check(); !good) return tl::make_unexpected(good.error());
  return KernelLevelPointer(std::move(level));
}

Result<KernelLevelPointer> kernel_named(const std::string& name, const std::string& folder,
                                        const std::string& where) {
  if (const KernelLevel* level = kernel::find_level(name)) {
    return KernelLevelPointer(KernelLevelPointer{}, level);   // a constant: not owned
  }
  const auto path = file_named(name, folder, where, level_names(), "a kernel level");
  if (!path) return tl::make_unexpected(path.error());
  return read_kernel(*path);
}

std::string kernel_schema() {
  Json names = Json::array();
  for (const auto name : level_names()) names.push_back(std::string(name));
  Json root{{"$schema", "http://json-schema.org/draft-07/schema#"},
            {"title", "lparsim kernel level"},
            {"description", "A shipped kernel level with some switches turned."},
            {"type", "object"}};
  root["properties"] = {
      {"kind", {{"enum", {"kernel"}}, {"description", "what the file is"}}},
      {"version", {{"enum", {1}}, {"description", "of this form"}}},
      {"name", {{"type", "string"}, {"description", "not that of a shipped level"}}},
      {"about", {{"type", "string"}, {"description", "for people"}}},
      {"base", {{"enum", names}, {"description", "the shipped level that gives all others"}}},
      {"switches", booleans(kernel::switches())},
      {"configuration", booleans(kernel::config_fields())}};
  root["required"] = {"kind", "version", "name", "base"};
  root["additionalProperties"] = false;
  return root.dump(2) + "\n";
}

}  // namespace lparsim::config
