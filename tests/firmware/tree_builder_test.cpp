// Encodings against DEVICE_TREE.md; values marked R there are compared byte for byte.
#include <gmock/gmock.h>

#include "tests/firmware/tree_shapes.hpp"

namespace lparsim::firmware {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Variant {
  const char* profile;
  bool drc_info, v2, drconf, xive, hot_plug, form2;
};

class EveryVariant : public ::testing::TestWithParam<Variant> {};

TEST_P(EveryVariant, IsWellFormedAndHasOneFormOfEverything) {
  const Variant v = GetParam();
  Fixture f;
  f.options.drc_info = v.drc_info;
  f.options.memory_v2 = v.v2;
  f.options.dynamic_memory = v.drconf;
  f.options.xive = v.xive;
  f.options.hot_plug_interrupts = v.hot_plug;
  f.options.form2_affinity = v.form2;
  const Node root = f.tree(v.profile);
  EXPECT_THAT(tree_problems(root), IsEmpty());
  const Node* cpus = root.find("/cpus");
  EXPECT_EQ(cpus->property("ibm,drc-info") != nullptr, v.drc_info);
  EXPECT_EQ(cpus->property("ibm,drc-indexes") != nullptr, !v.drc_info);
  const Node* memory = root.find("/ibm,dynamic-reconfiguration-memory");
  ASSERT_EQ(memory != nullptr, v.drconf);
  if (v.drconf) {
    EXPECT_EQ(memory->property("ibm,dynamic-memory-v2") != nullptr, v.v2);
    EXPECT_EQ(memory->property("ibm,dynamic-memory") != nullptr, !v.v2);
  }
  EXPECT_EQ(root.find("/event-sources/hot-plug-events") != nullptr, v.hot_plug);
  EXPECT_EQ(root, f.tree(v.profile));
}

INSTANTIATE_TEST_SUITE_P(
    Tree, EveryVariant,
    ::testing::Values(Variant{"phyp", false, false, true, false, false, false},
                      Variant{"phyp", true, true, true, true, true, false},
                      Variant{"phyp", true, false, false, false, true, false},
                      Variant{"qemu", false, false, true, false, false, false},
                      Variant{"qemu", false, true, true, true, true, true},
                      Variant{"qemu", false, false, false, false, false, false}));

TEST(TreeCpu, ListsTheMaximumInPowerVmNumbering) {
  Fixture f;
  const Node root = f.tree("phyp");
  EXPECT_EQ(value_of(root, "/cpus", "ibm,drc-indexes"),
            ints({6, 0x10000000, 0x10000008, 0x10000010, 0x10000018, 0x10000020, 0x10000028}));
  CellWriter names;
  names.u32(6).str("CPU 1").str("CPU 9").str("CPU 17").str("CPU 25").str("CPU 33").str("CPU 41");
  EXPECT_EQ(value_of(root, "/cpus", "ibm,drc-names"), names.take());
  const Node* second = root.find("/cpus/PowerPC,POWER10@8");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(root.find("/cpus/PowerPC,POWER10@10"), nullptr);      // owned are two
  EXPECT_EQ(second->property("ibm,my-drc-index")->value, ints({0x10000008}));
  EXPECT_EQ(second->property("ibm,ppc-interrupt-server#s")->value,
            ints({8, 9, 10, 11, 12, 13, 14, 15}));
  EXPECT_EQ(second->property("ibm,associativity")->value, ints({5, 0, 0, 0, 0, 1}));
  EXPECT_EQ(second->property("l2-cache")->value, ints({0x2001}));
  EXPECT_EQ(value_of(root, "/cpus/l2-cache@2001", "l2-cache"), ints({0x3101}));
}

TEST(TreeCpu, DrcInfoIsOneEntryWithTheThreadsAsIncrement) {
  Fixture f;
  f.options.drc_info = true;
  CellWriter want;
  want.u32(1).str("CPU").str("CPU ").u32(0x10000000).u32(1).u32(6).u32(8).u32(0xffffffff);
  EXPECT_EQ(value_of(f.tree("phyp"), "/cpus", "ibm,drc-info"), want.take());
}

TEST(TreeCpu, PaFeaturesOfPower9AreAsRecorded) {
  Fixture f;
  f.machine.processor.chip = "POWER9";
  f.machine.processor.pvr = 0x0f000005;
  EXPECT_EQ(value_of(f.tree("qemu"), "/cpus/PowerPC,POWER9@0", "ibm,pa-features"),
            ints({0x4200f63f, 0xc7c080f0, 0x80000000, 0x00000000, 0x00008000, 0x80008000,
                  0x00008000, 0x80008000, 0x80008000, 0xc0008000, 0x80008000, 0x80008000,
                  0x80008000, 0x80008000, 0x80008000, 0x80008000, 0x80000000}));
}

TEST(TreeCpu, PaFeaturesHaveTheirStatedLength) {
  Fixture f;
  for (const std::uint32_t pvr : {0x0f000004U, 0x0f000006U}) {
    f.machine.processor.pvr = pvr;
    const Node root = f.tree("phyp");
    const Bytes& value = value_of(root, "/cpus/PowerPC,POWER10@0", "ibm,pa-features");
    EXPECT_EQ(value.size(), value[0] + std::size_t{2});
  }
}

TEST(TreeMemory, QemuBootMemoryIsOneReservedRunAsRecorded) {
  Fixture f;                              // 1 GiB at boot, 4 GiB maximum, then two LMBs added
  f.options.memory_v2 = true;
  f.machine.installed_units = ProcUnits{100};
  f.partition.max_lmbs = 16;
  TreeShape shape = f.shape("qemu");
  shape.lmbs[4].state = shape.lmbs[5].state = LmbState::assigned;
  const Node root = build_tree(shape);
  EXPECT_EQ(value_of(root, "/ibm,dynamic-reconfiguration-memory", "ibm,dynamic-memory-v2"),
            ints({3, 4, 0, 0, 0, 0xffffffff, 0xa0, 2, 0, 0x40000000, 0x80000004, 0, 8, 10, 0,
                  0x60000000, 0x80000006, 0xffffffff, 0}));
  EXPECT_EQ(value_of(root, "/ibm,dynamic-reconfiguration-memory",
                     "ibm,associativity-lookup-arrays"),
            ints({1, 1, 0}));
  EXPECT_EQ(value_of(root, "/memory@0", "reg"), ints({0, 0, 0, 0x40000000}));
  EXPECT_EQ(value_of(root, "/rtas", "ibm,lrdr-capacity"), ints({1, 0, 0, 0x10000000, 6}));
}

TEST(TreeMemory, PowerVmKeepsOnlyTheRmaWithoutConnectors) {
  Fixture f;                              // 512 MiB of RMA = LMB 0 and 1
  f.partition.max_lmbs = 6;
  const Node root = f.tree("phyp");
  EXPECT_EQ(value_of(root, "/memory@0", "reg"), ints({0, 0, 0, 0x20000000}));
  const std::uint32_t none = 0xffffffff;
  EXPECT_EQ(value_of(root, "/ibm,dynamic-reconfiguration-memory", "ibm,dynamic-memory"),
            ints({6, 0, 0,          0,          0, none, 0xa0,
                     0, 0x10000000, 1,          0, none, 0xa0,
                     0, 0x20000000, 0x80000002, 0, 0,    8,
                     0, 0x30000000, 0x80000003, 0, 0,    8,
                     0, 0x40000000, 0x80000004, 0, none, 0,
                     0, 0x50000000, 0x80000005, 0, none, 0}));
}

TEST(TreeMemory, ARunEndsWhereTheAssociativityChanges) {
  Fixture f;                              // 64 LMBs on two chips: LMB 32 is on the second
  f.options.memory_v2 = true;
  f.partition.lmbs = 40;
  const Node root = f.tree("phyp");
  EXPECT_EQ(value_of(root, "/ibm,dynamic-reconfiguration-memory", "ibm,dynamic-memory-v2"),
            ints({3, 2, 0, 0, 0, 0xffffffff, 0xa0, 30, 0, 0x20000000, 0x80000002, 0, 8,
                  8, 2, 0, 0x80000020, 1, 8}));
  EXPECT_EQ(value_of(root, "/ibm,dynamic-reconfiguration-memory",
                     "ibm,associativity-lookup-arrays"),
            ints({2, 4, 0, 0, 0, 0, 0, 0, 1, 1}));
}

TEST(TreeIo, VirtualSlotsReachTheHighestConfiguredOne) {
  Fixture f;
  f.options.drc_info = true;
  const Node root = f.tree("phyp");
  CellWriter want;
  want.u32(1).str("SLOT").str("U9105.22A.7812340-V2-C").u32(0x30000000).u32(0).u32(182).u32(1);
  want.u32(0xffffffff);
  EXPECT_EQ(value_of(root, "/vdevice", "ibm,drc-info"), want.take());
  EXPECT_NE(root.find("/vdevice/vty@30000000"), nullptr);
  EXPECT_EQ(value_of(root, "/vdevice/vfc-client@300000b5", "ibm,loc-code"),
            CellWriter{}.str("U9105.22A.7812340-V2-C181-T1").take());
}

TEST(TreeIo, OnlyOwnedPhbsHaveNodesButAllHaveConnectors) {
  Fixture f;
  const Node root = f.tree("phyp");
  EXPECT_EQ(value_of(root, "/", "ibm,drc-indexes"), ints({2, 0x20000013, 0x20000018}));
  EXPECT_EQ(value_of(root, "/", "ibm,drc-names"),
            CellWriter{}.u32(2).str("PHB 19").str("PHB 24").take());
  EXPECT_NE(root.find("/pci@800000020000018/pci14e4,1657@0"), nullptr);
  EXPECT_EQ(root.find("/pci@800000020000013"), nullptr);
}

TEST(TreeIo, AnAdapterThatWasRemovedLeavesItsPhb) {
  Fixture f;
  TreeShape shape = f.shape("phyp");
  for (PhbShape& phb : shape.phbs) phb.adapter = false;
  const Node root = build_tree(shape);
  ASSERT_NE(root.find("/pci@800000020000018"), nullptr);
  EXPECT_THAT(root.find("/pci@800000020000018")->children, IsEmpty());
  EXPECT_THAT(tree_problems(root), IsEmpty());
}

TEST(TreeIo, SlotsOnOneBusGetNumbersOfTheirOwn) {
  const std::vector<SlotConfig> slots{{DrcIndex{0x21010001}, "A-C1", kNoPartition},
                                      {DrcIndex{0x21020001}, "A-C2", kNoPartition},
                                      {DrcIndex{0x21030000}, "A-C3", kNoPartition},
                                      {DrcIndex{0x21040001}, "A-C4", kNoPartition}};
  EXPECT_THAT(phb_numbers(slots), ElementsAre(1U, 2U, 0U, 3U));
}

TEST(TreeNumbering, EveryVirtualSlotHasItsOwnSourceAndIsFoundByIt) {
  for (const char* name : {"phyp", "qemu"}) {
    const FirmwareProfile& profile = *find_profile(name);
    const std::uint32_t base = virtual_sources(profile).base;
    for (std::uint32_t slot = 0; slot <= 0xffff; ++slot) {
      const auto number = static_cast<std::uint16_t>(slot);
      const std::uint32_t source = virtual_source(profile, number);
      ASSERT_EQ(slot_of_source(profile, source), number) << name << ", source " << source;
    }
    EXPECT_EQ(slot_of_source(profile, base - 1), std::nullopt) << name;
    EXPECT_EQ(slot_of_source(profile, base + 0x1'0000), std::nullopt) << name;
  }
}

TEST(TreeConnector, GivesTheSameNodesAsTheBootTreeWithoutPhandle) {
  Fixture f;
  f.partition.procs = 6;
  const TreeShape all = f.shape("phyp");
  const Node root = build_tree(all);
  f.partition.procs = 2;
  const TreeShape shape = f.shape("phyp");
  const std::vector<Node> nodes = connector_nodes(shape, DrcIndex{0x10000010});
  ASSERT_EQ(nodes.size(), 3U);
  EXPECT_EQ(connector_parent(shape, DrcIndex{0x10000010}), "/cpus");
  for (const Node& node : nodes) {
    const Node* at_boot = root.find("/cpus/" + node.name);
    ASSERT_NE(at_boot, nullptr) << node.name;
    Node without = *at_boot;
    std::erase_if(without.properties, [](const Property& p) { return p.name == "phandle"; });
    EXPECT_EQ(node, without);
  }
}

TEST(TreeConnector, LmbCarriesItsAssociativity) {
  Fixture f;
  const std::vector<Node> nodes = connector_nodes(f.shape("phyp"), DrcIndex{0x80000024});
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes[0].name, "memory@240000000");
  EXPECT_EQ(nodes[0].property("ibm,associativity")->value, ints({4, 0, 0, 1, 1}));
  EXPECT_EQ(nodes[0].property("reg")->value, ints({2, 0x40000000, 0, 0x10000000}));
}

TEST(TreeConnector, PhbStopsAtItsSlot) {
  Fixture f;
  const TreeShape shape = f.shape("phyp");
  const std::vector<Node> phb = connector_nodes(shape, DrcIndex{0x20000013});
  ASSERT_EQ(phb.size(), 1U);
  EXPECT_THAT(phb[0].children, IsEmpty());
  const std::vector<Node> slot = connector_nodes(shape, DrcIndex{0x21010013});
  ASSERT_EQ(slot.size(), 1U);
  EXPECT_EQ(connector_parent(shape, DrcIndex{0x21010013}), "/pci@800000020000013");
}

TEST(TreeConnector, NothingForIndexesThatNoConnectorHas) {
  Fixture f;
  const TreeShape shape = f.shape("phyp");
  for (const std::uint32_t drc : {0U, 0x10000001U, 0x10000030U, 0x20000019U, 0x30000004U,
                                  0x300000b6U, 0x80000001U, 0x80000028U, 0xffffffffU}) {
    EXPECT_THAT(connector_nodes(shape, DrcIndex{drc}), IsEmpty()) << std::hex << drc;
  }
}

TEST(TreeCheck, FindsEachKindOfDamage) {
  Fixture f;
  const Node sound = f.tree("phyp");
  const auto damaged = [&](auto&& damage) {
    Node root = sound;
    damage(root);
    return tree_problems(root).size();
  };
  const auto cpus = [](Node& root) -> Node& {
    for (Node& n : root.children) {
      if (n.name == "cpus") return n;
    }
    return root;
  };
  EXPECT_EQ(damaged([](Node&) {}), 0U);
  EXPECT_GT(damaged([&](Node& r) { cpus(r).children.push_back(cpus(r).children[0]); }), 0U);
  EXPECT_GT(damaged([&](Node& r) { cpus(r).children[0].add_u32("interrupt-parent", 0x77); }), 0U);
  EXPECT_GT(damaged([&](Node& r) { cpus(r).add("ibm,drc-info", ints({0})); }), 0U);
  EXPECT_GT(damaged([&](Node& r) { cpus(r).properties.pop_back(); cpus(r).properties.clear(); }),
            0U);
  EXPECT_GT(damaged([&](Node& r) { cpus(r).children.pop_back(); }), 0U);      // an L3 is missing
  EXPECT_GT(damaged([](Node& r) { r.children[0].add_str("x", "/no/such"); }), 0U);
  EXPECT_GT(damaged([](Node& r) { r.children.push_back({"a/b", {}, {}}); }), 0U);
  EXPECT_GT(damaged([&](Node& r) { cpus(r).children[0].add("reg", Bytes(3)); }), 0U);
}

}  // namespace
}  // namespace lparsim::firmware
