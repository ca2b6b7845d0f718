// The live tree after a migration (kernel.md 8; LoPAR 7.3.24, 7.3.25): deletions, updates in parts,
// additions, what cannot be found, and what only some levels do (kernel.md 11, numbers 13 and 27).
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"
#include "tests/support/expect_rule.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kDelete = 0x0100'0000, kUpdate = 0x0200'0000, kAdd = 0x0300'0000;
constexpr std::uint32_t kRoot = 1, kCpus = 0x20, kCache = 0x30, kFacilities = 0x40, kRandom = 0x41,
                        kMemory = 0x50;
constexpr std::uint64_t kStream = 9;

Script hcall(std::uint64_t opcode, std::vector<std::uint64_t> registers,
             std::vector<std::int32_t> out) {
  return {{"hcall " + std::to_string(opcode), {}, std::move(out), {}, {}, {},
           std::move(registers)}};
}

// One answer of ibm,update-nodes: state word and lists.
Script nodes(std::int32_t status, std::vector<std::uint32_t> words, std::uint32_t state = 0) {
  CellWriter out;
  out.u32(state).u32(0).u64(0);
  for (const std::uint32_t word : words) out.u32(word);
  if (status >= 0) out.u32(0);
  return {{"ibm,update-nodes", {0x4000, 1}, {status}, {}, out.take(), {}}};
}

struct Descriptor {
  std::string name;
  std::uint32_t length;
  Bytes value;
};
Script properties(std::int32_t status, std::uint32_t phandle, std::vector<Descriptor> all,
                  std::uint32_t state = 0) {
  CellWriter out;
  out.u32(phandle).u32(state).u64(0).u32(static_cast<std::uint32_t>(all.size()));
  for (const Descriptor& d : all) out.str(d.name).u32(d.length).bytes(d.value);
  return {{"ibm,update-properties", {0x4000, 1}, {status}, {}, out.take(), {}}};
}
Descriptor path(std::string_view text) {
  const Bytes value = CellWriter().str(text).take();
  return {"", static_cast<std::uint32_t>(value.size()), value};
}
Descriptor value(std::string name, Bytes bytes) {
  return {std::move(name), static_cast<std::uint32_t>(bytes.size()), std::move(bytes)};
}
Descriptor part(std::string name, Bytes bytes) {
  const auto length = static_cast<std::uint32_t>(bytes.size());
  return {std::move(name), ~length + 1, std::move(bytes)};
}

class TreeUpdateTest : public KernelRig {
 protected:
  void begin(Switches switches, TreeOptions options = {}) {
    options.phandles = true;
    KernelLevel level = *find_level("fixed");
    level.switches |= switches;
    start(level, options);
    host_.areas.clear();
  }
  std::int64_t update(const Script& script) {
    host_.expect(hcall(0x2a4, {kStream}, {0, 3}) + hcall(0x298, {}, {18}) +
                 Script{{"ibm,suspend-me", {}, {0}, {}, {}, {}},
                        {"ibm,activate-firmware", {}, {-9001}, {}, {}, {}}} +
                 script + hcall(0x1c8, {}, {0}) +
                 Script{{"ibm,get-system-parameter", {43, 0x4000, 4096}, {0}, {}, {}, {}}} +
                 hcall(0x2a4, {kStream}, {0, 6}));
    return write("/sys/kernel/mobility/migration", "9");
  }
  bool has_file(std::string_view name) {
    FileStat stat;
    return kernel_->stat("/proc/device-tree" + std::string(name), stat) == 0;
  }
  std::string tree(std::string_view name) {
    return read("/proc/device-tree" + std::string(name));
  }
  std::uint64_t objects() const { return kernel_->view().allocations; }

  static constexpr std::int64_t kDone = 1;
};

TEST_F(TreeUpdateTest, NothingToDo) {
  begin(0);
  EXPECT_EQ(update(nodes(0, {})), kDone);
  EXPECT_TRUE(host_.tree_events.empty());
  EXPECT_EQ(host_.areas.at(0), Bytes(4096)) << "the first call's header is zero";
}

