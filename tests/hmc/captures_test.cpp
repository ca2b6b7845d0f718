// Captures of real consoles (hmc-transcripts.json of the shared reference): their rows printed
// again from their values, and the settled refusals asked for again. Skipped where the captures
// are absent; print_test.cpp and commands_test.cpp hold the same cases on data of our own.
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "hmc/cli/print.hpp"
#include "hmc/cli/words.hpp"
#include "tests/hmc/fakes.hpp"

namespace lparsim::hmc::testing {
namespace {

struct Capture {
  int id = 0;
  std::string command, output;
  std::optional<int> exit_status;
};

std::vector<Capture> read_captures() {
  const char* shared = std::getenv("LPARSIM_SHARED");
  const std::string root = shared != nullptr ? shared : LPARSIM_SOURCE_DIR "/../shared";
  std::ifstream file(root + "/reference/hmc-transcripts.json");
  if (!file) return {};
  std::vector<Capture> captures;
  for (const auto& entry : nlohmann::json::parse(file)) {
    Capture capture{entry.at("id"), entry.at("command"), entry.at("output"), std::nullopt};
    if (entry.contains("exit_status") && entry["exit_status"].is_number()) {
      capture.exit_status = entry["exit_status"].get<int>();
    }
    captures.push_back(std::move(capture));
  }
  return captures;
}

std::optional<Capture> find_capture(int id) {
  for (const Capture& capture : read_captures()) {
    if (capture.id == id) return capture;
  }
  return std::nullopt;
}

// Splits at commas outside quotes and takes the outer quotes off; the quoting itself is left to
// default_row to find again.
std::vector<std::string> pairs_of(const std::string& line) {
  std::vector<std::string> pairs(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) pairs.emplace_back();
    else pairs.back() += c;
  }
  for (std::string& pair : pairs) {
    if (pair.size() > 1 && pair.front() == '"' && pair.back() == '"') {
      pair = pair.substr(1, pair.size() - 2);
    }
  }
  return pairs;
}

// Items in doubled quotes hold commas; the quotes are taken off here as well.
Value value_of(const std::string& text) {
  if (text.find("\"\"") == std::string::npos) return Value::text(text);
  Value list{{""}, true};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\"\"") == 0) {
      quoted = !quoted;
      ++i;
    } else if (text[i] == ',' && !quoted) {
      list.items.emplace_back();
    } else {
      list.items.back() += text[i];
    }
  }
  return list;
}

Record record_of(const std::string& line) {
  Record record;
  for (const std::string& pair : pairs_of(line)) {
    const auto equals = pair.find('=');
    record.attributes.push_back({pair.substr(0, equals), value_of(pair.substr(equals + 1))});
  }
  return record;
}

// Listings whose text their publisher changed: values replaced by one token, lines cut or joined.
bool is_edited(int id) { return id == 111 || id == 223; }

bool is_listing(const Capture& capture) {
  return (capture.command.starts_with("lssyscfg") || capture.command.starts_with("lshwres")) &&
         capture.output.find('=') != std::string::npos &&
         capture.command.find(" -F") == std::string::npos && !is_edited(capture.id);
}

TEST(Captures, DefaultRowsPrintAsCaptured) {
  int rows = 0;
  for (const Capture& capture : read_captures()) {
    if (!is_listing(capture)) continue;
    for (const std::string& line : split_at(capture.output, '\n')) {
      if (line.empty()) continue;
      EXPECT_EQ(default_row(record_of(line)), line) << "capture " << capture.id;
      ++rows;
    }
  }
  if (rows == 0) GTEST_SKIP() << "no captures";
  EXPECT_GT(rows, 100);
}

struct FieldCapture {
  int id;
  FieldStyle style;
};

class CapturedFields : public ::testing::TestWithParam<FieldCapture> {};

