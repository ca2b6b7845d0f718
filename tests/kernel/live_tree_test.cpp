#include "models/kernel/live_tree.hpp"

#include <gtest/gtest.h>

#include "models/kernel/drc_lists.hpp"
#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

TEST(LiveTreeTest, UnflattenKeepsOrderAndMakesNames) {
  LiveTree tree;
  ASSERT_TRUE(tree.unflatten(flat_tree({.cores = 2})));
  const NodeId cpus = tree.find("/cpus");
  ASSERT_NE(cpus, kNoNode);
  ASSERT_EQ(tree.at(cpus).children.size(), 2U);
  EXPECT_EQ(tree.path(tree.at(cpus).children[1]), "/cpus/PowerPC,POWER9@1");
  EXPECT_EQ(tree.text(cpus, "name"), "cpus");
  EXPECT_EQ(tree.find("/absent"), kNoNode);
  EXPECT_EQ(tree.path(kRootNode), "/");
}

TEST(LiveTreeTest, RefusesDamage) {
  LiveTree tree;
  Bytes flat = flat_tree({});
  flat[0] ^= 1;
  EXPECT_FALSE(tree.unflatten(flat));
  EXPECT_FALSE(tree.unflatten(Bytes(3)));
}

TEST(LiveTreeTest, AttachedNodeIsFirstChildAndFreeGivesAllBack) {
  LiveTree tree;
  const std::uint64_t before = tree.objects();
  const NodeId a = tree.create("a");
  const NodeId b = tree.create("b");
  tree.set_property(a, "phandle", CellWriter().u32(7).take());
  EXPECT_EQ(tree.by_phandle(7), kNoNode);   // not attached yet
  tree.attach(kRootNode, a);
  tree.attach(kRootNode, b);
  EXPECT_EQ(tree.at(kRootNode).children, (std::vector<NodeId>{b, a}));
  EXPECT_EQ(tree.by_phandle(7), a);
  const LiveTree copy = tree;
  tree.detach(a);
  tree.free(a);
  tree.detach(b);
  tree.free(b);
  EXPECT_EQ(tree.objects(), before);
  EXPECT_EQ(copy.find("/a"), a);            // a copy is a value of its own
}

TEST(DrcListsTest, DrcInfoWinsAndAnotherTypeEndsTheSearch) {
  LiveTree tree;
  const auto record = [](CellWriter& out, const char* type, std::uint32_t first) {
    out.str(type).str("CPU ").u32(first).u32(1).u32(2).u32(8).u32(0xffffffff);
  };
  CellWriter info;
  info.u32(3);
  record(info, "CPU", 0x10000000);
  record(info, "MEM", 0x80000000);
  record(info, "CPU", 0x10000100);
  tree.set_property(kRootNode, "ibm,drc-info", info.take());
  tree.set_property(kRootNode, "ibm,drc-indexes", CellWriter().u32(1).u32(5).take());
  EXPECT_TRUE(announces_drc(tree, kRootNode, "CPU", 0x10000008));
  EXPECT_FALSE(announces_drc(tree, kRootNode, "CPU", 0x10000004));
  EXPECT_FALSE(announces_drc(tree, kRootNode, "CPU", 0x10000010));
  EXPECT_TRUE(announces_drc(tree, kRootNode, "CPU", 0x10000100));
  EXPECT_FALSE(announces_drc(tree, kRootNode, "CPU", 0x10000100, true));
  EXPECT_FALSE(announces_drc(tree, kRootNode, "CPU", 5));
}

}  // namespace
}  // namespace lparsim::kernel
