// A whole migration between two machines as Linux goes through it (LPM.md 3, 7), with an end at
// every step; what the HMC is refused; partitions that are off, and hibernation.
#include <functional>

#include "mobility_guest.hpp"
#include "sim/base/random.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kAborted = 9000;

class Migration : public MobilityTest {
 protected:
  // One step of the conversation each; later ones need the earlier ones done.
  struct Step {
    const char* title;
    std::function<void()> run;
  };
  std::vector<Step> steps() {
    return {
        {"validate", [&] {
           EXPECT_EQ(source().validate(kShared).status, MoveStatus::done);
           EXPECT_EQ(target().validate_target(kShell, source().requirement(kShared)).status,
                     MoveStatus::done);
         }},
        {"start threads", [&] {
           for (const std::uint32_t server : {1U, 8U}) {
             EXPECT_EQ(rtas("start-cpu", {server, 0x100, 0}), 0);
           }
         }},
        {"enable", [&] { enable(); }},
        {"os waits", [&] { EXPECT_EQ(vasi_state(), 1U); }},
        {"mover suspends", [&] { EXPECT_EQ(source().suspend(kShared), VasiStatus::success); }},
        {"os sees it", [&] { EXPECT_EQ(vasi_state(), 3U); }},
        {"first joins", [&] { EXPECT_EQ(hcall(kJoin, {}, 1).park, ParkUntil::prod); }},
        {"second joins", [&] { EXPECT_EQ(hcall(kJoin, {}, 8).park, ParkUntil::prod); }},
        {"last goes on", [&] { EXPECT_EQ(hcall(kJoin, {}, 0).status, 18); }},
        {"suspend-me", [&] { EXPECT_TRUE(suspend_me(0).parks); }},
        {"state leaves", [&] { image = source().export_partition(kShared); }},
        {"state arrives", [&] {
           const auto answer = target().import_partition(kShell, image, memory);
           EXPECT_EQ(answer.status, MoveStatus::done) << answer.why;
           at = there.get();
           id = kShell;
           EXPECT_EQ(suspend_status(), 0);
           EXPECT_EQ(source().resumed_elsewhere(kShared), VasiStatus::success);
         }},
        {"prod", [&] {
           for (const std::uint64_t server : {1U, 8U}) EXPECT_EQ(hcall(kProd, {server}).status, 0);
         }},
        {"activate", [&] { EXPECT_EQ(rtas("ibm,activate-firmware", {}), -9001); }},
        {"update", [&] {
           const NodeReport report = nodes(1);
           EXPECT_EQ(report.status, 0);
           for (const NodeOperation& operation : report.operations) {
             EXPECT_EQ(properties(operation.phandle, 1).status, 0);
           }
         }},
        {"os polls", [&] { EXPECT_EQ(vasi_state(), 5U); }},
        {"complete", [&] {
           EXPECT_EQ(source().complete(kShared), VasiStatus::success);
           EXPECT_EQ(target().complete(kShell), VasiStatus::success);
         }},
        {"os sees the end", [&] { EXPECT_EQ(vasi_state(), 6U); }},
        {"close", [&] {
           EXPECT_EQ(source().close(kShared), VasiStatus::success);
           EXPECT_EQ(target().close(kShell), VasiStatus::success);
         }},
        {"stream gone", [&] { EXPECT_FALSE(vasi_state().has_value()); }},
    };
  }
  ProcUnits free_units(Machine& machine) { return machine.hypervisor.ledger().free_units; }
  std::uint32_t free_lmbs(Machine& machine) { return machine.hypervisor.ledger().free_lmbs; }

  MovingPartition image;
};

