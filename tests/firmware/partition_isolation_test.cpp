// What one partition's calls must never reach of another (LoPAR 14.6, 14.7, 14.10), and the life of
// partitions beside each other. A is the fixture's guest; B runs beside it with more threads.
#include <set>

#include "guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr PartitionId kB = kSpare;
constexpr std::uint32_t kForeignThread = 48;      // of B's seventh processor; A has 6 at most

class Isolation : public GuestTest {
 protected:
  Isolation() {
    PartitionConfig config = test_platform().partitions[2];
    config.name = "other";
    config.dedicated = false;
    config.procs = 7, config.max_procs = 8;
    config.min_units = ProcUnits{10}, config.units = ProcUnits{70};
    config.max_units = ProcUnits{400};
    EXPECT_EQ(hypervisor.configure(kB, config).status, AssignStatus::done);
    EXPECT_EQ(hypervisor.assign_slot(kFreeSlot, kB).status, AssignStatus::done);
    EXPECT_EQ(hypervisor.power_on(kB, other).status, AssignStatus::done);
  }
  Reply rtas_of_b(std::string_view call, std::initializer_list<std::uint32_t> in,
                  std::uint32_t outputs = 1) {
    CellWriter block;
    block.u32(tokens.at(std::string(call))).u32(static_cast<std::uint32_t>(in.size()));
    block.u32(outputs);
    for (const std::uint32_t cell : in) block.u32(cell);
    other.write(GuestAddress{kBlock}, block.take());
    const auto reply = hypervisor.rtas_commit(
        hypervisor.rtas_enter(kB, ServerNumber{0}, GuestAddress{kBlock}));
    return {reply.status, other.cell(kBlock + 16 + in.size() * 4), reply.parks};
  }
  // All that an observer can see of B, its memory apart from its argument block included.
  std::string picture_of_b() {
    std::string text;
    for (const DrcType type : {DrcType::cpu, DrcType::mem, DrcType::phb, DrcType::slot}) {
      for (const DrcView& drc : hypervisor.drcs(kB, type)) text += to_string(drc.state);
    }
    for (std::uint32_t thread = 0; thread < 64; ++thread) {
      text += std::to_string(rtas_of_b("query-cpu-stopped-state", {thread}, 2).value);
    }
    const PartitionView view = hypervisor.partition(kB);
    const Bytes tree = hypervisor.flattened_tree(kB);
    return text + std::to_string(static_cast<int>(view.power)) + view.config.name +
           std::string(tree.begin(), tree.end());
  }
  Node tree_of(PartitionId partition) {
    auto tree = unflatten(hypervisor.flattened_tree(partition));
    EXPECT_TRUE(tree.has_value());
    return tree ? *tree : Node{};
  }
  std::string root_text(PartitionId partition, std::string_view name) {
    const Node root = tree_of(partition);
    const Property* property = root.property(name);
    if (property == nullptr) return "absent";
    return {property->value.begin(), property->value.end() - 1};
  }

  TestMemory other{1U << 20};
};

TEST_F(Isolation, IndicatorsOfAnotherPartitionAreUnknown) {
  const std::string before = picture_of_b();
  for (const DrcIndex drc : {kFreeSlot, kFreePhb, cpu(6), lmb(16)}) {
    for (const std::uint32_t indicator : {9001U, 9002U, 9003U}) {
      for (const std::uint32_t value : {0U, 1U, 2U, 3U}) {
        const std::int32_t status = rtas("set-indicator", {indicator, drc.value, value}).status;
        // What A does not have is unusable for A: unusable again is no transition (DRC.md 10).
        const bool null_transition = indicator == 9003 && value == 0;
        EXPECT_RULE("R1-14.10-12", (status < 0 || null_transition) && picture_of_b() == before)
            << indicator << " " << drc.value << " " << value;
      }
    }
  }
}

