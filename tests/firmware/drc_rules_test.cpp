// LoPAR chapter 13 row by row, as far as a guest that drives RTAS and reads its tree can tell.
#include <functional>
#include <memory>
#include <regex>
#include <set>

#include "drc_machine.hpp"

namespace lparsim::firmware {
namespace {

using Lines = std::vector<std::string>;

class Rules : public MachineTest {
 protected:
  explicit Rules(const FirmwareProfile& with = quick_profile()) : MachineTest(with) {}

  std::uint32_t token(const char* call) const {
    const auto found = tokens.find(call);
    return found == tokens.end() ? 0 : found->second;
  }
  // Statuses of a whole sequence.
  std::vector<std::int32_t> statuses(DrcIndex drc) {
    start_walk(drc, kWork);
    std::vector<std::int32_t> all;
    do {
      all.push_back(walk(kWork));
    } while (all.back() >= 1 && all.back() <= 4);
    return all;
  }
  // Values by property name of the first node of a sequence.
  std::map<std::string, Bytes> fragment(DrcIndex drc) {
    start_walk(drc, kWork);
    std::map<std::string, Bytes> found;
    int nodes = 0;
    for (std::int32_t status = walk(kWork); status > 0; status = walk(kWork)) {
      if (status == 1 || status == 2) ++nodes;
      if (status != 3 || nodes != 1) continue;
      const std::size_t value = kWork + memory.cell(kWork + 16);
      const auto from = memory.bytes.begin() + static_cast<std::ptrdiff_t>(value);
      found[memory.text(kWork + memory.cell(kWork + 8))] =
          Bytes(from, from + memory.cell(kWork + 12));
    }
    return found;
  }
};

// -- 13.5.1, 13.5.2: the platform and its tree ----------------------------------------------------

struct Connectors {                  // the four lists of one node
  std::vector<std::uint32_t> indexes, domains;
  std::vector<std::string> names, types;
  bool equal_counts = true;
};

Connectors connectors_of(const Node& node) {
  Connectors c;
  const auto numbers = [&](const char* name, std::vector<std::uint32_t>& out) {
    const Property* p = node.property(name);
    if (p == nullptr || p->value.size() < 4) return std::uint32_t{0xdead};
    for (std::size_t at = 4; at + 4 <= p->value.size(); at += 4) {
      out.push_back(load_be32(p->value.data() + at));
    }
    return load_be32(p->value.data());
  };
  const auto strings = [&](const char* name, std::vector<std::string>& out) {
    const Property* p = node.property(name);
    if (p == nullptr || p->value.size() < 4) return std::uint32_t{0xdead};
    for (std::size_t at = 4; at < p->value.size(); at += out.back().size() + 1) {
      out.emplace_back(reinterpret_cast<const char*>(p->value.data() + at));
    }
    return load_be32(p->value.data());
  };
  const std::uint32_t n = numbers("ibm,drc-indexes", c.indexes);
  c.equal_counts = numbers("ibm,drc-power-domains", c.domains) == n &&
                   strings("ibm,drc-names", c.names) == n &&
                   strings("ibm,drc-types", c.types) == n && c.indexes.size() == n &&
                   c.names.size() == n && c.types.size() == n && c.domains.size() == n;
  return c;
}

void each_node(const Node& node, const std::string& path,
               const std::function<void(const Node&, const std::string&)>& visit) {
  visit(node, path);
  for (const Node& child : node.children) each_node(child, path + "/" + child.name, visit);
}

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
      if (property.name == "assigned-addresses") continue;   // of the place, not of the card
      if (made[property.name] != property.value) return false;
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

// -- 13.5.3: the calls ------------------------------------------------------------------------------

TEST_F(Rules, SensorTakesEveryListedIndex) {
  std::size_t listed = 0;
  bool accepted = true;
  each_node(tree(), "", [&](const Node& node, const std::string&) {
    if (node.property("ibm,drc-indexes") == nullptr) return;
    for (const std::uint32_t index : connectors_of(node).indexes) {
      ++listed;
      accepted = accepted && sense(DrcIndex{index}).status == 0;
    }
  });
  const Reply present = sense(cpu(0));
  EXPECT_RULE("R1-13.5.3.3-1", token("get-sensor-state") != 0 && present.status == 0 &&
                                   present.value == 1);
  bool unknown = true;
  for (const std::uint32_t index : {0x10000001U, 0x10000030U, 0x80000010U, 0x3000000aU, 0x24000000U,
                                    0U, 0xffffffffU}) {
    unknown = unknown && sense(DrcIndex{index}).status == -3 &&
              isolation(DrcIndex{index}, 0) == -3 && allocation(DrcIndex{index}, 0) == -3;
  }
  EXPECT_RULE("R1-13.5.3.3-4", listed > 25 && accepted && unknown);
  EXPECT_RULE("R1-13.5.3.4-2", unknown && isolation(kCard, 0) == 0);
  EXPECT_EQ(rtas("get-sensor-state", {9002, cpu(0).value}, 2).status, -3);
}

TEST_F(Rules, IndicatorsAreForTheirKindOfConnector) {
  bool refused = true;
  for (const DrcIndex drc : {cpu(1), lmb(7), kPhb, kSlot, kPort, kRegion, kFacility, kFunction,
                             DrcIndex{0x30000002}}) {
    for (const std::uint32_t value : {0U, 1U, 2U, 3U}) {
      refused = refused && indicator(drc, value) == -3;
    }
  }
  EXPECT_RULE("R1-13.7.4.2-1", refused);
  EXPECT_RULE("R1-13.7.2-7", allocation(cpu(1), 1) == 0 && allocation(kCard, 1) == -3);
  const bool null = isolation(cpu(1), 1) == 0 && allocation(lmb(7), 1) == 0 &&
                    isolation(kEmpty, 0) == 0 && set_power(kEmptyDomain, 0).status == 0;
  const bool values = isolation(cpu(1), 2) == -3 && allocation(cpu(1), 4) == -3;
  EXPECT_RULE("R1-13.5.3.4-1", null && values && indicator(kCard, 2) == 0);
}

TEST_F(Rules, UnusableConnectorsRefuseAllButUsable) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  const bool refused = isolation(cpu(2), 0) == -3 && isolation(cpu(2), 1) == -3 &&
                       indicator(cpu(2), 1) == -3 && sense(cpu(2)).value == 2;
  EXPECT_RULE("R1-13.5.3.4-5", refused && allocation(cpu(4), 1) == -3 &&
                                   allocation(cpu(2), 1) == 0);
}

TEST_F(Rules, UnusableTakesTheMappingsAway) {
  ASSERT_EQ(hypervisor.set_lmbs(id, 9).status, AssignStatus::done);
  const bool before = hypervisor.set_mapped(id, lmb(8), true);
  EXPECT_EQ(allocation(lmb(8), 1), 0);
  EXPECT_RULE("R1-13.5.3.4-7", !before && hypervisor.set_mapped(id, lmb(8), true));
  EXPECT_EQ(isolation(lmb(8), 1), 0);
  EXPECT_EQ(isolation(lmb(8), 0), 0) << "never configured: not in use";
  EXPECT_EQ(allocation(lmb(8), 0), 0);
  acquire(lmb(8));
  EXPECT_RULE("R1-13.5.3.4-6", isolation(lmb(8), 0) == 0) << "no mapping came back with it";
}

TEST_F(Rules, TranslationsKeepMemoryAndAdapters) {
  release(kPort);
  for (const DrcIndex drc : {lmb(7), kSlot}) {
    ASSERT_TRUE(hypervisor.set_mapped(id, drc, true));
    const bool kept = isolation(drc, 0) == -9001 && state(drc) == DrcState::configured;
    ASSERT_TRUE(hypervisor.set_mapped(id, drc, false));
    const bool let_go = isolation(drc, 0) == 0;
    if (drc == kSlot) {
      EXPECT_RULE("R1-13.7.4.1.3-2", kept && let_go);
    } else {
      EXPECT_RULE("R1-13.7.4.1.2-2", kept && let_go);
    }
  }
}

TEST_F(Rules, ProcessorsStopFirst) {
  EXPECT_EQ(rtas("start-cpu", {9, 0, 0}).status, 0);
  const bool refused = isolation(cpu(1), 0) == -1 && state(cpu(1)) == DrcState::configured;
  EXPECT_TRUE(rtas("stop-self", {}, 1, 9).parks);
  EXPECT_RULE("R1-13.7.4.1.1-1", refused && isolation(cpu(1), 0) == 0);
  EXPECT_EQ(isolation(cpu(0), 0), -1) << "the last one";
  const LedgerView before = hypervisor.ledger();
  EXPECT_TRUE(rtas("stop-self", {}).parks);
  hypervisor.release_configuration(id);
  const LedgerView after = hypervisor.ledger();
  EXPECT_RULE("R1-13.7.4.1.1-2", hypervisor.partition(id).power == PowerState::off &&
                                     after.free_units - before.free_units == ProcUnits{200} &&
                                     after.free_lmbs - before.free_lmbs == 8);
}

TEST_F(Rules, ConfigureConnectorAnswersByState) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.offer(id, cpu(4), Offer::exchange).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.offer(id, lmb(9), Offer::recovery).status, AssignStatus::done);
  EXPECT_RULE("R1-13.7.4.3-2", configure(cpu(2), kWork) == Lines{"-9003"} &&
                                   configure(cpu(4), kWork) == Lines{"-9003"} &&
                                   configure(lmb(9), kWork) == Lines{"-9003"} &&
                                   state(cpu(2)) == DrcState::allocatable);
  EXPECT_EQ(allocation(cpu(2), 1), 0);
  EXPECT_RULE("R1-13.7.4.3-1", configure(cpu(2), kWork) == Lines{"0"} &&
                                   state(cpu(2)) == DrcState::available);
  EXPECT_EQ(isolation(cpu(2), 1), 0);
  start_walk(cpu(2), kWork);
  EXPECT_EQ(walk(kWork), 2);
  const bool abandoned = state(cpu(2)) == DrcState::unisolated;
  const std::vector<std::int32_t> all = statuses(cpu(2));
  EXPECT_RULE("R1-13.5.3.5-4", abandoned && all.back() == 0 &&
                                   state(cpu(2)) == DrcState::configured);
  const bool known = std::all_of(all.begin(), all.end(), [](std::int32_t status) {
    return status >= 0 && status <= 4;
  });
  EXPECT_RULE("R1-13.5.3.5-1", known && all.front() == 2 &&
                                   configure(DrcIndex{0x10000003}, kWork) == Lines{"-3"});
}

