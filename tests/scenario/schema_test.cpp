// The schema of scenarios is for editors, the reader decides: they must say the same. One document
// uses every key of the schema; each of its places is damaged in every way that we know.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "tests/scenario/reading.hpp"

namespace lparsim::scenario {
namespace {

using nlohmann::json;

const json& schema_text() {
  static const json text = [] {
    std::ifstream in(LPARSIM_SOURCE_DIR "/scenarios/schema/scenario.schema.json");
    return json::parse(in);
  }();
  return text;
}

bool schema_accepts(const json& document) {
  static const valijson::Schema* schema = [] {
    static valijson::Schema built;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_text()), built);
    return &built;
  }();
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  return validator.validate(*schema, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
}

// Every key of the schema, each kind of step and each way to write a text.
const json& whole() {
  static const json document = json::parse(R"({
    "kind": "scenario", "version": 1, "name": "n", "about": "a", "machine": "m.json",
    "other_machines": ["n.json"],
    "agents": [{"partition": "one", "sysroot": "power"}],
    "firmware": "phyp", "kernel": "6.1", "userland": "1.3.10", "hmc": "v10", "seed": 7,
    "faults": [{"site": "s", "partition": "one", "argument": 16, "nth": 2, "times": 0,
                "outcome": "o"},
               {"site": "s", "argument": "0x10", "outcome": "o"}],
    "limits": {"simulated_s": 600},
    "steps": [
      {"hmc": "lssyscfg -r sys",
       "expect": {"exit": 0, "stdout": "x", "stderr": {"contains": "y"}}},
      {"in": "one", "run": "ls", "expect": {"stdout": {"matches": "a+"}, "stderr": 3}},
      {"wait": "rest"}, {"wait": {"ms": 5}}, {"wait": {"rmc": "one"}},
      {"rmc": {"partition": "one", "connected": false}},
      {"parallel": [{"name": "b", "steps": [
        {"hmc": "lshmc -V", "expect": {"exit": 1}},
        {"in": "one", "run": "ls", "expect": {"exit": 2}},
        {"wait": {"ms": 5}}, {"rmc": {"partition": "one", "connected": true}}]}]},
      {"expect": {
        "file": [{"partition": "one", "path": "/a", "text": "t"},
                 {"partition": "one", "path": "/a", "hex": "00ff"},
                 {"partition": "one", "path": "/a", "absent": true}],
        "tree": [{"partition": "one", "node": "/cpus", "property": "name", "text": "cpus"},
                 {"partition": "one", "node": "/cpus", "property": "name", "hex": "00"},
                 {"partition": "one", "node": "/cpus", "absent": false}],
        "drc": [{"partition": "one", "drc": "0x10000001", "state": "L4"}],
        "ledger": {"system": "s", "free_units": 1.25, "free_lmbs": 3,
                   "partitions": [{"partition": "two", "units": 0.5, "lmbs": 1}]},
        "events": [{"kind": "hmc_reply", "partition": "one", "fields": {"exit": 0}}],
        "agree": ["one"]}}],
    "expect_violations": [{"invariant": "OWN", "contains": "x"}]})");
  return document;
}

const json& resolved(const json& schema) {
  if (!schema.contains("$ref")) return schema;
  const auto ref = schema["$ref"].get<std::string>();
  return resolved(schema_text().at(json::json_pointer(ref.substr(1))));
}

// Whether an object is meant by this alternative: it has what is required and nothing else.
bool fits(const json& schema, const json& value) {
  if (schema.contains("oneOf")) {
    return std::any_of(schema["oneOf"].begin(), schema["oneOf"].end(),
                       [&](const json& one) { return fits(resolved(one), value); });
  }
  if (!value.is_object() || !schema.contains("properties")) return false;
  for (const auto& key : schema["required"]) {
    if (!value.contains(key.get<std::string>())) return false;
  }
  for (const auto& [key, inner] : value.items()) {
    if (!schema["properties"].contains(key)) return false;
    const auto& property = resolved(schema["properties"][key]);
    const bool structured = property.contains("oneOf") || property.contains("properties");
    if (structured && inner.is_object() && !fits(property, inner)) return false;
  }
  return true;
}

using Keys = std::set<std::pair<const json*, std::string>>;   // of an object of the schema

void all_keys(const json& schema, Keys& keys) {
  if (schema.is_object() && schema.contains("properties") && schema["properties"].is_object()) {
    for (const auto& [key, inner] : schema["properties"].items()) keys.emplace(&schema, key);
  }
  for (const auto& inner : schema) {
    if (inner.is_structured()) all_keys(inner, keys);
  }
}

