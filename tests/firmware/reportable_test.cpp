// Tables 7-107 and 7-112: what may be reported for a scope, tried on trees in which everything has
// changed.
#include "firmware/mobility/tree_changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/support/expect_rule.hpp"

namespace lparsim::firmware {
namespace {

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

constexpr std::uint32_t kRoot = 1, kNode = 2;

// Every name of table 7-112, and some that it does not have.
const char* const kAllNames =
    "ibm,model-class clock-frequency ibm,extended-clock-frequency model compatible name system-id "
    "ibm,partition-no ibm,drc-info ibm,drc-indexes ibm,drc-names ibm,drc-power-domains "
    "ibm,drc-types ibm,aix-diagnostics ibm,diagnostic-lic ibm,platform-hardware-notification "
    "ibm,ignore-hp-po-fails-for-dlpar ibm,managed-address-types ibm,service-indicator-mode "
    "power-on-max-latency ibm,associativity-reference-points ibm,max-associativity-domains "
    "ibm,current-associativity-domains ibm,configure-kernel-dump ibm,configure-kernel-dump-sizes "
    "ibm,configure-kernel-dump-version ibm,read-slot-reset-state-functions ibm,configure-pe "
    "ibm,change-msix-capable ibm,loc-code d-cache-sets d-cache-size i-cache-sets i-cache-size "
    "bus-frequency ibm,extended-bus-frequency timebase-frequency l2-cache performance-monitor "
    "ibm,associativity tlb-size tlb-sets d-tlb-size i-tlb-sets slb-size ibm,tbu40-offset "
    "ibm,pi-features ibm,spurr ibm,pa-optimizations ibm,sub-processors ibm,dasd-spin-interval "
    "ibm,associativity-lookup-arrays ibm,memory-preservation-time status ibm,caia-version "
    "ibm,psl-revision ibm,vpd-size vendor-id device-id subsystem-id subsystem-vendor-id "
    "revision-id class-code reg ibm,max-ints-per-process ibm,#processes ibm,process-mmio "
    "ibm,supports-aur ibm,programming-models "
    "ibm,my-dma-window ibm,pft-size ibm,pa-features cpu-version ibm,partition-uuid "
    "local-mac-address ibm,lrdr-capacity ibm,my-drc-index interrupt-ranges linux,rtas-base";

struct Kind {
  const char* title;
  const char* parent;                // name of the node between, or ""
  const char* name;
  const char* device_type;
  std::int32_t scope;
  const char* reported;              // of kAllNames; "*": all of them
  const char* opcodes;               // of table 7-107
};

const Kind kKinds[] = {
    {"root", "", "", "chrp", 1,
     "ibm,model-class clock-frequency ibm,extended-clock-frequency model compatible name system-id "
     "ibm,partition-no ibm,drc-info ibm,drc-indexes ibm,drc-names ibm,drc-power-domains "
     "ibm,drc-types ibm,aix-diagnostics ibm,diagnostic-lic ibm,platform-hardware-notification "
     "ibm,ignore-hp-po-fails-for-dlpar ibm,managed-address-types ibm,service-indicator-mode",
     "2"},
    {"openprom", "", "openprom", "", 1, "model", "2"},
    {"rtas", "", "rtas", "", 1,
     "power-on-max-latency ibm,associativity-reference-points ibm,max-associativity-domains "
     "ibm,current-associativity-domains ibm,configure-kernel-dump ibm,configure-kernel-dump-sizes "
     "ibm,configure-kernel-dump-version ibm,read-slot-reset-state-functions ibm,configure-pe "
     "ibm,change-msix-capable",
     "2"},
    {"vdevice", "", "vdevice", "vdevice", 1, "ibm,drc-info ibm,drc-names", "2"},
    {"virtual_adapter", "vdevice", "l-lan@30000002", "network", 1, "ibm,loc-code", ""},
    {"cpu", "cpus", "PowerPC,POWER10@0", "cpu", 1,
     "clock-frequency ibm,extended-clock-frequency name d-cache-sets d-cache-size i-cache-sets "
     "i-cache-size bus-frequency ibm,extended-bus-frequency timebase-frequency l2-cache "
     "performance-monitor ibm,associativity tlb-size tlb-sets d-tlb-size i-tlb-sets slb-size "
     "ibm,tbu40-offset ibm,pi-features ibm,spurr ibm,pa-optimizations ibm,sub-processors",
     "2"},
    {"cache", "cpus", "l2-cache@2000", "cache", 1,
     "d-cache-sets d-cache-size i-cache-sets i-cache-size l2-cache", "123"},
    {"options", "", "options", "", 1, "ibm,dasd-spin-interval", "2"},
    {"memory", "", "memory@0", "memory", 1, "ibm,associativity", "2"},
    {"dynamic_memory", "", "ibm,dynamic-reconfiguration-memory", "", 1,
     "ibm,associativity-lookup-arrays ibm,memory-preservation-time", "123"},
    {"random", "ibm,platform-facilities", "ibm,random-v1", "", 1, "*", "123"},
    {"compression", "ibm,platform-facilities", "ibm,compression-v1", "", 1, "*", "123"},
    {"encryption", "ibm,platform-facilities", "ibm,encryption-v1", "", 1, "*", "123"},
    {"facilities", "", "ibm,platform-facilities", "", 1, "", "123"},
    {"pci", "", "pci@800000020000018", "pci", 1, "", ""},
    {"coherent_on_migration", "", "ibm,coherent-platform-facility@1", "", 1, "", ""},
    {"cpu_reassigned", "cpus", "PowerPC,POWER10@0", "cpu", -5, "ibm,associativity", "2"},
    {"memory_reassigned", "", "memory@0", "memory", -1, "ibm,associativity", "2"},
    {"dynamic_memory_reassigned", "", "ibm,dynamic-reconfiguration-memory", "", -1, "", "2"},
    {"random_reassigned", "ibm,platform-facilities", "ibm,random-v1", "", -1, "*", "123"},
    {"cache_reassigned", "cpus", "l2-cache@2000", "cache", -1, "", ""},
    {"root_reassigned", "", "", "chrp", -1, "", ""},
    {"rtas_activated", "", "rtas", "", 2, "*", "2"},
    {"cpu_activated", "cpus", "PowerPC,POWER10@0", "cpu", 2, "", ""},
    {"facility_reconfigured", "", "ibm,coherent-platform-facility@1", "", 3,
     "compatible status ibm,caia-version ibm,psl-revision ibm,vpd-size vendor-id device-id "
     "subsystem-id subsystem-vendor-id revision-id class-code",
     "2"},
    {"function_reconfigured", "", "ibm,coherent-platform-function@1", "", 3,
     "compatible reg ibm,max-ints-per-process ibm,#processes ibm,vpd-size vendor-id device-id "
     "subsystem-id subsystem-vendor-id revision-id class-code ibm,process-mmio ibm,supports-aur "
     "ibm,programming-models",
     "2"},
    {"cpu_reconfigured", "cpus", "PowerPC,POWER10@0", "cpu", 3, "", ""},
};

Node root_with(const Kind& kind, std::uint32_t value, bool present = true) {
  Node node;
  node.name = kind.name;
  if (*kind.device_type != 0) node.add_str("device_type", kind.device_type);
  for (const std::string& name : words(kAllNames)) node.add_u32(name, value);
  const bool is_root = *kind.name == 0;
  node.add_u32("ibm,phandle", is_root ? kRoot : kNode);
  if (is_root) return node;
  Node root;
  root.add_u32("ibm,phandle", kRoot);
  Node* parent = &root;
  if (*kind.parent != 0) {
    root.children.emplace_back();
    root.children.back().name = kind.parent;
    root.children.back().add_u32("ibm,phandle", 3);
    parent = &root.children.back();
  }
  if (present) parent->children.push_back(node);
  return root;
}

class Reportable : public ::testing::TestWithParam<Kind> {
 protected:
  static TreeChanges between(const Node& before, const Node& after) {
    return changes_between(before, after, *report_scope(GetParam().scope), NodeOrder::tree);
  }
  static bool may(char opcode) {
    return std::string(GetParam().opcodes).find(opcode) != std::string::npos;
  }
};

TEST_P(Reportable, PropertiesAreThoseOfTheTable) {
  const Kind& kind = GetParam();
  const TreeChanges changes = between(root_with(kind, 1), root_with(kind, 2));
  std::vector<std::string> reported;
  for (const PropertyChange& change : changes.find(*kind.name == 0 ? kRoot : kNode)->changes) {
    reported.push_back(change.name);
    EXPECT_EQ(change.value, CellWriter{}.u32(2).take());
  }
  const auto expected = words(std::string(kind.reported) == "*" ? kAllNames : kind.reported);
  EXPECT_RULE("R1-7.3.25-7", ::testing::Matches(::testing::UnorderedElementsAreArray(expected))(
                                 reported)) << ::testing::PrintToString(reported);
  // An update needs the opcode and something to tell.
  const std::size_t updates = may('2') && !expected.empty() ? 1 : 0;
  EXPECT_RULE("R1-7.3.24-19", changes.operations.size() == updates);
}

TEST_P(Reportable, NodesComeAndGoAsTheTableSays) {
  const Kind& kind = GetParam();
  if (*kind.name == 0) return;       // there is always a root
  const Node with = root_with(kind, 1), without = root_with(kind, 1, false);
  const TreeChanges gone = between(with, without), came = between(without, with);
  EXPECT_RULE("R1-7.3.24-19", gone.operations.size() == (may('1') ? 1U : 0U));
  EXPECT_RULE("R1-7.3.24-19", came.operations.size() == (may('3') ? 1U : 0U));
  if (may('1')) {
    EXPECT_RULE("R1-7.3.24-9", gone.operations[0].opcode == 1);
    EXPECT_RULE("R1-7.3.24-10", gone.operations[0].phandle == kNode);
  }
  if (may('3')) {
    EXPECT_RULE("R1-7.3.24-13", came.operations[0].opcode == 3);
    EXPECT_EQ(came.operations[0].phandle, *kind.parent == 0 ? kRoot : 3U) << "the parent";
    EXPECT_EQ(came.operations[0].drc, DrcIndex{1}) << "ibm,my-drc-index";
  }
  EXPECT_FALSE(between(with, with).anything());
}

INSTANTIATE_TEST_SUITE_P(Tables, Reportable, ::testing::ValuesIn(kKinds),
                         [](const auto& each) { return std::string(each.param.title); });

// -- properties of which only a part may change -----------------------------------------------

std::size_t reported(const char* name, const char* device_type, const char* property, Bytes before,
                     Bytes after) {
  const auto tree = [&](Bytes value) {
    Node root;
    root.children.emplace_back();
    Node& node = root.children.back();
    node.name = name;
    node.add_str("device_type", device_type).add_u32("ibm,phandle", kNode);
    node.add("ibm,lmb-size", CellWriter{}.u64(0x1000'0000).take());
    node.add(property, std::move(value));
    return root;
  };
  return changes_between(tree(std::move(before)), tree(std::move(after)), ReportScope::migration,
                         NodeOrder::tree)
      .find(kNode)->changes.size();
}

Bytes cell(std::uint32_t value) { return CellWriter{}.u32(value).take(); }

TEST(PartOfAProperty, SignBitOfDfpByteThreeOfVectorFive) {
  EXPECT_RULE("R1-7.3.25-7", reported("c@0", "cpu", "ibm,dfp", cell(1), cell(0x8000'0001)) == 1);
  EXPECT_RULE("R1-7.3.25-7", reported("c@0", "cpu", "ibm,dfp", cell(1), cell(2)) == 0);
  const char* const kVector = "ibm,architecture-vec-5";
  EXPECT_EQ(reported("chosen", "", kVector, {4, 0, 0, 0, 0}, {4, 0, 0, 0x10, 0}), 1U);
  EXPECT_RULE("R1-7.3.25-7",
              reported("chosen", "", kVector, {4, 0, 0, 0, 0}, {4, 0, 1, 0, 0}) == 0);
}

Bytes lmbs_v1(std::uint32_t associativity, std::uint32_t flags) {
  return CellWriter{}.u32(2).u64(0).u32(0x8000'0000).u32(0).u32(0).u32(8)
      .u64(0x1000'0000).u32(0x8000'0001).u32(0).u32(associativity).u32(flags).take();
}

TEST(PartOfAProperty, AssociativityIndexesOfTheLmbTables) {
  const char* const kName = "ibm,dynamic-reconfiguration-memory";
  EXPECT_EQ(reported(kName, "", "ibm,dynamic-memory", lmbs_v1(0, 8), lmbs_v1(1, 8)), 1U);
  EXPECT_RULE("R1-7.3.25-7",
              reported(kName, "", "ibm,dynamic-memory", lmbs_v1(0, 8), lmbs_v1(1, 0)) == 0);
  const Bytes one_run =
      CellWriter{}.u32(1).u32(2).u64(0).u32(0x8000'0000).u32(0).u32(8).take();
  const auto two_runs = [](std::uint64_t second) {
    return CellWriter{}.u32(2).u32(1).u64(0).u32(0x8000'0000).u32(0).u32(8)
        .u32(1).u64(second).u32(0x8000'0001).u32(1).u32(8).take();
  };
  EXPECT_EQ(reported(kName, "", "ibm,dynamic-memory-v2", one_run, two_runs(0x1000'0000)), 1U);
  EXPECT_EQ(reported(kName, "", "ibm,dynamic-memory-v2", one_run, two_runs(0x2000'0000)), 0U);
  EXPECT_EQ(reported(kName, "", "ibm,dynamic-memory-v2", one_run, Bytes(3, 0xff)), 0U) << "broken";
}

// -- order ------------------------------------------------------------------------------------

TEST(NodeOrders, AreTheProfilesWithinAnOpcode) {
  const auto tree = [](std::uint32_t value) {
    Node root;
    root.add_u32("ibm,phandle", kRoot);
    for (const std::uint32_t phandle : {30U, 10U, 20U}) {
      Node cpu;
      cpu.name = "cpu@" + std::to_string(phandle);
      cpu.add_str("device_type", "cpu").add_u32("clock-frequency", value);
      root.children.push_back(std::move(cpu.add_u32("ibm,phandle", phandle)));
    }
    return root;
  };
  const auto order = [&](NodeOrder wanted) {
    std::vector<std::uint32_t> phandles;
    for (const auto& operation :
         changes_between(tree(1), tree(2), ReportScope::migration, wanted).operations) {
      phandles.push_back(operation.phandle);
    }
    return phandles;
  };
  EXPECT_EQ(order(NodeOrder::tree), (std::vector<std::uint32_t>{30, 10, 20}));
  EXPECT_EQ(order(NodeOrder::reverse), (std::vector<std::uint32_t>{20, 10, 30}));
  EXPECT_EQ(order(NodeOrder::phandle), (std::vector<std::uint32_t>{10, 20, 30}));
}

TEST(NodeOrders, ChildrenGoBeforeTheirParentAndComeWithIt) {
  Node with, without;
  with.add_u32("ibm,phandle", kRoot);
  without = with;
  Node facilities;
  facilities.name = "ibm,platform-facilities";
  facilities.add_u32("ibm,phandle", 5);
  facilities.children.emplace_back();
  facilities.children.back().name = "ibm,random-v1";
  facilities.children.back().add_u32("ibm,phandle", 6);
  with.children.push_back(facilities);
  const auto gone = changes_between(with, without, ReportScope::migration, NodeOrder::tree);
  ASSERT_EQ(gone.operations.size(), 2U);
  EXPECT_EQ(gone.operations[0].phandle, 6U);
  EXPECT_EQ(gone.operations[1].phandle, 5U);
  const auto came = changes_between(without, with, ReportScope::migration, NodeOrder::tree);
  ASSERT_EQ(came.operations.size(), 1U);
  EXPECT_EQ(came.added[0].node, facilities) << "with all below";
}

}  // namespace
}  // namespace lparsim::firmware
