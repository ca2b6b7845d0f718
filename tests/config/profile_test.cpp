// Profile files: every field is read as written, everything else is refused in one line, and the
// JSON Schema (made from the same rows) says the same about the form.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "firmware/profiles/profile_fields.hpp"
#include "sim/config/profile_file.hpp"

namespace lparsim::config {
namespace {

using firmware::NumberField;
using nlohmann::json;
using Kind = firmware::NumberLimits::Kind;

const std::string kSchema = LPARSIM_SOURCE_DIR "/scenarios/schema/profile.schema.json";

json minimal() { return {{"kind", "profile"}, {"version", 1}, {"name", "mine"}}; }

json with(std::string_view group, std::string_view name, const json& value) {
  json document = minimal();
  json& object = group.empty() ? document : document[std::string(group)];
  object[std::string(name)] = value;
  return document;
}

Result<FirmwareProfilePointer> read_text(const std::string& text) {
  const auto path = std::filesystem::path(testing::TempDir()) /
                    ("profile-" + std::to_string(::getpid()) + ".json");
  std::ofstream(path) << text;
  auto profile = read_profile(path.string());
  std::filesystem::remove(path);
  return profile;
}
Result<FirmwareProfilePointer> read(const json& document) { return read_text(document.dump()); }

std::string refusal(const json& document) {
  const auto profile = read(document);
  return profile ? "" : profile.error().line();
}

bool schema_accepts(const json& document) {
  static const valijson::Schema* schema = [] {
    static valijson::Schema built;
    static const json text = json::parse(profile_schema());
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(text), built);
    return &built;
  }();
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  return validator.validate(*schema, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
}

json spelt(const NumberField& field, std::int64_t value) {
  switch (field.limits.kind) {
    case Kind::boolean: return value != 0;
    case Kind::words: return std::string(field.limits.words[static_cast<std::size_t>(value)]);
    default: return value;
  }
}

std::vector<std::int64_t> allowed(const NumberField& field) {
  if (field.limits.kind == Kind::values) {
    return {field.limits.values.begin(), field.limits.values.end()};
  }
  if (field.limits.kind == Kind::range) return {field.limits.min, field.limits.max};
  std::vector<std::int64_t> all;
  for (std::int64_t v = 0; v <= field.limits.max; ++v) all.push_back(v);
  return all;
}

// LPARSIM_UPDATE_GOLDENS=1 writes the file anew.
TEST(ProfileFile, TheShippedSchemaIsTheOneOfTheRows) {
  if (std::getenv("LPARSIM_UPDATE_GOLDENS") != nullptr) std::ofstream(kSchema) << profile_schema();
  std::ifstream in(kSchema);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), profile_schema());
}

TEST(ProfileFile, EveryFieldIsReadAsWritten) {
  for (const auto& field : firmware::number_fields()) {
    for (const std::int64_t value : allowed(field)) {
      const json document = with(field.group, field.name, spelt(field, value));
      EXPECT_TRUE(schema_accepts(document)) << document;
      const auto profile = read(document);
      if (!profile) {   // alone it contradicts the shipped rest
        EXPECT_EQ(profile.error().line().find("/kind"), std::string::npos) << document;
        continue;
      }
      EXPECT_EQ(field.get(**profile), value) << document;
    }
  }
}

TEST(ProfileFile, EveryFieldRefusesWhatIsNotItsOwn) {
  const json wrong[] = {nullptr, "x", 1.5, json::array(), json::object(), -12345678901, 1e300};
  for (const auto& field : firmware::number_fields()) {
    for (const json& value : wrong) {
      const json document = with(field.group, field.name, value);
      const std::string line = refusal(document);
      EXPECT_NE(line.find(std::string(field.name)), std::string::npos) << document << line;
      EXPECT_EQ(line.find('\n'), std::string::npos);
      EXPECT_FALSE(schema_accepts(document)) << document;
    }
  }
  for (const auto& field : firmware::text_list_fields()) {
    EXPECT_FALSE(refusal(with(field.group, field.name, {1})).empty());
    EXPECT_FALSE(refusal(with(field.group, field.name, "x")).empty());
  }
  for (const auto& field : firmware::number_list_fields()) {
    EXPECT_FALSE(refusal(with(field.group, field.name, {field.max + 1})).empty());
    EXPECT_FALSE(refusal(with(field.group, field.name, {"x"})).empty());
  }
}

