// The real drmgr and lsslot 1.3.10 as oracle: recorded commands with their exact output. What the
// kernel answered to each write is taken from the recorded log; state changes are replayed.
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "tests/userland/fake_partition.hpp"

namespace lparsim::userland::testing {
namespace {

using nlohmann::json;
const std::string kTreeRoot = "/proc/device-tree";

std::filesystem::path session_file(const std::string& name) {
  return std::filesystem::path(LPARSIM_SOURCE_DIR) / "tests/data/conform/sessions" / name;
}

// The text of a member that may be missing or null.
std::string text_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || !at->is_string() ? "" : at->get<std::string>();
}

struct Answer {
  std::string command;
  std::int64_t error = 0;
};

// One recorded machine; `step` brings it from op to op.
class Recording {
 public:
  explicit Recording(const json& session) : ops_(session.at("ops")) {
    partition_ = power9_partition();
    partition_.set("/sys/bus/pci/slots/control/add_slot", "");
    partition_.set("/sys/devices/system/power/hibernate", "");
    partition_.on_write("/sys/kernel/dlpar", [this](const std::string& text) {
      return answer(text);
    });
  }

  std::size_t replay() {
    std::size_t commands = 0;
    for (const json& op : ops_) {
      SCOPED_TRACE(op.at("op").get<std::string>());
      if (op.at("do").is_object() && op.at("do").contains("run")) {
        check(op);
        ++commands;
      }
      apply(op);
    }
    return commands;
  }

 private:
  void expect_answers(const std::string& log) {
    static const std::regex kRequest("Initiating kernel DLPAR \"([^\"]*)\"\n([^\n]*)");
    answers_.clear();
    for (std::sregex_iterator at(log.begin(), log.end(), kRequest), end; at != end; ++at) {
      const std::string outcome = (*at)[2];
      const bool ok = outcome == "Success";
      const bool eperm = outcome.find("not permitted") != std::string::npos;
      answers_.push_back({(*at)[1], ok ? 0 : eperm ? EPERM : EINVAL});
    }
  }

  std::int64_t answer(const std::string& text) {
    if (answers_.empty() || answers_.front().command != text) {
      ADD_FAILURE() << "unexpected write: " << text;
      return -EIO;
    }
    const Answer next = answers_.front();
    answers_.pop_front();
    if (next.error != 0) return -next.error;
    if (text == "cpu add index 0x10000001") {
      add_cpu_node(partition_, 1);
      set_thread(partition_, 1, 1, true);
    } else if (text == "cpu remove index 0x10000001") {
      partition_.remove_tree(kTreeRoot + "/cpus/PowerPC,POWER9@1");
      set_thread(partition_, 1, -1, false);
    }
    return std::int64_t(text.size());
  }

  void check(const json& op) {
    const json& result = op.at("result");
    const std::string log = text_of(result, "drmgr_log");
    expect_answers(log.empty() ? text_of(result, "stderr") : log);
    partition_.files.erase("/var/log/drmgr");
    const Ran ran = run(partition_, op.at("do").at("run"));
    EXPECT_EQ(ran.status, result.at("exit").get<int>());
    EXPECT_EQ(ran.output, text_of(result, "stdout"));
    EXPECT_EQ(without_date(ran.error), text_of(result, "stderr"));
    EXPECT_TRUE(answers_.empty());
    if (log.empty()) return;
    std::string written = without_date(partition_.text("/var/log/drmgr"));
    if (written.starts_with("\n")) written.erase(0, 1);
    EXPECT_EQ(trimmed(written), trimmed(log));
  }

  // What else the op changed, whoever did it.
  void apply(const json& op) {
    const json tree = op.value("tree", json::object());
    const json added = tree.value("props_added", json::object());
    const json changed = tree.value("props_changed", json::object());
    for (const auto& [path, hex] : added.items()) partition_.set_hex(kTreeRoot + path, hex);
    for (const auto& [path, both] : changed.items()) {
      partition_.set_hex(kTreeRoot + path, both.at(1));
    }
    const json removed = tree.value("nodes_removed", json::array());
    for (const json& path : removed) partition_.remove_tree(kTreeRoot + path.get<std::string>());
    if (!op.contains("after") || !op.at("after").is_object()) return;
    const json& after = op.at("after");
    const bool two = text_of(after, "online_cpus") == "0-1";
    set_thread(partition_, 1, two ? 1 : -1, two);
    partition_.set("/sys/devices/system/node/node0/cpumap", two ? "00000003\n" : "00000001\n");
    for (int block = 0; block < after.value("memory_blocks_online", 0); ++block) {
      partition_.set("/sys/devices/system/memory/memory" + std::to_string(block) + "/removable",
                     "1\n");
    }
  }

  static std::string without_date(const std::string& text) {
    static const std::regex kFrame("########## [A-Z][a-z]{2} \\d\\d [\\d:]{8} \\d{4} ##########");
    return std::regex_replace(text, kFrame, "########## <date> ##########");
  }
  static std::string trimmed(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }

  json ops_;
  FakePartition partition_;
  std::deque<Answer> answers_;
};

class Recorded : public ::testing::TestWithParam<std::pair<const char*, std::size_t>> {};

TEST_P(Recorded, EveryCommandAnswersAsTheRealOne) {
  const auto& [name, commands] = GetParam();
  std::ifstream file(session_file(name));
  ASSERT_TRUE(file) << session_file(name);
  Recording recording(json::parse(file));
  EXPECT_EQ(recording.replay(), commands);
}

INSTANTIATE_TEST_SUITE_P(Sessions, Recorded,
                         ::testing::Values(std::pair{"drmgr.json", std::size_t{33}},
                                           std::pair{"memory.json", std::size_t{1}}),
                         [](const auto& session) {
                           const std::string name = session.param.first;
                           return name.substr(0, name.find('.'));
                         });

}  // namespace
}  // namespace lparsim::userland::testing
