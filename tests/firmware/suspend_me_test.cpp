// ibm,suspend-me, H_JOIN, H_VASI_STATE and H_VASI_SIGNAL: every status and who sees what (LPM.md 2,
// 4, 8; LoPAR 7.3.23, 14.11.5, 17.7.6).
#include "firmware/mobility/suspend.hpp"
#include "mobility_guest.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int64_t kBadMode = -5, kContinue = 18, kNoop = -63, kP2 = -55, kParameter = -4;

class Suspend : public MobilityTest {
 protected:
  void start(std::uint32_t server) {
    ASSERT_EQ(rtas("start-cpu", {server, 0x100, 0}), 0);
  }
  void script(std::string outcome) {
    ScriptedAnswer answer;
    answer.site = "rtas.ibm,suspend-me";
    answer.outcome = std::move(outcome);
    here->choices = ScriptedChoices({answer});
  }
  void expect_unchanged(const Node& before) {
    EXPECT_EQ(tree(), before);
    EXPECT_EQ(vasi_state().value_or(99), 3U) << "still asked to suspend";
    EXPECT_EQ(rtas("query-cpu-stopped-state", {0}, 2), 0) << "the partition runs on";
  }
  TestMemory other_memory{1U << 20};
};

TEST_F(Suspend, NotSuspendableUnlessTheStreamAsksForIt) {
  EXPECT_RULE("R1-7.3.23-3", suspend_me().status == kNotSuspendable) << "no stream";
  enable();
  EXPECT_RULE("R1-7.3.23-3", suspend_me().status == kNotSuspendable) << "Enabled";
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  EXPECT_RULE("R1-7.3.23-3", suspend_me().parks) << "Suspending";
  ASSERT_EQ(source().abort(kShared, 0x0200'0001), VasiStatus::success);
  EXPECT_RULE("R1-7.3.23-3", suspend_me().status == kNotSuspendable) << "Aborted";
  expect_sound();
}

TEST_F(Suspend, ThreadsThatHaveNotJoinedForbidIt) {
  enable();
  start(1);
  start(8);
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  const Node before = tree();
  EXPECT_RULE("R1-7.3.23-4", suspend_me().status == kThreadsActive);
  expect_unchanged(before);
  EXPECT_EQ(hcall(kJoin, {}, 1).park, ParkUntil::prod);
  EXPECT_EQ(suspend_me().status, kThreadsActive) << "one is still out";
  EXPECT_EQ(hcall(kCede, {}, 8).park, ParkUntil::event);
  EXPECT_EQ(suspend_me().status, kThreadsActive) << "idle is not joined";
  EXPECT_EQ(hcall(kJoin, {}, 8).park, ParkUntil::prod);
  source().unmaskable_interrupt(kShared, ServerNumber{1});
  EXPECT_RULE("R1-7.3.23-4", suspend_me().status == kThreadsActive) << "left by a system reset";
  EXPECT_EQ(hcall(kJoin, {}, 1).park, ParkUntil::prod);
  EXPECT_TRUE(suspend_me().parks);
  expect_sound();
}

TEST_F(Suspend, JoinSleepsUntilProdAndTheLastGoesOn) {
  start(1);
  EXPECT_RULE("R1-14.11.5.1-1", hcall(kJoin, {}, 0, true).status == kBadMode) << "MSR[EE] is on";
  EXPECT_RULE("R1-14.11.5.1-1", hcall(kJoin, {}, 1).park == ParkUntil::prod);
  EXPECT_RULE("R1-14.11.5.1-1", hcall(kJoin, {}, 0).status == kContinue);
  EXPECT_TRUE(here->events.ready.empty());
  EXPECT_EQ(hcall(kProd, {1}, 0).status, 0);
  EXPECT_EQ(here->events.ready, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{3, 1}}));
  EXPECT_EQ(hcall(kProd, {1}, 0).status, 0) << "it runs: the prod is kept";
  const HcallReply again = hcall(kJoin, {}, 1);
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(again.park, ParkUntil::nothing) << "a prod that came before";
  expect_sound();
}

TEST_F(Suspend, CoprocessorOperationsForbidIt) {
  enable();
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  source().set_coprocessor_operations(kShared, 1);
  const Node before = tree();
  EXPECT_RULE("R1-7.3.23-20", suspend_me().status == -9006);
  expect_unchanged(before);
  source().set_coprocessor_operations(kShared, 0);
  EXPECT_RULE("R1-7.3.23-20", suspend_me().parks);
}