TEST_F(Rules, WorkAreaCarriesTheSequence) {
  memory.write(GuestAddress{kWork}, CellWriter().u32(cpu(1).value).u32(77).take());
  EXPECT_RULE("R1-13.5.3.5-2", walk(kWork) == -1) << "entry 1 is not 0 and no sequence is open";
  start_walk(cpu(1), kWork);
  EXPECT_EQ(walk(kWork), 2);
  const std::uint32_t sequence = memory.cell(kWork + 4);
  memory.write(GuestAddress{kWork + 4}, CellWriter().u32(sequence + 1).take());
  const bool modified = walk(kWork) == -1;
  memory.write(GuestAddress{kWork + 4}, CellWriter().u32(sequence).take());
  EXPECT_RULE("R1-13.5.3.5-3", modified && walk(kWork) == 3);
}

// -- 13.5.4, 13.7.3: the order of things ------------------------------------------------------------

TEST_F(Rules, OrderOfOnlineAndOfflineIsKept) {
  const bool in_use = set_power(kCardDomain, 0).status == -1;
  EXPECT_EQ(isolation(kCard, 0), 0);
  EXPECT_RULE("R1-13.5.4.2-3", in_use && set_power(kCardDomain, 0).status == 0);
  const bool no_power = isolation(kCard, 1) == -1 && configure(kCard, kWork) == Lines{"-1"};
  EXPECT_EQ(set_power(kCardDomain, 100).status, 0);
  const bool isolated = configure(kCard, kWork) == Lines{"0"} &&
                        state(kCard) == DrcState::powered_on;
  EXPECT_EQ(isolation(kCard, 1), 0);
  EXPECT_RULE("R1-13.5.4.2-2", no_power && isolated && configure(kCard, kWork).back() == "0" &&
                                   state(kCard) == DrcState::slot_configured);
  EXPECT_RULE("R1-13.5.4.2-1", set_power(0, 0).status == -3 && get_power(kCardDomain).value == 100)
      << "the parent of all domains is not switched off under live slots";
}

