// ibm,update-nodes, ibm,update-properties and ibm,activate-firmware on the wire (LPM.md 5, 6): what
// the work areas hold from call to call.
#include <functional>
#include <set>

#include "firmware/rtas/call_table.hpp"
#include "mobility_guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kMigration = 1, kActivation = 2, kDevice = 3;

class Report : public MobilityTest {
 protected:
  Report() {                         // only dedicated processors have cache nodes
    dedicated = true;
    remake();
  }
  std::uint32_t phandle(const char* path) const { return phandle_of(*tree().find(path)); }
  std::int32_t update_nodes(std::uint32_t area, std::int32_t scope) {
    return rtas("ibm,update-nodes", {area, static_cast<std::uint32_t>(scope)});
  }
  std::int32_t update_properties(std::uint32_t area, std::int32_t scope) {
    return rtas("ibm,update-properties", {area, static_cast<std::uint32_t>(scope)});
  }
  void remake() { make(other_platform()); }
  // Applies a whole report to the tree as it was, as an OS does.
  void apply(Node& root, std::int32_t scope);
  static Node* find(Node& node, std::uint32_t wanted) {
    if (phandle_of(node) == wanted) return &node;
    for (Node& child : node.children) {
      if (Node* found = find(child, wanted)) return found;
    }
    return nullptr;
  }
};

TEST_F(Report, ScopesNeedTheirSituation) {
  const auto both = [&](std::int32_t scope) {
    first_call({0, 0, 0, 0});
    const std::int32_t nodes_status = update_nodes(kWork, scope);
    first_call({phandle("/rtas"), 0, 0, 0});
    EXPECT_EQ(update_properties(kWork, scope), nodes_status);
    return nodes_status;
  };
  for (const std::int32_t scope : {0, 4, 99, 1, 2, 3, -1, -99}) {
    EXPECT_RULE("R1-7.3.24-2", both(scope) == -3) << scope;
    EXPECT_RULE("R1-7.3.25-8", both(scope) == -3) << scope;
  }
  migrate();
  EXPECT_RULE("R1-7.3.24-18", both(kMigration) == 0);
  EXPECT_RULE("R1-7.3.23-7", both(kMigration) == 0) << "directly after the return, and again";
  for (const std::int32_t scope : {0, 4, 99, kActivation, kDevice, -1}) {
    EXPECT_RULE("R1-7.3.24-18", both(scope) == -3) << scope;
    EXPECT_RULE("R1-7.3.25-8", both(scope) == -3) << scope;
  }
}

TEST_F(Report, CountsOfCellsAreThoseOfTheTables) {
  migrate();
  const auto counts_kept = [&](const char* name) {
    first_call({phandle("/"), 0, 0, 0});
    return rtas(name, {kWork}) == -3 && rtas(name, {kWork, 1, 0}) == -3 &&
           rtas(name, {kWork, 1}, 2) == -3;
  };
  EXPECT_RULE("R1-7.3.24-2", counts_kept("ibm,update-nodes"));
  EXPECT_RULE("R1-7.3.25-1", counts_kept("ibm,update-properties"));
  EXPECT_RULE("R1-7.3.25-1", rtas("ibm,update-properties", {kWork, 1}) == 0);
  EXPECT_EQ(rtas("ibm,activate-firmware", {0}), -3);
}