TEST_F(TreeUpdateTest, DeletedNodesGoWithTheirChildren) {
  begin(0);
  const std::uint64_t before = objects();
  EXPECT_EQ(update(nodes(0, {kDelete | 1, kCache})), kDone);
  EXPECT_EQ(host_.tree_events, (std::vector<std::string>{"-/cpus/l2-cache@30/l3-cache@31",
                                                         "-/cpus/l2-cache@30"}));
  EXPECT_FALSE(has_file("/cpus/l2-cache@30"));
  EXPECT_EQ(objects(), before - 7);
}

TEST_F(TreeUpdateTest, FacilitiesAreLeftAsTheyAre) {
  begin(0);
  EXPECT_EQ(update(nodes(0, {kDelete | 2, kRandom, kFacilities, kAdd | 1, kRoot, 0x4711}) +
                   connector(2, "ibm,platform-facilities") +
                   connector(3, "device_type", CellWriter().str("ibm,platform-facilities").take()) +
                   connector(0)),
            kDone);
  EXPECT_TRUE(host_.tree_events.empty());
  EXPECT_TRUE(has_file("/ibm,platform-facilities/ibm,random-v1"));
  EXPECT_TRUE(host_.logged("ignoring remove operation for /ibm,platform-facilities"));
  EXPECT_TRUE(host_.logged("ignoring add operation for ibm,platform-facilities"));
}

