// DLPAR flows through RTAS: processors, memory, slots; targets and what they move.
#include "guest.hpp"

namespace lparsim::firmware {
namespace {

class Dlpar : public GuestTest {};

TEST_F(Dlpar, CpuAddWalksTheWholeRoad) {
  EXPECT_EQ(sense(cpu(2)).value, 2U);
  EXPECT_EQ(allocation(cpu(2), 1), -3) << "not assigned yet";
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  EXPECT_EQ(state(cpu(2)), DrcState::allocatable);
  EXPECT_EQ(sense(cpu(2)).value, 2U);
  EXPECT_EQ(hypervisor.ledger().free_units, ProcUnits{800 - 300 - 50});
  EXPECT_EQ(allocation(cpu(2), 1), 0);
  EXPECT_EQ(sense(cpu(2)).value, 1U);
  EXPECT_EQ(isolation(cpu(2), 1), 0);
  const auto steps = configure(cpu(2), kWork);
  EXPECT_EQ(steps.front(), "2 PowerPC,POWER10@10");
  EXPECT_THAT(steps, ::testing::Contains("3 ibm,my-drc-index"));
  EXPECT_THAT(steps, ::testing::Contains(::testing::StartsWith("1 l2-cache@")));
  EXPECT_EQ(steps.back(), "0");
  EXPECT_EQ(state(cpu(2)), DrcState::configured);
  EXPECT_EQ(rtas("query-cpu-stopped-state", {17}, 2).value, 0U);
  EXPECT_EQ(rtas("start-cpu", {17, 0x60, 17}).status, 0);
  ASSERT_EQ(events.started.size(), 1U);
  EXPECT_EQ(events.started[0], (std::array<std::uint64_t, 3>{17, 0x60, 17}));
  EXPECT_EQ(rtas("query-cpu-stopped-state", {17}, 2).value, 2U);
  EXPECT_EQ(rtas("start-cpu", {17, 0x60, 17}).status, -1) << "runs already";
  const PartitionView view = hypervisor.partition(id);
  EXPECT_EQ(view.owned_procs, 3);
  EXPECT_EQ(view.pending_procs, 3);
  expect_sound();
}

TEST_F(Dlpar, CpuRemoveGivesBackOnlyBeyondTheTarget) {
  EXPECT_EQ(isolation(cpu(1), 0), 0);
  EXPECT_EQ(allocation(cpu(1), 0), 0);
  EXPECT_EQ(state(cpu(1)), DrcState::allocatable) << "the target still promises it";
  EXPECT_EQ(hypervisor.partition(id).config.procs, 2);
  EXPECT_EQ(hypervisor.partition(id).owned_procs, 1);
  ASSERT_EQ(hypervisor.set_processors(id, 1).status, AssignStatus::done);
  EXPECT_EQ(state(cpu(1)), DrcState::unallocatable);
  EXPECT_EQ(hypervisor.ledger().free_units, ProcUnits{800 - 100 - 50});
  expect_sound();
}

TEST_F(Dlpar, LoweredTargetTakesReservedOnesFirstAndWaitsForOwnedOnes) {
  ASSERT_EQ(hypervisor.set_processors(id, 4).status, AssignStatus::done);
  acquire(cpu(2));
  ASSERT_EQ(hypervisor.set_processors(id, 2).status, AssignStatus::done);
  EXPECT_EQ(state(cpu(3)), DrcState::unallocatable);
  EXPECT_EQ(state(cpu(2)), DrcState::configured) << "never taken from the OS";
  EXPECT_EQ(hypervisor.partition(id).config.procs, 3);
  EXPECT_EQ(isolation(cpu(2), 0), 0);
  EXPECT_EQ(allocation(cpu(2), 0), 0);
  EXPECT_EQ(state(cpu(2)), DrcState::unallocatable);
  EXPECT_EQ(hypervisor.partition(id).config.procs, 2);
  expect_sound();
}

TEST_F(Dlpar, RestoreMakesTheTargetWhatIsOwned) {
  ASSERT_EQ(hypervisor.set_processors(id, 5).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_lmbs(id, 12).status, AssignStatus::done);
  hypervisor.restore_processors(id);
  hypervisor.restore_lmbs(id);
  EXPECT_EQ(hypervisor.partition(id).pending_procs, 2);
  EXPECT_EQ(hypervisor.partition(id).pending_lmbs, 8U);
  EXPECT_EQ(hypervisor.ledger().free_lmbs, 62U - 12);
  expect_sound();
}

TEST_F(Dlpar, TooMuchIsRefusedAndNothingChanges) {
  const auto before = hypervisor.ledger();
  ASSERT_EQ(hypervisor.configure(kSpare, [] {
    PartitionConfig lp4 = test_platform().partitions[2];
    lp4.procs = 4;
    return lp4;
  }()).status, AssignStatus::done);
  const AssignAnswer answer = hypervisor.set_processors(id, 5);
  EXPECT_EQ(answer.status, AssignStatus::not_enough_processors);
  EXPECT_EQ(answer.limit, 3);
  EXPECT_EQ(hypervisor.partition(id).pending_procs, 2);
  hypervisor.release_configuration(kSpare);
  EXPECT_EQ(hypervisor.ledger().free_units, before.free_units);
  EXPECT_EQ(hypervisor.set_processors(PartitionId{99}, 1).status, AssignStatus::no_such_partition);
  expect_sound();
}

TEST_F(Dlpar, CpuWithARunningThreadIsNotIsolated) {
  EXPECT_EQ(rtas("start-cpu", {8, 0, 0}).status, 0);
  EXPECT_EQ(isolation(cpu(1), 0), -1);
  EXPECT_EQ(state(cpu(1)), DrcState::configured);
  EXPECT_TRUE(rtas("stop-self", {}, 1, 8).parks);
  EXPECT_EQ(isolation(cpu(1), 0), 0);
  EXPECT_EQ(rtas("start-cpu", {8, 0, 0}).status, -3) << "isolated";
}

TEST_F(Dlpar, LastStopSelfEndsThePartition) {
  ASSERT_EQ(hypervisor.set_processors(id, 4).status, AssignStatus::done);
  EXPECT_TRUE(rtas("stop-self", {}).parks);
  EXPECT_EQ(events.ended, std::vector<bool>{false});
  EXPECT_RULE("R1-7.3.8.1-4", hypervisor.partition(id).power == PowerState::off);
  EXPECT_EQ(hypervisor.partition(id).config.procs, 4) << "off follows the target";
  hypervisor.power_off(id);
  expect_sound();
}

TEST_F(Dlpar, MemoryAddRemoveAndUse) {
  const std::uint64_t size = hypervisor.platform().lmb_bytes;
  EXPECT_FALSE(hypervisor.lmb_usable(id, 8 * size, size));
  ASSERT_EQ(hypervisor.set_lmbs(id, 9).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.ledger().free_lmbs, 62U - 9 - 4);
  acquire(lmb(8));
  EXPECT_TRUE(hypervisor.lmb_usable(id, 7 * size + 1, 2 * size - 1));
  EXPECT_FALSE(hypervisor.lmb_usable(id, 8 * size, size + 1));
  hypervisor.set_mapped(id, lmb(8), true);
  EXPECT_EQ(isolation(lmb(8), 0), -9001);
  hypervisor.set_mapped(id, lmb(8), false);
  ASSERT_EQ(hypervisor.set_lmbs(id, 8).status, AssignStatus::done);
  EXPECT_EQ(isolation(lmb(8), 0), 0);
  EXPECT_FALSE(hypervisor.lmb_usable(id, 8 * size, size));
  EXPECT_EQ(allocation(lmb(8), 0), 0);
  EXPECT_EQ(hypervisor.ledger().free_lmbs, 62U - 8 - 4);
  expect_sound();
}

TEST_F(Dlpar, BootMemoryAndForeignIndexesAreUnknown) {
  EXPECT_EQ(sense(lmb(0)).status, -3) << "no connector (R1-13.7.2-4)";
  EXPECT_EQ(sense(lmb(16)).status, -3);
  EXPECT_EQ(sense(DrcIndex{0x10000001}).status, -3);
  EXPECT_EQ(sense(DrcIndex{0x40000000}).status, -3);
  EXPECT_EQ(rtas("set-indicator", {9002, cpu(1).value, 1}).status, -3);
  EXPECT_EQ(rtas("set-indicator", {9001, cpu(1).value, 7}).status, -3);
  EXPECT_EQ(rtas("set-power-level", {0xffffffff, 100}, 2).status, -3);
}

TEST_F(Dlpar, PhbWaitsForTheSlotBelow) {
  EXPECT_EQ(isolation(kPhb, 0), -9000);
  ASSERT_EQ(hypervisor.assign_slot(kSlot, kNoPartition).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.slot_owner(kSlot), id) << "in use";
  for (const DrcIndex drc : {kSlot, kPhb}) {
    EXPECT_EQ(isolation(drc, 0), 0);
    EXPECT_EQ(allocation(drc, 0), 0);
  }
  EXPECT_EQ(hypervisor.slot_owner(kSlot), kNoPartition);
  expect_sound();
  ASSERT_EQ(hypervisor.assign_slot(kFreeSlot, id).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.assign_slot(kFreeSlot, kShared).status, AssignStatus::slot_owned);
  EXPECT_EQ(allocation(kFreeSlot, 1), -3) << "its PHB is not owned";
  acquire(kFreePhb);
  acquire(kFreeSlot);
  expect_sound();
}

TEST_F(Dlpar, TreeFollowsTheSlotAndNotOnlyItsPhb) {
  const auto nodes_below_phb = [&] {
    const auto tree = unflatten(hypervisor.flattened_tree(id));
    const Node* phb = tree ? tree->find("/pci@800000020000018") : nullptr;
    return phb == nullptr ? std::size_t{99} : phb->children.size();
  };
  EXPECT_EQ(nodes_below_phb(), 1U);
  EXPECT_EQ(isolation(kSlot, 0), 0);
  EXPECT_EQ(nodes_below_phb(), 0U) << "the adapter was given back";
}

TEST_F(Dlpar, ConsoleIsConfiguredFromTheStart) {
  EXPECT_EQ(state(DrcIndex{0x30000000}), DrcState::configured);
}

TEST_F(Dlpar, SnapshotIsAValue) {
  const auto before = hypervisor.snapshot();
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  acquire(cpu(2));
  hypervisor.restore(before);
  EXPECT_EQ(state(cpu(2)), DrcState::unallocatable);
  EXPECT_EQ(hypervisor.ledger().free_units, ProcUnits{550});
  expect_sound();
}

TEST_F(Dlpar, LogTellsCallsAndTransitions) {
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  const auto from = log.total();
  allocation(cpu(2), 1);
  ASSERT_EQ(log.total(), from + 3);
  EXPECT_THAT(log.json(log.at(from)), ::testing::HasSubstr(R"("call":"set-indicator","cpu":0)"));
  EXPECT_THAT(log.json(log.at(from + 1)),
              ::testing::HasSubstr(R"("drc":"0x10000010","from":"L1a","to":"L2")"));
  EXPECT_THAT(log.json(log.at(from + 2)), ::testing::HasSubstr(R"("status":0)"));
}

TEST_F(Dlpar, LatencyIsTheProfiles) {
  sense(cpu(0));
  EXPECT_EQ(last_latency, find_profile("phyp")->rtas_latency);
  isolation(lmb(7), 0);
  EXPECT_EQ(last_latency, find_profile("phyp")->latency_of("set-indicator:mem-isolate"));
}

class SharedDlpar : public GuestTest {
 protected:
  SharedDlpar() : GuestTest("phyp", kShared) {}
  std::int64_t hcall(std::uint64_t opcode, std::uint64_t a = 0, std::uint64_t b = 0) {
    r = {a, b};
    return hypervisor.hcall(id, ServerNumber{0}, opcode, r).status;
  }
  std::array<std::uint64_t, 9> r{};
};

TEST_F(SharedDlpar, VirtualProcessorsCostNothing) {
  const ProcUnits free = hypervisor.ledger().free_units;
  ASSERT_EQ(hypervisor.set_processors(id, 4).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.ledger().free_units, free);
  EXPECT_EQ(state(cpu(3)), DrcState::allocatable);
  EXPECT_EQ(hypervisor.set_processors(id, 7).limit, 6);
  expect_sound();
}

TEST_F(SharedDlpar, EntitlementFollowsTheTarget) {
  ASSERT_EQ(hypervisor.set_units(id, ProcUnits{120}).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.ledger().free_units, ProcUnits{800 - 200 - 120});
  EXPECT_EQ(hcall(0xec), 0);
  EXPECT_EQ(r[0], 50U);
  EXPECT_EQ(r[1], 70U);
  EXPECT_EQ((r[3] >> 40) & 0xff, 128U);
  EXPECT_EQ((r[3] >> 48) & 1, 0U) << "uncapped";
  EXPECT_EQ(hcall(0xf0, 120, 128), 0);
  EXPECT_EQ(hypervisor.partition(id).entitled_units, ProcUnits{120});
  EXPECT_EQ(hcall(0xf0, 130, 128), 4) << "H_Constrained";
  EXPECT_EQ(hypervisor.partition(id).entitled_units, ProcUnits{120});
  ASSERT_EQ(hypervisor.set_units(id, ProcUnits{60}).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.partition(id).config.units, ProcUnits{120}) << "until the OS gives it back";
  EXPECT_EQ(hcall(0xf0, 60, 128), 0);
  EXPECT_EQ(hypervisor.ledger().free_units, ProcUnits{800 - 200 - 60});
  ASSERT_EQ(hypervisor.set_uncap_weight(id, 200).status, AssignStatus::done);
  EXPECT_EQ(hcall(0xf0, 60, 200), 0);
  EXPECT_EQ(hypervisor.partition(id).config.uncap_weight, 200);
  EXPECT_EQ(hcall(0xf0, 60, 256), -4);
  EXPECT_EQ(hcall(0x1234), -2) << "H_Function";
  EXPECT_EQ(hypervisor.set_units(id, ProcUnits{900}).limit, 600);
  expect_sound();
}

}  // namespace
}  // namespace lparsim::firmware