TEST_F(Suspend, EveryStatusOfTheTableLeavesTheSourceRunning) {
  enable();
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  const Node before = tree();
  const std::pair<const char*, std::int32_t> statuses[] = {
      {"hardware_error", -1},           {"suspension_aborted", 9000}, {"not_suspendable", -9004},
      {"threads_active", -9005},        {"coprocessor_operations", -9006}};
  for (const auto& [word, status] : statuses) {
    script(word);
    const RtasReply reply = suspend_me();
    EXPECT_RULE("R1-7.3.23-2", reply.status == status && !reply.parks) << word;
    EXPECT_EQ(suspend_status(), status);
    expect_unchanged(before);
  }
  EXPECT_EQ(call("ibm,suspend-me", {1}).status, -3) << "no inputs";
  here->choices = ScriptedChoices({});
  ASSERT_TRUE(suspend_me().parks);
  arrive();
  EXPECT_RULE("R1-7.3.23-2", suspend_status() == 0) << "resumed";
}

TEST_F(Suspend, TheSuspendedThreadGetsItsStatusWhenItGoesOn) {
  suspend();
  EXPECT_EQ(suspend_status(), static_cast<std::int32_t>(0xdeadbeef)) << "nothing written yet";
  EXPECT_TRUE(here->events.ready.empty());
  ASSERT_EQ(source().abort(kShared, 0x0200'0007), VasiStatus::success);
  EXPECT_EQ(suspend_status(), kSuspensionAborted);
  EXPECT_EQ(here->events.ready, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{3, 0}}));
  EXPECT_EQ(vasi_state().value_or(99), 2U);
  expect_sound();
}

TEST_F(Suspend, NothingOfASuspendedPartitionChanges) {
  suspend();
  const Node before = tree();
  Hypervisor& hv = here->hypervisor;
  const auto refused = [](const AssignAnswer& answer) {
    return answer.status == AssignStatus::wrong_state;
  };
  EXPECT_RULE("R1-7.3.23-16", refused(hv.set_processors(kShared, 3)));
  EXPECT_RULE("R1-7.3.23-16", refused(hv.set_lmbs(kShared, 5)));
  EXPECT_RULE("R1-7.3.23-16", refused(hv.set_units(kShared, ProcUnits{60})));
  EXPECT_RULE("R1-7.3.23-16", refused(hv.set_uncap_weight(kShared, 5)));
  EXPECT_RULE("R1-7.3.23-16", refused(hv.assign_slot(kFreeSlot, kShared)));
  EXPECT_RULE("R1-7.3.23-16", rtas("set-indicator", {9001, cpu(1).value, 0}) < 0);
  EXPECT_EQ(hcall(0xf0, {40, 64}).status, 1) << "H_SET_PPP: busy";
  hv.restore_processors(kShared);
  hv.restore_lmbs(kShared);
  EXPECT_EQ(tree(), before);
  EXPECT_EQ(hv.slot_owner(kFreeSlot), kNoPartition);
  arrive();
  EXPECT_EQ(there->hypervisor.set_lmbs(kShell, 5).status, AssignStatus::done) << "after Resumed";
  expect_sound();
}

