// What LoPAR asks of the device tree, rule by rule: tables of (rule, node, property, value) and of
// (rule, what must hold of the whole tree). All trees are those of the `phyp` profile.
#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <regex>
#include <set>

#include "tests/firmware/tree_shapes.hpp"
#include "tests/support/expect_rule.hpp"

namespace lparsim::firmware {
namespace {

Bytes str(std::string_view text) { return CellWriter{}.str(text).take(); }

// Every kind of virtual adapter, dedicated processors on two chips, two PHBs (one owned).
Fixture all_kinds() {
  Fixture f;
  f.partition.virtual_slots = {{2, "eth"},           {3, "scsi"},       {4, "fc"},
                               {5, "vnic"},          {6, "scsi-server"}, {7, "fc-server"},
                               {8, "serial-server"}, {9, "vnic-server"}, {10, "vasi"},
                               {11, "vmc"},          {12, "serial"}};
  f.partition.max_virtual_slots = 20;
  f.options.form1_affinity = true;
  return f;
}

const Node& tree_of_all_kinds() {
  static const Node kTree = all_kinds().tree("phyp");
  return kTree;
}

void every_node(const Node& node, const std::function<void(const Node&)>& visit) {
  visit(node);
  for (const Node& child : node.children) every_node(child, visit);
}

std::uint32_t cell(const Node& node, const char* property, std::size_t at = 0) {
  const Property* p = node.property(property);
  return p == nullptr || p->value.size() < 4 * at + 4 ? 0xdead'beefU
                                                       : load_be32(p->value.data() + 4 * at);
}

std::vector<std::string> strings_of(const Node& node, const char* property, bool counted) {
  CellReader in(node.property(property)->value);
  if (counted) in.u32();
  std::vector<std::string> out;
  while (in.left() != 0) out.emplace_back(in.str());
  return out;
}

// -- one property, one value ----------------------------------------------------------------------

struct Row {
  const char* rule;
  const char* path;
  const char* property;
  Bytes value;
};

void expect_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const Node* node = tree_of_all_kinds().find(row.path);
    const Property* p = node == nullptr ? nullptr : node->property(row.property);
    EXPECT_TRUE(testing_support::checked(row.rule, p != nullptr && p->value == row.value))
        << row.rule << " " << row.path << " " << row.property;
  }
}

TEST(TreeRules, PlatformPropertiesHaveTheirValues) {
  expect_rows({
      {"R1-2.1.3.3-2", "/", "ibm,pci-full-cfg", ints({1})},
      {"R1-2.1.3.4-1", "/", "ibm,max-boot-devices", ints({5})},
      {"R1-12.2-13", "/", "model", str("IBM,9105-22A")},
      {"R1-12.3-1", "/", "ibm,converged-loc-codes", {}},
      {"R1-12.3-3", "/", "ibm,converged-loc-codes", {}},
      {"R1-14.7-5", "/", "ibm,partition-no", ints({2})},
      {"R1-14.7-8", "/", "ibm,partition-name", str("lp2")},
      {"R1-7.2.6-1", "/rtas", "rtas-version", ints({1})},
      {"R1-13.7.2-8", "/rtas", "ibm,lrdr-capacity", ints({2, 0x8000'0000, 0, 0x1000'0000, 6})},
      {"R1-15.3-1", "/rtas", "ibm,associativity-reference-points", ints({4, 2})},
      {"R1-15.5-1", "/rtas", "ibm,max-associativity-domains", ints({5, 1, 1, 2, 2, 8})},
      {"R1-15.5-1", "/rtas", "ibm,current-associativity-domains", ints({5, 1, 1, 2, 2, 8})},
      {"R1-14.11.6-4", "/rtas", "ibm,associativity-reference-points", ints({4, 2})},
      {"R1-15.2-1", "/cpus/PowerPC,POWER10@8", "ibm,associativity", ints({5, 0, 0, 0, 0, 1})},
      {"R1-15.2-1", "/memory@0", "ibm,associativity", ints({4, 0, 0, 0, 0})},
      {"R1-15.2-1", "/pci@800000020000018", "ibm,associativity", ints({4, 0, 0, 0, 0})},
      {"R1-6.2.1-2", "/interrupt-controller", "device_type",
       str("PowerPC-External-Interrupt-Presentation")},
      {"R1-14.6-1", "/interrupt-controller", "compatible", str("IBM,ppc-xicp")},
      {"R1-6.2.1-6", "/interrupt-controller@2", "device_type", str("PowerPC-LSI-Source")},
      {"R1-6.2.1-9", "/interrupt-controller@2", "used-by-rtas", {}},
      {"R1-6.2.1-18", "/interrupt-controller@2", "ibm,interrupt-server#-size", ints({16})},
      {"R1-6.2.1-20", "/interrupt-controller", "ibm,interrupt-server-ranges", ints({0, 48})},
      {"R1-6.2.1-3", "/cpus/PowerPC,POWER10@8", "ibm,ppc-interrupt-server#s",
       ints({8, 9, 10, 11, 12, 13, 14, 15})},
      {"R1-14.3-8", "/pci@800000020000018", "ibm,dma-window",
       ints({0x8000'0018, 0, 0, 0, 0x4000'0000})},
      {"R1-7.3.27-4", "/pci@800000020000018", "ibm,dma-window",
       ints({0x8000'0018, 0, 0, 0, 0x4000'0000})},
      {"R1-14.7-10", "/pci@800000020000018", "used-by-rtas", {}},
  });
}

