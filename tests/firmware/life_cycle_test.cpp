// Partition life cycle: what a partition starts with, and what every way to end leaves behind.
#include <functional>
#include <string>

#include "guest.hpp"

namespace lparsim::firmware {
namespace {

class LifeCycle : public GuestTest {
 protected:
  ProcUnits free_units() const { return hypervisor.ledger().free_units; }
  std::uint32_t free_lmbs() const { return hypervisor.ledger().free_lmbs; }
  void off() { hypervisor.power_off(id); }
};

// -- table: way to end x what is under way --------------------------------------------------------

using Step = std::function<void(LifeCycle&)>;

struct Way {
  std::string_view name;
  bool restart;                      // what the platform is asked for
  std::string_view call;             // RTAS call; "" = the HMC turns it off
  std::string_view rule;
};

constexpr std::array kWays{
    Way{"hmc", false, "", ""},
    Way{"power-off", false, "power-off", "R1-7.3.6.3-1"},
    Way{"reboot", true, "system-reboot", "R1-7.3.7.1-1"},
    Way{"last-stop-self", false, "stop-self", "R1-13.7.4.1.1-2"},
};

enum class Work : std::uint8_t {
  nothing, reserved_cpu, available_cpu, unisolated_cpu, configured_cpu, reserved_lmb,
  available_lmb, unisolated_lmb, configured_lmb, isolated_own_lmb, lowered_target, cpu_sequence,
  lmb_sequence, queued_events, parked_thread, mapped_lmb, slot_leaving, slot_coming, half_slot,
  count,
};

class EveryEnd : public LifeCycle,
                 public ::testing::WithParamInterface<std::tuple<std::size_t, int>> {
 protected:
  const Way& way() const { return kWays.at(std::get<0>(GetParam())); }
  Work work() const { return static_cast<Work>(std::get<1>(GetParam())); }

  // To L2, L3 or L4 of a resource that the target was raised for.
  void acquire_up_to(DrcIndex drc, DrcState to) {
    if (to < DrcState::available) return;
    EXPECT_EQ(allocation(drc, 1), 0);
    if (to < DrcState::unisolated) return;
    EXPECT_EQ(isolation(drc, 1), 0);
    if (to < DrcState::configured) return;
    EXPECT_EQ(configure(drc, kWork).back(), "0");
  }
  void open_sequence(DrcIndex drc) {
    acquire_up_to(drc, DrcState::unisolated);
    start_walk(drc, kWork);
    EXPECT_EQ(walk(kWork), 2);
  }
  void prepare();
  void end() {
    if (way().call.empty()) return hypervisor.power_off(id);
    const bool masks = way().call == "power-off";
    const Reply reply = masks ? rtas("power-off", {0, 0}) : rtas(way().call, {});
    EXPECT_TRUE(reply.parks);
    EXPECT_EQ(events.ended, std::vector<bool>{way().restart});
  }
};

void EveryEnd::prepare() {
  constexpr std::array kStates{DrcState::allocatable, DrcState::available, DrcState::unisolated,
                               DrcState::configured};
  const int number = static_cast<int>(work());
  const int first_cpu = static_cast<int>(Work::reserved_cpu);
  const int first_lmb = static_cast<int>(Work::reserved_lmb);
  if (number >= first_cpu && number < first_cpu + 4) {
    hypervisor.set_processors(id, 4);
    return acquire_up_to(cpu(2), kStates.at(static_cast<std::size_t>(number - first_cpu)));
  }
  if (number >= first_lmb && number < first_lmb + 4) {
    hypervisor.set_lmbs(id, 10);
    return acquire_up_to(lmb(8), kStates.at(static_cast<std::size_t>(number - first_lmb)));
  }
  switch (work()) {
    case Work::isolated_own_lmb: EXPECT_EQ(isolation(lmb(7), 0), 0); break;
    case Work::lowered_target:
      hypervisor.set_processors(id, 1);
      hypervisor.set_lmbs(id, 5);
      break;
    case Work::cpu_sequence:
      hypervisor.set_processors(id, 3);
      open_sequence(cpu(2));
      break;
    case Work::lmb_sequence:
      hypervisor.set_lmbs(id, 9);
      open_sequence(lmb(8));
      break;
    case Work::queued_events:
      EXPECT_TRUE(hypervisor.hot_plug_event(id, DrcType::cpu, 2, cpu(1)));
      EXPECT_TRUE(hypervisor.raise(id, EpowEvent{3, 1, true, 0}));
      break;
    case Work::parked_thread:
      EXPECT_EQ(rtas("start-cpu", {8, 0, 0}).status, 0);
      EXPECT_TRUE(rtas("stop-self", {}, 1, 8).parks);
      break;
    case Work::mapped_lmb: hypervisor.set_mapped(id, lmb(7), true); break;
    case Work::slot_leaving: hypervisor.assign_slot(kSlot, kNoPartition); break;
    case Work::slot_coming: hypervisor.assign_slot(kFreeSlot, id); break;
    case Work::half_slot: EXPECT_EQ(isolation(kSlot, 0), 0); break;
    default: break;
  }
}

TEST_P(EveryEnd, LeavesWhatIsPendingAndNothingElse) {
  prepare();
  const PartitionView before = hypervisor.partition(id);
  end();
  const PartitionView after = hypervisor.partition(id);
  const bool settled = after.power == PowerState::off && after.running_threads == 0 &&
                       after.config.procs == before.pending_procs &&
                       after.config.lmbs == before.pending_lmbs &&
                       hypervisor.drcs(id, DrcType::cpu).empty() &&
                       hypervisor.drcs(id, DrcType::mem).empty();
  if (way().rule.empty()) {
    EXPECT_TRUE(settled);
  } else {
    EXPECT_RULE(way().rule, settled);
  }
  EXPECT_EQ(hypervisor.undelivered_events(id), 0U);
  EXPECT_EQ(free_units().hundredths, 800 - 50 - 100 * before.pending_procs);
  EXPECT_EQ(free_lmbs(), 62U - 4 - before.pending_lmbs);
  if (work() == Work::slot_leaving) {
    EXPECT_EQ(hypervisor.slot_owner(kSlot), kNoPartition);
  }
  expect_sound();

  events.ended.clear();
  boot();
  for (const DrcType type : {DrcType::cpu, DrcType::mem, DrcType::phb, DrcType::slot}) {
    for (const DrcView& drc : hypervisor.drcs(id, type)) {
      const bool at_rest =
          drc.state == DrcState::configured || drc.state == DrcState::unallocatable;
      EXPECT_RULE("R1-7.3.7.1-1", at_rest) << drc.name;
    }
  }
  EXPECT_EQ(hypervisor.partition(id).owned_procs, before.pending_procs);
  EXPECT_EQ(hypervisor.partition(id).owned_lmbs, before.pending_lmbs);
  if (work() == Work::cpu_sequence || work() == Work::lmb_sequence) {
    EXPECT_EQ(walk(kWork), -1) << "an open sequence went with its boot";
  }
  EXPECT_EQ(hypervisor.slot_owner(kFreeSlot), work() == Work::slot_coming ? id : kNoPartition);
  expect_sound();

  off();
  hypervisor.release_configuration(id);
  EXPECT_EQ(free_units().hundredths, 800 - 50);
  EXPECT_EQ(free_lmbs(), 62U - 4);
  expect_sound();
}

INSTANTIATE_TEST_SUITE_P(
    Table, EveryEnd,
    ::testing::Combine(::testing::Range(std::size_t{0}, kWays.size()),
                       ::testing::Range(0, static_cast<int>(Work::count))));

// -- one partition's end is nobody else's ---------------------------------------------------------

TEST_F(LifeCycle, EverythingHasOneOwnerWhateverMoves) {
  const auto adds_up = [&] {
    const LedgerView ledger = hypervisor.ledger();
    ProcUnits units = ledger.free_units;
    std::uint32_t lmbs = ledger.free_lmbs + ledger.firmware_lmbs;
    for (const LedgerView::Share& share : ledger.shares) {
      units = units + share.units;
      lmbs += share.lmbs;
    }
    return units == ledger.configurable_units && lmbs == ledger.configurable_lmbs;
  };
  EXPECT_RULE("14.9-a", adds_up());
  hypervisor.set_processors(id, 4);
  hypervisor.set_lmbs(id, 12);
  EXPECT_RULE("14.9-a", adds_up() && free_units().hundredths == 350 && free_lmbs() == 46);
  off();
  hypervisor.release_configuration(id);
  EXPECT_RULE("14.9-a", adds_up() && free_units().hundredths == 750 && free_lmbs() == 58);
  PartitionConfig lp4 = test_platform().partitions[2];
  lp4.procs = 7, lp4.max_procs = 7;
  EXPECT_EQ(hypervisor.configure(kSpare, lp4).status, AssignStatus::done) << "moved while inactive";
  EXPECT_RULE("14.9-a", adds_up() && free_units().hundredths == 50);
}

TEST_F(LifeCycle, OthersDoNotNotice) {
  TestMemory other(1U << 20);
  ASSERT_EQ(hypervisor.power_on(kShared, other).status, AssignStatus::done);
  hypervisor.raise(kShared, EpowEvent{1, 0, false, 0});
  const Bytes tree = hypervisor.flattened_tree(kShared);
  const auto untouched = [&] {
    return hypervisor.partition(kShared).power == PowerState::on &&
           hypervisor.undelivered_events(kShared) == 1 &&
           hypervisor.flattened_tree(kShared) == tree;
  };
  rtas("system-reboot", {});
  EXPECT_RULE("R1-14.10-13", untouched());
  boot();
  rtas("power-off", {0, 0});
  EXPECT_RULE("R1-14.10-17", untouched());
  EXPECT_EQ(events.ended, (std::vector<bool>{true, false}));
  expect_sound();
}

TEST_F(LifeCycle, CallsOfABootThatIsOverDoNothing) {
  const RtasEntry entry = [&] {
    memory.write(GuestAddress{kBlock},
                 CellWriter().u32(tokens.at("power-off")).u32(2).u32(1).u64(0).u32(7).take());
    return hypervisor.rtas_enter(id, ServerNumber{0}, GuestAddress{kBlock});
  }();
  off();
  EXPECT_EQ(hypervisor.rtas_commit(entry).status, -1);
  EXPECT_TRUE(events.ended.empty());
  EXPECT_EQ(memory.cell(kBlock + 20), 7U) << "nothing is written for a partition that is off";
}

// -- starting -------------------------------------------------------------------------------------

TEST_F(LifeCycle, BootsWithWhatItOwnsAndNoMore) {
  const auto tree = unflatten(hypervisor.flattened_tree(id));
  std::size_t processors = 0;
  for (const Node& node : tree->find("/cpus")->children) {
    const Property* type = node.property("device_type");
    processors += type != nullptr && type->value.size() == 4 && type->value[0] == 'c' ? 1 : 0;
  }
  EXPECT_EQ(processors, 2U);
  EXPECT_EQ(tree->find("/pci@800000020000013"), nullptr) << "a slot of nobody";
  EXPECT_NE(tree->find("/pci@800000020000018"), nullptr);
}

TEST_F(LifeCycle, WhatComesBeforeTheHandOverIsInTheTree) {
  off();
  ASSERT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_lmbs(id, 9).status, AssignStatus::done);
  EXPECT_TRUE(hypervisor.hot_plug_event(id, DrcType::cpu, 1, cpu(2)));
  hypervisor.client_architecture_support(id, {});
  EXPECT_EQ(state(cpu(2)), DrcState::configured);
  EXPECT_EQ(state(lmb(8)), DrcState::configured);
  EXPECT_EQ(hypervisor.undelivered_events(id), 0U);
  ASSERT_EQ(hypervisor.set_processors(id, 4).status, AssignStatus::done);
  hypervisor.client_architecture_support(id, {});
  EXPECT_EQ(state(cpu(3)), DrcState::allocatable) << "the OS has its tree and must acquire it";
  expect_sound();
}

struct Amounts {
  std::int32_t min, desired, taken;  // of 5 free processors; taken by another before
  std::int32_t want;                 // held afterwards; 0: refused
};

class Activation : public LifeCycle, public ::testing::WithParamInterface<Amounts> {};

TEST_P(Activation, TakesWhatIsFreeDownToTheMinimum) {
  const Amounts& a = GetParam();
  ASSERT_EQ(hypervisor.set_processors(id, 2 + a.taken).status, AssignStatus::done);
  PartitionConfig lp4 = test_platform().partitions[2];
  lp4.min_procs = a.min;
  lp4.procs = a.desired;
  TestMemory own(1U << 20);   // firmware reaches it as long as the partition is on
  const auto free_before = free_lmbs();
  const AssignAnswer answer =
      hypervisor.configure(kSpare, lp4, Hypervisor::Amount::from_minimum);
  if (a.want == 0) {
    EXPECT_EQ(answer.status, AssignStatus::not_enough_processors);
    EXPECT_EQ(answer.limit, 5 - a.taken);
    EXPECT_EQ(free_lmbs(), free_before);
    EXPECT_FALSE(hypervisor.partition(kSpare).config.configured);
  } else {
    ASSERT_EQ(answer.status, AssignStatus::done);
    ASSERT_EQ(hypervisor.power_on(kSpare, own).status, AssignStatus::done);
    EXPECT_EQ(hypervisor.partition(kSpare).owned_procs, a.want);
    EXPECT_EQ(hypervisor.partition(kSpare).pending_procs, a.want);
  }
  expect_sound();
}

INSTANTIATE_TEST_SUITE_P(Processors, Activation,
                         ::testing::Values(Amounts{1, 3, 0, 3}, Amounts{1, 5, 0, 5},
                                           Amounts{2, 6, 0, 5}, Amounts{2, 4, 3, 2},
                                           Amounts{3, 4, 3, 0}, Amounts{1, 2, 4, 1},
                                           Amounts{5, 5, 1, 0}));

TEST_F(LifeCycle, MemoryAndSharesComeDownToTheMinimumToo) {
  PartitionConfig lp4 = test_platform().partitions[1];
  lp4.id = kSpare;
  lp4.min_lmbs = 40, lp4.lmbs = 60, lp4.max_lmbs = 64;
  lp4.min_units = ProcUnits{100}, lp4.units = ProcUnits{700}, lp4.max_units = ProcUnits{800};
  lp4.procs = 6;
  const auto from_minimum = Hypervisor::Amount::from_minimum;
  EXPECT_EQ(hypervisor.configure(kSpare, lp4).status, AssignStatus::not_enough_processors);
  ASSERT_EQ(hypervisor.configure(kSpare, lp4, from_minimum).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.partition(kSpare).config.units, ProcUnits{550});
  EXPECT_EQ(hypervisor.partition(kSpare).config.lmbs, 50U);
  EXPECT_EQ(hypervisor.partition(kSpare).config.procs, 6);
  expect_sound();
  lp4.min_lmbs = 51;
  const AssignAnswer answer = hypervisor.configure(kSpare, lp4, from_minimum);
  EXPECT_EQ(answer.status, AssignStatus::not_enough_memory);
  EXPECT_EQ(hypervisor.partition(kSpare).config.lmbs, 50U) << "it keeps what it had";
  expect_sound();
}

TEST_F(LifeCycle, BelowItsMinimumItDoesNotStart) {
  off();
  PartitionConfig lp2 = test_platform().partitions[0];
  lp2.min_lmbs = 9;
  ASSERT_EQ(hypervisor.configure(id, lp2).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::not_enough_memory);
  lp2.min_lmbs = 2, lp2.min_procs = 3;
  ASSERT_EQ(hypervisor.configure(id, lp2).status, AssignStatus::done);
  EXPECT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::not_enough_processors);
  EXPECT_EQ(hypervisor.partition(id).power, PowerState::off);
  expect_sound();
}

