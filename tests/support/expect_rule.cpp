#include "tests/support/expect_rule.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace lparsim::testing_support {
namespace {

std::string file_name(const testing::TestInfo& test) {
  std::string name = std::string(test.test_suite_name()) + '.' + test.name();
  for (char& c : name) {
    if (c == '/') c = '.';   // parameterised tests
  }
  return name;
}

std::string_view outcome(const testing::TestResult& result) {
  return result.Failed() ? "failed" : result.Skipped() ? "skipped" : "passed";
}

// Writes what a test checked once it is over: its outcome, then the rules. A test that did not pass
// has checked nothing; every test leaves a file, so that a reader sees which tests have run.
class Recorder final : public testing::EmptyTestEventListener {
 public:
  std::set<std::string, std::less<>> rules;

  void OnTestStart(const testing::TestInfo& test) override {
    rules.clear();
    std::error_code ignored;
    if (const auto path = record_path(test); !path.empty()) std::filesystem::remove(path, ignored);
  }
  void OnTestEnd(const testing::TestInfo& test) override {
    const auto path = record_path(test);
    if (path.empty()) return;
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    std::ofstream out(path);
    out << outcome(*test.result()) << '\n';
    if (!test.result()->Passed()) return;
    for (const auto& rule : rules) out << rule << '\n';
  }

 private:
  static std::filesystem::path record_path(const testing::TestInfo& test) {
    const char* folder = std::getenv("LPARSIM_RULES_DIR");
    return folder == nullptr ? std::filesystem::path()
                             : std::filesystem::path(folder) / file_name(test);
  }
};

Recorder& recorder() {
  static Recorder* const kRecorder = [] {
    auto* made = new Recorder;   // gtest owns it
    testing::UnitTest::GetInstance()->listeners().Append(made);
    return made;
  }();
  return *kRecorder;
}

// Before main(), so that the first test already has its listener.
[[maybe_unused]] const Recorder& kInstalled = recorder();

}  // namespace

bool checked(std::string_view rule, bool holds) {
  recorder().rules.emplace(rule);
  return holds;
}

}  // namespace lparsim::testing_support