TEST(ProfileFile, WhatIsNotSaidIsTheBases) {
  json document = minimal();
  document["base"] = "qemu";
  document["latencies_ns"] = {{"start-cpu", 77}};
  const auto profile = read(document);
  ASSERT_TRUE(profile) << profile.error().line();
  const auto* qemu = firmware::find_profile("qemu");
  for (const auto& field : firmware::number_fields()) {
    EXPECT_EQ(field.get(**profile), field.get(*qemu)) << field.name;
  }
  EXPECT_EQ((*profile)->tree.hypertas_functions, qemu->tree.hypertas_functions);
  EXPECT_EQ((*profile)->latency_of("start-cpu"), Duration{77});
  EXPECT_EQ((*profile)->latency_of("ibm,configure-connector"), std::chrono::microseconds{5});
  EXPECT_EQ((*profile)->name, "mine");
  EXPECT_EQ((*read(minimal()))->token_base, firmware::find_profile("phyp")->token_base);
}

struct Mistake {
  const char* patch;   // JSON merge patch of the smallest profile
  const char* said;
};
const Mistake kMistakes[] = {
    {R"({"kind": "machine"})", "/kind: "},
    {R"({"version": 2})", "/version: "},
    {R"({"name": null})", "\"name\" is missing"},
    {R"({"name": "qemu"})", "that of a shipped profile"},
    {R"({"base": "bios"})", "/base: "},
    {R"({"drcs": {}})", "unknown key \"drcs\""},
    {R"({"drc": {"recovery_sens": 3}})", "/drc/recovery_sens: unknown key"},
    {R"({"drc": {"recovery_sense": 5}})", "/drc/recovery_sense: found 5, allowed is one of 4, 3"},
    {R"({"rtas_latency_ns": -1})", "/rtas_latency_ns: "},
    {R"({"latencies_ns": {"start-cpu": -1}})", "/latencies_ns/start-cpu: "},
    {R"({"latencies_ns": {"start-cp": 1}})", "/latencies_ns/start-cp: found \"start-cp\""},
    {R"({"latencies_ns": {"set-indicator:fan": 1}})", "/latencies_ns/set-indicator:fan: "},
    {R"({"latencies_ns": {"rtas-last-error": 250001}})", "no busy status (R1-7.2.4-5)"},
    {R"({"absent_calls": ["stop"]})", "/absent_calls/0: found \"stop\""},
    {R"({"services": {"calls": ["a", "b", "a"]}})", "/services/calls/2: found \"a\" twice"},
    {R"({"tree": {"hypertas_functions": ["hcall-magic"]}})", "/tree/hypertas_functions/0: "},
    {R"({"tree": {"associativity_levels": 2}})", "/tree/reference_points: found 4"},
    {R"({"tree": {"reference_points": []}})", "/tree/reference_points: found none"},
    {R"({"tree": {"rma_bytes": 268435457}})", "/tree/rma_bytes: "},
    {R"({"mobility": {"property_area_bytes": 100}})", "/mobility/property_area_bytes: found 100"},
};

TEST(ProfileFile, EveryMistakeIsOneLine) {
  for (const Mistake& mistake : kMistakes) {
    json document = minimal();
    document.merge_patch(json::parse(mistake.patch));
    const std::string line = refusal(document);
    EXPECT_NE(line.find(mistake.said), std::string::npos) << mistake.patch << "\n" << line;
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
  const auto doubled = read_text(R"({"kind": "profile", "version": 1, "name": "a", "name": "b"})");
  ASSERT_FALSE(doubled);
  EXPECT_NE(doubled.error().line().find("name"), std::string::npos);
}

TEST(ProfileFile, IsFoundByNameOrAsAFile) {
  EXPECT_EQ(profile_named("qemu", "/nowhere", "here").value().get(),
            firmware::find_profile("qemu"));
  const std::string folder = LPARSIM_SOURCE_DIR "/scenarios/flows";
  const auto file = profile_named("../profiles/strict.json", folder, "here");
  ASSERT_TRUE(file) << file.error().line();
  EXPECT_EQ((*file)->name, "strict");
  const auto none = profile_named("bios", folder, "here");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().line().find("allowed are phyp, qemu and the file"), std::string::npos);
  EXPECT_FALSE(profile_named("", folder, "here"));
  EXPECT_FALSE(profile_named(".", folder, "here"));
}

}  // namespace
}  // namespace lparsim::config
