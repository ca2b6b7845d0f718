#include "sim/scenario/raw_scenario.hpp"

#include "sim/config/json_reader.hpp"
#include "sim/scenario/raw_steps.hpp"

namespace lparsim::scenario {

using config::Node;
using config::ObjectReader;

namespace {

constexpr std::int64_t kDefaultLimitSeconds = 24 * 3600;
constexpr std::int64_t kLongestLimitSeconds = 366LL * 24 * 3600;
constexpr std::int64_t kMostOccurrences = 1'000'000;

std::uint64_t argument_of(const Node& node) {
  if (node.is_string()) return node.hexadecimal(16);
  return node.integer<std::uint64_t>(0, std::numeric_limits<std::int64_t>::max());
}

RawFault read_fault(const Node& node) {
  ObjectReader object = node.object();
  RawFault fault;
  fault.where = node.where();
  fault.site = object.string("site");
  fault.outcome = object.string("outcome");
  fault.partition = object.optional_string("partition");
  if (const auto argument = object.optional("argument")) fault.argument = argument_of(*argument);
  fault.nth = object.integer_or<std::uint32_t>("nth", 1, kMostOccurrences, 1);
  fault.times = object.integer_or<std::uint32_t>("times", 0, kMostOccurrences, 1);
  object.finish();
  return fault;
}

RawViolation read_violation(const Node& node) {
  ObjectReader object = node.object();
  RawViolation violation;
  violation.where = node.where();
  violation.invariant = object.string("invariant");
  violation.contains = object.string_or("contains", "");
  object.finish();
  return violation;
}

RawAgent read_agent(const Node& node) {
  RawAgent agent;
  agent.where = node.where();
  ObjectReader object = node.object();
  agent.partition = object.string("partition");
  agent.sysroot = object.string("sysroot");
  object.finish();
  return agent;
}

void read_header(ObjectReader& root, RawScenario& scenario) {
  config::expect_kind(root, "scenario", 1);
  scenario.name = root.string("name");
  scenario.about = root.string_or("about", "");
  scenario.machine = root.string("machine");
  scenario.machine_where = scenario.file + ": /machine";
  for (const Node& item : root.optional_array("other_machines")) {
    scenario.other_machines.emplace_back(item.string(), item.where());
  }
  scenario.firmware = root.optional_string("firmware");
  scenario.kernel = root.optional_string("kernel");
  scenario.userland = root.optional_string("userland");
  scenario.hmc = root.optional_string("hmc");
  scenario.seed = root.optional_integer<std::uint64_t>(
      "seed", 0, std::numeric_limits<std::int64_t>::max());
  scenario.limit_s = kDefaultLimitSeconds;
  if (auto limits = root.optional_object("limits")) {
    scenario.limit_s = limits->integer("simulated_s", 1, kLongestLimitSeconds);
    limits->finish();
  }
}

}  // namespace

Result<RawScenario> read_scenario(const std::string& path) {
  const auto document = config::read_json_file(path);
  if (!document) return tl::make_unexpected(document.error());
  RawScenario scenario;
  scenario.file = path;
  ObjectReader root = document->root();
  read_header(root, scenario);
  for (const Node& item : root.optional_array("agents")) {
    scenario.agents.push_back(read_agent(item));
  }
  for (const Node& item : root.optional_array("faults")) {
    scenario.faults.push_back(read_fault(item));
  }
  for (const Node& item : root.array("steps")) scenario.steps.push_back(read_step(item));
  for (const Node& item : root.optional_array("expect_violations")) {
    scenario.expect_violations.push_back(read_violation(item));
  }
  root.finish();
  if (auto good = document->check(); !good) return tl::make_unexpected(good.error());
  return scenario;
}

}  // namespace lparsim::scenario