TEST_F(Migration, WholeConversationLeavesNothingBehind) {
  const ProcUnits units = free_units(*here), units_there = free_units(*there);
  const std::uint32_t lmbs = free_lmbs(*here), lmbs_there = free_lmbs(*there);
  const std::string name = here->hypervisor.partition(kShared).config.name;
  for (const Step& step : steps()) {
    SCOPED_TRACE(step.title);
    step.run();
    expect_sound();
  }
  EXPECT_EQ(free_units(*here), units + ProcUnits{50}) << "everything went back";
  EXPECT_EQ(free_lmbs(*here), lmbs + 4);
  EXPECT_EQ(free_units(*there), units_there - ProcUnits{50});
  EXPECT_EQ(free_lmbs(*there), lmbs_there - 4);
  EXPECT_EQ(here->hypervisor.partition(kShared).power, PowerState::off);
  EXPECT_FALSE(here->hypervisor.partition(kShared).config.configured);
  const PartitionView arrived = there->hypervisor.partition(kShell);
  EXPECT_EQ(arrived.power, PowerState::on);
  EXPECT_EQ(arrived.running_threads, 3);
  EXPECT_EQ(arrived.config.name, name);
  EXPECT_EQ(there->events.ready,
            (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{7, 0}, {7, 1}, {7, 8}}));
}

// Connectors of slots and resources are the machine's: none of the old ones comes along.
TEST_F(Migration, MachinesMayDifferInSlotsAndResources) {
  for (const bool more : {true, false}) {
    PlatformConfig target = other_platform();
    if (more) {
      target.resources = {{ResourceKind::memory_region, DrcIndex{0x80000100}, "MEM-1 1", 1, {}, {},
                           std::uint64_t{1} << 40, 256U << 20}};
    } else {
      target.slots.clear();
    }
    make(target);
    migrate();
    for (const DrcType type : {DrcType::phb, DrcType::hot_plug, DrcType::mem_region,
                               DrcType::port}) {
      for (const DrcView& drc : there->hypervisor.drcs(kShell, type)) {
        EXPECT_FALSE(drc.state == DrcState::configured || drc.state == DrcState::available ||
                     drc.state == DrcState::unisolated)
            << drc.name;
      }
    }
    EXPECT_EQ(there->hypervisor.drcs(kShell, DrcType::mem_region).size(), more ? 1U : 0U);
    EXPECT_EQ(there->hypervisor.drcs(kShell, DrcType::phb).size(), target.slots.size());
    expect_sound();
  }
}

// R1-7.3.23-6: DRC states, threads, options, memory and the tree but for what table 7-112 lists.
TEST_F(Migration, StateIsAsItWasBefore) {
  EXPECT_EQ(here->hypervisor.set_lmbs(kShared, 6).status, AssignStatus::done);
  EXPECT_EQ(rtas("set-indicator", {9003, lmb(4).value, 1}), 0);
  EXPECT_EQ(rtas("set-indicator", {9001, lmb(4).value, 1}), 0);
  EXPECT_EQ(rtas("start-cpu", {8, 0x100, 0}), 0);
  hcall(kJoin, {}, 8);
  const auto drcs = [](Machine& m, PartitionId p) {
    std::string text;
    for (const DrcType type : {DrcType::cpu, DrcType::mem}) {
      for (const DrcView& drc : m.hypervisor.drcs(p, type)) {
        text += drc.name + "=" + std::string(to_string(drc.state)) + " ";
      }
    }
    return text;
  };
  const std::string before = drcs(*here, kShared);
  const Node old = tree();
  memory.bytes[0x8000] = 0x5a;
  migrate();
  EXPECT_RULE("R1-7.3.23-6", drcs(*there, kShell) == before);
  EXPECT_RULE("R1-7.3.23-6", memory.bytes[0x8000] == 0x5a);
  const Node now = tree();
  for (const char* path : {"/cpus/PowerPC,POWER10@0", "/cpus/PowerPC,POWER10@8", "/rtas", "/chosen",
                           "/event-sources", "/interrupt-controller", "/vdevice/l-lan@30000002"}) {
    const Node *a = old.find(path), *b = now.find(path);
    if (a == nullptr) continue;
    ASSERT_NE(b, nullptr) << path;
    const NodeKind kind = kind_of(*a, path == std::string("/vdevice/l-lan@30000002")
                                          ? old.find("/vdevice") : &old);
    ASSERT_EQ(a->properties.size(), b->properties.size()) << path;
    for (const Property& p : a->properties) {
      const bool same = b->property(p.name) != nullptr && b->property(p.name)->value == p.value;
      EXPECT_RULE("R1-7.3.23-6", same || may_report(ReportScope::migration, kind, p.name))
          << path << ' ' << p.name;
      EXPECT_RULE("R1-14.12.1-10", same || may_report(ReportScope::migration, kind, p.name))
          << path << ' ' << p.name;
    }
  }
  EXPECT_EQ(rtas("set-indicator", {9001, lmb(4).value, 0}), 0) << "half-way work goes on";
  EXPECT_EQ(rtas("set-indicator", {9003, lmb(4).value, 0}), 0);
  expect_sound();
}