TEST_F(LifeCycle, ChangesWhileOffGoWithTheNextBoot) {
  off();
  ASSERT_EQ(hypervisor.set_processors(id, 3).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.set_lmbs(id, 6).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.assign_slot(kSlot, kShared).status, AssignStatus::slot_owned);
  ASSERT_EQ(hypervisor.assign_slot(kSlot, kNoPartition).status, AssignStatus::done);
  ASSERT_EQ(hypervisor.assign_slot(kSlot, kShared).status, AssignStatus::done);
  expect_sound();
  boot();
  EXPECT_EQ(hypervisor.partition(id).owned_procs, 3);
  EXPECT_EQ(hypervisor.partition(id).owned_lmbs, 6U);
  EXPECT_EQ(state(kSlot), DrcState::unallocatable);
  EXPECT_EQ(hypervisor.power_on(id, memory).status, AssignStatus::wrong_state);
  EXPECT_EQ(hypervisor.configure(id, test_platform().partitions[0]).status,
            AssignStatus::wrong_state);
  hypervisor.release_configuration(id);
  EXPECT_TRUE(hypervisor.partition(id).config.configured) << "it runs";
  expect_sound();
}

TEST_F(LifeCycle, LastThreadGivesEverythingBack) {
  EXPECT_EQ(rtas("start-cpu", {9, 0, 0}).status, 0);
  EXPECT_TRUE(rtas("stop-self", {}, 1, 0).parks);
  EXPECT_EQ(hypervisor.partition(id).power, PowerState::on) << "one thread is left";
  EXPECT_TRUE(rtas("stop-self", {}, 1, 9).parks);
  hypervisor.release_configuration(id);
  EXPECT_RULE("R1-7.3.8.1-4", hypervisor.partition(id).power == PowerState::off &&
                                  free_units().hundredths == 750 && free_lmbs() == 58);
  EXPECT_RULE("R1-13.7.4.1.1-2", hypervisor.drcs(id, DrcType::slot).empty() &&
                                     free_units().hundredths == 750 && free_lmbs() == 58);
  expect_sound();
}

}  // namespace
}  // namespace lparsim::firmware
