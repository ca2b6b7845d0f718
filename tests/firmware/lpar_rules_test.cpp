// Rules of partitions beside each other (LoPAR 14.10), of the calls for processors and power
// (7.3.6, 7.3.8), and of what nodes have (tables 13-11, 14-17).
#include <set>

#include "drc_machine.hpp"
#include "pci_guest.hpp"

namespace lparsim::firmware {
namespace {

using namespace std::chrono_literals;

// -- processors -----------------------------------------------------------------------------------

class ProcessorCalls : public GuestTest {
 protected:
  std::uint32_t stopped_state(std::uint32_t thread) {
    return rtas("query-cpu-stopped-state", {thread}, 2).value;
  }
};

TEST_F(ProcessorCalls, StartAndStopAreTold) {
  EXPECT_RULE("R1-7.3.8.3-1", stopped_state(0) == 2 && stopped_state(1) == 0);
  EXPECT_RULE("R1-7.3.8.2-1", rtas("start-cpu", {1, 0x4000, 0x77}).status == 0);
  EXPECT_RULE("R1-7.3.8.2-1", stopped_state(1) == 2) << "out of the stopped state";
  EXPECT_RULE("R1-7.3.8.2-3", events.started.size() == 1 && events.started[0][0] == 1 &&
                                  events.started[0][1] == 0x4000 && events.started[0][2] == 0x77);
  EXPECT_EQ(rtas("start-cpu", {1, 0x4000, 0}).status, -1) << "it runs";
  EXPECT_RULE("R1-7.3.8.1-1", rtas("stop-self", {}, 1, 1).parks) << "it does not come back";
  EXPECT_RULE("R1-7.3.8.1-1", stopped_state(1) == 0);
  EXPECT_RULE("R1-7.3.8.2-1", rtas("start-cpu", {1, 0x5000, 1}).status == 0) << "and again";
  EXPECT_EQ(rtas("stop-self", {1}).status, -3) << "it has no inputs";
  EXPECT_EQ(rtas("query-cpu-stopped-state", {200}, 2).status, -3);
}

// -- power ----------------------------------------------------------------------------------------

class PowerCalls : public MachineTest {};

TEST_F(PowerCalls, LevelsAreSetAndTold) {
  offline(kCard, kCardDomain);
  EXPECT_RULE("R1-7.3.6.2-1", get_power(kCardDomain).status == 0 &&
                                  get_power(kCardDomain).value == 0);
  const Reply on = set_power(kCardDomain, 100);
  EXPECT_RULE("R1-7.3.6.1-1", on.status == 0 && on.value == 100);
  EXPECT_RULE("R1-7.3.6.1-4", on.value == 100 && get_power(kCardDomain).value == 100);
  EXPECT_RULE("R1-7.3.6.1-3", set_power(kCardDomain, 50).status == -3 &&
                                  get_power(kCardDomain).value == 100);
  constexpr std::uint32_t kOfNoConnector = 0x7777;
  EXPECT_RULE("R1-7.3.6.1-2", set_power(kOfNoConnector, 100).status == -3);
  EXPECT_RULE("R1-7.3.6.2-2", get_power(kOfNoConnector).status == -3);
  EXPECT_EQ(rtas("set-power-level", {kCardDomain, 100}, 1).status, -3) << "two outputs";
  EXPECT_EQ(rtas("get-power-level", {kCardDomain, 0}, 2).status, -3) << "one input";
}

struct SlowPower : OwnProfile {
  SlowPower() { profile = quick_profile(), profile.drc_timing.power_on = 20ms; }
};
class Ramp : protected SlowPower, public MachineTest {
 protected:
  Ramp() : MachineTest(SlowPower::profile) {}
};

TEST_F(Ramp, IsBusyAndResumedByRepeating) {
  offline(kCard, kCardDomain);
  const Reply first = set_power(kCardDomain, 100);
  EXPECT_RULE("R1-7.3.6.1-5", first.status == 9901 || first.status == -2);
  EXPECT_RULE("R1-7.3.6.1-4", first.value == 0) << "the level there is";
  clock.advance(20ms);
  const Reply last = set_power(kCardDomain, 100);
  EXPECT_RULE("R1-7.3.6.1-5", last.status == 0 && last.value == 100);
}

// -- calls of one partition about what another has ------------------------------------------------

class Neighbours : public PciGuest {
 protected:
  static constexpr std::uint32_t kEeh = 1, kReset = 1;
  Neighbours() {
    EXPECT_EQ(hypervisor.power_on(kShared, other).status, AssignStatus::done);
  }
  std::uint32_t foreign_source() {
    // Slots have the sources in their order: the last slot is lp3's.
    const auto own = source(kBridgedPhb, kBehind, 0);
    EXPECT_EQ(own[0], 0U);
    return own[1] + 0x200;
  }
  std::vector<std::uint32_t> get_xive(std::uint32_t source) {
    return cells("ibm,get-xive", {source}, 3);
  }
  TestMemory other{1U << 20};
};

TEST_F(Neighbours, InterruptSourcesOfAnotherAreLeftAlone) {
  const std::uint32_t source = foreign_source();
  const auto before = hypervisor.snapshot();
  EXPECT_RULE("R1-14.10-20", status("ibm,set-xive", {source, 0, 5}) == 0);
  EXPECT_RULE("R1-14.10-23", status("ibm,int-on", {source}) == 0);
  EXPECT_RULE("R1-14.10-24", status("ibm,int-off", {source}) == 0);
  EXPECT_RULE("R1-14.10-22", get_xive(source)[0] == 0 && get_xive(source)[2] == 0xff);
  EXPECT_RULE("R1-14.10-20", hypervisor.is_in(*before));
  EXPECT_RULE("R1-14.10-23", hypervisor.is_in(*before));
  EXPECT_RULE("R1-14.10-24", hypervisor.is_in(*before));
  const auto own = this->source(kBridgedPhb, kBehind, 0)[1];
  EXPECT_RULE("R1-14.10-21", status("ibm,set-xive", {own, 48, 5}) == -3) << "another's server";
  EXPECT_EQ(status("ibm,set-xive", {own, 0, 5}), 0);
  EXPECT_EQ(get_xive(own)[2], 5U);
}

TEST_F(Neighbours, EndpointsOfAnotherAreOutOfReach) {
  const auto before = hypervisor.snapshot();
  for (const std::uint32_t option : {0U, 1U, 2U, 3U}) {
    EXPECT_RULE("R1-14.10-29", eeh(kForeignPhb, option) == -3) << option;
    EXPECT_RULE("R1-14.10-33", eeh(kForeignPhb, option) == -3) << option;
  }
  for (const std::uint32_t function : {0U, 1U, 3U}) {
    EXPECT_RULE("R1-14.10-30", reset(kForeignPhb, function) == -3) << function;
  }
  EXPECT_RULE("R1-14.10-31", slot_state(kForeignPhb)[0] == 0xffff'fffdU);
  EXPECT_RULE("R1-14.10-32",
              status("ibm,configure-bridge", {0, kUnit, kForeignPhb.value}) == -3);
  EXPECT_RULE("R1-14.3-3", configure_pe(kForeignPhb) == -3);
  EXPECT_RULE("R1-14.10-29", hypervisor.is_in(*before));
  EXPECT_RULE("R1-14.10-30", hypervisor.is_in(*before));
  EXPECT_RULE("R1-14.10-32", hypervisor.is_in(*before));
  EXPECT_EQ(slot_state(kPhb)[0], 0U) << "its own";
}

class Registers : public PciGuest {
 protected:
  std::vector<std::uint32_t> all() {
    std::vector<std::uint32_t> values;
    for (std::uint32_t at = 0; at < 64; at += 4) values.push_back(value(kPhb, at));
    return values;
  }
};

TEST_F(Registers, AreAsAtBootAfterConfigureConnector) {
  const auto at_boot = all();
  ASSERT_EQ(write(kPhb, 0x04, 2, 0x0006), 0);
  ASSERT_EQ(write(kPhb, 0x10, 4, 0x1234'0000), 0);
  ASSERT_EQ(write(kPhb, 0x3c, 1, 0x55), 0);
  ASSERT_NE(all(), at_boot);
  release(kSlot);
  acquire(kSlot);
  EXPECT_RULE("R1-13.6.3-3", all() == at_boot);
}

// -- what nodes have ------------------------------------------------------------------------------

class Nodes : public MachineTest {
 protected:
  std::set<std::string> names_in(DrcIndex drc) {
    std::set<std::string> names;
    for (const std::string& step : configure(drc, kWork)) {
      if (step.starts_with("3 ")) names.insert(step.substr(2));
    }
    return names;
  }
  static bool has_all(const std::set<std::string>& names,
                      std::initializer_list<const char*> wanted) {
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const char* name) { return names.contains(name); });
  }
  std::uint32_t cell(const Node& node, const char* property) {
    const Property* p = node.property(property);
    return p == nullptr ? 0 : load_be32(p->value.data());
  }
};

TEST_F(Nodes, APciCardHasThePropertiesOfTheTable) {
  offline(kCard, kCardDomain);
  EXPECT_EQ(set_power(kCardDomain, 100).status, 0);
  EXPECT_EQ(isolation(kCard, 1), 0);
  const auto names = names_in(kCard);
  EXPECT_RULE("R1-13.6.3-4",
              has_all(names, {"vendor-id", "device-id", "revision-id", "class-code", "compatible",
                              "reg", "assigned-addresses", "ibm,loc-code", "ibm,my-drc-index",
                              "interrupts", "min-grant", "max-latency", "ibm,req#msi",
                              "subsystem-id", "subsystem-vendor-id"}));
  EXPECT_RULE("R1-13.6.3-4", !names.contains("devsel-speed") && !names.contains("device_type") &&
                                 !names.contains("fast-back-to-back") &&
                                 !names.contains("66mhz-capable"));
}

TEST_F(Nodes, AProcessorThatIsAddedHasItsTableSizes) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  ASSERT_EQ(allocation(cpu(2), 1), 0);
  ASSERT_EQ(isolation(cpu(2), 1), 0);
  const auto names = names_in(cpu(2));
  EXPECT_RULE("R1-14.5.4.1-2", has_all(names, {"ibm,pft-size"}));
  EXPECT_RULE("R1-14.12.2.1-1", has_all(names, {"ibm,vrma-page-sizes"}));
  const Node root = tree();
  for (const Node& node : root.find("/cpus")->children) {
    if (!node.name.starts_with("PowerPC")) continue;
    EXPECT_RULE("R1-14.5.4.1-2", cell(node, "ibm,pft-size") == 0 &&
                                     node.property("ibm,pft-size")->value.size() == 8);
    EXPECT_RULE("R1-14.12.2.1-1", node.property("ibm,vrma-page-sizes") != nullptr);
    EXPECT_RULE("R1-14.12.1-7", cell(node, "timebase-frequency") == 512'000'000);
    EXPECT_RULE("R1-14.12.1-8", cell(node, "ibm,nominal-tbf") == 512'000'000);
    for (const char* forbidden : {"external-control", "603-translation",
                                  "603-power-management", "64-bit-virtual-address"}) {
      EXPECT_RULE("R1-14.12.1-9", node.property(forbidden) == nullptr) << forbidden;
    }
    for (const char* required : {"device_type", "reg", "status", "cpu-version", "64-bit",
                                 "ibm,slb-size", "ibm,vmx", "ibm,dfp", "ibm,purr",
                                 "ibm,pa-features", "ibm,processor-page-sizes"}) {
      EXPECT_RULE("R1-14.12.1-9", node.property(required) != nullptr) << required;
    }
  }
}

TEST_F(Nodes, MigrationHasTheCallsThatItNeeds) {
  const Node root = tree();
  const Bytes& sets = root.find("/rtas")->property("ibm,hypertas-functions")->value;
  CellReader in(sets);
  std::set<std::string> names;
  while (in.left() > 0) names.insert(std::string(in.str()));
  EXPECT_RULE("R1-14.12.1-2", names.contains("hcall-vasi"));
  EXPECT_RULE("R1-17.7.7.1-4", names.contains("hcall-lLAN") && names.contains("hcall-ILAN"));
  EXPECT_RULE("R1-14.12.1-6", names.contains("hcall-term") && names.contains("hcall-vty") &&
                                  root.find("/vdevice/vty@30000000") != nullptr);
}

TEST_F(Nodes, TheMachineIsTheSameAfterARestart) {
  const auto text = [&](const char* name) { return tree().property(name)->value; };
  const Bytes model = text("model"), serial = text("system-id");
  hypervisor.power_off(id);
  boot();
  EXPECT_RULE("R1-12.2-14", text("model") == model && text("system-id") == serial &&
                                model == CellWriter{}.str("IBM,9105-22A").take());
}

TEST_F(Nodes, MessageSignalledInterruptsNeedTheCallsOfTheController) {
  ASSERT_EQ(tokens.count("ibm,change-msi"), 1U);
  for (const char* name : {"ibm,get-xive", "ibm,set-xive", "ibm,int-on", "ibm,int-off"}) {
    EXPECT_RULE("R1-6.2.3-2", tokens.count(name) == 1) << name;
  }
}

TEST_F(Nodes, TheGlobalQueueHasANumberOfItsOwn) {
  std::set<std::uint32_t> queues, servers;
  const Node root = tree();
  for (const Node& node : root.find("/cpus")->children) {
    const Property* global = node.property("ibm,ppc-interrupt-gserver#s");
    if (global == nullptr) continue;
    for (std::size_t i = 0; i < global->value.size(); i += 8) {
      servers.insert(load_be32(global->value.data() + i));
      queues.insert(load_be32(global->value.data() + i + 4));
    }
  }
  EXPECT_RULE("R1-6.2.1-5", queues.size() == 1 && !servers.contains(*queues.begin()));
}

TEST_F(Nodes, RtasLiesInTheRealModeArea) {
  const Node root = tree();
  const Node& rtas = *root.find("/rtas");
  const std::uint64_t base = cell(rtas, "linux,rtas-base"), size = cell(rtas, "rtas-size");
  EXPECT_RULE("R1-14.6-5", size > 0 && base + size <= memory.rmo_limit());
  EXPECT_RULE("R1-7.2.6-3", cell(rtas, "rtas-version") == 1 && size > 0 &&
                                rtas.property("rtas-event-scan-rate") != nullptr &&
                                rtas.property("rtas-error-log-max") != nullptr);
}

TEST_F(Nodes, MemoryOfNonVolatileKindIsLargeEnoughAndStays) {
  const std::uint32_t size = 15360;
  EXPECT_RULE("R1-8.1-1", rtas("nvram-fetch", {8192, kBuffer, 16}, 2).status == 0);
  memory.bytes[kBuffer] = 0x5a;
  ASSERT_EQ(rtas("nvram-store", {size - 1, kBuffer, 1}, 2).status, 0);
  hypervisor.power_off(id);
  boot();
  memory.bytes[kBuffer] = 0;
  ASSERT_EQ(rtas("nvram-fetch", {size - 1, kBuffer, 1}, 2).status, 0);
  EXPECT_RULE("R1-8.1-2", memory.bytes[kBuffer] == 0x5a);
}

}  // namespace
}  // namespace lparsim::firmware