TEST_F(Rules, VerbFollowsTheSensor) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.offer(id, cpu(4), Offer::exchange).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.offer(id, cpu(5), Offer::recovery).status, AssignStatus::done);
  bool all = true;
  for (const DrcIndex drc : {cpu(2), cpu(4), cpu(5)}) {
    const std::uint32_t verb = sense(drc).value - 1;
    for (std::uint32_t wrong = 1; wrong <= 3; ++wrong) {
      all = all && (wrong == verb || allocation(drc, wrong) == -3);
    }
    all = all && allocation(drc, verb) == 0 && isolation(drc, 1) == 0 &&
          configure(drc, kWork).back() == "0" &&
          rtas("start-cpu", {drc.value & 0xff, 0x60, 0}).status == 0;
  }
  EXPECT_RULE("13.7-b (no R1 number)", all && events.started.size() == 3);
  expect_sound();
}

TEST_F(Rules, HmcReassignsOnlyWhatWasGivenBack) {
  release(kPort);
  ASSERT_EQ(hypervisor.assign_slot(kSlot, kNoPartition).status, AssignStatus::done);
  const bool refused = hypervisor.assign_slot(kSlot, kShared).status == AssignStatus::slot_owned;
  release(kSlot);
  release(kPhb);
  EXPECT_RULE("13.7-c (no R1 number)",
              refused && hypervisor.assign_slot(kSlot, kShared).status == AssignStatus::done);
  expect_sound();
}

