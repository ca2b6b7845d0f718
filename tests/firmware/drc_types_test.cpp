// Connectors beyond CPU, MEM, PHB and PCI SLOT: virtual adapters that come and go, MEM-n, PORT,
// coherent facilities, and what is on offer for exchange and recovery.
#include "drc_machine.hpp"

namespace lparsim::firmware {
namespace {

using Lines = std::vector<std::string>;
constexpr DrcIndex virtual_slot(std::uint32_t n) { return DrcIndex{0x30000000 + n}; }

class Types : public MachineTest {};

TEST_F(Types, VirtualAdapterComesAndGoesWhileThePartitionRuns) {
  EXPECT_EQ(sense(virtual_slot(5)).value, 2U);
  EXPECT_EQ(allocation(virtual_slot(5), 1), -3);
  ASSERT_EQ(hypervisor.assign_virtual_adapter(id, {5, "eth"}).status, AssignStatus::done);
  EXPECT_EQ(state(virtual_slot(5)), DrcState::allocatable);
  acquire(virtual_slot(5));
  EXPECT_NE(tree().find("/vdevice/l-lan@30000005"), nullptr);
  EXPECT_EQ(hypervisor.drc(id, virtual_slot(5))->name, "U9105.22A.7812340-V2-C5");
  expect_sound();
  ASSERT_EQ(hypervisor.unassign_virtual_adapter(id, 5).status, AssignStatus::done);
  EXPECT_EQ(state(virtual_slot(5)), DrcState::configured) << "never taken from the OS";
  EXPECT_EQ(isolation(virtual_slot(5), 0), 0);
  EXPECT_EQ(tree().find("/vdevice/l-lan@30000005"), nullptr);
  EXPECT_EQ(allocation(virtual_slot(5), 0), 0);
  EXPECT_EQ(state(virtual_slot(5)), DrcState::unallocatable);
  EXPECT_EQ(allocation(virtual_slot(5), 1), -3);
  expect_sound();
}

TEST_F(Types, VirtualAdapterNotYetTakenGoesAtOnce) {
  ASSERT_EQ(hypervisor.assign_virtual_adapter(id, {5, "scsi"}).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.unassign_virtual_adapter(id, 5).status, AssignStatus::done);
  EXPECT_EQ(state(virtual_slot(5)), DrcState::unallocatable);
  EXPECT_EQ(hypervisor.unassign_virtual_adapter(id, 5).status, AssignStatus::no_such_slot);
  EXPECT_EQ(hypervisor.unassign_virtual_adapter(id, 0).status, AssignStatus::wrong_state);
  EXPECT_EQ(hypervisor.assign_virtual_adapter(id, {2, "eth"}).status, AssignStatus::slot_owned);
  EXPECT_EQ(hypervisor.assign_virtual_adapter(id, {0, "eth"}).status, AssignStatus::slot_owned);
  EXPECT_EQ(hypervisor.assign_virtual_adapter(id, {10, "eth"}).status, AssignStatus::no_such_slot);
  EXPECT_EQ(hypervisor.assign_virtual_adapter(id, {5, "tape"}).status, AssignStatus::wrong_state);
  EXPECT_EQ(hypervisor.assign_virtual_adapter(PartitionId{9}, {5, "eth"}).status,
            AssignStatus::no_such_partition);
}

TEST_F(Types, VirtualAdapterOutlivesTheTripOff) {
  ASSERT_EQ(hypervisor.assign_virtual_adapter(id, {5, "fc"}).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.unassign_virtual_adapter(id, 3).status, AssignStatus::done);
  hypervisor.power_off(id);
  ASSERT_EQ(hypervisor.assign_virtual_adapter(id, {6, "eth"}).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.unassign_virtual_adapter(id, 6).status, AssignStatus::done);
  boot();
  EXPECT_EQ(state(virtual_slot(5)), DrcState::configured);
  EXPECT_EQ(state(virtual_slot(3)), DrcState::unallocatable) << "was leaving";
  EXPECT_EQ(state(virtual_slot(6)), DrcState::unallocatable);
  expect_sound();
}

TEST_F(Types, HighestVirtualSlotKeepsItsConnectorWhenItLeaves) {
  PlatformConfig machine = test_platform();
  machine.partitions[0].virtual_slots.push_back({40, "eth"});
  Hypervisor other(machine, profile, {clock, choices, log}, events);
  TestMemory ram{1U << 20};
  ASSERT_EQ(other.power_on(id, ram).status, AssignStatus::done);
  ASSERT_EQ(other.unassign_virtual_adapter(id, 40).status, AssignStatus::done);
  EXPECT_TRUE(other.drc(id, virtual_slot(40)).has_value());
  EXPECT_THAT(other.inconsistencies(), ::testing::IsEmpty());
}

TEST_F(Types, ResourcesHaveTheirTypesNamesAndNodes) {
  EXPECT_EQ(drc_type_text(*hypervisor.drc(id, kRegion)), "MEM-1");
  EXPECT_EQ(drc_type_text(*hypervisor.drc(id, kFreeRegion)), "MEM-2");
  EXPECT_EQ(drc_type_text(*hypervisor.drc(id, kPort)), "PORT");
  EXPECT_EQ(drc_type_text(*hypervisor.drc(id, kFacility)), "COPLATFAC");
  EXPECT_EQ(drc_type_text(*hypervisor.drc(id, kFunction)), "COPLATFUN");
  const Node root = tree();
  EXPECT_NE(root.find("/memory@10000000000"), nullptr);
  EXPECT_EQ(root.find("/memory@20000000000"), nullptr);
  const Node* adapter = root.find("/pci@800000020000018/pci14e4,1657@0");
  ASSERT_NE(adapter, nullptr);
  EXPECT_NE(adapter->child("port@1"), nullptr);
  EXPECT_EQ(adapter->child("port@2"), nullptr);
  const Node* facility = root.find("/ibm,coherent-platform-facility@22000001");
  ASSERT_NE(facility, nullptr);
  EXPECT_NE(facility->child("ibm,coherent-platform-function@22000011"), nullptr);
  expect_sound();
}

TEST_F(Types, ResourcesAreAssignedAcquiredAndReleased) {
  for (const DrcIndex drc : {kFreeRegion, kFreePort}) {
    EXPECT_EQ(allocation(drc, 1), -3);
    ASSERT_EQ(hypervisor.assign_resource(drc, id).status, AssignStatus::done);
    EXPECT_EQ(hypervisor.assign_resource(drc, kShared).status, AssignStatus::slot_owned);
    acquire(drc);
    expect_sound();
    ASSERT_EQ(hypervisor.assign_resource(drc, kNoPartition).status, AssignStatus::done);
    EXPECT_EQ(state(drc), DrcState::configured);
    release(drc);
    EXPECT_EQ(state(drc), DrcState::unallocatable);
    expect_sound();
  }
  EXPECT_EQ(hypervisor.assign_resource(DrcIndex{1}, id).status, AssignStatus::no_such_slot);
  EXPECT_EQ(hypervisor.assign_resource(kFreePort, PartitionId{9}).status,
            AssignStatus::no_such_partition);
  EXPECT_EQ(indicator(kPort, 1), -3);
}

TEST_F(Types, MappedRegionsAndPortsAreNotIsolated) {
  for (const DrcIndex drc : {kRegion, kPort, kFunction}) {
    ASSERT_TRUE(hypervisor.set_mapped(id, drc, true));
    EXPECT_EQ(isolation(drc, 0), -9001);
    EXPECT_EQ(state(drc), DrcState::configured);
    ASSERT_TRUE(hypervisor.set_mapped(id, drc, false));
    EXPECT_EQ(isolation(drc, 0), 0);
  }
}

TEST_F(Types, FacilityWaitsForItsFunctions) {
  EXPECT_RULE("R1-13.7.4.1.4-1", isolation(kFacility, 0) == -9000 &&
                                     state(kFacility) == DrcState::configured);
  ASSERT_TRUE(hypervisor.set_mapped(id, kFunction, true));
  EXPECT_RULE("R1-13.7.4.1.4-2", isolation(kFunction, 0) == -9001 &&
                                     state(kFunction) == DrcState::configured);
  ASSERT_TRUE(hypervisor.set_mapped(id, kFunction, false));
  EXPECT_EQ(isolation(kFunction, 0), 0);
  EXPECT_EQ(isolation(kFacility, 0), -9000) << "isolated, but still usable";
  EXPECT_EQ(allocation(kFunction, 0), 0);
  release(kFacility);
  EXPECT_EQ(allocation(kFunction, 1), -3) << "its facility is not owned";
  ASSERT_EQ(hypervisor.set_facility_revision(kFacility, 7).status, AssignStatus::done);
  EXPECT_EQ(allocation(kFacility, 1), 0);
  EXPECT_EQ(isolation(kFacility, 1), 0);
  start_walk(kFacility, kWork);
  bool newest = false;
  std::int32_t status = walk(kWork);
  for (; status > 0; status = walk(kWork)) {
    if (status != 3 || memory.text(kWork + memory.cell(kWork + 8)) != "ibm,psl-revision") continue;
    newest = memory.cell(kWork + memory.cell(kWork + 16)) == 7;
  }
  EXPECT_RULE("R1-13.7.4.3-8", status == 0 && newest);
  EXPECT_EQ(hypervisor.set_facility_revision(kFunction, 7).status, AssignStatus::no_such_slot);
  expect_sound();
}

TEST_F(Types, SlotWaitsForItsPorts) {
  EXPECT_EQ(isolation(kSlot, 0), -9000);
  release(kPort);
  EXPECT_EQ(isolation(kSlot, 0), 0);
  EXPECT_EQ(allocation(kSlot, 0), 0);
  EXPECT_EQ(allocation(kPort, 1), -3);
}

TEST_F(Types, ProcessorOnOfferIsExchangedForTheOneThatFails) {
  const ProcUnits free = hypervisor.ledger().free_units;
  ASSERT_EQ(hypervisor.offer(id, cpu(4), Offer::exchange).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.ledger().free_units + ProcUnits{100}, free) << "set aside";
  EXPECT_EQ(sense(cpu(4)).value, 3U);
  EXPECT_EQ(allocation(cpu(4), 1), -3) << "wrong verb";
  EXPECT_EQ(allocation(cpu(4), 3), -3);
  EXPECT_EQ(isolation(cpu(4), 1), -3);
  EXPECT_EQ(configure(cpu(4), kWork), Lines{"-9003"});
  expect_sound();
  EXPECT_EQ(allocation(cpu(4), 2), 0);
  EXPECT_EQ(allocation(cpu(4), 2), 0) << "null transition";
  EXPECT_EQ(allocation(cpu(4), 3), -3);
  EXPECT_EQ(isolation(cpu(4), 1), 0);
  EXPECT_EQ(configure(cpu(4), kWork).back(), "0");
  EXPECT_EQ(hypervisor.partition(id).owned_procs, 3);
  release(cpu(1));
  EXPECT_EQ(state(cpu(1)), DrcState::unallocatable) << "went back in its place";
  EXPECT_EQ(hypervisor.partition(id).pending_procs, 2);
  EXPECT_EQ(hypervisor.ledger().free_units, free);
  release(cpu(4));
  EXPECT_EQ(state(cpu(4)), DrcState::allocatable) << "the target promises one";
  EXPECT_EQ(allocation(cpu(4), 2), -3) << "no longer obtained so";
  EXPECT_EQ(allocation(cpu(4), 1), 0);
  expect_sound();
}

TEST_F(Types, RecoveredMemoryRaisesTheTarget) {
  const std::uint32_t free = hypervisor.ledger().free_lmbs;
  ASSERT_EQ(hypervisor.offer(id, lmb(9), Offer::recovery).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.offer(id, lmb(9), Offer::recovery).status, AssignStatus::wrong_state);
  EXPECT_EQ(sense(lmb(9)).value, 4U);
  EXPECT_EQ(allocation(lmb(9), 2), -3);
  EXPECT_EQ(allocation(lmb(9), 3), 0);
  EXPECT_EQ(hypervisor.partition(id).pending_lmbs, 9U);
  EXPECT_EQ(isolation(lmb(9), 1), 0);
  EXPECT_EQ(configure(lmb(9), kWork).back(), "0");
  EXPECT_EQ(hypervisor.ledger().free_lmbs, free - 1);
  expect_sound();
}

TEST_F(Types, OfferIsWithdrawn) {
  const std::uint32_t free = hypervisor.ledger().free_lmbs;
  ASSERT_EQ(hypervisor.offer(id, lmb(9), Offer::exchange).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.withdraw_offer(id, lmb(9)).status, AssignStatus::done);
  EXPECT_EQ(state(lmb(9)), DrcState::unallocatable);
  EXPECT_EQ(hypervisor.ledger().free_lmbs, free);
  EXPECT_EQ(hypervisor.withdraw_offer(id, lmb(9)).status, AssignStatus::wrong_state);
  EXPECT_EQ(hypervisor.offer(id, lmb(7), Offer::exchange).status, AssignStatus::wrong_state);
  EXPECT_EQ(hypervisor.offer(id, kCard, Offer::exchange).status, AssignStatus::no_such_slot);
  ASSERT_EQ(hypervisor.assign_resource(kFreePort, id).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.offer(id, kFreePort, Offer::exchange).status, AssignStatus::done);
  EXPECT_EQ(isolation(kSlot, 0), -9000);
  ASSERT_EQ(hypervisor.withdraw_offer(id, kFreePort).status, AssignStatus::done);
  EXPECT_EQ(state(kFreePort), DrcState::allocatable);
  expect_sound();
}

TEST_F(Types, OfferTakesNothingThatIsNotFree) {
  ASSERT_EQ(hypervisor.set_processors(id, 6).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_processors(id, 2).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.configure(kSpare, [] {
    PartitionConfig lp4 = test_platform().partitions[2];
    lp4.procs = 5;
    return lp4;
  }()).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.offer(id, cpu(5), Offer::exchange).status,
            AssignStatus::not_enough_processors);
  EXPECT_EQ(state(cpu(5)), DrcState::unallocatable);
  expect_sound();
}

TEST_F(Types, WhatIsOnOfferGoesBackWhenThePartitionEnds) {
  const ProcUnits free = hypervisor.ledger().free_units;
  ASSERT_EQ(hypervisor.offer(id, cpu(4), Offer::exchange).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_processors(id, 2).status, AssignStatus::done);
  hypervisor.power_off(id);
  EXPECT_EQ(hypervisor.ledger().free_units, free);
  expect_sound();
}

}  // namespace
}  // namespace lparsim::firmware
