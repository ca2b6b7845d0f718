// lparsim coverage requirements: which LoPAR requirement is implemented, and which tests check it.
// Reads the table that the test run writes (docs/requirements/README.md) and that is installed with
// the program. coverage protocol (DR state, call, status) does not exist yet.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/cli/commands.hpp"
#include "sim/cli/paths.hpp"
#include "sim/config/json_reader.hpp"
#include "sim/config/json_text.hpp"

namespace lparsim::cli {
namespace {

enum class State { implemented, not_modelled, absent };

constexpr std::array<config::Word<State>, 3> kStates = {
    {{"implemented", State::implemented},
     {"not modelled", State::not_modelled},
     {"absent", State::absent}}};

struct Requirement {
  std::string id;
  std::string section;
  std::string actor;                // firmware, os or hmc
  std::string topic;
  State state = State::absent;
  std::vector<std::string> tests;   // of implemented rows
  std::string reason;               // of rows that are not modelled
};

struct Question {
  std::string topic;                // empty: every topic
  std::string state;                // empty: every state
  bool json = false;
};

std::string_view word(State state) { return kStates[static_cast<std::size_t>(state)].word; }

Requirement read_requirement(config::ObjectReader row) {
  Requirement read;
  read.id = row.string("id");
  read.section = row.string("section");
  read.actor = row.string("actor");
  read.topic = row.string("topic");
  read.state = row.enumeration("state", kStates);
  read.tests = row.strings_or_none("tests");
  read.reason = row.string_or("reason", "");
  row.finish();
  return read;
}

Result<std::vector<Requirement>> read_requirements(const std::string& path) {
  const auto document = config::read_json_file(path);
  if (!document) return tl::make_unexpected(document.error());
  auto root = document->root();
  config::expect_kind(root, "requirements", 1);
  std::vector<Requirement> rows;
  for (const auto& row : root.array("rows")) rows.push_back(read_requirement(row.object()));
  root.finish();
  if (auto good = document->check(); !good) return tl::make_unexpected(good.error());
  return rows;
}

std::array<std::size_t, kStates.size()> count(const std::vector<Requirement>& rows) {
  std::array<std::size_t, kStates.size()> counts{};
  for (const auto& row : rows) ++counts[static_cast<std::size_t>(row.state)];
  return counts;
}

void print_table(const std::vector<Requirement>& rows) {
  std::size_t id = 0, topic = 0;
  for (const auto& row : rows) {
    id = std::max(id, row.id.size());
    topic = std::max(topic, row.topic.size());
  }
  for (const auto& row : rows) {
    std::string line = fmt::format("{:<{}}  {:<8}  {:<{}}  {:<12}  {}", row.id, id, row.actor,
                                   row.topic, topic, word(row.state), row.reason);
    line += fmt::format("{}", fmt::join(row.tests, " "));
    line.erase(line.find_last_not_of(' ') + 1);
    fmt::print("{}\n", line);
  }
  std::string summary = fmt::format("{} requirements", rows.size());
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    summary += fmt::format("{} {} {}", i == 0 ? ":" : ",", count(rows)[i], kStates[i].word);
  }
  fmt::print("{}\n", summary);
}

void print_json(const std::vector<Requirement>& rows) {
  nlohmann::ordered_json whole;
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    whole["counts"][std::string(kStates[i].word)] = count(rows)[i];
  }
  whole["rows"] = nlohmann::ordered_json::array();
  for (const auto& row : rows) {
    nlohmann::ordered_json one = {{"id", row.id},       {"section", row.section},
                                  {"actor", row.actor}, {"topic", row.topic},
                                  {"state", word(row.state)}};
    if (!row.tests.empty()) one["tests"] = row.tests;
    if (!row.reason.empty()) one["reason"] = row.reason;
    whole["rows"].push_back(std::move(one));
  }
  fmt::print("{}", config::json_text(whole));
}

int answer(const Question& question) {
  const auto path = shipped_file("requirements.json");
  auto rows = path ? read_requirements(*path) : tl::make_unexpected(path.error());
  if (!rows) {
    complain(rows.error());
    return kBadInput;
  }
  const auto known = [&](const Requirement& row) { return row.topic == question.topic; };
  if (!question.topic.empty() && std::none_of(rows->begin(), rows->end(), known)) {
    complain({ErrorCode::bad_input, fmt::format("no requirement has the topic \"{}\"",
                                                question.topic), "--topic"});
    return kBadInput;
  }
  std::erase_if(*rows, [&](const Requirement& row) {
    return (!question.topic.empty() && row.topic != question.topic) ||
           (!question.state.empty() && word(row.state) != question.state);
  });
  question.json ? print_json(*rows) : print_table(*rows);
  return 0;
}

}  // namespace

void add_coverage(CLI::App& app, int& exit_status) {
  auto question = std::make_shared<Question>();
  auto* command = app.add_subcommand("coverage", "Show what of the specification is implemented");
  command->require_subcommand(1);
  auto* requirements = command->add_subcommand(
      "requirements",
      "Each LoPAR requirement: id, actor, topic, state, then the tests that check it or the "
      "reason why it is not modelled; the last line counts the states");
  requirements->add_option("--topic", question->topic, "Only this topic");
  requirements->add_option("--state", question->state, "Only this state")
      ->check(CLI::IsMember({"implemented", "not modelled", "absent"}));
  requirements->add_flag("--json", question->json, "Print JSON: counts and rows");
  requirements->callback([question, &exit_status] { exit_status = answer(*question); });
}

}  // namespace lparsim::cli