TEST_F(Report, WorkAreasThatAreNoneAreRefusedWithoutAStore) {
  migrate();
  first_call({0, 0, 0, 0});
  const Bytes before = memory.bytes;
  const auto same_beyond_block = [&] {
    return std::equal(before.begin() + kWork, before.end(), memory.bytes.begin() + kWork);
  };
  for (const std::uint32_t area :
       {kWork + 16, kWork + 1, 0x100000U, 0x100000U - 16, 0xffff'f000U}) {
    EXPECT_RULE("R1-7.3.24-3", update_nodes(area, 1) == -3 && same_beyond_block()) << area;
    EXPECT_RULE("R1-7.3.25-2", update_properties(area, 1) == -3 && same_beyond_block()) << area;
  }
}

TEST_F(Report, HeadersThatAreNotAsGivenAreRefused) {
  source_profile.mobility.operations_per_call = target_profile.mobility.operations_per_call = 1;
  target_profile.mobility.property_area_bytes = 256;
  remake();
  migrate();
  for (std::size_t word = 1; word < 4; ++word) {
    std::array<std::uint32_t, 4> header{};
    header[word] = 7;
    first_call(header);
    EXPECT_RULE("R1-7.3.24-4", update_nodes(kWork, 1) == -3) << word;
  }
  first_call({0, 0, 0, 0});
  ASSERT_EQ(update_nodes(kWork, 1), 1);
  const std::uint32_t state = memory.cell(kWork);
  EXPECT_NE(state, 0U);
  EXPECT_RULE("R1-7.3.24-5", memory.cell(kWork + 4) == 0 && memory.cell(kWork + 8) == 0 &&
                                 memory.cell(kWork + 12) == 0);
  first_call({state ^ 1, 0, 0, 0});
  EXPECT_RULE("R1-7.3.24-17", update_nodes(kWork, 1) == -3) << "altered";
  first_call({state, 0, 0, 0});
  EXPECT_RULE("R1-7.3.24-17", update_nodes(kWork, 1) == 1) << "as returned: it goes on";
  first_call({state, 0, 0, 0});
  EXPECT_EQ(update_nodes(kWork, 1), -3) << "that part was given already";
  first_call({0, 0, 0, 0});
  EXPECT_EQ(update_nodes(kWork, 1), 1) << "from the beginning, at any time";

  const std::uint32_t vdevice = phandle("/vdevice");
  first_call({0x1234, 0, 0, 0});
  EXPECT_RULE("R1-7.3.25-3", update_properties(kWork, 1) == -3) << "no such phandle";
  first_call({vdevice, 0, 1, 0});
  EXPECT_RULE("R1-7.3.25-3", update_properties(kWork, 1) == -3) << "reserved";
  first_call({vdevice, 0, 0, 0});
  ASSERT_EQ(update_properties(kWork, 1), 1);
  const std::uint32_t more = memory.cell(kWork + 4);
  first_call({vdevice, more + 1, 0, 0});
  EXPECT_RULE("R1-7.3.25-6", update_properties(kWork, 1) == -3);
  first_call({phandle("/rtas"), more, 0, 0});
  EXPECT_RULE("R1-7.3.25-6", update_properties(kWork, 1) == -3) << "another node's";
  first_call({vdevice, more, 0, 0});
  EXPECT_RULE("R1-7.3.25-6", update_properties(kWork, 1) >= 0);
}

TEST_F(Report, NodesThatTheMachineMadeDifferentAreNamedOnceInOrder) {
  migrate();
  const NodeReport report = nodes(kMigration);
  ASSERT_EQ(report.status, 0);
  std::vector<std::uint32_t> updated;
  for (const NodeOperation& operation : report.operations) {
    EXPECT_RULE("R1-7.3.24-11", operation.opcode == 2);
    updated.push_back(operation.phandle);
  }
  EXPECT_THAT(updated, ::testing::UnorderedElementsAre(
                           phandle("/"), phandle("/rtas"), phandle("/vdevice"),
                           phandle("/cpus/PowerPC,POWER10@0"), phandle("/cpus/PowerPC,POWER10@8"),
                           phandle("/ibm,dynamic-reconfiguration-memory")));
  ASSERT_EQ(report.lists.size(), 1U);
  EXPECT_RULE("R1-7.3.24-7", report.lists[0] == (0x0200'0000U | updated.size()));
  for (const std::uint32_t node : updated) {
    const PropertyReport found = properties(node, kMigration);
    EXPECT_RULE("R1-7.3.24-12", found.status == 0 && found.properties.size() > 1) << node;
  }
}

TEST_F(Report, PathComesFirstEvenWhenNothingChanged) {
  migrate();
  const PropertyReport same = properties(phandle("/openprom"), kMigration);
  ASSERT_EQ(same.status, 0);
  EXPECT_RULE("R1-7.3.25-5", same.properties.size() == 1 && memory.cell(kWork + 16) == 1);
  EXPECT_RULE("R1-7.3.25-5", same.properties[0].first.empty() &&
                                 same.properties[0].second.value ==
                                     CellWriter{}.str("/openprom").take());
  const PropertyReport root = properties(phandle("/"), kMigration);
  EXPECT_EQ(root.properties[0].second.value, CellWriter{}.str("/").take());
  const PropertyReport cpu = properties(phandle("/cpus/PowerPC,POWER10@8"), kMigration);
  EXPECT_RULE("R1-7.3.25-5", cpu.properties[0].second.value ==
                                 CellWriter{}.str("/cpus/PowerPC,POWER10@8").take());
  EXPECT_EQ(memory.cell(kWork + 4), 0U) << "nothing is left over";
}

TEST_F(Report, SystemAndPartitionNumberAndLocationsChangeIndexesStay) {
  const Node before = tree();
  migrate();
  const PropertyReport root = properties(phandle("/"), kMigration);
  EXPECT_EQ(root.find("system-id")->value, CellWriter{}.str("IBM,021122334").take());
  EXPECT_EQ(root.find("ibm,partition-no")->value, CellWriter{}.u32(kShell.value).take());
  EXPECT_EQ(root.find("ibm,partition-uuid"), nullptr);
  EXPECT_EQ(tree().property("ibm,partition-uuid")->value,
            before.property("ibm,partition-uuid")->value);
  const PropertyReport vdevice = properties(phandle("/vdevice"), kMigration);
  ASSERT_NE(vdevice.find("ibm,drc-names"), nullptr);
  EXPECT_EQ(vdevice.find("ibm,drc-indexes"), nullptr);
  const char* const kLan = "/vdevice/l-lan@30000002";
  const PropertyReport lan = properties(phandle(kLan), kMigration);
  ASSERT_EQ(lan.status, 0) << "asked for on its own: table 7-107 does not name it";
  EXPECT_RULE("R1-7.3.25-7", lan.properties.size() == 2 &&
                                 lan.properties[1].first == "ibm,loc-code");
  EXPECT_EQ(lan.find("ibm,loc-code")->value,
            CellWriter{}.str("U9105.22A.1122334-V7-C2-T1").take());
  EXPECT_EQ(tree().find(kLan)->property("local-mac-address")->value,
            before.find(kLan)->property("local-mac-address")->value);
}

// What the OS knows plus what it is told is the new tree, in every form that a profile may ask for.
void Report::apply(Node& root, std::int32_t scope) {
  const NodeReport report = nodes(scope);
  ASSERT_EQ(report.status, 0);
  std::uint8_t last = 0;
  for (const NodeOperation& operation : report.operations) {
    EXPECT_RULE("R1-7.3.24-15", operation.opcode >= last || operation.opcode != 1);
    EXPECT_RULE("R1-7.3.24-16", operation.opcode >= last || operation.opcode != 2);
    last = std::max(last, operation.opcode);
    if (operation.opcode == 1) {
      ASSERT_NE(find(root, operation.phandle), nullptr) << "known before";
      const std::function<void(Node&)> remove = [&](Node& node) {
        std::erase_if(node.children,
                      [&](const Node& n) { return phandle_of(n) == operation.phandle; });
        for (Node& child : node.children) remove(child);
      };
      remove(root);
    } else if (operation.opcode == 2) {
      Node* node = find(root, operation.phandle);
      ASSERT_NE(node, nullptr);
      const PropertyReport changes = properties(operation.phandle, scope);
      ASSERT_EQ(changes.status, 0);
      for (const auto& [name, d] : changes.properties) {
        if (name.empty()) continue;
        if (d.descriptor == 0x8000'0000U) {
          std::erase_if(node->properties, [&](const Property& p) { return p.name == name; });
        } else if (const Property* known = node->property(name)) {
          const_cast<Property*>(known)->value = d.value;
        } else {
          node->add(name, d.value);
        }
      }
    } else {
      Node* parent = find(root, operation.phandle);
      ASSERT_NE(parent, nullptr);
      memory.write(GuestAddress{kBuffer & ~0xfffU},
                   CellWriter().u32(operation.drc.value).u32(0).take());
      constexpr std::uint32_t kArea = kBuffer & ~0xfffU;
      std::int32_t status = rtas("ibm,configure-connector", {kArea, 0});
      for (; status == 2 || status == 3; status = rtas("ibm,configure-connector", {kArea, 0})) {
        const std::string name = memory.text(kArea + memory.cell(kArea + 8));
        if (status == 2) {
          parent->children.emplace_back();
          parent->children.back().name = name;
          continue;
        }
        const std::size_t value = kArea + memory.cell(kArea + 16), size = memory.cell(kArea + 12);
        parent->children.back().add(
            name, Bytes(memory.bytes.begin() + static_cast<std::ptrdiff_t>(value),
                        memory.bytes.begin() + static_cast<std::ptrdiff_t>(value + size)));
      }
      EXPECT_RULE("R1-7.3.24-14", status == 0) << operation.drc.value;
    }
  }
}

std::vector<std::string> names(const Node& node) {
  std::vector<std::string> out;
  for (const Node& child : node.children) {
    out.push_back(child.name);
    for (const std::string& below : names(child)) out.push_back(child.name + "/" + below);
  }
  std::sort(out.begin(), out.end());
  return out;
}

struct Cut {
  const char* title;
  std::uint32_t per_list, per_call, area;
  NodeOrder order;
  bool source_caches, target_caches;
  std::uint8_t byte22 = 0;           // OV5: ibm,dynamic-memory-v2, ibm,drc-info
  AddCount add_count = AddCount::nodes;
};
class EveryCut : public Report, public ::testing::WithParamInterface<Cut> {};

TEST_P(EveryCut, GivesTheOsTheNewTree) {
  const Cut& cut = GetParam();
  target_profile.mobility.operations_per_list = cut.per_list;
  target_profile.mobility.operations_per_call = cut.per_call;
  target_profile.mobility.property_area_bytes = cut.area;
  target_profile.mobility.node_order = cut.order;
  target_profile.mobility.add_count = cut.add_count;
  target_profile.tree.cache_nodes = cut.target_caches;
  source_profile.tree.cache_nodes = cut.source_caches;
  target_profile.tree.openprom_model = "IBM,FW1060.20 (NH1060_078)";
  remake();
  negotiate(0xc0, cut.byte22);
  Node known = tree();
  migrate();
  apply(known, kMigration);
  const Node now = tree();
  EXPECT_EQ(names(known), names(now));
  for (const char* path : {"/", "/openprom", "/rtas", "/cpus/PowerPC,POWER10@0", "/vdevice",
                           "/ibm,dynamic-reconfiguration-memory", "/memory@0"}) {
    for (const Property& p : now.find(path)->properties) {
      const Property* told = known.find(path)->property(p.name);
      ASSERT_NE(told, nullptr) << path << ' ' << p.name;
      EXPECT_EQ(told->value, p.value) << path << ' ' << p.name;
    }
  }
  const Property* cache = known.find("/cpus/PowerPC,POWER10@0")->property("l2-cache");
  EXPECT_EQ(cache != nullptr, cut.target_caches) << "a property that goes, or comes";
}

INSTANTIATE_TEST_SUITE_P(
    Profiles, EveryCut,
    ::testing::Values(Cut{"whole", 0, 0, 0, NodeOrder::tree, true, true},
                      Cut{"caches_go", 0, 0, 0, NodeOrder::tree, true, false},
                      Cut{"caches_come", 0, 0, 0, NodeOrder::tree, false, true},
                      Cut{"one_a_list", 1, 0, 0, NodeOrder::tree, true, false},
                      Cut{"one_a_call", 0, 1, 0, NodeOrder::reverse, true, false},
                      Cut{"two_a_list_three_a_call", 2, 3, 0, NodeOrder::phandle, false, true},
                      Cut{"short_areas", 0, 2, 256, NodeOrder::reverse, false, true},
                      Cut{"drc_info", 0, 0, 0, NodeOrder::tree, true, true, 0x40},
                      Cut{"memory_v2", 0, 0, 256, NodeOrder::tree, true, false, 0x80},
                      Cut{"words", 2, 3, 0, NodeOrder::tree, false, true, 0, AddCount::words},
                      Cut{"both_compact", 1, 1, 0, NodeOrder::phandle, false, true, 0xc0}),
    [](const auto& each) { return std::string(each.param.title); });

TEST_F(Report, ListsAndCallsAreNoLongerThanTheProfileSays) {
  target_profile.mobility.operations_per_list = 2;
  target_profile.mobility.operations_per_call = 3;
  target_profile.tree.cache_nodes = false;
  remake();
  migrate();
  const NodeReport report = nodes(kMigration);
  EXPECT_EQ(report.calls, (report.operations.size() + 2) / 3);
  for (const std::uint32_t list : report.lists) EXPECT_LE(list & 0xff'ffffU, 2U);
  EXPECT_GT(report.operations.size(), 6U);
}

// The one count that can be read in two ways; "words" is what the text says.
TEST_F(Report, ListOfAdditionsCountsWordsOrNodes) {
  for (const AddCount reading : {AddCount::words, AddCount::nodes}) {
    source_profile.tree.cache_nodes = false;
    target_profile.mobility.add_count = reading;
    remake();
    migrate();
    const NodeReport report = nodes(kMigration);
    const std::uint32_t list = report.lists.back();
    const auto added = static_cast<std::uint32_t>(
        std::count_if(report.operations.begin(), report.operations.end(),
                      [](const NodeOperation& operation) { return operation.opcode == 3; }));
    ASSERT_GT(added, 1U);
    const std::uint32_t words = reading == AddCount::words ? 2 * added : added;
    EXPECT_RULE("R1-7.3.24-7", list == (0x0300'0000U | words));
  }
}

// A value longer than an area comes in parts whose lengths are negative but for the last.
TEST_F(Report, LongValuesAreSplitAndJoinAgain) {
  PlatformConfig big = test_platform();
  PlatformConfig shells = other_platform();
  for (PlatformConfig* machine : {&big, &shells}) {
    for (PartitionConfig& partition : machine->partitions) {
      partition.max_virtual_slots = 400;
    }
  }
  there = std::make_unique<Machine>(shells, target_profile, clock);
  here = std::make_unique<Machine>(big, source_profile, clock);
  at = here.get();
  ASSERT_EQ(here->hypervisor.power_on(kShared, memory).status, AssignStatus::done);
  negotiate();
  migrate();
  const PropertyReport report = properties(phandle("/vdevice"), kMigration);
  ASSERT_EQ(report.status, 0);
  EXPECT_GT(report.calls, 1U);
  const Described* drc_names = report.find("ibm,drc-names");
  ASSERT_NE(drc_names, nullptr);
  EXPECT_GT(drc_names->value.size(), 8000U);
  EXPECT_RULE("R1-7.3.25-4", drc_names->parts >= 2 && drc_names->descriptor < 0x8000'0000U);
  EXPECT_RULE("R1-7.3.25-4",
              drc_names->value == tree().find("/vdevice")->property("ibm,drc-names")->value);
}

TEST_F(Report, NameOnlyAndDeletedPropertiesHaveNoValue) {
  target_profile.tree.cache_nodes = false;
  remake();
  migrate();
  const PropertyReport cpu = properties(phandle("/cpus/PowerPC,POWER10@0"), kMigration);
  ASSERT_NE(cpu.find("l2-cache"), nullptr);
  EXPECT_RULE("R1-7.3.25-4", cpu.find("l2-cache")->descriptor == 0x8000'0000U &&
                                 cpu.find("l2-cache")->value.empty());
  ASSERT_NE(cpu.find("clock-frequency"), nullptr);
  EXPECT_RULE("R1-7.3.25-4", cpu.find("clock-frequency")->descriptor == 4 &&
                                 cpu.find("clock-frequency")->value ==
                                     CellWriter{}.u32(4'000'000'000U).take());
}

// 1,500 changed nodes in work areas of 1,024 words.
TEST_F(Report, ManyNodesNeverCrossTheArea) {
  PlatformConfig big = test_platform(), shells = other_platform();
  for (PlatformConfig* machine : {&big, &shells}) {
    machine->installed_units = machine->configurable_units = ProcUnits{160'000};
    for (PartitionConfig& partition : machine->partitions) {
      partition.max_procs = 1500;
      partition.max_units = ProcUnits{150'000};
    }
  }
  big.partitions[1].procs = 1500;
  big.partitions[1].units = ProcUnits{100'000};
  there = std::make_unique<Machine>(shells, target_profile, clock);
  here = std::make_unique<Machine>(big, source_profile, clock);
  at = here.get();
  ASSERT_EQ(here->hypervisor.power_on(kShared, memory).status, AssignStatus::done);
  migrate();
  first_call({0, 0, 0, 0});
  std::fill(memory.bytes.begin() + kWork + 4096, memory.bytes.begin() + kWork + 4112, 0x77);
  const NodeReport report = nodes(kMigration);
  ASSERT_EQ(report.status, 0);
  EXPECT_RULE("R1-7.3.24-6", report.calls == 2 && report.operations.size() > 1500);
  EXPECT_RULE("R1-7.3.24-6", memory.cell(kWork + 4096) == 0x7777'7777U);
  std::set<std::uint32_t> once;
  for (const NodeOperation& operation : report.operations) once.insert(operation.phandle);
  EXPECT_EQ(once.size(), report.operations.size()) << "each node once, none twice";
}

TEST_F(Report, KindsOfTheTableHavePhandles) {
  const Node root = tree();
  for (const char* path : {"/", "/openprom", "/rtas", "/vdevice", "/options", "/memory@0",
                           "/cpus/PowerPC,POWER10@0", "/cpus/l2-cache@2000",
                           "/ibm,dynamic-reconfiguration-memory"}) {
    const Node* node = root.find(path);
    ASSERT_NE(node, nullptr) << path;
    EXPECT_RULE("R1-7.3.24-1", node->property("ibm,phandle") != nullptr) << path;
  }
}

// -- ibm,activate-firmware -----------------------------------------------------------------------

class Activation : public Report {
 protected:
  Activation() {
    source_profile.absent_calls = {"get-power-level", "ibm,os-term"};
    target_profile.absent_calls = {"ibm,os-term", "rtas-last-error"};
    target_profile.token_base = 0x500;
    remake();
  }
  void expect_activated() {
    const auto before = tokens;
    const Node old = tree();
    EXPECT_RULE("R1-7.3.7.6-1", rtas("ibm,activate-firmware", {}) == 9900);
    EXPECT_EQ(tree(), old) << "busy: nothing yet";
    EXPECT_EQ(nodes(kActivation).status, -3);
    EXPECT_RULE("R1-7.3.7.6-1", rtas("ibm,activate-firmware", {}) == 9900);
    EXPECT_RULE("R1-7.3.7.6-1", rtas("ibm,activate-firmware", {}) == 0);
    EXPECT_RULE("R1-7.3.7.6-1", rtas("ibm,activate-firmware", {}) == -9001) << "done";
    const NodeReport report = nodes(kActivation);
    ASSERT_EQ(report.operations.size(), 1U);
    EXPECT_EQ(report.operations[0].phandle, phandle("/rtas"));
    const PropertyReport changes = properties(phandle("/rtas"), kActivation);
    EXPECT_GE(changes.properties.size(), 3U);
    EXPECT_EQ(changes.find("rtas-last-error")->descriptor, 0x8000'0000U);
    ASSERT_NE(changes.find("get-power-level"), nullptr);
    const Node root = tree();
    for (const auto& [name, token] : before) {
      const Property* now = root.find("/rtas")->property(name);
      const auto is_row = [&](const CallRow& row) { return row.name == name; };
      const auto rows = call_table();
      if (now == nullptr || std::none_of(rows.begin(), rows.end(), is_row)) continue;
      EXPECT_EQ(load_be32(now->value.data()), token) << name;
    }
    tokens["get-power-level"] = load_be32(changes.find("get-power-level")->value.data());
    EXPECT_EQ(rtas("get-power-level", {0}, 2), -3) << "an unknown power domain, a known call";
    EXPECT_EQ(rtas("rtas-last-error", {kBuffer, 2048}), -3) << "gone";
  }
};

TEST_F(Activation, NewFirmwareOfTheMachineBecomesTheOsesWhenItActivates) {
  EXPECT_RULE("R1-7.3.7.6-1", rtas("ibm,activate-firmware", {}) == -9001);
  EXPECT_EQ(tokens.count("get-power-level"), 0U);
  source().stage_firmware(target_profile);
  EXPECT_EQ(tree().find("/rtas")->property("get-power-level"), nullptr) << "not before";
  expect_activated();
}

TEST_F(Activation, TokensStayAcrossMigrationUntilTheOsActivates) {
  const Node old = *tree().find("/rtas");
  migrate();
  for (const Property& property : old.properties) {
    if (tokens.count(property.name) == 0 || property.value.size() != 4) continue;
    EXPECT_EQ(tree().find("/rtas")->property(property.name)->value, property.value);
  }
  EXPECT_EQ(rtas("rtas-last-error", {kBuffer, 2048}), 1) << "the old call still works";
  expect_activated();
}

TEST(Qemu, HasNoneOfTheseCalls) {
  ManualClock clock;
  Machine machine(test_platform(), *find_profile("qemu"), clock);
  TestMemory memory{1U << 20};
  ASSERT_EQ(machine.hypervisor.power_on(kShared, memory).status, AssignStatus::done);
  const Node tree = *unflatten(machine.hypervisor.flattened_tree(kShared));
  for (const char* call : {"ibm,update-nodes", "ibm,update-properties", "ibm,activate-firmware"}) {
    EXPECT_EQ(tree.find("/rtas")->property(call), nullptr) << call;
  }
  EXPECT_NE(tree.find("/rtas")->property("set-indicator"), nullptr);
  EXPECT_EQ(machine.hypervisor.mobility().enable_source(kShared, 1).status,
            MoveStatus::not_migratable);
}

}  // namespace
}  // namespace lparsim::firmware
