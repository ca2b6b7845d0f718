#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim/report/atomic_file.hpp"
#include "sim/report/junit.hpp"
#include "sim/report/result_json.hpp"

namespace lparsim::report {
namespace {

using testing::HasSubstr;

ScenarioResult failed_result() {
  ScenarioResult result;
  result.path = "flows/a&b.json";
  result.name = "a \"name\"";
  result.verdict = Verdict::failed;
  result.failures.push_back({"/steps/1", "exit status", "0", "1 <\x01>", {"{\"t\":1}"}});
  result.violations.push_back({"AGREE", "alpha differs", "/steps/1", false});
  result.simulated_ns = 7;
  result.events = 3;
  result.log_hash = "00000000000000ff";
  return result;
}

TEST(ResultJson, SurvivesTheWayThroughThePipe) {
  const auto sent = failed_result();
  const auto got = scenario_result_from_json(to_json(sent));
  ASSERT_TRUE(got);
  EXPECT_EQ(to_json(*got), to_json(sent));
  EXPECT_EQ(got->verdict, Verdict::failed);
  ASSERT_EQ(got->failures.size(), 1U);
  EXPECT_EQ(got->failures[0].found, "1 <\x01>");
}

TEST(ResultJson, HalfAResultIsAnError) {
  const auto text = to_json(failed_result());
  for (std::size_t length = 0; length < text.size(); length += 7) {
    EXPECT_FALSE(scenario_result_from_json(std::string_view(text).substr(0, length)));
  }
}

TEST(ResultJson, GuestBytesThatAreNoUtf8DoNotStopIt) {
  auto result = failed_result();
  result.failures[0].found = "\xff\xfe";
  EXPECT_THAT(to_json(result), HasSubstr("\xEF\xBF\xBD"));
}

TEST(Junit, EscapesEveryKindOfText) {
  EXPECT_EQ(xml_escaped("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&apos;");
  EXPECT_EQ(xml_escaped("\n\t\r"), "&#10;&#9;&#13;");
  EXPECT_EQ(xml_escaped("\x01\x1f"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(xml_escaped("\xC3\xA9"), "\xC3\xA9");                       // é stays
  EXPECT_EQ(xml_escaped("\xC3"), "\xEF\xBF\xBD");                       // cut short
  EXPECT_EQ(xml_escaped("\xED\xA0\x80").substr(0, 3), "\xEF\xBF\xBD");  // a surrogate
  EXPECT_EQ(xml_escaped("\xC0\xAF").substr(0, 3), "\xEF\xBF\xBD");      // overlong
}

TEST(Junit, CountsAndNames) {
  ScenarioResult error;
  error.verdict = Verdict::error;
  error.error = "bad";
  const auto xml = junit_xml({failed_result(), error, ScenarioResult{}});
  EXPECT_THAT(xml, HasSubstr("tests=\"3\" failures=\"1\" errors=\"1\""));
  EXPECT_THAT(xml, HasSubstr("name=\"a &quot;name&quot;\""));
  EXPECT_THAT(xml, HasSubstr("<error message=\"bad\"/>"));
}

TEST(Totals, TheWorstDecidesTheExitStatus) {
  EXPECT_EQ((Totals{3, 0, 0}).exit_status(), 0);
  EXPECT_EQ((Totals{3, 1, 0}).exit_status(), 1);
  EXPECT_EQ((Totals{3, 1, 1}).exit_status(), 2);
  EXPECT_EQ(last_line({3, 1, 1}), "3 passed, 2 failed\n");
}

TEST(AtomicFile, ReplacesWholeAndLeavesNothingBehind) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("lparsim-atomic-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto path = (folder / "out").string();
  ASSERT_TRUE(write_file_atomically(path, "one"));
  ASSERT_TRUE(write_file_atomically(path, "two"));
  std::ifstream file(path);
  std::string text;
  file >> text;
  EXPECT_EQ(text, "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  EXPECT_FALSE(write_file_atomically((folder / "no" / "such").string(), "x"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lparsim::report
