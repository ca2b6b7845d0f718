// The reader's errors: each is one line with file, pointer, what was found and what is allowed.
#include "sim/config/json_reader.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace lparsim::config {
namespace {

enum class Mode { dedicated, shared };
constexpr std::array<Word<Mode>, 2> kModes{{{"dedicated", Mode::dedicated},
                                            {"shared", Mode::shared}}};

// Reads a document of one fixed form and returns its error line, empty when there is none.
std::string read(std::string_view text, const JsonLimits& limits = {}) {
  auto document = parse_json(text, "m.json", limits);
  if (!document) return document.error().line();
  ObjectReader root = document->root();
  root.string("name");
  root.integer_or<int>("procs", 0, 64, 1);
  root.enumeration_or("mode", kModes, Mode::dedicated);
  if (const auto units = root.optional("units")) units->hundredths(0, 1000);
  if (const auto drc = root.optional("drc")) drc->hexadecimal(8);
  for (const Node& item : root.optional_array("slots")) {
    ObjectReader slot = item.object();
    slot.boolean("required");
    slot.finish();
  }
  root.finish();
  const auto ok = document->check();
  return ok ? "" : ok.error().line();
}

struct Case {
  const char* text;
  const char* error;
};

class ReaderErrors : public ::testing::TestWithParam<Case> {};

TEST_P(ReaderErrors, AreOneLineWithPointerFoundAndAllowed) {
  EXPECT_EQ(read(GetParam().text), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ReaderErrors,
    ::testing::Values(
        Case{R"({"name":"a","procs":2,"mode":"shared","units":0.3,"drc":"21010002"})", ""},
        Case{R"({"name":"a","slots":[{"required":true}]})", ""},
        Case{"{}", R"(m.json: /: the key "name" is missing)"},
        Case{R"({"name":7})", "m.json: /name: found 7, allowed is a string"},
        Case{R"({"name":null})", "m.json: /name: found null, allowed is a string"},
        Case{R"({"name":"a","procs":65})",
             "m.json: /procs: found 65, allowed is a whole number from 0 to 64"},
        Case{R"({"name":"a","procs":-1})",
             "m.json: /procs: found -1, allowed is a whole number from 0 to 64"},
        Case{R"({"name":"a","procs":1.5})",
             "m.json: /procs: found 1.5, allowed is a whole number from 0 to 64"},
        Case{R"({"name":"a","procs":18446744073709551615})",
             "m.json: /procs: found 18446744073709551615, "
             "allowed is a whole number from 0 to 64"},
        Case{R"({"name":"a","mode":"ded"})",
             R"(m.json: /mode: found "ded", allowed is one of dedicated, shared)"},
        Case{R"({"name":"a","units":0.305})",
             "m.json: /units: found 0.305, allowed is a number from 0 to 10 "
             "with at most two decimals"},
        Case{R"({"name":"a","drc":"2101000G"})",
             R"(m.json: /drc: found "2101000G", allowed is a string of up to 8 )"
             "hexadecimal digits"},
        Case{R"({"name":"a","drc":"0x"})",
             R"(m.json: /drc: found "0x", allowed is a string of up to 8 hexadecimal digits)"},
        Case{R"({"name":"a","slots":{}})",
             "m.json: /slots: found an object, allowed is an array"},
        Case{R"({"name":"a","slots":[{"required":true},{"required":1}]})",
             "m.json: /slots/1/required: found 1, allowed is true or false"},
        Case{R"({"name":"a","slots":[{"required":true,"a/b":1}]})",
             R"(m.json: /slots/0/a~1b: unknown key "a/b", allowed are required)"},
        Case{R"({"name":"a","porcs":1})",
             R"(m.json: /porcs: unknown key "porcs", allowed are name, procs, mode, units, )"
             "drc, slots"},
        Case{R"({"name":"a","name":"b"})",
             R"(m.json: /name: the key "name" stands twice in one object)"},
        Case{R"({"name":"a","slots":[{"x":1},{"x":1,"x":2}]})",
             R"(m.json: /slots/1/x: the key "x" stands twice in one object)"},
        Case{"[]", "m.json: /: found an array, allowed is an object"}));

TEST(JsonReader, TheFirstErrorOfTheDocumentCounts) {
  EXPECT_EQ(read(R"({"procs":99,"mode":"x"})"), R"(m.json: /: the key "name" is missing)");
}

TEST(JsonReader, BrokenTextIsOneLineWithoutStrangeBytes) {
  for (const std::string text : {"", "{\"name\":", "{\"name\": \"a", "{\"name\":\"\xff\"}",
                                 "{} {}", "{\"name\":\"a\",}", "{\"name\":tru"}) {
    const std::string line = read(text);
    EXPECT_TRUE(line.starts_with("m.json: ")) << line;
    EXPECT_NE(line.find("no valid JSON"), std::string::npos) << line;
    for (const char c : line) EXPECT_TRUE(c >= ' ' && c < 0x7f) << line;
  }
}

TEST(JsonReader, LimitsOfDepthAndSize) {
  JsonLimits limits;
  limits.depth = 4;
  EXPECT_EQ(read(std::string(100, '['), limits), "m.json: /0/0/0/0: nested deeper than 4 levels");
  limits.bytes = 10;
  EXPECT_EQ(read(R"({"name":"abcdef"})", limits), "m.json: longer than the allowed 10 bytes");
}

TEST(JsonReader, FilesThatAreMissingOrTruncated) {
  const auto missing = read_json_file("/nonexistent/m.json");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  const auto directory = read_json_file(std::filesystem::temp_directory_path().string());
  ASSERT_FALSE(directory);
  const std::string path = ::testing::TempDir() + "/truncated.json";
  std::ofstream(path) << R"({"kind": "machine", "version": 1, "na)";
  const auto truncated = read_json_file(path);
  ASSERT_FALSE(truncated);
  EXPECT_EQ(truncated.error().code, ErrorCode::bad_input);
  EXPECT_TRUE(truncated.error().where.starts_with(path));
}

TEST(JsonReader, KindAndVersionAreChecked) {
  for (const auto& [text, good] :
       {std::pair{R"({"kind":"machine","version":1})", true},
        std::pair{R"({"kind":"scenario","version":1})", false},
        std::pair{R"({"kind":"machine","version":2})", false}}) {
    const auto document = parse_json(text, "m.json");
    ASSERT_TRUE(document);
    ObjectReader root = document->root();
    expect_kind(root, "machine", 1);
    root.finish();
    EXPECT_EQ(document->check().has_value(), good) << text;
  }
}

}  // namespace
}  // namespace lparsim::config
