// The recorded sessions of a real kernel, replayed: what conforms today must conform tomorrow.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/conform/conform.hpp"
#include "sim/conform/session.hpp"

namespace lparsim::conform {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

const fs::path kData = fs::path(LPARSIM_SOURCE_DIR) / "tests/data/conform";

bool has_dtc() { return std::system("dtc --version >/dev/null 2>&1") == 0; }

std::vector<OpVerdict> play(const fs::path& session) {
  std::vector<OpVerdict> verdicts;
  const auto played =
      conform(session.string(), [&](const OpVerdict& verdict) { verdicts.push_back(verdict); });
  EXPECT_TRUE(played.has_value()) << played.error().line();
  return verdicts;
}

class Recorded : public ::testing::TestWithParam<const char*> {};

// tests/data/conform/differs.json holds the operations that do not conform, each with the reason;
// every other one must.
TEST_P(Recorded, ConformsButForWhatIsListedWithAReason) {
  if (!has_dtc()) GTEST_SKIP() << "dtc is not installed";
  std::ifstream file(kData / "differs.json");
  const auto listed = ordered_json::parse(file).at("differs").at(GetParam());
  const auto verdicts = play(kData / "sessions" / (std::string(GetParam()) + ".json"));
  ASSERT_FALSE(verdicts.empty());
  for (const OpVerdict& verdict : verdicts) {
    const bool known = listed.contains(verdict.op);
    EXPECT_NE(verdict.ok(), known) << verdict.op << ": "
                                   << (known ? "it conforms now: take it off the list"
                                             : verdict.differences.front());
  }
}

INSTANTIATE_TEST_SUITE_P(Sessions, Recorded,
                         ::testing::Values("cpu", "memory", "drmgr", "pci_phb",
                                           "pci_phb_rtas_errd"));

// -- sessions that are no good ------------------------------------------------------------------

class BadSession : public ::testing::Test {
 protected:
  ordered_json session_ = ordered_json::parse(std::ifstream(kData / "sessions/cpu.json"));

  std::string error_of(const ordered_json& session) {
    const fs::path path = fs::path(::testing::TempDir()) / "bad_session.json";
    std::ofstream(path) << session.dump();
    fs::create_directories(path.parent_path() / "trees");
    fs::copy_file(kData / "trees/power9.dts", path.parent_path() / "trees/power9.dts",
                  fs::copy_options::overwrite_existing);
    const auto played = conform(path.string(), [](const OpVerdict&) {});
    if (played) return "";
    const std::string line = played.error().line();
    return line.substr(line.find("bad_session.json") == std::string::npos
                           ? 0
                           : line.find("bad_session.json"));
  }
};

TEST_F(BadSession, NamesFileAndPointer) {
  struct Case {
    const char* pointer;
    ordered_json value;
    const char* told;
  };
  const std::vector<Case> cases{
      {"/format", "recorded-session-9", "bad_session.json: /format: allowed is recorded-session-1"},
      {"/ops/0/do", {{"plug_cor", 1}}, "bad_session.json: /ops/0/do/plug_cor: found plug_cor"},
      {"/ops/0/do", {{"plug_core", -1}}, "bad_session.json: /ops/0/do/plug_core:"},
      {"/ops/0/compare", "some", "bad_session.json: /ops/0/compare:"},
      {"/ops/1/op", "cpu_add", "bad_session.json: /ops/1: found the operation cpu_add"},
      {"/boot_tree", "trees/none.dts", "bad_session.json: /boot_tree: found"},
      {"/machine/cpu", "PENTIUM", "bad_session.json: /machine/cpu: found PENTIUM"},
      {"/machine/firmware_profile", "xen",
       "bad_session.json: /machine/firmware_profile: found xen"},
      {"/machine/memory_mib", 1000, "bad_session.json: /machine: 1000 MiB are no multiple"},
  };
  for (const Case& one : cases) {
    ordered_json session = session_;
    session[ordered_json::json_pointer(one.pointer)] = one.value;
    EXPECT_TRUE(error_of(session).starts_with(one.told))
        << one.pointer << ": " << error_of(session);
  }
}

TEST_F(BadSession, TruncatedFileIsNoJson) {
  const fs::path path = fs::path(::testing::TempDir()) / "bad_session.json";
  const std::string text = session_.dump();
  std::ofstream(path) << text.substr(0, text.size() / 2);
  EXPECT_FALSE(read_session(path.string()).has_value());
}

}  // namespace
}  // namespace lparsim::conform
