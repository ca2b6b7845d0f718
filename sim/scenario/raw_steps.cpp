#include "sim/scenario/raw_steps.hpp"

#include <array>

namespace lparsim::scenario {

using config::Node;
using config::ObjectReader;

namespace {

constexpr std::int64_t kLongestWaitMs = 366LL * 24 * 3600 * 1000;

RawResult read_result(ObjectReader& step) {
  RawResult result;
  auto expect = step.optional_object("expect");
  if (!expect) return result;
  result.exit = expect->integer_or("exit", 0, 255, std::int64_t{0});
  if (const auto out = expect->optional("stdout")) result.out = read_text(*out);
  if (const auto err = expect->optional("stderr")) result.err = read_text(*err);
  expect->finish();
  return result;
}

void read_hmc(ObjectReader& object, RawStep& step) {
  step.kind = StepKind::hmc;
  step.command = object.string("hmc");
  step.result = read_result(object);
}

void read_run(ObjectReader& object, RawStep& step) {
  step.kind = StepKind::run;
  step.partition = object.string("in");
  step.command = object.string("run");
  step.result = read_result(object);
}

void read_parallel(ObjectReader& object, RawStep& step) {
  step.kind = StepKind::parallel;
  for (const Node& item : object.array("parallel")) {
    ObjectReader branch = item.object();
    RawBranch raw;
    raw.name = branch.string_or("name", "");
    for (const Node& inner : branch.array("steps")) {
      raw.steps.push_back(read_step(inner));
      const auto kind = raw.steps.back().kind;
      const bool fits = kind == StepKind::hmc || kind == StepKind::run ||
                        kind == StepKind::wait_time || kind == StepKind::rmc;
      if (!fits) inner.fail("inside parallel a step is one of hmc, in, wait ms, rmc");
    }
    branch.finish();
    step.branches.push_back(std::move(raw));
  }
}

void read_wait(ObjectReader& object, RawStep& step) {
  const Node wait = object.required("wait");
  if (!wait.is_object()) {
    step.kind = StepKind::wait_rest;
    if (wait.string() != "rest") {
      wait.fail("found " + wait.found() + ", allowed is \"rest\", {\"ms\": N} or {\"rmc\": NAME}");
    }
    return;
  }
  ObjectReader how = wait.object();
  if (how.has("rmc")) {
    step.kind = StepKind::wait_rmc;
    step.partition = how.string("rmc");
  } else {
    step.kind = StepKind::wait_time;
    step.ms = how.integer("ms", 0, kLongestWaitMs);
  }
  how.finish();
}

void read_rmc(ObjectReader& object, RawStep& step) {
  step.kind = StepKind::rmc;
  ObjectReader rmc = object.object("rmc");
  step.partition = rmc.string("partition");
  step.connected = rmc.boolean("connected");
  rmc.finish();
}

void read_expect(ObjectReader& object, RawStep& step) {
  step.kind = StepKind::expect;
  step.state = read_state(object.required("expect"));
}

struct StepForm {
  std::string_view key;
  void (*read)(ObjectReader&, RawStep&);
};

// The order decides only for a step with two of these keys: "expect" goes with hmc and in.
constexpr std::array kForms{
    StepForm{"hmc", read_hmc},   StepForm{"in", read_run},   StepForm{"parallel", read_parallel},
    StepForm{"wait", read_wait}, StepForm{"rmc", read_rmc},  StepForm{"expect", read_expect},
};

}  // namespace

RawText read_text(const Node& node) {
  RawText text;
  text.where = node.where();
  if (!node.is_object()) {
    text.text = node.is_integer() ? node.found() : node.string();
    return text;
  }
  ObjectReader object = node.object();
  text.kind = object.has("matches") ? RawText::Kind::matches : RawText::Kind::contains;
  text.text = object.string(object.has("matches") ? "matches" : "contains");
  object.finish();
  return text;
}

RawStep read_step(const Node& node) {
  RawStep step;
  step.where = node.where();
  ObjectReader object = node.object();
  for (const auto& form : kForms) {
    if (!object.has(form.key)) continue;
    form.read(object, step);
    object.finish();
    return step;
  }
  // Nothing we know: an unknown key is named with what is allowed; the first error counts.
  for (const auto& form : kForms) object.optional(form.key);
  object.finish();
  node.fail("this step says nothing to do, allowed is one of hmc, in, parallel, wait, rmc, expect");
  return step;
}

}  // namespace lparsim::scenario
