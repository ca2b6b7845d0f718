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

// Writes what a test checked once it is over; a failed test leaves nothing behind.
class Recorder final : public testing::EmptyTestEventListener {
 public:
  std::set<std::string, std::less<>> rules;

  void OnTestStart(const testing::TestInfo&) override { rules.clear(); }
  void OnTestEnd(const testing::TestInfo& test) override {
    const char* folder = std::getenv("LPARSIM_RULES_DIR");
    if (folder == nullptr) return;
    const auto path = std::filesystem::path(folder) / file_name(test);
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    if (rules.empty() || !test.result()->Passed()) return;
    std::filesystem::create_directories(folder, ignored);
    std::ofstream out(path);
    for (const auto& rule : rules) out << rule << '\n';
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