void used_keys(const json& unresolved, const json& value, Keys& keys) {
  const json& schema = resolved(unresolved);
  if (schema.contains("oneOf")) {
    for (const auto& one : schema["oneOf"]) {
      if (fits(resolved(one), value)) used_keys(one, value, keys);
    }
  } else if (value.is_array() && schema.contains("items")) {
    for (const auto& item : value) used_keys(schema["items"], item, keys);
  } else if (value.is_object() && schema.contains("properties")) {
    for (const auto& [key, inner] : value.items()) {
      keys.emplace(&schema, key);
      used_keys(schema["properties"].at(key), inner, keys);
    }
  }
}

TEST(ScenarioSchema, TheWholeDocumentIsGoodAndUsesEveryKey) {
  EXPECT_TRUE(schema_accepts(whole()));
  const auto scenario = validated(whole().dump());
  ASSERT_TRUE(scenario) << scenario.error().line();
  Keys all, used;
  all_keys(schema_text(), all);
  used_keys(schema_text(), whole(), used);
  for (const auto& [object, key] : all) {
    EXPECT_TRUE(used.contains({object, key})) << key << " of " << object->dump().substr(0, 200);
  }
  EXPECT_GT(all.size(), 60U);
}

// Schema and reader on one document. What the reader's first stage refuses, the schema refuses;
// what the schema refuses, the reader refuses in one of its two stages.
void agree_on(const json& document, const std::string& what) {
  const std::string text = document.dump();
  const auto form = read_text_of_scenario(text);
  const auto sense = validated(text);
  if (schema_accepts(document)) {
    EXPECT_TRUE(form) << what << "\n" << form.error().line();
  } else {
    EXPECT_FALSE(sense) << what << "\nonly the schema refuses it";
  }
  for (const auto* error : {form ? nullptr : &form.error(), sense ? nullptr : &sense.error()}) {
    if (error == nullptr) continue;
    EXPECT_NE(error->where.find(": /"), std::string::npos) << what << "\n" << error->line();
    EXPECT_EQ(error->line().find('\n'), std::string::npos) << what << "\n" << error->line();
  }
}

std::vector<json::json_pointer> places(const json& value) {
  std::vector<json::json_pointer> all;
  const json flat = value.flatten();
  for (const auto& [pointer, leaf] : flat.items()) {
    for (json::json_pointer at(pointer); !at.empty(); at.pop_back()) all.push_back(at);
  }
  std::set<std::string> seen;
  std::erase_if(all, [&](const auto& at) { return !seen.insert(at.to_string()).second; });
  return all;
}

TEST(ScenarioSchema, AgreesWithTheReaderOnEveryOtherValue) {
  const json values = json::parse(
      R"([null, true, -1, 0, 1, 1.5, 3.0, 256, 1000001, 16777217, 31622401, 31622400001, 1e300,
          9223372036854775807, 18446744073709551615, "",
          "zz", "12g", "L4", "rest", "/x", "0x123456789", "0x123456789abcdef01", "0x", [], ["one"],
          [1], [[]], {}, {"x": 1}, {"contains": 1}, {"matches": "a", "contains": "b"},
          {"contains": "b"}, {"ms": 1, "rmc": "one"}, {"ms": -1}])");
  for (const auto& at : places(whole())) {
    for (const auto& value : values) {
      json document = whole();
      document[at] = value;
      agree_on(document, at.to_string() + " = " + value.dump());
    }
  }
}

TEST(ScenarioSchema, AgreesWithTheReaderOnMissingAndUnknownKeys) {
  for (const auto& at : places(whole())) {
    json without = whole();
    json& parent = without[at.parent_pointer()];
    if (!parent.is_object()) continue;
    parent.erase(at.back());
    agree_on(without, "without " + at.to_string());
    json renamed = whole();
    renamed[at.parent_pointer()][at.back() + "x"] = 1;
    agree_on(renamed, at.to_string() + "x = 1");
  }
}

TEST(ScenarioSchema, AgreesWithTheReaderOnKeysThatMayNotMeet) {
  for (const auto& at : places(whole())) {
    for (const auto& from : places(whole())) {   // a key of another object, with a good value
      json document = whole();
      json& object = document[at];
      const auto name = from.back();
      if (!object.is_object() || !whole()[from.parent_pointer()].is_object()) continue;
      if (object.contains(name)) continue;
      object[name] = whole()[from];
      agree_on(document, at.to_string() + "/" + name + " from " + from.to_string());
    }
  }
}

}  // namespace
}  // namespace lparsim::scenario