TEST_F(Isolation, ThreadsOfAnotherPartitionAreNeitherStartedNorTold) {
  ASSERT_EQ(rtas_of_b("query-cpu-stopped-state", {kForeignThread}, 2).value, 0U);
  const std::string before = picture_of_b();
  EXPECT_RULE("R1-14.10-15", rtas("start-cpu", {kForeignThread, 0x100, 0}).status < 0 &&
                                 events.started.empty() && picture_of_b() == before);
  const Reply query = rtas("query-cpu-stopped-state", {kForeignThread}, 2);
  EXPECT_RULE("R1-14.10-16", query.status < 0 && query.value != 2);
  ASSERT_EQ(rtas_of_b("start-cpu", {kForeignThread, 0x100, 0}).status, 0);
  const Reply running = rtas("query-cpu-stopped-state", {kForeignThread}, 2);
  EXPECT_RULE("R1-14.10-16", running.status == query.status && running.value == query.value)
      << "the answer tells what B's thread does";
}

// A processor that A could have, and that is not given to it: its threads are nobody's to start.
TEST_F(Isolation, ThreadsOfAProcessorOutOfReachAreNeitherStartedNorTold) {
  const std::uint32_t thread = 5 * 8;
  ASSERT_EQ(sense(cpu(5)).value, 2U);
  EXPECT_RULE("R1-14.10-15",
              rtas("start-cpu", {thread, 0x100, 0}).status == -3 && events.started.empty());
  EXPECT_RULE("R1-14.10-16", rtas("query-cpu-stopped-state", {thread}, 2).status == -3);
}

TEST_F(Isolation, SurveillanceEndsWithTheOsThatTerminates) {
  constexpr std::uint32_t kSurveillance = 9000;
  ASSERT_EQ(rtas("set-indicator", {kSurveillance, 0, 5}).status, 0);
  ASSERT_EQ(rtas_of_b("set-indicator", {kSurveillance, 0, 7}).status, 0);
  memory.write(GuestAddress{kBuffer}, CellWriter{}.str("panic").take());
  ASSERT_EQ(rtas("ibm,os-term", {kBuffer}).status, 0);
  EXPECT_RULE("R1-14.10-19", rtas("get-sensor-state", {kSurveillance, 0}, 2).value == 0 &&
                                 rtas_of_b("get-sensor-state", {kSurveillance, 0}, 2).value == 7);
}

TEST_F(Isolation, DisplaysAreKeptApart) {
  const std::string mine = "lp2 is up", others = "LP4 BOOTS";
  for (std::size_t i = 0; i < mine.size(); ++i) {
    ASSERT_EQ(rtas("display-character", {static_cast<std::uint32_t>(mine[i])}).status, 0);
    ASSERT_EQ(rtas_of_b("display-character", {static_cast<std::uint32_t>(others[i])}).status, 0);
  }
  EXPECT_RULE("R1-14.10-11", hypervisor.operator_display(id).front() == mine &&
                                 hypervisor.operator_display(kB).front() == others);
}

TEST_F(Isolation, StartCpuOfOnesOwnThreadStartsNobodyElses) {
  ASSERT_EQ(rtas("start-cpu", {8, 0x100, 5}).status, 0);
  EXPECT_RULE("R1-14.10-15", rtas_of_b("query-cpu-stopped-state", {8}, 2).value == 0);
  EXPECT_EQ(rtas("query-cpu-stopped-state", {8}, 2).value, 2U);
}

TEST_F(Isolation, ConnectorsOfAnotherPartitionGiveNothing) {
  for (const DrcIndex drc : {kFreeSlot, kFreePhb, cpu(6), lmb(16)}) {
    start_walk(drc, kWork);
    const Bytes before(memory.bytes.begin() + kWork, memory.bytes.begin() + kWork + 4096);
    const std::int32_t status = walk(kWork);
    const Bytes after(memory.bytes.begin() + kWork, memory.bytes.begin() + kWork + 4096);
    EXPECT_RULE("R1-14.10-25", status < 0 && after == before) << drc.value;
  }
}

