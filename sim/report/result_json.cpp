#include "sim/report/result_json.hpp"

#include <nlohmann/json.hpp>

namespace lparsim::report {

using nlohmann::ordered_json;

namespace {

constexpr auto kReplace = ordered_json::error_handler_t::replace;

ordered_json object(const Failure& failure) {
  return {{"where", failure.where},
          {"message", failure.message},
          {"expected", failure.expected},
          {"found", failure.found},
          {"last_events", failure.last_events}};
}

ordered_json object(const Violation& violation) {
  return {{"invariant", violation.invariant},
          {"text", violation.text},
          {"where", violation.where},
          {"expected", violation.expected}};
}

ordered_json object(const ScenarioResult& result);

template <class T>
ordered_json list(const std::vector<T>& items) {
  auto all = ordered_json::array();
  for (const auto& item : items) all.push_back(object(item));
  return all;
}

ordered_json object(const ScenarioResult& result) {
  return {{"path", result.path},
          {"name", result.name},
          {"verdict", to_string(result.verdict)},
          {"error", result.error},
          {"simulated_ns", result.simulated_ns},
          {"real_seconds", result.real_seconds},
          {"events", result.events},
          {"episodes", result.episodes},
          {"log_hash", result.log_hash},
          {"failures", list(result.failures)},
          {"violations", list(result.violations)}};
}

Verdict verdict_of(const std::string& word) {
  for (const auto verdict : {Verdict::passed, Verdict::failed}) {
    if (word == to_string(verdict)) return verdict;
  }
  return Verdict::error;
}

ScenarioResult parse(const ordered_json& json) {
  ScenarioResult result;
  json.at("path").get_to(result.path);
  json.at("name").get_to(result.name);
  result.verdict = verdict_of(json.at("verdict").get<std::string>());
  json.at("error").get_to(result.error);
  json.at("simulated_ns").get_to(result.simulated_ns);
  json.at("real_seconds").get_to(result.real_seconds);
  json.at("events").get_to(result.events);
  json.at("episodes").get_to(result.episodes);
  json.at("log_hash").get_to(result.log_hash);
  for (const auto& item : json.at("failures")) {
    result.failures.push_back({item.at("where"), item.at("message"), item.at("expected"),
                               item.at("found"), item.at("last_events")});
  }
  for (const auto& item : json.at("violations")) {
    result.violations.push_back(
        {item.at("invariant"), item.at("text"), item.at("where"), item.at("expected")});
  }
  return result;
}

}  // namespace

std::string to_json(const ScenarioResult& result) {
  return object(result).dump(-1, ' ', false, kReplace);
}

std::string result_json(const std::vector<ScenarioResult>& results) {
  const Totals totals = count(results);
  const ordered_json file{{"kind", "result"},
                          {"version", 1},
                          {"passed", totals.passed},
                          {"failed", totals.failed},
                          {"errors", totals.errors},
                          {"scenarios", list(results)}};
  return file.dump(2, ' ', false, kReplace) + '\n';
}

Result<ScenarioResult> scenario_result_from_json(std::string_view text) {
  try {
    return parse(ordered_json::parse(text));
  } catch (const ordered_json::exception& error) {
    return bad_input("", std::string("no scenario result: ") + error.what());
  }
}

}  // namespace lparsim::report