// The header names the attributes; the values follow in its separator.
TEST_P(CapturedFields, PrintAsCaptured) {
  const auto capture = find_capture(GetParam().id);
  if (!capture) GTEST_SKIP() << "no captures";
  const char separator = static_cast<char>(GetParam().style);
  std::vector<std::string> lines = split_at(capture->output, '\n');
  const std::vector<std::string> names = split_at(lines.at(0), separator);
  EXPECT_EQ(header_row(names, GetParam().style), lines[0]);
  for (std::size_t i = 1; i < lines.size() && !lines[i].empty(); ++i) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (const char c : lines[i]) {
      if (c == '"') quoted = !quoted;
      else if (c == separator && !quoted) fields.emplace_back();
      else fields.back() += c;
    }
    ASSERT_EQ(fields.size(), names.size()) << lines[i];
    Record record;
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (fields[k] != "null") record.attributes.push_back({names[k], Value::text(fields[k])});
    }
    EXPECT_EQ(field_row(record, names, GetParam().style), lines[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Headers, CapturedFields, ::testing::Values(
    FieldCapture{78, FieldStyle::comma}, FieldCapture{81, FieldStyle::comma},
    FieldCapture{97, FieldStyle::comma}, FieldCapture{117, FieldStyle::comma},
    FieldCapture{216, FieldStyle::comma}, FieldCapture{235, FieldStyle::blank}));

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// Asks the console of our own machine what was asked of the real one; system and partition take
// the names that the capture uses.
class CapturedReply : public Fixture, public ::testing::WithParamInterface<int> {
 protected:
  std::string option(const std::vector<std::string>& words, const std::string& name) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == name) return words[i + 1];
    }
    return {};
  }

  // The facts that the capture tells about its machine: memory in #113, units and id in #108.
  void prepare(Inventory& inventory) {
    if (GetParam() == 113) {
      of(1).curr.memory.mb = of(1).pend.memory.mb = {256, 261632, 261632};
      of(1).run_mem_mb = 261632;
    }
    if (GetParam() != 108) return;
    PartitionValues values = of(2);
    values.curr.processors.units.amount = values.pend.processors.units.amount = ProcUnits{10};
    values.curr.processors.procs.amount = values.pend.processors.procs.amount = 1;
    inventory.partitions[0].id = PartitionId{5};
    system.values[PartitionId{5}] = values;
    system.rmc_states[PartitionId{5}] = RmcState::active;
  }

  // What the operating system said, taken out of the captured message.
  void script_os(const std::string& text) {
    const std::string rc = between(text, "The OS return code is ", ".");
    if (rc.empty()) return;
    RmcReply reply{RmcReply::done, std::stoi(rc), {}, {}};
    reply.out = between(text, "The OS standard output is:\n\n", "\nThe OS standard error is:");
    reply.err = between(text, "The OS standard error is:\n\n", "\n\n\n\nThe OS return code");
    if (reply.err.empty()) {
      reply.err = between(text, "of the OS operation follows:\n", "\nThe OS return code");
    }
    system.os = {{reply, {}}};
  }

  static std::string between(const std::string& text, const std::string& after,
                             const std::string& before) {
    const auto start = text.find(after);
    if (start == std::string::npos) return {};
    const auto end = text.find(before, start + after.size());
    return text.substr(start + after.size(), end - start - after.size());
  }
};

TEST_P(CapturedReply, IsGivenAgain) {
  auto capture = find_capture(GetParam());
  if (!capture) GTEST_SKIP() << "no captures";
  std::string line = capture->command;
  for (const char* name : {"<system>", "<machine>"}) line = replaced(line, name, "sys1");
  line = replaced(replaced(line, "<running partition>", "alpha"), "<lpar>", "alpha");
  const auto words = split_words(line);
  ASSERT_TRUE(words.has_value()) << words.error();
  Inventory inventory = test_inventory();
  if (const auto name = option(*words, "-m"); !name.empty()) inventory.system_name = name;
  if (const auto name = option(*words, "-p"); !name.empty()) inventory.partitions[0].name = name;
  prepare(inventory);
  script_os(capture->output);
  Hmc console(inventory, profile, system, system, clock, log);
  const CommandResult result = console.run(line, 1);
  EXPECT_EQ(result.out + result.err, capture->output);
  EXPECT_EQ(result.exit_status, capture->exit_status.value_or(result.exit_status));
}

INSTANTIATE_TEST_SUITE_P(Refusals, CapturedReply,
                         ::testing::Values(24, 93, 94, 95, 101, 107, 108, 113, 239));

}  // namespace
}  // namespace lparsim::hmc::testing