TEST_F(Isolation, RebootIsOnlyTheCallers) {
  const std::string before = picture_of_b();
  EXPECT_TRUE(rtas("system-reboot", {}).parks);
  EXPECT_EQ(events.ended, std::vector<bool>{true});
  EXPECT_RULE("R1-14.10-13", hypervisor.partition(id).power == PowerState::off &&
                                 hypervisor.partition(kB).power == PowerState::on &&
                                 picture_of_b() == before);
}

TEST_F(Isolation, PowerOffIsOnlyTheCallers) {
  const std::string before = picture_of_b();
  EXPECT_TRUE(rtas("power-off", {0, 0}).parks);
  EXPECT_EQ(events.ended, std::vector<bool>{false});
  EXPECT_RULE("R1-14.10-17", hypervisor.partition(id).power == PowerState::off &&
                                 hypervisor.partition(kB).power == PowerState::on &&
                                 picture_of_b() == before);
  expect_sound();
}

// The RTAS entry is our hidden hcall: whatever its registers hold, only the caller can suffer.
TEST_F(Isolation, HostileEntriesReachNobodyElse) {
  const std::string before = picture_of_b();
  const Bytes memory_of_b = other.bytes;
  const std::uint32_t token = tokens.at("set-indicator");
  for (const std::uint64_t address : {std::uint64_t{0}, std::uint64_t{kBlock} + 1,
                                      memory.rmo_limit() - 8, std::uint64_t{1} << 40,
                                      ~std::uint64_t{0}, ~std::uint64_t{7}}) {
    for (const std::uint32_t server : {0U, kForeignThread, 0xffffffffU}) {
      const auto entry =
          hypervisor.rtas_enter(id, ServerNumber{server}, GuestAddress{address});
      EXPECT_RULE("R1-14.10-35", hypervisor.rtas_commit(entry).status == -3);
    }
  }
  for (const std::uint32_t count : {0U, 2U, 4U, 11U, 0x7fffffffU, 0xffffffffU}) {
    memory.write(GuestAddress{kBlock}, CellWriter().u32(token).u32(count).u32(1).u32(9003)
                                           .u32(kFreeSlot.value).u32(1).take());
    const auto entry = hypervisor.rtas_enter(id, ServerNumber{0}, GuestAddress{kBlock});
    EXPECT_RULE("R1-14.10-35", hypervisor.rtas_commit(entry).status == -3) << count;
  }
  EXPECT_TRUE(rtas("stop-self", {}, 1, kForeignThread).status == -1);
  EXPECT_RULE("R1-14.10-35", picture_of_b() == before);
  EXPECT_TRUE(std::equal(memory_of_b.begin() + 0x2000, memory_of_b.end(),
                         other.bytes.begin() + 0x2000));
}

TEST_F(Isolation, OnlyOneThreadRunsAtEntryTheOthersAreStopped) {
  int running = 0;
  for (std::uint32_t thread = 0; thread < 16; ++thread) {
    const Reply reply = rtas("query-cpu-stopped-state", {thread}, 2);
    EXPECT_EQ(reply.status, 0);
    EXPECT_TRUE(reply.value == 0 || reply.value == 2);
    running += reply.value == 2 ? 1 : 0;
  }
  EXPECT_RULE("R1-14.7-13", running == 1);
}

TEST_F(Isolation, APartitionBootsAgainAfterOthersRan) {
  const Bytes first = hypervisor.flattened_tree(id);
  hypervisor.power_off(id);
  hypervisor.power_off(kB);
  ASSERT_EQ(hypervisor.power_on(kB, other).status, AssignStatus::done);
  const AssignAnswer again = hypervisor.power_on(id, memory);
  EXPECT_RULE("R1-14.7-1", again.status == AssignStatus::done &&
                               hypervisor.flattened_tree(id) == first);
  EXPECT_EQ(rtas("get-sensor-state", {9003, cpu(1).value}, 2).value, 1U);
}