class EndAt : public Migration, public ::testing::WithParamInterface<int> {};

// A mover's abort after each step: until the state has left, the partition stays on the source;
// from then on it is the target's.
TEST_P(EndAt, EachStepLeavesOnePartitionRunning) {
  const auto all = steps();
  const ProcUnits units = free_units(*here), units_there = free_units(*there);
  const int last = GetParam();
  for (int i = 0; i <= last; ++i) all.at(static_cast<std::size_t>(i)).run();
  const bool enabled = last >= 2, suspended = last >= 9, left = last == 10, arrived = last >= 11;
  const VasiStatus at_source = source().abort(kShared, 0x0200'0099);
  const VasiStatus at_target = target().abort(kShell, 0x0500'0099);
  if (!enabled) {
    EXPECT_EQ(at_source, VasiStatus::invalid_stream);
    EXPECT_EQ(at_target, VasiStatus::invalid_stream);
  } else if (arrived) {
    EXPECT_NE(at_source, VasiStatus::success);
    EXPECT_NE(at_target, VasiStatus::success);
    EXPECT_EQ(there->hypervisor.partition(kShell).power, PowerState::on);
  } else {
    EXPECT_EQ(at_target, VasiStatus::success);
    if (left) {
      EXPECT_EQ(at_source, VasiStatus::bad_transition);
      EXPECT_EQ(source().take_back(kShared, image).status, MoveStatus::done);
      EXPECT_EQ(source().abort(kShared, 0x0200'0099), VasiStatus::success);
    } else {
      EXPECT_EQ(at_source, VasiStatus::success);
    }
    if (suspended) {
      EXPECT_EQ(suspend_status(), kAborted);
    }
    EXPECT_EQ(vasi_state(), 2U);
    EXPECT_EQ(source().close(kShared), VasiStatus::success);
    EXPECT_EQ(target().close(kShell), VasiStatus::success);
    EXPECT_FALSE(vasi_state().has_value()) << "seen and closed";
    for (const std::uint64_t server : {1U, 8U}) EXPECT_EQ(hcall(kProd, {server}).status, 0);
    EXPECT_EQ(rtas("query-cpu-stopped-state", {8}, 2), 0);
    EXPECT_EQ(free_units(*here), units);
    EXPECT_EQ(free_units(*there), units_there);
    const auto again = source().enable_source(kShared, kStream + 1);
    EXPECT_EQ(again.status, MoveStatus::done) << "and may try once more";
  }
  expect_sound();
  EXPECT_EQ(here->hypervisor.inconsistencies().size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Steps, EndAt, ::testing::Range(0, 20));

class SnapshotAt : public Migration, public ::testing::WithParamInterface<int> {};

// Both machines, the memory and what the guest knows are put back: the same steps, the same end.
TEST_P(SnapshotAt, EachStepGoesOnFromThereAgain) {
  const auto all = steps();
  const auto cut = static_cast<std::size_t>(GetParam());
  for (std::size_t i = 0; i <= cut; ++i) all[i].run();
  const auto saved_here = here->hypervisor.snapshot(), saved_there = there->hypervisor.snapshot();
  const Bytes saved_memory = memory.bytes;
  Machine* const saved_at = at;
  const PartitionId saved_id = id;
  const auto rest = [&] {
    for (std::size_t i = cut + 1; i < all.size(); ++i) all[i].run();
    std::string text;
    for (const std::uint8_t byte : there->hypervisor.flattened_tree(kShell)) {
      text += static_cast<char>(byte);
    }
    return text;
  };
  const std::string first = rest();
  here->hypervisor.restore(saved_here);
  there->hypervisor.restore(saved_there);
  memory.bytes = saved_memory;
  at = saved_at;
  id = saved_id;
  EXPECT_EQ(rest(), first);
  expect_sound();
}

// Not between hand-over and arrival: then the partition is on its way, as a message is.
INSTANTIATE_TEST_SUITE_P(Steps, SnapshotAt,
                         ::testing::Values(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 18));

// -- what is refused --------------------------------------------------------------------------

TEST_F(Migration, PartitionsWithMoreThanProcessorsAndMemoryStay) {
  EXPECT_RULE("R1-14.12.1-5", source().validate(kDedicated).status == MoveStatus::not_migratable);
  EXPECT_RULE("R1-14.12.1-5",
              source().enable_source(kDedicated, 5).status == MoveStatus::not_migratable);
  EXPECT_THAT(source().validate(kDedicated).why, ::testing::HasSubstr("U78D5.ND1.CSS130E-P2-C1"));
  ASSERT_EQ(here->hypervisor.assign_slot(kSlot, kNoPartition).status, AssignStatus::done);
  EXPECT_RULE("R1-14.12.1-5", source().validate(kDedicated).status == MoveStatus::done);
  EXPECT_EQ(source().validate(PartitionId{99}).status, MoveStatus::no_such_partition);
  EXPECT_EQ(source().validate(kSpare).status, MoveStatus::wrong_state) << "no configuration";
}

TEST_F(Migration, TargetsMustHaveRoomAndBeOfTheSameKind) {
  MoveRequirement wanted = source().requirement(kShared);
  const auto status = [&] { return target().validate_target(kShell, wanted).status; };
  EXPECT_EQ(status(), MoveStatus::done);
  EXPECT_EQ(target().validate_target(kDedicated, wanted).status, MoveStatus::wrong_state);
  EXPECT_EQ(target().validate_target(PartitionId{50}, wanted).status,
            MoveStatus::no_such_partition);
  for (const auto& [change, expected] :
       std::initializer_list<std::pair<std::function<void()>, MoveStatus>>{
           {[&] { wanted.lmb_bytes *= 2; }, MoveStatus::incompatible},
           {[&] { wanted.threads = 4; }, MoveStatus::incompatible},
           {[&] { wanted.pvr = 0x0f000005; }, MoveStatus::incompatible},
           {[&] { wanted.timebase_hz = 1; }, MoveStatus::incompatible},
           {[&] { wanted.config.units = ProcUnits{10'000}; }, MoveStatus::not_enough_processors},
           {[&] { wanted.config.lmbs = 1000; }, MoveStatus::not_enough_memory}}) {
    change();
    EXPECT_EQ(status(), expected);
    EXPECT_EQ(target().enable_target(kShell, kStream, wanted).status, expected);
    wanted = source().requirement(kShared);
  }
  EXPECT_EQ(target().enable_target(kShell, 0, wanted).status, MoveStatus::bad_argument);
  EXPECT_EQ(target().state(kShell), VasiState::invalid) << "no stream came of it";
  expect_sound();
}

TEST_F(Migration, ImportTakesOnlyWhatWasEnabled) {
  suspend();
  image = source().export_partition(kShared);
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(target().import_partition(kDedicated, image, memory).status, MoveStatus::wrong_state);
  EXPECT_NE(image, nullptr) << "kept";
  ASSERT_EQ(target().abort(kShell, 1), VasiStatus::success);
  EXPECT_EQ(target().import_partition(kShell, image, memory).status, MoveStatus::wrong_state);
  ASSERT_EQ(target().close(kShell), VasiStatus::success);
  ASSERT_EQ(target().enable_target(kShell, kStream + 1, source().requirement(kShared)).status,
            MoveStatus::done);
  EXPECT_EQ(target().import_partition(kShell, image, memory).status, MoveStatus::bad_argument)
      << "another stream's";
  EXPECT_EQ(source().take_back(kShared, image).status, MoveStatus::done);
  expect_sound();
}

TEST_F(Migration, PartitionsMayGrowUntilTheyAreSuspended) {
  enable();
  ASSERT_EQ(here->hypervisor.set_lmbs(kShared, 6).status, AssignStatus::done);
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  ASSERT_TRUE(suspend_me().parks);
  arrive();
  expect_sound();
  EXPECT_EQ(there->hypervisor.partition(kShell).pending_lmbs, 6U);
}

TEST_F(Migration, WhatHasGrownTooLargeIsNotTakenIn) {
  enable();
  ASSERT_EQ(here->hypervisor.set_lmbs(kShared, 16).status, AssignStatus::done);
  const std::uint32_t all = free_lmbs(*there);
  ASSERT_EQ(there->hypervisor.set_lmbs(kDedicated, 8 + all - 2).status, AssignStatus::done);
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  ASSERT_TRUE(suspend_me().parks);
  image = source().export_partition(kShared);
  EXPECT_EQ(target().import_partition(kShell, image, memory).status,
            MoveStatus::not_enough_memory);
  EXPECT_EQ(target().state(kShell), VasiState::enabled);
  EXPECT_EQ(source().take_back(kShared, image).status, MoveStatus::done);
  EXPECT_EQ(source().abort(kShared, 1), VasiStatus::success);
  EXPECT_EQ(target().abort(kShell, 1), VasiStatus::success);
  EXPECT_EQ(suspend_status(), kAborted);
  expect_sound();
}

// -- off and stored ---------------------------------------------------------------------------

TEST_F(Migration, PartitionThatIsOffMovesAsItsConfiguration) {
  here->hypervisor.power_off(kShared);
  const std::uint32_t lmbs = free_lmbs(*here);
  enable();
  EXPECT_EQ(source().suspend(kShared), VasiStatus::bad_transition) << "nobody is there";
  EXPECT_EQ(source().complete(kShared), VasiStatus::bad_transition) << "nothing has moved";
  image = source().export_partition(kShared);
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(target().import_partition(kShell, image, memory).status, MoveStatus::done);
  EXPECT_EQ(source().complete(kShared), VasiStatus::success);
  EXPECT_EQ(target().complete(kShell), VasiStatus::success);
  EXPECT_EQ(source().close(kShared), VasiStatus::success);
  EXPECT_EQ(target().close(kShell), VasiStatus::success);
  EXPECT_EQ(free_lmbs(*here), lmbs + 4);
  EXPECT_EQ(there->hypervisor.partition(kShell).config.name, "lp3");
  EXPECT_EQ(there->hypervisor.power_on(kShell, memory).status, AssignStatus::done);
  expect_sound();
}

// R1-17.7.7.2-6: the stream number of the suspend phase is that of the wake phase.
TEST_F(Migration, HibernationComesBackToTheSameMachine) {
  ASSERT_EQ(source().enable_source(kShared, kStream).status, MoveStatus::done);
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  const MoveRequirement needed = source().requirement(kShared);
  const Node before = tree();
  ASSERT_TRUE(suspend_me().parks);
  image = source().export_partition(kShared);
  ASSERT_EQ(source().resumed_elsewhere(kShared), VasiStatus::success) << "it is in storage";
  ASSERT_EQ(source().complete(kShared), VasiStatus::success);
  ASSERT_EQ(source().close(kShared), VasiStatus::success);
  expect_sound();
  ASSERT_EQ(source().enable_target(kShared, kStream + 1, needed).status, MoveStatus::done);
  EXPECT_RULE("R1-17.7.7.2-6", source().import_partition(kShared, image, memory).status ==
                                   MoveStatus::bad_argument);
  ASSERT_EQ(source().abort(kShared, 1), VasiStatus::success);
  ASSERT_EQ(source().close(kShared), VasiStatus::success);
  ASSERT_EQ(source().enable_target(kShared, kStream, needed).status, MoveStatus::done);
  EXPECT_RULE("R1-17.7.7.2-6", source().import_partition(kShared, image, memory).status ==
                                   MoveStatus::done);
  EXPECT_EQ(suspend_status(), 0);
  EXPECT_EQ(vasi_state(), 5U);
  EXPECT_EQ(tree(), before) << "the same machine: nothing to tell";
  const NodeReport report = nodes(1);
  EXPECT_EQ(report.status, 0);
  EXPECT_TRUE(report.operations.empty());
  EXPECT_RULE("R1-7.3.24-5", memory.cell(kWork + 16) == 0) << "the terminator alone";
  expect_sound();
}

TEST_F(Migration, ThereAndBackAgain) {
  const Node first = tree();
  migrate();
  vasi_state();
  std::swap(here, there);
  const auto roundtrip = [&] {
    ASSERT_EQ(source().enable_source(kShell, kStream + 1).status, MoveStatus::done);
    ASSERT_EQ(target().enable_target(kShared, kStream + 1, source().requirement(kShell)).status,
              MoveStatus::done);
    ASSERT_EQ(source().suspend(kShell), VasiStatus::success);
    ASSERT_TRUE(suspend_me().parks);
    image = source().export_partition(kShell);
    ASSERT_EQ(target().import_partition(kShared, image, memory).status, MoveStatus::done);
  };
  roundtrip();
  at = there.get();
  id = kShared;
  EXPECT_EQ(tree(), first) << "uuid, addresses and indexes are the partition's";
  expect_sound();
}

TEST_F(Migration, PowerOffEndsTheStream) {
  suspend();
  here->hypervisor.power_off(kShared);
  EXPECT_EQ(source().state(kShared), VasiState::invalid);
  EXPECT_EQ(source().export_partition(kShared), nullptr);
  EXPECT_EQ(target().abort(kShell, 0x0400'0000), VasiStatus::success);
  EXPECT_EQ(target().close(kShell), VasiStatus::success);
  expect_sound();
  EXPECT_EQ(here->hypervisor.power_on(kShared, memory).status, AssignStatus::done);
}

// -- any order --------------------------------------------------------------------------------

class AnyOrder : public Migration, public ::testing::WithParamInterface<int> {
 protected:
  int running() const {
    const auto on = [](const Machine& m, PartitionId p) {
      const PartitionView view = m.hypervisor.partition(p);
      return view.power == PowerState::on ? 1 : 0;
    };
    return on(*here, kShared) + on(*there, kShell);
  }
};

TEST_P(AnyOrder, KeepsBothMachinesSound) {
  Random random(static_cast<std::uint64_t>(GetParam()));
  const std::function<void()> acts[] = {
      [&] { source().enable_source(kShared, kStream + random.below(2)); },
      [&] { target().enable_target(kShell, kStream, source().requirement(kShared)); },
      [&] { source().suspend(kShared); },
      [&] { suspend_me(random.below(2) == 0 ? 0 : 1); },
      [&] { hcall(kJoin, {}, random.below(2) == 0 ? 1 : 0); },
      [&] { rtas("start-cpu", {1, 0x100, 0}); },
      [&] { if (image == nullptr) image = source().export_partition(kShared); },
      [&] {
        if (image == nullptr) return;
        if (target().import_partition(kShell, image, memory).status != MoveStatus::done) return;
        if (here->hypervisor.partition(kShared).power == PowerState::off) return;
        at = there.get();
        id = kShell;
        EXPECT_EQ(source().resumed_elsewhere(kShared), VasiStatus::success);
      },
      [&] { if (image != nullptr) source().take_back(kShared, image); },
      [&] { source().abort(kShared, 1); },
      [&] { target().abort(kShell, 2); },
      [&] { source().cancel(kShared, 3); },
      [&] { source().complete(kShared); },
      [&] { target().complete(kShell); },
      [&] { source().close(kShared); },
      [&] { target().close(kShell); },
      [&] { source().failover(kShared); },
      [&] { source().reconnect(kShared); },
      [&] { here->hypervisor.set_lmbs(kShared, 3 + static_cast<std::uint32_t>(random.below(6))); },
      [&] { there->hypervisor.set_processors(kShell, 1 + static_cast<int>(random.below(4))); },
      [&] { rtas("set-indicator", {9003, lmb(4).value, 1}); },
      [&] { rtas("set-indicator", {9001, lmb(3).value, 0}); },
      [&] { rtas("set-indicator", {9003, lmb(3).value, 0}); },
      [&] { nodes(1); },
      [&] { vasi_state(); },
      [&] { hcall(kSignal, {kStream, 1, 0}); },
      [&] { const std::array drcs{cpu(0)}; source().reassign(kShared, drcs, 1); },
  };
  for (int i = 0; i < 400; ++i) {
    acts[random.below(std::size(acts))]();
    ASSERT_THAT(here->hypervisor.inconsistencies(), ::testing::IsEmpty()) << i;
    ASSERT_THAT(there->hypervisor.inconsistencies(), ::testing::IsEmpty()) << i;
    ASSERT_LE(running(), 2);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyOrder, ::testing::Range(1, 13));

}  // namespace
}  // namespace lparsim::firmware
