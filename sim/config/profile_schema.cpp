// The JSON Schema of profile files, made from the rows of their fields.
#include <nlohmann/json.hpp>

#include "firmware/profiles/profile_fields.hpp"
#include "sim/config/profile_file.hpp"

namespace lparsim::config {
namespace {

using Json = nlohmann::ordered_json;
using Kind = firmware::NumberLimits::Kind;

Json number_type(const firmware::NumberLimits& limits) {
  switch (limits.kind) {
    case Kind::boolean: return {{"type", "boolean"}};
    case Kind::range:
      return {{"type", "integer"}, {"minimum", limits.min}, {"maximum", limits.max}};
    case Kind::values: {
      Json allowed = Json::array();
      for (const auto value : limits.values) allowed.push_back(value);
      return {{"enum", allowed}};
    }
    case Kind::words: break;
  }
  Json allowed = Json::array();
  for (const auto word : limits.words) allowed.push_back(std::string(word));
  return {{"enum", allowed}};
}

Json list_of(Json items) {
  return {{"type", "array"}, {"maxItems", 256}, {"items", std::move(items)}};
}

class Schema {
 public:
  void add(std::string_view group, std::string_view name, Json type, std::string_view about) {
    type["description"] = std::string(about);
    properties(group)[std::string(name)] = std::move(type);
  }
  Json take() { return std::move(properties_); }

 private:
  Json& properties(std::string_view group) {
    if (group.empty()) return properties_;
    Json& object = properties_[std::string(group)];
    if (object.is_null()) {
      object = {{"type", "object"}, {"properties", Json::object()},
                {"additionalProperties", false}};
    }
    return object["properties"];
  }
  Json properties_ = Json::object();
};

Json base_words() {
  Json words = Json::array();
  for (const auto name : firmware::profile_names()) words.push_back(std::string(name));
  return words;
}

}  // namespace

std::string profile_schema() {
  Schema schema;
  schema.add("", "kind", {{"enum", {"profile"}}}, "what the file is");
  schema.add("", "version", {{"enum", {1}}}, "of this form");
  schema.add("", "name", {{"type", "string"}}, "not that of a shipped profile");
  schema.add("", "about", {{"type", "string"}}, "for people");
  schema.add("", "base", {{"enum", base_words()}},
             "the shipped profile that gives all other fields; phyp when missing");
  schema.add("", "latencies_ns",
             {{"type", "object"},
              {"additionalProperties",
               {{"type", "integer"}, {"minimum", 0}, {"maximum", firmware::kLongestLatency_ns}}}},
             "by name of the call; set-indicator:cpu-isolate and its like are parts of one");
  for (const auto& field : firmware::number_fields()) {
    schema.add(field.group, field.name, number_type(field.limits), field.about);
  }
  for (const auto& field : firmware::text_fields()) {
    schema.add(field.group, field.name, {{"type", "string"}, {"maxLength", 256}}, field.about);
  }
  for (const auto& field : firmware::text_list_fields()) {
    schema.add(field.group, field.name, list_of({{"type", "string"}}), field.about);
  }
  for (const auto& field : firmware::number_list_fields()) {
    schema.add(field.group, field.name,
               list_of({{"type", "integer"}, {"minimum", field.min}, {"maximum", field.max}}),
               field.about);
  }
  Json root{{"$schema", "http://json-schema.org/draft-07/schema#"},
            {"title", "lparsim firmware profile"},
            {"description", "A shipped firmware profile with some fields set otherwise. The reader "
                            "checks on top of this form that they fit together."},
            {"type", "object"}};
  root["properties"] = schema.take();
  root["required"] = {"kind", "version", "name"};
  root["additionalProperties"] = false;
  return root.dump(2) + "\n";
}

}  // namespace lparsim::config