TEST_F(Isolation, TheTreeNumbersAndNamesItsPartition) {
  for (const PartitionId partition : {id, kB}) {
    const Node root = tree_of(partition);
    const Property* number = root.property("ibm,partition-no");
    EXPECT_RULE("R1-14.7-5", number != nullptr && number->value.size() == 4);
    ASSERT_NE(number, nullptr);
    const std::uint32_t value = load_be32(number->value.data());
    EXPECT_RULE("R1-14.7-7", value == partition.value && value >= 1 && value < (1U << 20));
  }
  EXPECT_RULE("R1-14.7-8", root_text(id, "ibm,partition-name") == "lp2" &&
                               root_text(kB, "ibm,partition-name") == "other");
  hypervisor.power_off(kB);
  PartitionConfig renamed = hypervisor.partition(kB).config;
  renamed.name = "renamed";
  ASSERT_EQ(hypervisor.configure(kB, renamed).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.power_on(kB, other).status, AssignStatus::done);
  EXPECT_RULE("R1-14.7-8", root_text(kB, "ibm,partition-name") == "renamed");
}

TEST_F(Isolation, TheTreeIsMadeForLparAndHoldsOnlyOwnResources) {
  const Node a = tree_of(id), b = tree_of(kB);
  EXPECT_RULE("R1-14.7-2", a.property("ibm,lpar-capable") != nullptr &&
                               a.find("/rtas")->property("ibm,hypertas-functions") != nullptr);
  const auto phbs = [](const Node& root) {
    std::set<std::string> names;
    for (const Node& node : root.children) {
      if (node.name.rfind("pci@", 0) == 0) names.insert(node.name);
    }
    return names;
  };
  const auto cpus = [](const Node& root) {
    std::size_t count = 0;
    for (const Node& node : root.find("/cpus")->children) {
      count += node.name.rfind("PowerPC", 0) == 0 ? 1 : 0;
    }
    return count;
  };
  EXPECT_RULE("R1-14.7-17", phbs(a) == std::set<std::string>{"pci@800000020000018"} &&
                                phbs(b) == std::set<std::string>{"pci@800000020000013"} &&
                                cpus(a) == 2 && cpus(b) == 7);
}

// Every resource has one owner, or nobody's: the sums never change, whatever moves.
TEST_F(Isolation, EveryResourceIsAccountedForOnce) {
  const auto sums = [&] {
    const LedgerView view = hypervisor.ledger();
    std::int64_t units = view.free_units.hundredths;
    std::uint32_t lmbs = view.free_lmbs + view.firmware_lmbs, slots = 0;
    for (const LedgerView::Share& share : view.shares) {
      units += share.units.hundredths;
      lmbs += share.lmbs;
      slots += share.slots;
    }
    for (const DrcIndex slot : {kSlot, kFreeSlot}) {
      slots += hypervisor.slot_owner(slot) == kNoPartition ? 1U : 0U;
    }
    return std::array<std::int64_t, 3>{units, lmbs, slots};
  };
  const std::array<std::int64_t, 3> all{800, 64, 2};
  EXPECT_RULE("14.9-a", sums() == all);
  ASSERT_EQ(hypervisor.set_processors(id, 4).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_lmbs(id, 10).status, AssignStatus::done);
  EXPECT_RULE("14.9-a", sums() == all);
  acquire(cpu(2));
  acquire(lmb(9));
  EXPECT_RULE("14.9-a", sums() == all);
  hypervisor.power_off(id);
  EXPECT_RULE("14.9-a", sums() == all);
  hypervisor.release_configuration(id);
  EXPECT_RULE("14.9-a", sums() == all);
  const std::uint32_t for_b = hypervisor.ledger().free_lmbs;
  EXPECT_GT(for_b, 10U) << "what an inactive partition gave up can be given to another";
  expect_sound();
}

}  // namespace
}  // namespace lparsim::firmware