TEST(TreeRules, VdeviceLanAndScsiPropertiesHaveTheirValues) {
  expect_rows({
      {"R1-17.2.1.1-1", "/vdevice", "device_type", str("vdevice")},
      {"R1-17.2.1.1-1", "/vdevice", "compatible", str("IBM,vdevice")},
      {"R1-17.2.1.1-1", "/vdevice", "#address-cells", ints({1})},
      {"R1-17.2.1.1-1", "/vdevice", "#size-cells", ints({0})},
      {"R1-17.2.1.1-1", "/vdevice", "#interrupt-cells", ints({2})},
      {"R1-17.2.1.1-1", "/vdevice", "interrupt-controller", {}},
      {"R1-17.2.1.1-1", "/vdevice", "interrupt-ranges", ints({0x2000, 20})},
      {"R1-17.2.1.4-3", "/vdevice", "device_type", str("vdevice")},
      {"R1-17.2.1.4-3", "/vdevice", "#interrupt-cells", ints({2})},
      {"R1-17.2.1.4-4", "/vdevice", "ibm,max-virtual-dma-size", ints({128 << 10})},
      {"R1-17.2.1.4-19", "/vdevice/IBM,sp@4000", "used-by-rtas", {}},
      {"R1-17.2.1.4-7", "/vdevice/v-scsi@30000003", "interrupts", ints({0x2003, 0})},
      {"R1-17.2.1.4-10", "/vdevice/v-scsi@30000003", "ibm,loc-code",
       str("U9105.22A.7812340-V2-C3-T1")},
      {"R1-17.3.5-29", "/vdevice/l-lan@30000002", "device_type", str("network")},
      {"R1-17.3.5-29", "/vdevice/l-lan@30000002", "compatible", str("IBM,l-lan")},
      {"R1-17.3.5-29", "/vdevice/l-lan@30000002", "local-mac-address", {2, 0, 0, 2, 0, 2}},
      {"R1-17.3.5-29", "/vdevice/l-lan@30000002", "address-bits", ints({48})},
      {"R1-17.3.5-29", "/vdevice/l-lan@30000002", "max-frame-size", ints({65'535})},
      {"R1-17.3.5-29", "/vdevice/l-lan@30000002", "ibm,mac-address-filters", ints({6})},
      {"R1-17.3.5-29", "/vdevice/l-lan@30000002", "ibm,illan-options", ints({0})},
      {"R1-17.3.5-29", "/vdevice/l-lan@30000002", "ibm,my-dma-window",
       ints({0x1000'0002, 0, 0, 0, 0x1000'0000})},
      {"R1-17.4.2.1-1", "/vdevice/v-scsi@30000003", "reg", ints({0x3000'0003})},
      {"R1-17.4.2.1-2", "/vdevice/v-scsi@30000003", "device_type", str("vscsi")},
      {"R1-17.4.2.1-2", "/vdevice/v-scsi@30000003", "compatible",
       CellWriter{}.str("IBM,v-scsi").str("IBM,v-scsi-2").take()},
      {"R1-17.4.2.1-2", "/vdevice/v-scsi@30000003", "ibm,my-drc-index", ints({0x3000'0003})},
      {"R1-17.4.2.1-3", "/vdevice/v-scsi@30000003/disk", "device_type", str("block")},
      {"R1-17.4.2.1-3", "/vdevice/v-scsi@30000003/tape", "device_type", str("byte")},
      {"R1-17.4.2.2-1", "/vdevice/v-scsi-host@30000006", "reg", ints({0x3000'0006})},
      {"R1-17.4.2.2-2", "/vdevice/v-scsi-host@30000006", "device_type", str("v-scsi-host")},
      {"R1-17.4.2.2-2", "/vdevice/v-scsi-host@30000006", "ibm,vserver", {}},
      {"R1-17.4.2.2-2", "/vdevice/v-scsi-host@30000006", "compatible",
       CellWriter{}.str("IBM,v-scsi-host").str("IBM,v-scsi-host-2").take()},
      {"R1-17.2.1.4-13", "/vdevice/v-scsi-host@30000006", "ibm,my-dma-window",
       ints({0x1000'0006, 0, 0, 0, 0x1000'0000, 0x1100'0006, 0, 0, 0, 0x1000'0000})},
  });
}

TEST(TreeRules, TerminalFibreAndManagementPropertiesHaveTheirValues) {
  expect_rows({
      {"R1-17.5.2-1", "/vdevice/vty@30000000", "compatible", str("hvterm1")},
      {"R1-17.5.2.3-2", "/vdevice/vty@3000000c", "reg", ints({0x3000'000c})},
      {"R1-17.5.2.3-3", "/vdevice/vty@30000000", "device_type", str("serial")},
      {"R1-17.5.2.3-3", "/vdevice/vty@30000000", "interrupts", ints({0x2000, 0})},
      {"R1-17.5.2.3-3", "/vdevice/vty@30000000", "ibm,loc-code", str("U9105.22A.7812340-V2-C0")},
      {"R1-17.5.2.4.1-2", "/vdevice/vty-server@30000008", "reg", ints({0x3000'0008})},
      {"R1-17.5.2.4.1-3", "/vdevice/vty-server@30000008", "device_type", str("serial-server")},
      {"R1-17.5.2.4.1-3", "/vdevice/vty-server@30000008", "compatible", str("hvterm2")},
      {"R1-17.5.2.4.1-3", "/vdevice/vty-server@30000008", "ibm,vserver", {}},
      {"R1-17.5.2.2-1", "/vdevice/vty-server@30000008", "interrupts", ints({0x2008, 0})},
      {"R1-17.6.2-1", "/vdevice/ibm,vmc@3000000b", "reg", ints({0x3000'000b})},
      {"R1-17.6.2-2", "/vdevice/ibm,vmc@3000000b", "device_type", str("ibm,vmc")},
      {"R1-17.6.2-2", "/vdevice/ibm,vmc@3000000b", "compatible", str("IBM,vmc")},
      {"R1-17.6.2-2", "/vdevice/ibm,vmc@3000000b", "ibm,my-dma-window",
       ints({0x1000'000b, 0, 0, 0, 0x1000'0000, 0x1100'000b, 0, 0, 0, 0x1000'0000})},
      {"R1-17.8.2.1-1", "/vdevice/vfc-client@30000004", "reg", ints({0x3000'0004})},
      {"R1-17.8.2.1-2", "/vdevice/vfc-client@30000004", "device_type", str("fcp")},
      {"R1-17.8.2.1-2", "/vdevice/vfc-client@30000004", "compatible", str("IBM,vfc-client")},
      {"R1-17.8.2.1-3", "/vdevice/vfc-client@30000004/disk", "device_type", str("block")},
      {"R1-17.8.2-3", "/vdevice/vfc-client@30000004", "ibm,port-wwn-1",
       {0xc0, 0x50, 0x76, 0, 2, 0, 4, 0}},
      {"R1-17.8.2-3", "/vdevice/vfc-client@30000004", "ibm,port-wwn-2",
       {0xc0, 0x50, 0x76, 0, 2, 0, 4, 1}},
      {"R1-17.8.2.2-1", "/vdevice/vfc-server@30000007", "reg", ints({0x3000'0007})},
      {"R1-17.8.2.2-2", "/vdevice/vfc-server@30000007", "compatible", str("IBM,vfc-server")},
      {"R1-17.8.2.2-2", "/vdevice/vfc-server@30000007", "ibm,vserver", {}},
      {"R1-17.9.2-4", "/vdevice/vnic@30000005", "reg", ints({0x3000'0005})},
      {"R1-17.9.2-5", "/vdevice/vnic@30000005", "device_type", str("network")},
      {"R1-17.9.2-5", "/vdevice/vnic@30000005", "compatible", str("ibm,vnic")},
      {"R1-17.9.2-5", "/vdevice/vnic@30000005", "local-mac-address", {2, 0, 0, 2, 0, 5}},
      {"R1-17.9.2-5", "/vdevice/vnic@30000005", "interrupt-ranges", ints({0x2005, 1})},
  });
}

TEST(TreeRules, PropertyIsAbsent) {
  const struct {
    const char *rule, *path, *property;
  } kRows[] = {
      {"R1-17.2.1.1-1", "/vdevice", "model"},
      {"R1-17.2.1.1-1", "/vdevice", "reg"},
      {"R1-17.2.1.1-1", "/vdevice", "ibm,loc-code"},
      {"R1-17.2.1.1-1", "/vdevice", "interrupt-map"},
      {"R1-17.2.1.1-1", "/vdevice", "used-by-rtas"},
      {"R1-13.7.2-4", "/memory@0", "ibm,my-drc-index"},
      {"R1-6.2.1-8", "/interrupt-controller", "used-by-rtas"},
      {"R1-6.2.1-10", "/interrupt-controller@2", "ibm,interrupt-domain"},
      {"R1-13.6.2-2", "/pci@800000020000018", "clock-frequency"},
  };
  for (const auto& row : kRows) {
    const Node* node = tree_of_all_kinds().find(row.path);
    EXPECT_TRUE(testing_support::checked(
        row.rule, node != nullptr && node->property(row.property) == nullptr))
        << row.rule << " " << row.path << " " << row.property;
  }
}

// -- connectors -----------------------------------------------------------------------------------

TEST(TreeRules, ConnectorListsAreParallelAndNamed) {
  Fixture f = all_kinds();
  f.options.dynamic_memory = false;                    // LMBs are connectors of the root then
  const Node root = f.tree("phyp");
  std::set<std::uint32_t> indexes;
  const std::map<std::string, std::regex> names{
      {"CPU", std::regex("CPU (0|[1-9][0-9]*)")}, {"MEM", std::regex("LMB (0|[1-9][0-9]*)")},
      {"PHB", std::regex("PHB (0|[1-9][0-9]*)")},
      {"SLOT", std::regex("U[A-Z0-9.]+(-[A-Z][0-9]+)+")}};
  for (const char* path : {"/", "/cpus", "/vdevice", "/pci@800000020000018"}) {
    const Node& node = *root.find(path);
    const auto has = [&](const char* property) { return node.property(property) != nullptr; };
    EXPECT_RULE("R1-13.5.2.2-1", has("ibm,drc-indexes"));
    EXPECT_RULE("R1-13.5.2.4-1", has("ibm,drc-names"));
    EXPECT_RULE("R1-13.5.2.5-1", has("ibm,drc-power-domains"));
    EXPECT_RULE("R1-13.5.2.6-1", has("ibm,drc-types"));
    const std::uint32_t count = cell(node, "ibm,drc-indexes");
    const auto labels = strings_of(node, "ibm,drc-names", true);
    const auto types = strings_of(node, "ibm,drc-types", true);
    EXPECT_RULE("R1-13.5.2.4-1", labels.size() == count &&
                                     std::set(labels.begin(), labels.end()).size() == count);
    EXPECT_RULE("R1-13.5.2.6-1", types.size() == count);
    EXPECT_RULE("R1-13.5.2.5-1", node.property("ibm,drc-power-domains")->value.size() ==
                                     std::size_t{4} * (count + 1));
    for (std::uint32_t i = 0; i < count; ++i) {
      EXPECT_RULE("R1-13.5.2.2-1", indexes.insert(cell(node, "ibm,drc-indexes", i + 1)).second);
      EXPECT_RULE("R1-13.5.2.6-1", names.contains(types[i]));
      EXPECT_RULE("R1-13.5.2.4-2", std::regex_match(labels[i], names.at(types[i])));
      EXPECT_RULE("R1-13.5.2.5-1", cell(node, "ibm,drc-power-domains", i + 1) == 0xffff'ffff);
    }
  }
}

TEST(TreeRules, ConnectorsOfEachParentAreAllThatMayEverBeOwned) {
  Fixture f = all_kinds();
  f.options.dynamic_memory = false;
  const Node root = f.tree("phyp");
  const auto count = [&](const char* path, std::string_view type) {
    const auto types = strings_of(*root.find(path), "ibm,drc-types", true);
    return std::count(types.begin(), types.end(), type);
  };
  EXPECT_RULE("R1-13.7.2-2", count("/cpus", "CPU") == 6);
  EXPECT_RULE("R1-13.7.2-2", cell(*root.find("/rtas"), "ibm,lrdr-capacity", 4) == 6);
  EXPECT_RULE("R1-13.7.2-3", count("/", "MEM") == 38);   // 40 LMBs less the RMA's two
  EXPECT_RULE("R1-13.7.2-5", count("/", "PHB") == 2);
  EXPECT_RULE("R1-13.7.2-6", count("/pci@800000020000018", "SLOT") == 1);
  EXPECT_RULE("R1-17.2.1.1-1", count("/vdevice", "SLOT") == 20);
  CellReader in(root.property("ibm,drc-indexes")->value);
  for (std::uint32_t n = in.u32(); n > 0; --n) {
    EXPECT_RULE("R1-13.7.2-4", in.u32() != 0x8000'0000U);
  }
}

TEST(TreeRules, ANodeNamesTheConnectorThatLeadsToIt) {
  std::function<void(const Node&)> check = [&](const Node& parent) {
    std::set<std::uint32_t> listed;
    if (const Property* p = parent.property("ibm,drc-indexes")) {
      CellReader in(p->value);
      for (std::uint32_t n = in.u32(); n > 0; --n) listed.insert(in.u32());
    }
    std::set<std::uint32_t> led_to;
    for (const Node& child : parent.children) {
      if (child.property("ibm,my-drc-index") == nullptr) continue;
      led_to.insert(cell(child, "ibm,my-drc-index"));
      EXPECT_RULE("R1-13.5.2.3-1", listed.contains(cell(child, "ibm,my-drc-index")));
    }
    const std::map<std::string, std::size_t> owned{{"cpus", 2}, {"vdevice", 12}};
    const auto wanted = owned.find(parent.name);
    EXPECT_RULE("R1-13.5.2.3-1", wanted == owned.end() || wanted->second == led_to.size());
  };
  every_node(tree_of_all_kinds(), check);
}

// -- phandles, addresses, interrupts --------------------------------------------------------------

TEST(TreeRules, EveryPhandleThatIsReferredToHasItsNode) {
  std::map<std::uint32_t, int> nodes;
  std::vector<std::uint32_t> references;
  const auto collect = [&](const Node& node) {
    if (node.property("ibm,phandle") != nullptr) ++nodes[cell(node, "ibm,phandle")];
    for (const char* name : {"l2-cache", "interrupt-parent"}) {
      if (node.property(name) != nullptr) references.push_back(cell(node, name));
    }
  };
  every_node(tree_of_all_kinds(), collect);
  EXPECT_GE(references.size(), 4U);
  for (const std::uint32_t reference : references) {
    EXPECT_RULE("R1-2.1.4-1", nodes[reference] == 1);
  }
  // What connectors add fits in: nothing doubled, everything resolved.
  auto machine = all_kinds();   // the shape refers to it
  const TreeShape shape = machine.shape("phyp");
  for (const std::uint32_t drc : {0x1000'0010U, 0x8000'0020U, 0x2000'0013U, 0x2101'0013U}) {
    references.clear();
    for (const Node& top : connector_nodes(shape, DrcIndex{drc})) {
      every_node(top, [&](const Node& node) {
        EXPECT_RULE("R1-13.5.2.7-1", node.property("ibm,phandle") != nullptr);
        collect(node);
      });
    }
    for (const std::uint32_t reference : references) {
      EXPECT_RULE("R1-13.5.2.7-1", nodes[reference] == 1);
    }
  }
  for (const auto& [phandle, count] : nodes) EXPECT_RULE("R1-13.5.2.7-1", count == 1);
}

TEST(TreeRules, DmaWindowsBeginAtZeroAndNoTwoAdaptersShareOne) {
  std::set<std::uint32_t> liobns;
  int windows = 0;
  every_node(tree_of_all_kinds(), [&](const Node& node) {
    const Property* p = node.property("ibm,my-dma-window");
    if (p == nullptr) return;
    for (std::size_t at = 0; at < p->value.size(); at += 20, ++windows) {
      EXPECT_RULE("R1-17.2.1.4-12", load_be64(p->value.data() + at + 4) == 0);
      EXPECT_RULE("R1-17.2.1.4-12", liobns.insert(load_be32(p->value.data() + at)).second);
    }
  });
  EXPECT_EQ(windows, 13);
  const Node& phb = *tree_of_all_kinds().find("/pci@800000020000018");
  EXPECT_RULE("R1-14.3-6", cell(phb, "ibm,dma-window", 4) >= 256U << 20);
}

TEST(TreeRules, VirtualAdaptersSitBelowVdeviceAndItBelowTheRoot) {
  const Node* vdevice = tree_of_all_kinds().child("vdevice");
  ASSERT_NE(vdevice, nullptr);
  EXPECT_RULE("R1-17.2.1.4-2", vdevice->children.size() == 3 + 12);
  EXPECT_RULE("R1-17.2.1.4-1", tree_of_all_kinds().property("ibm,lpar-capable") != nullptr);
}

TEST(TreeRules, InterruptSourcesBelongToOneAdapterEach) {
  std::set<std::uint32_t> sources;
  const Node& vdevice = *tree_of_all_kinds().child("vdevice");
  const std::uint32_t first = cell(vdevice, "interrupt-ranges", 0);
  const std::uint32_t count = cell(vdevice, "interrupt-ranges", 1);
  for (const Node& child : vdevice.children) {
    if (child.property("interrupts") == nullptr) continue;
    const std::uint32_t source = cell(child, "interrupts");
    EXPECT_RULE("R1-17.2.1.4-5", sources.insert(source).second);
    EXPECT_RULE("R1-14.7-4", source >= first && source < first + count);
    EXPECT_RULE("R1-17.2.1.4-7", cell(child, "interrupts", 1) == 0);       // edge
  }
  const Node& controller = *tree_of_all_kinds().find("/interrupt-controller@2");
  EXPECT_RULE("R1-17.2.1.4-5", first + count <= cell(controller, "interrupt-ranges", 0));
  // A slot that is empty now has its source in the range already.
  const auto added = connector_nodes(all_kinds().shape("phyp"), DrcIndex{0x3000'000c});
  EXPECT_RULE("R1-14.7-4", cell(added.at(0), "interrupts") < first + count);
}

// -- processors and memory ------------------------------------------------------------------------

TEST(TreeRules, ProcessorsAreAlikeAndTheirServersTheirOwn) {
  const Fixture f = all_kinds();
  std::vector<Node> cpus = connector_nodes(f.shape("phyp"), DrcIndex{0x1000'0028});
  for (const Node& node : tree_of_all_kinds().child("cpus")->children) cpus.push_back(node);
  std::set<std::uint32_t> servers;
  for (const Node& node : cpus) {
    if (node.name.starts_with("PowerPC,")) {
      EXPECT_RULE("R1-11.1-6", cell(node, "cpu-version") == 0x0f00'0006 &&
                                   cell(node, "clock-frequency") == 3'425'000'000U);
      for (std::size_t t = 0; t < 8; ++t) {
        const std::uint32_t server = cell(node, "ibm,ppc-interrupt-server#s", t);
        EXPECT_RULE("R1-6.2.1-4", servers.insert(server).second);
        EXPECT_RULE("R1-6.2.1-3", cell(node, "ibm,ppc-interrupt-gserver#s", 2 * t) == server);
      }
    } else if (node.name.starts_with("l2-cache@")) {
      EXPECT_RULE("R1-11.1-7", cell(node, "d-cache-size") == 256U << 10);
    } else {
      EXPECT_RULE("R1-11.1-7", cell(node, "d-cache-size") == 4U << 20);
    }
  }
  EXPECT_EQ(servers.size(), 24U);
}

TEST(TreeRules, SharedProcessorsHaveNoPlace) {
  Fixture f = all_kinds();
  f.machine.cores_per_chip = 1;
  const Node dedicated = f.tree("phyp");
  f.partition.dedicated = false;
  f.partition.units = ProcUnits{50};
  const Node shared = f.tree("phyp");
  const auto place = [](const Node& root, const char* cpu) {
    return root.find("/cpus")->child(cpu)->property("ibm,associativity")->value;
  };
  EXPECT_RULE("R1-14.11.2.2-1",
              place(shared, "PowerPC,POWER10@0") == place(shared, "PowerPC,POWER10@8"));
  EXPECT_RULE("R1-15.2-2",
              place(shared, "PowerPC,POWER10@0") == place(shared, "PowerPC,POWER10@8"));
  EXPECT_NE(place(dedicated, "PowerPC,POWER10@0"), place(dedicated, "PowerPC,POWER10@8"));
  const Node& cpu = *shared.find("/cpus/PowerPC,POWER10@0");
  EXPECT_RULE("R1-14.11.2.2-1", cpu.property("l2-cache") == nullptr);
  EXPECT_RULE("R1-14.11.2.2-1", cpu.property("ibm,loc-code") == nullptr);
  EXPECT_RULE("R1-14.11.2.2-1", shared.find("/cpus")->children.size() == 2);
  EXPECT_THAT(tree_problems(shared), ::testing::IsEmpty());
}

TEST(TreeRules, RegionsAreWholeLmbsWithAPairEach) {
  Fixture f = all_kinds();
  f.options.dynamic_memory = false;
  const Node root = f.tree("phyp");
  int regions = 0;
  for (const Node& node : root.children) {
    if (!node.name.starts_with("memory@")) continue;
    ++regions;
    EXPECT_RULE("R1-14.5.4.1-4", node.property("reg")->value.size() == 16);
    const std::uint64_t address = load_be64(node.property("reg")->value.data());
    const std::uint64_t size = load_be64(node.property("reg")->value.data() + 8);
    EXPECT_RULE("R1-14.5.4.1-7", address % (256ULL << 20) == 0 && size % (256ULL << 20) == 0);
    EXPECT_RULE("R1-14.5.4.1-7", size >= 16U << 20);   // the largest page that fits
  }
  EXPECT_EQ(regions, 3);                               // the RMA and two LMBs
  const Bytes& rma = value_of(root, "/memory@0", "reg");
  EXPECT_RULE("R1-14.5.4.1-6", load_be64(rma.data() + 8) == 512U << 20);
}

TEST(TreeRules, WhatAConnectorReportsIsWhatTheBootTreeHolds) {
  Fixture f = all_kinds();
  f.options.dynamic_memory = false;
  const TreeShape shape = f.shape("phyp");
  Fixture grown = f;
  grown.partition.procs = 3;
  grown.partition.lmbs = 5;
  const Node root = grown.tree("phyp");
  const auto same = [&](const Node& node, const std::string& path) {
    const Node* at_boot = root.find(path);
    if (at_boot == nullptr) return false;
    Node without = *at_boot;
    std::erase_if(without.properties, [](const Property& p) { return p.name == "phandle"; });
    return node == without;
  };
  const auto cpu = connector_nodes(shape, DrcIndex{0x1000'0010});
  ASSERT_EQ(cpu.size(), 3U);
  EXPECT_RULE("R1-13.7.4.3-3", same(cpu[0], "/cpus/PowerPC,POWER10@10"));
  EXPECT_RULE("R1-13.7.4.3-3", same(cpu[1], "/cpus/l2-cache@2002"));
  EXPECT_RULE("R1-13.7.4.3-3", same(cpu[2], "/cpus/l3-cache@3102"));
  const auto lmb = connector_nodes(shape, DrcIndex{0x8000'0004});
  EXPECT_RULE("R1-13.7.4.3-4", lmb.size() == 1 && same(lmb[0], "/memory@40000000"));
  for (const char* property : {"device_type", "reg", "ibm,my-drc-index", "ibm,associativity"}) {
    EXPECT_RULE("R1-13.7.4.3-4", lmb.at(0).property(property) != nullptr);
  }
}

// -- the whole ------------------------------------------------------------------------------------

TEST(TreeRules, TheTreeIsThatOfTheConfiguration) {
  Fixture f = all_kinds();
  f.partition.id = PartitionId{9};
  f.partition.name = "renamed";
  f.partition.procs = 5;
  f.partition.lmbs = 30;
  const Node root = f.tree("phyp");
  EXPECT_RULE("R1-14.7-8", value_of(root, "/", "ibm,partition-name") == str("renamed"));
  EXPECT_RULE("R1-14.7-7", cell(root, "ibm,partition-no") == 9);
  std::size_t cpus = 0;
  for (const Node& node : root.find("/cpus")->children) cpus += node.name.starts_with("Power");
  EXPECT_RULE("R1-2.1.3.2-1", cpus == 5);
  CellReader table(value_of(root, "/ibm,dynamic-reconfiguration-memory", "ibm,dynamic-memory"));
  std::size_t assigned = 0;
  for (std::uint32_t n = table.u32(); n > 0; --n) {
    for (int skipped = 0; skipped < 5; ++skipped) table.u32();
    assigned += (table.u32() & 0x08) != 0 ? 1U : 0U;
  }
  EXPECT_RULE("R1-2.1.3.2-1", assigned == 28);         // the RMA's two have no connector
  EXPECT_RULE("R1-14.7-2", root.property("ibm,lpar-capable") != nullptr &&
                               root.find("/rtas")->property("ibm,hypertas-functions") != nullptr);
}

TEST(TreeRules, PagesUnderDmaMoveOnlyWithADelayToWait) {
  const auto functions =
      strings_of(*tree_of_all_kinds().find("/rtas"), "ibm,hypertas-functions", false);
  EXPECT_RULE("R1-14.5.4.8-1",
              std::count(functions.begin(), functions.end(), "hcall-migrate") == 1 &&
                  tree_of_all_kinds().find("/rtas")->property("ibm,dma-delay-time") != nullptr);
  EXPECT_RULE("R1-14.11.6-4", std::count(functions.begin(), functions.end(), "hcall-vphn") == 1);
}

TEST(TreeRules, LocationCodesAreWellFormedAndTheirOwn) {
  const std::regex format("U[A-Z0-9]+\\.[A-Z0-9]+\\.[A-Z0-9]+(-[A-Z]+[0-9]+)*");
  std::set<std::string> codes;
  every_node(tree_of_all_kinds(), [&](const Node& node) {
    const Property* p = node.property("ibm,loc-code");
    if (p == nullptr) return;
    const std::string code(CellReader(p->value).str());
    EXPECT_RULE("R1-12.3-4", std::regex_match(code, format));
    EXPECT_RULE("R1-12.3-2", codes.insert(code).second);
  });
  EXPECT_EQ(codes.size(), 14U);
  EXPECT_EQ(all_kinds().tree("phyp"), tree_of_all_kinds()) << "persistent";
}

}  // namespace
}  // namespace lparsim::firmware