TEST_F(Rules, FailedConfigureIsUndoneStepByStep) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  EXPECT_EQ(allocation(cpu(2), 1), 0);
  EXPECT_EQ(isolation(cpu(2), 1), 0);
  ScriptedAnswer answer;
  answer.site = "rtas.ibm,configure-connector";
  answer.outcome = "hardware_error";
  choices = ScriptedChoices({answer});
  EXPECT_EQ(configure(cpu(2), kWork), Lines{"-1"});
  EXPECT_RULE("13.7-d (no R1 number)", isolation(cpu(2), 0) == 0 && allocation(cpu(2), 0) == 0 &&
                                           sense(cpu(2)).value == 2);
  expect_sound();
}

// The same connectors either way (B.5.2.3-11): OV5 byte 22 bit 1 is 0x40.
TEST_F(Rules, DrcInfoComesOnlyWhenAskedFor) {
  const auto lists = [](const Node& root) {
    std::pair<int, int> found{0, 0};
    each_node(root, "", [&](const Node& node, const std::string&) {
      found.first += node.property("ibm,drc-indexes") != nullptr ? 1 : 0;
      found.second += node.property("ibm,drc-info") != nullptr ? 1 : 0;
    });
    return found;
  };
  const std::pair<int, int> plain = lists(tree());
  CellWriter vector;
  vector.u32(0).u32(0x0f000006).u8(5 - 1);
  for (int i = 0; i < 4; ++i) vector.u8(0).u8(0);
  vector.u8(23 - 1);
  for (int byte = 0; byte < 23; ++byte) vector.u8(byte == 1 ? 0x20 : byte == 21 ? 0x40 : 0);
  hypervisor.client_architecture_support(id, vector.take());
  const std::pair<int, int> asked = lists(tree());
  EXPECT_RULE("R1-13.5.2.8-1", asked.second == plain.first && asked.second > 4);
  EXPECT_RULE("R1-13.5.2.8-2", plain.second == 0 && asked.first == 0);
}

// Without the dynamic memory node the regions are listed at the root.
class RootLists : public Rules {
 protected:
  RootLists() : Rules([] {
    FirmwareProfile p = quick_profile();
    p.tree.root_lists_lmbs = true;
    return p;
  }()) {}
};

TEST_F(RootLists, EveryRegionThatHasAConnector) {
  const Connectors top = connectors_of(tree());
  const auto regions = std::count(top.types.begin(), top.types.end(), "MEM");
  EXPECT_RULE("R1-13.7.2-3", regions == 14 &&
                                 std::count(top.indexes.begin(), top.indexes.end(), lmb(0).value) ==
                                     0);
}

}  // namespace
}  // namespace lparsim::firmware