// The order of the checks, and the states in which a cancel fits.
TEST_F(Suspend, SignalTakesCancelAloneAndOnlyBeforeSuspended) {
  EXPECT_RULE("R1-17.7.6.2-1", hcall(kSignal, {kStream, 1, 0}).status == kParameter);
  enable();
  EXPECT_RULE("R1-17.7.6.2-1", hcall(kSignal, {kStream + 1, 7, 0}).status == kParameter);
  for (const std::uint64_t code : {0U, 2U, 3U, 4U, 5U, 6U, 7U}) {
    EXPECT_RULE("R1-17.7.6.2-1", hcall(kSignal, {kStream, code, 0}).status == kP2);
  }
  EXPECT_EQ(vasi_state().value_or(99), 1U);
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  EXPECT_RULE("R1-17.7.6.2-1", hcall(kSignal, {kStream, 1, 0x0600'0010}).status == 0);
  EXPECT_EQ(vasi_state().value_or(99), 2U);
  EXPECT_RULE("R1-17.7.6.2-1", hcall(kSignal, {kStream, 1, 0}).status == kNoop);
}

TEST_F(Suspend, StateIsToldToThePartitionOfTheStreamOnly) {
  EXPECT_RULE("R1-17.7.6.3-1", !vasi_state().has_value());
  enable();
  EXPECT_RULE("R1-17.7.6.3-1", vasi_state() == 1U);
  EXPECT_RULE("R1-17.7.6.3-1", !vasi_state(kStream + 1).has_value());
  ASSERT_EQ(here->hypervisor.power_on(kDedicated, other_memory).status, AssignStatus::done);
  r[0] = kStream;
  EXPECT_RULE("R1-17.7.6.3-1",
              here->hypervisor.hcall(kDedicated, ServerNumber{0}, kState, r).status == kParameter);
  ASSERT_EQ(source().suspend(kShared), VasiStatus::success);
  EXPECT_RULE("R1-17.7.6.3-1", vasi_state() == 3U);
  ASSERT_EQ(source().failover(kShared), VasiStatus::success);
  EXPECT_EQ(source().state(kShared), VasiState::failover);
  EXPECT_RULE("R1-17.7.6.3-1", vasi_state() == 3U) << "Failover is never told";
  ASSERT_TRUE(suspend_me().parks);
  EXPECT_EQ(source().state(kShared), VasiState::failover);
  ASSERT_EQ(source().reconnect(kShared), VasiStatus::success);
  arrive();
  EXPECT_RULE("R1-17.7.6.3-1", vasi_state() == 5U);
  EXPECT_RULE("R1-17.7.7.1-8", vasi_state(kStream) == 5U) << "the same number on the target";
  ASSERT_EQ(target().complete(kShell), VasiStatus::success);
  ASSERT_EQ(target().close(kShell), VasiStatus::success);
  EXPECT_RULE("R1-17.7.6.3-1", vasi_state() == 6U) << "kept until it was seen";
  EXPECT_RULE("R1-17.7.6.3-1", !vasi_state().has_value()) << "seen: gone";
}

TEST_F(Suspend, UsersAbortIsRefusedFromSuspendedOnAndMoversUntilTheHandOver) {
  suspend();
  EXPECT_EQ(source().cancel(kShared, 0x0100'0000), VasiStatus::bad_transition);
  EXPECT_EQ(hcall(kSignal, {kStream, 1, 0}).status, 1) << "nobody is there to make it";
  auto image = source().export_partition(kShared);
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(source().abort(kShared, 1), VasiStatus::bad_transition) << "it may run elsewhere";
  EXPECT_EQ(source().export_partition(kShared), nullptr) << "one partition, one image";
  ASSERT_EQ(source().take_back(kShared, image).status, MoveStatus::done);
  EXPECT_EQ(image, nullptr);
  EXPECT_EQ(source().abort(kShared, 1), VasiStatus::success);
  EXPECT_EQ(suspend_status(), kSuspensionAborted);
  expect_sound();
}

TEST_F(Suspend, CallsAndHypervisorSetsComeTogether) {
  const Node root = tree();
  const Node& rtas = *root.find("/rtas");
  const auto has = [&](const char* name) { return rtas.property(name) != nullptr; };
  const auto set = [&](std::string_view name) {
    CellReader in(rtas.property("ibm,hypertas-functions")->value);
    while (in.left() > 0) {
      if (in.str() == name) return true;
    }
    return false;
  };
  ASSERT_TRUE(has("ibm,suspend-me"));
  EXPECT_RULE("R1-7.3.23-1", set("hcall-splpar") && has("ibm,hypertas-functions"));
  EXPECT_RULE("R1-7.3.23-5", set("hcall-join") && set("hcall-splpar"));
  EXPECT_RULE("R1-14.11.5.1-2", set("hcall-join") && set("hcall-splpar"));
  EXPECT_RULE("R1-7.3.23-8", has("ibm,update-nodes") && has("ibm,update-properties"));
  EXPECT_RULE("R1-7.3.23-15", has("ibm,lrdr-capacity"));
  EXPECT_RULE("R1-14.12.1-1", root.property("ibm,migratable-partition") != nullptr);
  EXPECT_RULE("R1-14.12.1-3", has("ibm,update-nodes") && has("ibm,update-properties"));
}

}  // namespace
}  // namespace lparsim::firmware
