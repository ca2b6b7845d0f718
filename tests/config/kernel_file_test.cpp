// Kernel files: every switch is read as written, everything else is refused in one line, and the
// JSON Schema (made from the same rows) says the same about the form.
#include "sim/config/kernel_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace lparsim::config {
namespace {

using nlohmann::json;

const std::string kSchema = LPARSIM_SOURCE_DIR "/scenarios/schema/kernel.schema.json";

json minimal(const char* base = "fixed") {
  return {{"kind", "kernel"}, {"version", 1}, {"name", "mine"}, {"base", base}};
}

Result<KernelLevelPointer> read(const json& document) {
  const auto path = std::filesystem::path(testing::TempDir()) /
                    ("kernel-" + std::to_string(::getpid()) + ".json");
  std::ofstream(path) << document.dump();
  auto level = read_kernel(path.string());
  std::filesystem::remove(path);
  return level;
}

bool schema_accepts(const json& document) {
  static const valijson::Schema* schema = [] {
    static valijson::Schema built;
    static const json text = json::parse(kernel_schema());
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(text), built);
    return &built;
  }();
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  return validator.validate(*schema, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
}

// LPARSIM_UPDATE_GOLDENS=1 writes the file anew.
TEST(KernelFile, TheShippedSchemaIsTheOneOfTheRows) {
  if (std::getenv("LPARSIM_UPDATE_GOLDENS") != nullptr) std::ofstream(kSchema) << kernel_schema();
  std::ifstream in(kSchema);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), kernel_schema());
}

TEST(KernelFile, EverySwitchTurnsOnAndOff) {
  for (const kernel::SwitchInfo& row : kernel::switches()) {
    for (const bool there : {true, false}) {
      for (const char* base : {"6.1", "fixed"}) {
        json document = minimal(base);
        document["switches"][std::string(row.name)] = there;
        const auto level = read(document);
        ASSERT_TRUE(level) << level.error().line();
        EXPECT_TRUE(schema_accepts(document)) << row.name;
        kernel::Switches expected = kernel::find_level(base)->switches;
        expected.set(static_cast<std::size_t>(row.id), there);
        EXPECT_EQ((*level)->switches, expected) << row.name;
        EXPECT_EQ((*level)->name, "mine");
      }
    }
  }
}

TEST(KernelFile, EveryFieldOfTheConfigurationIsRead) {
  for (const kernel::ConfigField& field : kernel::config_fields()) {
    for (const bool value : {true, false}) {
      json document = minimal();
      document["configuration"][std::string(field.name)] = value;
      const auto level = read(document);
      ASSERT_TRUE(level) << level.error().line();
      EXPECT_TRUE(schema_accepts(document));
      kernel::KernelConfig expected;
      expected.*field.value = value;
      EXPECT_EQ((*level)->config, expected) << field.name;
    }
  }
}

TEST(KernelFile, EveryMistakeIsOneLine) {
  struct Mistake {
    const char* change;     // merged into a good file; null takes a key away
    const char* part;       // of the line
    bool form = true;       // the schema sees it too
  };
  const Mistake all[] = {
      {R"({"kind": "kernels"})", "/kind"},
      {R"({"version": 2})", "/version"},
      {R"({"base": "5.10"})", "/base: found \"5.10\""},
      {R"({"base": null})", "\"base\" is missing"},
      {R"({"name": null})", "\"name\" is missing"},
      {R"({"name": "6.1"})", "shipped level", false},
      {R"({"more": 1})", "/more"},
      {R"({"switches": {"cpu_add": true}})", "/switches/cpu_add"},
      {R"({"switches": {"coarse_errno": 1}})", "/switches/coarse_errno: found 1"},
      {R"({"switches": []})", "/switches"},
      {R"({"configuration": {"lparcfg": "yes"}})", "/configuration/lparcfg"},
      {R"({"configuration": {"numa": true}})", "/configuration/numa"},
  };
  for (const Mistake& mistake : all) {
    json document = minimal();
    document.merge_patch(json::parse(mistake.change));
    const auto level = read(document);
    ASSERT_FALSE(level) << mistake.change;
    const std::string line = level.error().line();
    EXPECT_NE(line.find(mistake.part), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(schema_accepts(document), !mistake.form) << mistake.change;
  }
}

TEST(KernelFile, IsFoundByNameOrAsAFile) {
  EXPECT_EQ(kernel_named("4.12", "", "x")->get(), kernel::find_level("4.12"));
  const std::string folder = LPARSIM_SOURCE_DIR "/scenarios/kernels";
  const auto level = kernel_named("no_offline_rollback.json", folder, "x");
  ASSERT_TRUE(level) << level.error().line();
  EXPECT_TRUE((*level)->has(kernel::Switch::cpu_offline_no_rollback));
  const auto none = kernel_named("5.0", folder, "a.json: /kernel");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().line().find("a.json: /kernel: found \"5.0\", allowed are 2.6.33, 4.12, "
                                     "6.1, 6.12, fixed and the file"), std::string::npos);
  EXPECT_FALSE(kernel_named("", folder, "x"));
}

}  // namespace
}  // namespace lparsim::config
