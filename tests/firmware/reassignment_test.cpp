// Platform resource reassignment (PRRN; LoPAR 15.6, EVENTS.md 5): the event, the reports that it
// stands for, and that it keeps away from a suspension.
#include "mobility_guest.hpp"

namespace lparsim::firmware {
namespace {

class Reassign : public MobilityTest {
 protected:
  bool move(std::vector<DrcIndex> drcs, std::uint32_t domain) {
    return at->hypervisor.mobility().reassign(id, drcs, domain);
  }
  // The scope of the next event; nullopt: event-scan has none.
  std::optional<std::int32_t> scan() {
    std::fill_n(memory.bytes.begin() + kBuffer, 32, std::uint8_t{0x77});
    // The first answer may be the end of the sequence before (R1-7.3.3.1-8).
    if (rtas("event-scan", {0xffff'ffff, 0, kBuffer, 2048}) != 0 &&
        rtas("event-scan", {0xffff'ffff, 0, kBuffer, 2048}) != 0) {
      return std::nullopt;
    }
    EXPECT_RULE("R1-15.6-4", memory.cell(kBuffer) == 0x0620'60a0U) << "no extension";
    EXPECT_RULE("R1-15.6-4", memory.cell(kBuffer + 8) == 0x7777'7777U) << "8 bytes and no more";
    return static_cast<std::int32_t>(memory.cell(kBuffer + 4));
  }
  std::uint32_t core_of(const char* path, std::size_t level) const {
    const Node root = tree();
    return load_be32(root.find(path)->property("ibm,associativity")->value.data() + 4 * level);
  }
  static constexpr const char* kCpu = "/cpus/PowerPC,POWER10@8";
  static constexpr const char* kMemory = "/ibm,dynamic-reconfiguration-memory";
};

TEST_F(Reassign, EventNamesTheScopeWhoseNegativeIsReported) {
  const Node at_boot = tree();
  const Bytes& vector5 = at_boot.find("/chosen")->property("ibm,architecture-vec-5")->value;
  EXPECT_RULE("R1-15.6-1", (vector5.at(5) & 0x40) != 0);
  EXPECT_FALSE(scan().has_value());
  ASSERT_TRUE(move({cpu(1), lmb(3)}, 1));
  const auto scope = scan();
  ASSERT_TRUE(scope.has_value());
  EXPECT_GT(*scope, 0);
  EXPECT_FALSE(scan().has_value()) << "told once";
  const NodeReport report = nodes(-*scope);
  EXPECT_RULE("R1-15.6-5", report.status == 0 && report.operations.size() == 2);
  const Node root = tree();
  std::vector<std::uint32_t> updated;
  for (const NodeOperation& operation : report.operations) {
    EXPECT_EQ(operation.opcode, 2);
    updated.push_back(operation.phandle);
  }
  EXPECT_THAT(updated, ::testing::UnorderedElementsAre(phandle_of(*root.find(kCpu)),
                                                       phandle_of(*root.find(kMemory))));
  const PropertyReport processor = properties(phandle_of(*root.find(kCpu)), -*scope);
  ASSERT_EQ(processor.properties.size(), 2U);
  EXPECT_RULE("R1-15.6-5", processor.properties[1].first == "ibm,associativity" &&
                               processor.properties[1].second.value ==
                                   root.find(kCpu)->property("ibm,associativity")->value);
  const PropertyReport memory_report = properties(phandle_of(*root.find(kMemory)), -*scope);
  ASSERT_EQ(memory_report.properties.size(), 2U);
  EXPECT_EQ(memory_report.properties[1].first, "ibm,dynamic-memory");
  EXPECT_EQ(memory_report.properties[1].second.value,
            root.find(kMemory)->property("ibm,dynamic-memory")->value);
  EXPECT_EQ(core_of(kCpu, 3), 1U) << "the NUMA node of its ibm,associativity";
  EXPECT_EQ(nodes(*scope).status, -3) << "positive: another scope";
  EXPECT_EQ(nodes(-*scope - 1).status, -3) << "nobody's";
  expect_sound();
}

TEST_F(Reassign, EachEventHasItsOwnReport) {
  ASSERT_TRUE(move({cpu(0)}, 1));
  ASSERT_TRUE(move({cpu(1)}, 1));
  EXPECT_TRUE(move({cpu(1)}, 1)) << "nothing changes: nothing to tell";
  const auto first = scan(), second = scan();
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  EXPECT_FALSE(scan().has_value());
  const auto only = [&](std::int32_t scope) { return nodes(-scope).operations.at(0).phandle; };
  EXPECT_EQ(only(*first), cpu(0).value);
  EXPECT_EQ(only(*second), cpu(1).value);
  EXPECT_EQ(only(*first), cpu(0).value) << "in any order, and again";
}

TEST_F(Reassign, WithoutNegotiationTheTreeMovesInSilence) {
  negotiate(0x80);
  const auto byte5 = [&] {
    const Node root = tree();
    return root.find("/chosen")->property("ibm,architecture-vec-5")->value[5];
  };
  EXPECT_RULE("R1-15.6-1", (byte5() & 0x40) == 0);
  ASSERT_TRUE(move({cpu(1)}, 1));
  EXPECT_RULE("R1-15.6-2", !scan().has_value());
  EXPECT_RULE("R1-15.6-2", at->hypervisor.undelivered_events(id) == 0);
  EXPECT_EQ(core_of(kCpu, 3), 1U);
  for (const std::int32_t scope : {-1, -2}) EXPECT_EQ(nodes(scope).status, -3);
}

TEST_F(Reassign, CompactMemoryTablesTellTheSame) {
  negotiate(0xc0, 0xc0);
  ASSERT_TRUE(move({lmb(3)}, 1));
  const auto scope = scan();
  ASSERT_TRUE(scope.has_value());
  const Node root = tree();
  const PropertyReport report = properties(phandle_of(*root.find(kMemory)), -*scope);
  ASSERT_NE(report.find("ibm,dynamic-memory-v2"), nullptr);
  EXPECT_EQ(report.find("ibm,dynamic-memory-v2")->value,
            root.find(kMemory)->property("ibm,dynamic-memory-v2")->value);
}

TEST_F(Reassign, OnlyItsOwnProcessorsAndMemoryMove) {
  EXPECT_FALSE(move({cpu(2)}, 1)) << "not owned";
  EXPECT_FALSE(move({cpu(0), cpu(77)}, 1)) << "no such connector";
  EXPECT_FALSE(move({lmb(0)}, 1)) << "memory without a connector";
  EXPECT_FALSE(move({DrcIndex{0x3000'0002}}, 1)) << "an adapter";
  EXPECT_FALSE(move({cpu(0)}, 2)) << "no such node: two chips";
  EXPECT_FALSE(here->hypervisor.mobility().reassign(kDedicated, std::vector{cpu(0)}, 1)) << "off";
  EXPECT_FALSE(here->hypervisor.mobility().reassign(PartitionId{99}, std::vector{cpu(0)}, 1));
  EXPECT_FALSE(scan().has_value());
}

TEST_F(Reassign, ReleasedResourcesForgetWhereTheyWere) {
  ASSERT_TRUE(move({lmb(3)}, 1));
  ASSERT_TRUE(scan().has_value());
  const Node moved = tree();
  EXPECT_EQ(rtas("set-indicator", {9001, lmb(3).value, 0}), 0);
  EXPECT_EQ(rtas("set-indicator", {9003, lmb(3).value, 0}), 0);
  EXPECT_EQ(rtas("set-indicator", {9003, lmb(3).value, 1}), 0);
  EXPECT_EQ(rtas("set-indicator", {9001, lmb(3).value, 1}), 0);
  memory.write(GuestAddress{kWork}, CellWriter().u32(lmb(3).value).u32(0).take());
  while (rtas("ibm,configure-connector", {kWork, 0}) > 0) {
  }
  const Node again = tree();
  EXPECT_NE(again.find(kMemory)->property("ibm,dynamic-memory")->value,
            moved.find(kMemory)->property("ibm,dynamic-memory")->value);
  expect_sound();
}

// R1-15.6-3 from the firmware's side: nothing new between the signal and the end.
TEST_F(Reassign, NothingIsToldAroundASuspension) {
  enable();
  ASSERT_TRUE(move({cpu(0)}, 1));
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  EXPECT_FALSE(scan().has_value()) << "queued before, kept back";
  ASSERT_TRUE(move({cpu(1)}, 1));
  EXPECT_FALSE(scan().has_value());
  EXPECT_EQ(nodes(-1).status, -3);
  EXPECT_EQ(hcall(kSignal, {kStream, 1, 0}).status, 0);
  EXPECT_EQ(scan(), 1) << "it stays: now";
  EXPECT_EQ(scan(), 2);
  EXPECT_EQ(nodes(-2).status, 0);
}

TEST_F(Reassign, AbortAfterSuspensionTellsWhatWaited) {
  enable();
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  ASSERT_TRUE(move({cpu(0)}, 1));
  ASSERT_TRUE(suspend_me().parks);
  EXPECT_FALSE(move({cpu(1)}, 1)) << "nothing of it may change now";
  ASSERT_EQ(source().abort(kShared, 1), VasiStatus::success);
  EXPECT_EQ(scan(), 1);
}

TEST_F(Reassign, TheOtherMachineHasNothingToTellAboutThisOne) {
  enable();
  ASSERT_TRUE(move({cpu(0)}, 1));
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  ASSERT_TRUE(suspend_me().parks);
  arrive();
  EXPECT_RULE("R1-15.6-2", !scan().has_value());
  EXPECT_EQ(nodes(-1).status, -3);
  EXPECT_EQ(nodes(1).status, 0);
  ASSERT_TRUE(move({cpu(1)}, 5));
  const auto scope = scan();
  ASSERT_TRUE(scope.has_value());
  EXPECT_EQ(nodes(-*scope).operations.at(0).phandle, cpu(1).value);
  expect_sound();
}

TEST_F(Reassign, ReportsOfAnOsThatNeverAsksAreBounded) {
  for (std::uint32_t i = 0; i < 40; ++i) ASSERT_TRUE(move({cpu(1)}, 1 - i % 2));
  std::size_t told = 0;
  std::int32_t last = 0;
  while (const auto scope = scan()) {
    last = *scope;
    ++told;
  }
  EXPECT_EQ(told, 16U);
  EXPECT_EQ(nodes(-1).status, -3) << "the oldest are gone";
  EXPECT_EQ(nodes(-last).status, 0);
}

}  // namespace
}  // namespace lparsim::firmware
