// A comparison that cannot fail shows nothing: each part of a record, changed, must be noticed.
#include <gtest/gtest.h>

#include <functional>

#include "sim/conform/compare.hpp"

namespace lparsim::conform {
namespace {

Call sense() {
  return {"get-sensor-state", "kernel", {"0x232b", "0x10000001"}, {"0x0", "0x2"}, "", "", "", false,
          ""};
}
Call property() {
  Call call{"ibm,configure-connector", "kernel", {"buffer", "0x0"}, {"0x3"}, "", "reg", "00000001",
            true, ""};
  return call;
}

Op recorded() {
  Op op;
  op.name = "cpu_add";
  op.recorded.result.written = 3;
  op.recorded.result.events = {{"DEVICE_DELETED", "core1"}};
  op.recorded.calls = {sense(), property()};
  op.recorded.tree.nodes_added = {"/cpus/PowerPC,POWER9@1"};
  op.recorded.tree.added = {{"/cpus/a/reg", "00000001"}, {"/cpus/a/status", "00"}};
  op.recorded.tree.changed["/memory"] = {"00", "01"};
  op.recorded.kernel_log = {"dlpar: something", "pci 0000: not compared"};
  op.recorded.after = {"0-1", "0-1", 4096, 4, 0};
  return op;
}

Baseline baseline() { return {{"0", "0", 1024, 4, 0}, {"0", "0", 1024, 4, 0}, {}}; }

TEST(Compare, TheSameConforms) {
  const Op op = recorded();
  EXPECT_TRUE(differences(op, op.recorded, baseline()).empty());
}

TEST(Compare, EveryPartIsLookedAt) {
  using Change = std::function<void(Happened&)>;
  const std::vector<std::pair<const char*, Change>> changes{
      {"result", [](Happened& h) { h.result.ok = false; }},
      {"errno", [](Happened& h) { h.result.error = "EIO"; }},
      {"exit", [](Happened& h) { h.result.exit = 1; }},
      {"bytes written", [](Happened& h) { h.result.written = 2; }},
      {"stdout", [](Happened& h) { h.result.out = "x"; }},
      {"stderr", [](Happened& h) { h.result.err = "x"; }},
      {"hypervisor events", [](Happened& h) { h.result.events.clear(); }},
      {"call 1", [](Happened& h) { h.calls[0].out[1] = "0x1"; }},
      {"call 1", [](Happened& h) { h.calls[0].in[1] = "0x10000002"; }},
      {"call 1 made by", [](Happened& h) { h.calls[0].by = "drmgr"; }},
      {"call 2 is missing", [](Happened& h) { h.calls.pop_back(); }},
      {"call 3 was not recorded", [](Happened& h) { h.calls.push_back(sense()); }},
      {"call 2 property", [](Happened& h) { h.calls[1].property = "status"; }},
      {"call 2 reg", [](Happened& h) { h.calls[1].value = "00000002"; }},
      {"nodes added", [](Happened& h) { h.tree.nodes_added.clear(); }},
      {"nodes removed", [](Happened& h) { h.tree.nodes_removed = {"/x"}; }},
      {"order of properties", [](Happened& h) { std::swap(h.tree.added[0], h.tree.added[1]); }},
      {"properties added", [](Happened& h) { h.tree.added[0].second = "00000002"; }},
      {"properties removed", [](Happened& h) { h.tree.removed = {{"/x/y", "00"}}; }},
      {"properties changed", [](Happened& h) { h.tree.changed["/memory"].second = "02"; }},
      {"kernel message", [](Happened& h) { h.kernel_log[0] = "dlpar: other"; }},
      {"online CPUs", [](Happened& h) { h.after.online_cpus = "0"; }},
      {"present CPUs", [](Happened& h) { h.after.present_cpus = "0"; }},
      {"memory since boot", [](Happened& h) { h.after.memory_kib = 8192; }},
      {"memory blocks", [](Happened& h) { h.after.memory_blocks_offline = 1; }},
  };
  const Op op = recorded();
  for (const auto& [what, change] : changes) {
    Happened here = op.recorded;
    change(here);
    const auto found = differences(op, here, baseline());
    ASSERT_EQ(found.size(), 1U) << what;
    EXPECT_TRUE(found[0].starts_with(what)) << found[0];
  }
}

TEST(Compare, WhatIsNobodysFactIsLeftOut) {
  Op op = recorded();
  op.recorded.calls[1].in[0] = "buffer";
  Happened here = op.recorded;
  here.calls[1].in[0] = "0x4000";                                   // an address
  here.kernel_log[1] = "pci 0000: something else";                  // another subsystem
  here.calls.push_back({"ibm,read-pci-config", "kernel", {}, {}, "", "", "", false, ""});
  Baseline base = baseline();
  base.driver_calls = {"ibm,read-pci-config"};
  base.observed.memory_kib += 512;                                  // what a kernel keeps
  here.after.memory_kib += 512;
  EXPECT_TRUE(differences(op, here, base).empty());
}

TEST(Compare, PollsOfAStoppingThreadAreTiming) {
  Op op = recorded();
  const Call poll{"query-cpu-stopped-state", "kernel", {"0x1"}, {"0x0", "0x2"}, "", "", "", false,
                  ""};
  Call last = poll;
  last.out[1] = "0x0";
  op.recorded.calls = {last};
  Happened here = op.recorded;
  here.calls = {poll, poll, last};
  EXPECT_TRUE(differences(op, here, baseline()).empty());
  here.calls = {last, poll};
  EXPECT_FALSE(differences(op, here, baseline()).empty());
}

TEST(Compare, OutcomeOnlyLeavesOutCallsAndMessages) {
  Op op = recorded();
  Happened here = op.recorded;
  here.calls.clear();
  here.kernel_log.clear();
  op.compare = Compare::outcome;
  EXPECT_TRUE(differences(op, here, baseline()).empty());
  here.after.online_cpus = "0";
  EXPECT_FALSE(differences(op, here, baseline()).empty());
  op.compare = Compare::setup;
  EXPECT_TRUE(differences(op, here, baseline()).empty());
}

}  // namespace
}  // namespace lparsim::conform