TEST_F(TreeUpdateTest, PropertiesAreReplacedAddedAndDeleted) {
  begin(0);
  EXPECT_EQ(update(nodes(0, {kUpdate | 1, kRoot}) +
                   properties(0, kRoot, {path("/"),
                                         value("model", CellWriter().str("IBM,9080").take()),
                                         value("system-id", CellWriter().str("IBM,02X").take()),
                                         {"ibm,partition-no", 0x8000'0000, {}},
                                         {"device_type", 0, {}}})),
            kDone);
  EXPECT_EQ(tree("/model"), std::string("IBM,9080\0", 9));
  EXPECT_EQ(tree("/system-id"), std::string("IBM,02X\0", 8));
  EXPECT_FALSE(has_file("/ibm,partition-no"));
  EXPECT_TRUE(has_file("/device_type")) << "a name alone says nothing";
  EXPECT_EQ(host_.tree_events, (std::vector<std::string>{"=/:model", "=/:system-id",
                                                         "=/:ibm,partition-no"}));
  EXPECT_EQ(load_be32(host_.areas.at(1).data()), kRoot);
}

TEST_F(TreeUpdateTest, ValueInThreePartsOverThreeCalls) {
  begin(0);
  EXPECT_EQ(update(nodes(0, {kUpdate | 1, kRoot}) +
                   properties(1, kRoot, {path("/"), part("model", {'a', 'b'})}, 5) +
                   properties(1, kRoot, {part("model", {'c'})}, 6) +
                   properties(0, kRoot, {value("model", {'d'}), value("x", {1})})),
            kDone);
  EXPECT_EQ(tree("/model"), "abcd");
  EXPECT_EQ(tree("/x"), "\1");
  EXPECT_EQ(load_be32(&host_.areas.at(2)[4]), 5U) << "the state word goes back";
  EXPECT_EQ(load_be32(&host_.areas.at(3)[4]), 6U);
}

TEST_F(TreeUpdateTest, ListsOverSeveralCalls) {
  begin(0);
  EXPECT_EQ(update(nodes(1, {kDelete | 1, kCache}, 0x77) + nodes(0, {kUpdate | 1, kCpus}) +
                   properties(0, kCpus, {path("/cpus"), value("x", {1})})),
            kDone);
  EXPECT_FALSE(has_file("/cpus/l2-cache@30"));
  EXPECT_TRUE(has_file("/cpus/x"));
  EXPECT_EQ(load_be32(host_.areas.at(1).data()), 0x77U);
}

TEST_F(TreeUpdateTest, AddedNodeBecomesTheFirstChild) {
  begin(0);
  EXPECT_EQ(update(nodes(0, {kAdd | 1, kCpus, 0x4711}) + connector(2, "l2-cache@99") +
                   connector(3, "phandle", CellWriter().u32(0x99).take()) + connector(0)),
            kDone);
  EXPECT_EQ(host_.tree_events, (std::vector<std::string>{"+/cpus/l2-cache@99"}));
  EXPECT_TRUE(has_file("/cpus/l2-cache@99/phandle"));
}

// Of the LMBs only where they lie may change from outside (kernel.md 3).
TEST_F(TreeUpdateTest, LmbTableTakesAssociativityOnly) {
  begin(0);
  CellWriter table;
  table.u32(1).u32(12).u64(0).u32(0x80000000).u32(7).u32(0x8);
  EXPECT_EQ(update(nodes(0, {kUpdate | 1, kMemory}) +
                   properties(0, kMemory, {path("/ibm,dynamic-reconfiguration-memory"),
                                           value("ibm,dynamic-memory-v2", table.take())})),
            kDone);
  EXPECT_EQ(lmb_flags(0x80000004), 0U);
  EXPECT_EQ(kernel_->view().lmbs.at(4).associativity_index, 7U);
  EXPECT_EQ(kernel_->view().lmbs.at(0).associativity_index, 0xffffffffU) << "not in the new one";
}

TEST_F(TreeUpdateTest, SoItDoesWhenUserSpaceWritesTheTable) {
  begin(0);
  CellWriter table;
  table.u32(1).u32(12).u64(0).u32(0x80000000).u32(7).u32(0x8);
  const Bytes bytes = table.take();
  const std::string text = "update_property 80 ibm,dynamic-memory-v2 28 " +
                           std::string(bytes.begin(), bytes.end());
  EXPECT_EQ(write("/proc/powerpc/ofdt", text), static_cast<std::int64_t>(text.size()));
  EXPECT_EQ(lmb_flags(0x80000004), 0U);
  EXPECT_EQ(kernel_->view().lmbs.at(4).associativity_index, 7U);
}

TEST_F(TreeUpdateTest, UnknownNodesAreSkipped) {
  begin(0);
  EXPECT_EQ(update(nodes(0, {kDelete | 1, 0x999, kUpdate | 2, 0x998, kCpus}) +
                   properties(0, kCpus, {path("/cpus"), value("x", {1})})),
            kDone);
  EXPECT_TRUE(host_.logged("Failed lookup: phandle 0x999 for action 0x1000000"));
  EXPECT_TRUE(has_file("/cpus/x"));
}

TEST_F(TreeUpdateTest, AnOperatorWithoutOperandsIsPassedOver) {
  begin(0);
  const std::int64_t written =
      update(nodes(0, {kUpdate, kDelete, kUpdate | 1, kCpus, kAdd, 0, kDelete | 1, kCache}) +
             properties(0, kCpus, {path("/cpus"), value("x", {1})}));
  EXPECT_RULE("R1-7.3.24-8", written == kDone && has_file("/cpus/x") && host_.left() == 0);
  EXPECT_RULE("R1-7.3.24-8", has_file("/cpus/l2-cache@30")) << "after the terminator";
}

TEST_F(TreeUpdateTest, TheRootStays) {
  begin(0);
  EXPECT_EQ(update(nodes(0, {kDelete | 1, kRoot})), -EINVAL);
  EXPECT_TRUE(has_file("/model"));
}

TEST_F(TreeUpdateTest, ErrorOfAnUpdateIsNoErrorOfTheMigration) {
  begin(bit(Switch::update_node_error_lost));
  EXPECT_EQ(update(nodes(0, {kUpdate | 1, kRoot}) + properties(-1, kRoot, {})), kDone);
}

// -- what one switch decides ----------------------------------------------------------------------

class UpdateSwitchTest : public TreeUpdateTest, public ::testing::WithParamInterface<bool> {
 protected:
  void begin_with(Switch defect) {
    begin(GetParam() ? bit(defect) : 0);
  }
};
INSTANTIATE_TEST_SUITE_P(, UpdateSwitchTest, ::testing::Bool());

// 13: the DRC index is then the next operator, and what it counts is lost.
TEST_P(UpdateSwitchTest, UnknownParentOfAnAddedNode) {
  begin_with(Switch::update_keeps_drc_word);
  Script script = nodes(0, {kAdd | 1, 0x999, 0x1000'0005, kUpdate | 1, kCpus});
  if (!GetParam()) script = script + properties(0, kCpus, {path("/cpus"), value("x", {1})});
  EXPECT_EQ(update(script), kDone);
  EXPECT_EQ(has_file("/cpus/x"), !GetParam());
}

TEST_P(UpdateSwitchTest, OnlyTheFirstOfAddedNodesIsAttached) {
  begin_with(Switch::update_adds_root_only);
  const std::uint64_t before = objects();
  EXPECT_EQ(update(nodes(0, {kAdd | 1, kCpus, 0x4711}) + connector(2, "l2-cache@99") +
                   connector(2, "l3-cache@98") +
                   connector(3, "phandle", CellWriter().u32(0x98).take()) + connector(0)),
            kDone);
  EXPECT_TRUE(has_file("/cpus/l2-cache@99"));
  EXPECT_EQ(has_file("/cpus/l2-cache@99/l3-cache@98"), !GetParam());
  EXPECT_EQ(objects(), before + 3) << "lost ones are never freed";
}

TEST_P(UpdateSwitchTest, APartWithoutItsRest) {
  begin_with(Switch::update_part_leaks);
  const std::uint64_t before = objects();
  EXPECT_EQ(update(nodes(0, {kUpdate | 1, kRoot}) +
                   properties(1, kRoot, {path("/"), part("model", {'a'})}, 5) +
                   properties(-1, kRoot, {})),
            -EIO);
  EXPECT_EQ(objects(), before + (GetParam() ? 1 : 0));
  EXPECT_EQ(tree("/model"), std::string("IBM,9009-42A\0", 13));
}

TEST_P(UpdateSwitchTest, BusyIsTheEndOfIt) {
  begin_with(Switch::update_busy_ends);
  Script script = nodes(-2, {});
  if (!GetParam()) {
    script = script + nodes(0, {kUpdate | 1, kCpus}) + properties(-2, kCpus, {}) +
             properties(0, kCpus, {path("/cpus"), value("x", {1})});
  }
  EXPECT_EQ(update(script), GetParam() ? -ERANGE : kDone);
  EXPECT_EQ(has_file("/cpus/x"), !GetParam());
}

TEST_P(UpdateSwitchTest, ErrorOfOneNode) {
  begin_with(Switch::update_node_error_lost);
  EXPECT_EQ(update(nodes(0, {kUpdate | 2, kRoot, kCpus}) + properties(-3, kRoot, {}) +
                   properties(0, kCpus, {path("/cpus"), value("x", {1})})),
            GetParam() ? kDone : -EIO);
  EXPECT_TRUE(has_file("/cpus/x")) << "the others are updated all the same";
}

// A level that trusts firmware reads on where there is nothing.
TEST_P(UpdateSwitchTest, BeyondTheArea) {
  std::vector<std::uint32_t> no_end(1020, kDelete);
  const std::vector<Script> all{
      nodes(-1, no_end), nodes(0, {kDelete | 0xffffff, 0x999}),
      nodes(0, {kUpdate | 1, kRoot}) + properties(0, kRoot, {path("/"), {"x", 0x7000'0000, {}}}),
      nodes(0, {kUpdate | 1, kRoot}) + properties(0, kRoot, {path("/"), {"x", 0x8000'0001, {}}}),
      nodes(0, {kUpdate | 1, kRoot}) + properties(0, kRoot, {{"", 5000, {}}})};
  for (Script script : all) {
    if (script.front().out[0] == -1) script.front().out[0] = 0;
    begin_with(Switch::update_trusts_firmware);
    if (GetParam()) {
      EXPECT_THROW(update(script), BugHit);
      host_.forget();
    } else {
      EXPECT_EQ(update(script), -EIO);
    }
  }
}

TEST_P(UpdateSwitchTest, APartThatIsNotTheLast) {
  begin_with(Switch::update_trusts_firmware);
  const Script script = nodes(0, {kUpdate | 1, kRoot}) +
                        properties(0, kRoot, {path("/"), part("x", {'a'}), value("x", {'b'})});
  if (GetParam()) {
    EXPECT_THROW(update(script), BugHit);
    host_.forget();
  } else {
    EXPECT_EQ(update(script), kDone);
    EXPECT_EQ(tree("/x"), "ab");
  }
}

TEST_F(TreeUpdateTest, NoMemoryForOneProperty) {
  begin(0);
  host_.no_memory = {"kernel.update_property"};
  EXPECT_EQ(update(nodes(0, {kUpdate | 1, kRoot}) +
                   properties(0, kRoot, {path("/"), value("x", {1})})),
            -ENOMEM);
  EXPECT_TRUE(host_.logged("updating x property failed: -12"));
}

}  // namespace
}  // namespace lparsim::kernel
