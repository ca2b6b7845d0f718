// LoPAR chapter 13 row by row, as far as a guest that drives RTAS and reads its tree can tell.
#include <functional>
#include <memory>
#include <regex>
#include <set>

#include "drc_rules.hpp"

namespace lparsim::firmware {
namespace {


// -- 13.5.1, 13.5.2: the platform and its tree ----------------------------------------------------

bool name_fits(const std::string& type, const std::string& name) {
  static const std::map<std::string, const char*> kFormats = {
      {"CPU", "CPU (0|[1-9][0-9]*)"},   {"MEM", "LMB (0|[1-9][0-9]*)"},
      {"MEM-1", "LMB (0|[1-9][0-9]*)"}, {"MEM-2", "LMB (0|[1-9][0-9]*)"},
      {"PHB", "PHB (0|[1-9][0-9]*)"},   {"PORT", "Port (0|[1-9][0-9]*)"},
      {"SLOT", "U[0-9A-Z.]+-.*"},       {"28", "U[0-9A-Z.]+-.*"},
      {"COPLATFAC", "U[0-9A-Z.]+-.*"},  {"COPLATFUN", "U[0-9A-Z.]+-.*"}};
  const auto found = kFormats.find(type);
  return found != kFormats.end() && std::regex_match(name, std::regex(found->second));
}

TEST_F(Rules, ListsOfConnectorsAgree) {
  std::set<std::uint32_t> indexes, hot_plug_domains;
  std::set<std::string> parents;
  std::size_t domains = 0;
  each_node(tree(), "", [&](const Node& node, const std::string& path) {
    if (node.property("ibm,drc-indexes") == nullptr) return;
    SCOPED_TRACE(path);
    parents.insert(path);
    const Connectors c = connectors_of(node);
    EXPECT_RULE("R1-13.5.2.4-1", c.equal_counts);
    EXPECT_RULE("R1-13.5.2.5-1", c.equal_counts);
    EXPECT_RULE("R1-13.5.2.6-1", c.equal_counts);
    if (!c.equal_counts) return;
    const std::set<std::string> names(c.names.begin(), c.names.end());
    for (std::size_t i = 0; i < c.indexes.size(); ++i) {
      EXPECT_RULE("R1-13.5.2.2-1", indexes.insert(c.indexes[i]).second);
      EXPECT_RULE("R1-13.5.2.4-2", name_fits(c.types[i], c.names[i])) << c.names[i];
      const bool physical = c.types[i] == "28";
      const bool live = c.indexes[i] == kLive.value;
      EXPECT_EQ(c.domains[i] == kLiveInsertion, !physical || live);
      if (!physical || live) continue;
      hot_plug_domains.insert(c.domains[i]);
      ++domains;
    }
  });
  EXPECT_RULE("R1-13.6.1-4", domains == 2 && hot_plug_domains.size() == domains &&
                                 hot_plug_domains.count(0) == 0);
  for (const char* path : {"", "/cpus", "/vdevice", "/pci@800000020000018",
                           "/pci@800000020000020/pci@0"}) {
    EXPECT_TRUE(parents.count(path) != 0) << path;
  }
}

TEST_F(Rules, NodesBehindAConnectorNameIt) {
  std::set<std::uint32_t> configured;
  each_node(tree(), "", [&](const Node& node, const std::string& path) {
    const bool parent = node.property("ibm,drc-indexes") != nullptr;
    const std::vector<std::uint32_t> listed =
        parent ? connectors_of(node).indexes : std::vector<std::uint32_t>{};
    for (const Node& child : node.children) {
      const Property* mine = child.property("ibm,my-drc-index");
      if (mine == nullptr || (path.empty() && child.name.starts_with("memory"))) continue;
      if (child.name.starts_with("l2-cache") || child.name.starts_with("l3-cache")) continue;
      const std::uint32_t index = load_be32(mine->value.data());
      EXPECT_THAT(listed, ::testing::Contains(index)) << path << "/" << child.name;
      configured.insert(index);
    }
  });
  for (const DrcType type : {DrcType::cpu, DrcType::phb, DrcType::slot, DrcType::port,
                             DrcType::facility, DrcType::function, DrcType::hot_plug}) {
    for (const DrcView& drc : hypervisor.drcs(id, type)) {
      const bool in_use =
          drc.state == DrcState::configured || drc.state == DrcState::slot_configured;
      EXPECT_RULE("R1-13.5.2.3-1", in_use == (configured.count(drc.index.value) != 0)) << drc.name;
    }
  }
}

TEST_F(Rules, PropertiesOfLogicalResources) {
  const Node root = tree();
  const Connectors cpus = connectors_of(*root.find("/cpus"));
  const auto all = [](const std::vector<std::string>& types, const char* type) {
    return static_cast<std::size_t>(std::count(types.begin(), types.end(), type));
  };
  const bool logical = std::all_of(cpus.domains.begin(), cpus.domains.end(),
                                   [](std::uint32_t d) { return d == kLiveInsertion; });
  EXPECT_RULE("R1-13.7.2-2", all(cpus.types, "CPU") == 6 && cpus.types.size() == 6 && logical);
  const Connectors top = connectors_of(root);
  EXPECT_RULE("R1-13.7.2-5", all(top.types, "PHB") == 6);
  const Connectors phb = connectors_of(*root.find("/pci@800000020000018"));
  EXPECT_RULE("R1-13.7.2-6", phb.types == Lines{"SLOT"} && phb.domains.front() == kLiveInsertion &&
                                 phb.names == Lines{"U78D5.ND1.CSS130E-P2-C1"});
  EXPECT_RULE("R1-13.7.2-4", root.find("/memory@0")->property("ibm,my-drc-index") == nullptr &&
                                 sense(lmb(0)).status == -3);
  const Bytes& capacity = root.find("/rtas")->property("ibm,lrdr-capacity")->value;
  EXPECT_RULE("R1-13.7.2-8", capacity.size() == 20 && load_be32(capacity.data() + 12) == 1U << 28 &&
                                 load_be32(capacity.data() + 16) == 6);
}

TEST_F(Rules, ConfigureConnectorCommitsToTheRest) {
  bool all = true;
  for (const char* call : {"ibm,configure-connector", "get-sensor-state", "set-indicator",
                           "set-power-level", "get-power-level"}) {
    all = all && token(call) != 0;
  }
  EXPECT_RULE("R1-13.5.1-1", all && tree().find("/cpus")->property("ibm,drc-indexes") != nullptr);
}

TEST_F(Rules, CallsWorkWhateverIsIsolatedOrOff) {
  offline(kCard, kCardDomain);
  release(cpu(1));
  EXPECT_EQ(isolation(lmb(7), 0), 0);
  const bool quiet = rtas("event-scan", {0xffffffff, 0, kBuffer, 2048}).status == 1 &&
                     rtas("rtas-last-error", {kBuffer, 2048}).status == 1;
  EXPECT_EQ(isolation(kLive, 0), 0);
  EXPECT_EQ(isolation(kLive, 1), 0);
  start_walk(kLive, kWork);
  EXPECT_EQ(walk(kWork), 2);
  EXPECT_EQ(isolation(kLive, 0), 0);
  EXPECT_RULE("R1-13.5.1-2", quiet && walk(kWork) == -1);
}

TEST_F(Rules, TreeChangesOnlyThroughConfigureConnector) {
  const Node before = tree();
  EXPECT_EQ(isolation(kCard, 0), 0);
  const Node without = tree();
  EXPECT_FALSE(without == before);
  EXPECT_EQ(isolation(kCard, 1), 0);
  const bool waits = tree() == without;
  EXPECT_EQ(configure(kCard, kWork).back(), "0");
  EXPECT_RULE("R1-13.5.1-3", waits && tree() == before);
}

TEST_F(Rules, FragmentIsWhatTheBootTreeHas) {
  const Node root = tree();
  const auto same = [&](DrcIndex drc, const char* path) {
    const Node* node = root.find(path);
    std::map<std::string, Bytes> made = fragment(drc);
    if (node == nullptr || made.empty()) return false;
    for (const Property& property : node->properties) {
      // What the device tree's reader adds, and the other spelling of the handle.
      if (property.name == "phandle" || property.name == "linux,phandle") continue;
      if (property.name == "ibm,phandle" || property.name == "name") continue;
      if (made[std::string(property.name)] != property.value) return false;
    }
    return true;
  };
  EXPECT_RULE("R1-13.5.3-1", same(kCard, "/pci@800000020000020/pci@0/pci14e4,1657@0"));
  EXPECT_RULE("R1-13.7.4.3-5", same(kPhb, "/pci@800000020000018"));
  EXPECT_RULE("R1-13.7.4.3-6", same(kCardSlot, "/pci@800000020000020/pci@0"));
  EXPECT_RULE("R1-13.7.4.3-3", same(cpu(1), "/cpus/PowerPC,POWER10@8"));
}

TEST_F(Rules, SubTreesStopAtTheNextConnector) {
  for (const DrcIndex drc : {kCardPhb, kCardSlot}) {
    EXPECT_RULE("R1-13.7.4.3-5",
                !::testing::Value(configure(drc, kWork),
                                  ::testing::Contains(::testing::HasSubstr("pci14e4,1657"))));
  }
  const Lines region = configure(lmb(7), kWork);
  const auto nodes = std::count_if(region.begin(), region.end(), [](const std::string& step) {
    return step[0] == '1' || step[0] == '2';
  });
  const std::map<std::string, Bytes> found = fragment(lmb(7));
  EXPECT_RULE("R1-13.7.4.3-4",
              nodes == 1 && region.front() == "2 memory@70000000" && found.count("reg") == 1 &&
                  found.count("device_type") == 1 && found.count("ibm,my-drc-index") == 1 &&
                  found.count("ibm,associativity") == 1);
}

TEST_F(Rules, EveryNodeOfAFragmentHasItsOwnHandle) {
  std::set<std::uint32_t> handles;
  each_node(tree(), "", [&](const Node& node, const std::string&) {
    const Property* handle = node.property("ibm,phandle");
    if (handle == nullptr) handle = node.property("phandle");
    if (handle == nullptr) return;
    EXPECT_TRUE(handles.insert(load_be32(handle->value.data())).second);
  });
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_lmbs(id, 9).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.assign_resource(kFreePort, id).status, AssignStatus::done);
  for (const DrcIndex drc : {cpu(2), lmb(8), kFreePort}) {
    EXPECT_EQ(allocation(drc, 1), 0);
    EXPECT_EQ(isolation(drc, 1), 0);
    const std::map<std::string, Bytes> found = fragment(drc);
    const auto handle = found.find("ibm,phandle");
    EXPECT_RULE("R1-13.5.2.7-1", handle != found.end() &&
                                     handles.insert(load_be32(handle->second.data())).second);
  }
}

// -- 13.5.1, 13.6: hardware as far as it shows ----------------------------------------------------

TEST_F(Rules, CyclesOfOneSlotAreNothingToTheOthers) {
  const auto untouched = [&] {
    return state(kLive) == DrcState::slot_configured && light(kLive) == 1 &&
           state(kSlot) == DrcState::configured && state(kEmpty) == DrcState::powered_off;
  };
  offline(kCard, kCardDomain);
  EXPECT_RULE("R1-13.5.1-5", untouched());
  EXPECT_RULE("R1-13.5.1-7", untouched()) << "in no domain that is switched";
  EXPECT_EQ(set_power(kCardDomain, 100).status, 0);
  EXPECT_EQ(hypervisor.pull_card(kCard).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.insert_card(kCard).status, AssignStatus::done);
  EXPECT_EQ(isolation(kCard, 1), 0);
  EXPECT_RULE("R1-13.5.1-4", configure(kCard, kWork).back() == "0" && untouched())
      << "exchanged with power on";
  EXPECT_EQ(isolation(kCard, 0), 0);
  const bool lit = hypervisor.hot_plug_slot(kCard)->power_led;
  EXPECT_EQ(set_power(kCardDomain, 0).status, 0);
  EXPECT_RULE("R1-13.5.1-10", lit && !hypervisor.hot_plug_slot(kCard)->power_led);
}

TEST_F(Rules, BaseRulesHoldForSlotsAndLogicalConnectors) {
  const bool online = sense(kCard).value == 1 && isolation(kCard, 0) == 0 &&
                      set_power(kCardDomain, 0).status == 0 &&
                      set_power(kCardDomain, 100).status == 0 && isolation(kCard, 1) == 0 &&
                      configure(kCard, kWork).back() == "0";
  EXPECT_RULE("R1-13.6.1-1", online && state(kCard) == DrcState::slot_configured);
  EXPECT_RULE("R1-13.6.3-1", online && allocation(kCard, 1) == -3);
  const bool logical = isolation(cpu(1), 0) == 0 && allocation(cpu(1), 0) == 0 &&
                       sense(cpu(1)).value == 2 && allocation(cpu(1), 1) == 0 &&
                       isolation(cpu(1), 1) == 0 && configure(cpu(1), kWork).back() == "0";
  EXPECT_RULE("R1-13.7.2-1", logical && sense(cpu(1)).value == 1);
}

TEST_F(Rules, BridgesOfHotPlugSlots) {
  const Node root = tree();
  const Node* bridge = root.find("/pci@800000020000020/pci@0");
  const Bytes& all = root.find("/pci@800000020000020")->property("bus-range")->value;
  const Bytes& below = bridge->property("bus-range")->value;
  EXPECT_RULE("R1-13.6.2-2", bridge->property("clock-frequency") == nullptr);
  EXPECT_RULE("R1-13.6.2-3", load_be32(below.data()) > load_be32(all.data()) &&
                                 load_be32(below.data() + 4) > load_be32(below.data()) + 1)
      << "buses for a bridge on a card";
}

TEST_F(Rules, SlotOfSeveralPartitionableEndpointsIsNotForOneSystem) {
  PlatformConfig machine = full_machine();
  machine.slots[4].hot_plug->endpoints = 4;   // kFreeCardSlot
  machine.partitions[1].os = OsType::vioserver;
  Hypervisor other(machine, profile, {clock, choices, log}, events);
  const AssignStatus plain = other.assign_slot(kFreeCardSlot, kDedicated).status;
  EXPECT_RULE("R1-13.6.1-11", plain == AssignStatus::wrong_state &&
                                  other.slot_owner(kFreeCardSlot) == kNoPartition);
  EXPECT_EQ(other.assign_slot(kFreeCardSlot, kShared).status, AssignStatus::done) << "trusted";
}

class SenseNeedsPower : public Rules {
 protected:
  SenseNeedsPower() {
    PlatformConfig machine = full_machine();
    machine.slots[2].hot_plug->sense_needs = SenseNeeds::power;                 // kCardSlot
    machine.slots[5].hot_plug->sense_needs = SenseNeeds::power_and_unisolate;   // kLiveSlot
    other = std::make_unique<Hypervisor>(machine, profile, Services{clock, choices, log}, events);
    EXPECT_EQ(other->power_on(id, memory).status, AssignStatus::done);
  }
  std::int32_t ask(const char* call, std::initializer_list<std::uint32_t> in,
                   std::uint32_t outputs) {
    CellWriter block;
    block.u32(token(call)).u32(static_cast<std::uint32_t>(in.size())).u32(outputs);
    for (const std::uint32_t cell : in) block.u32(cell);
    block.u32(0).u32(0);
    memory.write(GuestAddress{kBlock}, block.take());
    return other->rtas_commit(other->rtas_enter(id, ServerNumber{0}, GuestAddress{kBlock})).status;
  }
  std::unique_ptr<Hypervisor> other;
};

TEST_F(SenseNeedsPower, AnswersThatItDoes) {
  const auto sense_of = [&](DrcIndex drc) { return ask("get-sensor-state", {9003, drc.value}, 2); };
  EXPECT_EQ(ask("set-indicator", {9001, kCard.value, 0}, 1), 0);
  const bool on = sense_of(kCard) == 0;
  EXPECT_EQ(ask("set-power-level", {kCardDomain, 0}, 2), 0);
  const bool off = sense_of(kCard) == -9001;
  const bool open = sense_of(kLive) == 0;
  EXPECT_EQ(ask("set-indicator", {9001, kLive.value, 0}, 1), 0);
  EXPECT_RULE("R1-13.5.3.3-3", on && off && open && sense_of(kLive) == -9000);
}

}  // namespace
}  // namespace lparsim::firmware
