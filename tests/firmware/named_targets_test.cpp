// Connectors that are named when they are given and asked back (firmware/platform/named_targets).
#include "tests/firmware/guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kIsolation = 9001, kAllocation = 9003;

class NamedTargets : public GuestTest {
 protected:
  std::vector<DrcView> in_state(DrcType type, DrcState state) {
    std::vector<DrcView> out;
    for (const DrcView& view : hypervisor.drcs(id, type)) {
      if (view.state == state) out.push_back(view);
    }
    return out;
  }
  DrcState state(DrcIndex drc) { return hypervisor.drc(id, drc)->state; }
  std::int32_t set(std::uint32_t indicator, DrcIndex drc, std::uint32_t value) {
    return rtas("set-indicator", {indicator, drc.value, value}).status;
  }
  void acquire(DrcIndex drc) {
    ASSERT_EQ(set(kAllocation, drc, 1), 0);
    ASSERT_EQ(set(kIsolation, drc, 1), 0);
  }
  void release(DrcIndex drc) {
    ASSERT_EQ(set(kIsolation, drc, 0), 0);
    ASSERT_EQ(set(kAllocation, drc, 0), 0);
  }
};

TEST_F(NamedTargets, JustTheNamedProcessorIsGiven) {
  const auto free = in_state(DrcType::cpu, DrcState::unallocatable);
  ASSERT_GE(free.size(), 2U);
  const auto before = hypervisor.partition(id).pending_procs;
  ASSERT_EQ(hypervisor.assign_connectors(id, free[1].index, 1).status, AssignStatus::done);
  EXPECT_EQ(state(free[1].index), DrcState::allocatable);
  EXPECT_EQ(state(free[0].index), DrcState::unallocatable);
  EXPECT_EQ(hypervisor.partition(id).pending_procs, before + 1);
  EXPECT_EQ(hypervisor.assign_connectors(id, free[1].index, 1).status, AssignStatus::wrong_state);
  expect_sound();
}

TEST_F(NamedTargets, WhatNobodyAcquiredGoesBackAtOnce) {
  const auto free = in_state(DrcType::mem, DrcState::unallocatable);
  ASSERT_GE(free.size(), 2U);
  const auto lmbs = hypervisor.ledger().free_lmbs;
  ASSERT_EQ(hypervisor.assign_connectors(id, free[0].index, 2).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.ledger().free_lmbs, lmbs - 2);
  ASSERT_EQ(hypervisor.unassign_connectors(id, free[0].index, 2).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.ledger().free_lmbs, lmbs);
  EXPECT_EQ(state(free[0].index), DrcState::unallocatable);
  expect_sound();
}

TEST_F(NamedTargets, WhileOneIsWantedBackNoOtherGoes) {
  const auto free = in_state(DrcType::cpu, DrcState::unallocatable);
  ASSERT_GE(free.size(), 2U);
  const DrcIndex first = free[0].index, second = free[1].index;
  for (const DrcIndex drc : {first, second}) {
    ASSERT_EQ(hypervisor.assign_connectors(id, drc, 1).status, AssignStatus::done);
    acquire(drc);
  }
  ASSERT_EQ(hypervisor.unassign_connectors(id, first, 1).status, AssignStatus::done);
  EXPECT_TRUE(hypervisor.wanted_back(id, first));
  release(second);                       // not this one
  EXPECT_EQ(state(second), DrcState::allocatable);
  release(first);
  EXPECT_EQ(state(first), DrcState::unallocatable);
  EXPECT_FALSE(hypervisor.wanted_back(id, first));
  expect_sound();
}

TEST_F(NamedTargets, UnisolatingWhatIsWantedBackKeepsIt) {
  const DrcIndex drc = in_state(DrcType::cpu, DrcState::unallocatable).at(0).index;
  ASSERT_EQ(hypervisor.assign_connectors(id, drc, 1).status, AssignStatus::done);
  acquire(drc);
  const auto target = hypervisor.partition(id).pending_procs;
  ASSERT_EQ(hypervisor.unassign_connectors(id, drc, 1).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.partition(id).pending_procs, target - 1);
  ASSERT_EQ(set(kIsolation, drc, 1), 0);
  EXPECT_FALSE(hypervisor.wanted_back(id, drc));
  EXPECT_EQ(hypervisor.partition(id).pending_procs, target);
  expect_sound();
}

TEST_F(NamedTargets, WhatIsNotThereIsRefused) {
  const auto refused = AssignStatus::no_such_slot;
  EXPECT_EQ(hypervisor.assign_connectors(id, DrcIndex{0x1fff'ffff}, 1).status, refused);
  EXPECT_EQ(hypervisor.assign_connectors(id, DrcIndex{0x8000'0000}, 0xffff'ffffU).status, refused);
  const auto owned = in_state(DrcType::cpu, DrcState::configured);
  ASSERT_FALSE(owned.empty());
  EXPECT_EQ(hypervisor.assign_connectors(id, owned[0].index, 1).status,
            AssignStatus::wrong_state);
  expect_sound();
}

}  // namespace
}  // namespace lparsim::firmware
