// Each invariant fires when it is broken and is silent when it holds.
#include <gtest/gtest.h>

#include "sim/scenario/invariants/hmc_change.hpp"
#include "sim/scenario/invariants/invariant.hpp"

namespace lparsim::scenario {
namespace {

constexpr std::uint64_t kLmb = 256ULL << 20;

Picture sound_picture() {
  Picture picture;
  picture.systems.resize(1);
  picture.systems[0].name = "here";
  auto& ledger = picture.systems[0].ledger;
  auto& partition = picture.partitions.emplace_back();
  partition.id = PartitionId{1};
  partition.name = "one";
  partition.system = "here";
  partition.lmb_bytes = kLmb;
  partition.firmware.power = firmware::PowerState::on;
  partition.firmware.owned_procs = 2;
  partition.firmware.owned_lmbs = 4;
  partition.hmc.pend.processors.procs.amount = 2;
  partition.hmc.pend.memory.mb.amount = 1024;
  auto& kernel = partition.kernel.emplace();
  kernel.cpu_drcs = {0x10000000, 0x10000008};
  kernel.lmb_size = kLmb;
  kernel.boot_memory_bytes = 2 * kLmb;
  kernel.lmbs = {{2 * kLmb, 0x80000002, 0, 8, true}, {3 * kLmb, 0x80000003, 0, 8, true},
                 {4 * kLmb, 0x80000004, 0, 0, false}};
  ledger.configurable_lmbs = 10;
  ledger.firmware_lmbs = 1;
  ledger.free_lmbs = 5;
  ledger.configurable_units = ledger.free_units = ProcUnits{800};
  ledger.free_units = ProcUnits{600};
  ledger.shares = {{PartitionId{1}, ProcUnits{200}, 4, 0}};
  return picture;
}

struct Step : testing::Test {
  ManualClock clock;
  EventLog log{clock};
  Picture before = sound_picture(), after = sound_picture();

  std::string found(std::vector<Operation> operations = {}) {
    std::string names;
    for (const auto& finding : check_all({before, after, log, 0, std::move(operations), false})) {
      names += std::string(finding.invariant) + " ";
    }
    return names;
  }
  PartitionPicture& one() { return after.partitions[0]; }
};

TEST_F(Step, ASoundStepHasNoFinding) { EXPECT_EQ(found(), ""); }

TEST_F(Step, OwnSeesALostLmbAndALostProcessor) {
  after.systems[0].ledger.free_lmbs = 4;
  EXPECT_EQ(found(), "OWN ");
  after.systems[0].ledger.free_units = ProcUnits{599};
  EXPECT_EQ(found(), "OWN OWN ");
}

TEST_F(Step, OwnPassesOnWhatFirmwareSaysOfItself) {
  after.systems[0].inconsistencies = {"DTWF /cpus has no #address-cells"};
  EXPECT_EQ(found(), "DTWF ");
}

TEST_F(Step, AgreeComparesAllThreeViews) {
  one().kernel->cpu_drcs.push_back(0x10000010);
  EXPECT_EQ(found(), "AGREE ");
  one().difference_reported = true;
  EXPECT_EQ(found(), "");
}

TEST_F(Step, AgreeDoesNotMindOfflineCpus) {
  one().kernel->cpus = {{0, 0, true, true}, {1, 1, true, false}};
  EXPECT_EQ(found(), "");
}

TEST_F(Step, ReportSeesASuccessThatDidNothing) {
  EXPECT_EQ(found({{"chhwres -r proc -m s -o a -p one --procs 1", 0, "", ""}}), "REPORT ");
}

TEST_F(Step, AtomicSeesAFailureThatDidMoreThanItStates) {
  const std::string command = "chhwres -r mem -m s -o a -p one -q 512";
  EXPECT_EQ(found({{command, 1, "", "HSCL2931 ... Amount of memory added: 0 MB of 512 MB."}}), "");
  before.partitions[0].firmware.owned_lmbs = 3;
  EXPECT_EQ(found({{command, 1, "", "HSCL2931 ... Amount of memory added: 0 MB of 512 MB."}}),
            "ATOMIC ");
  EXPECT_EQ(found({{command, 1, "", "HSCL2931 ... Amount of memory added: 256 MB of 512 MB."}}),
            "");
}

TEST_F(Step, DrstateSeesAJumpAndADeadEnd) {
  log.add(EventKind::drc_state, PartitionId{1}, 0x10000010, log.text("L1b"), log.text("L4"));
  EXPECT_EQ(found(), "DRSTATE ");
  one().drcs = {{DrcIndex{0x10000010}, firmware::DrcType::cpu, "CPU 3",
                 firmware::DrcState::available}};
  EXPECT_EQ(found(), "DRSTATE DRSTATE ");
}

TEST_F(Step, DrstateAllowsTheRoadAndPoweringOn) {
  for (const auto& [from, to] : {std::pair{"L1b", "L1a"}, {"L1a", "L2"}, {"L2", "L3"},
                                 {"L3", "L4"}, {"L4", "L2"}, {"L2", "L1b"}}) {
    log.add(EventKind::drc_state, PartitionId{1}, 1, log.text(from), log.text(to));
  }
  EXPECT_EQ(found(), "");
  log.add(EventKind::partition_state, PartitionId{1}, log.text("off"), log.text("on"));
  log.add(EventKind::drc_state, PartitionId{1}, 1, log.text("L1b"), log.text("L4"));
  EXPECT_EQ(found(), "");
}

TEST_F(Step, AMigrationHasPutThePartitionWhereItSays) {
  const std::string command = "migrlpar -o m -m here -t there -p one";
  EXPECT_EQ(found({{command, 1, "", "HSCLSIM17 ..."}}), "");
  EXPECT_EQ(found({{command, 0, "", ""}}), "REPORT ");
  one().system = "there";
  EXPECT_EQ(found({{command, 0, "", ""}}), "");
  EXPECT_EQ(found({{command, 1, "", "... is on the managed system there, but ..."}}), "");
  EXPECT_EQ(found({{command, 1, "", "HSCLSIM17 ..."}}), "ATOMIC ");
  EXPECT_EQ(found({{"migrlpar -o v -m here -t there -p one", 0, "", ""}}), "") << "no claim";
  after.partitions.clear();
  EXPECT_EQ(found({{command, 0, "", ""}}), "REPORT ");
}

TEST_F(Step, OwnLooksAtEverySystem) {
  before.systems.push_back(before.systems[0]);
  after.systems.push_back(after.systems[0]);
  EXPECT_EQ(found(), "");
  after.systems[1].ledger.free_lmbs = 4;
  EXPECT_EQ(found(), "OWN ");
}

TEST_F(Step, CrashSeesAKernelThatStopped) {
  one().kernel->crashed = true;
  EXPECT_EQ(found(), "CRASH ");
}

TEST(Claims, AMoveClaimsTwiceAndForceClaimsNothing) {
  const auto move = claims_of({"chhwres -r proc -m s -o m -p a -t b --procs 2", 0, "", ""});
  ASSERT_TRUE(move && move->size() == 2);
  EXPECT_EQ((*move)[0].amount, -2);
  EXPECT_EQ((*move)[1].amount, 2);
  EXPECT_FALSE(claims_of({"chhwres -r mem -m s -o a -p a -q 256 --force", 0, "", ""}));
  EXPECT_TRUE(claims_of({"lssyscfg -r sys", 0, "", ""})->empty());
}

}  // namespace
}  // namespace lparsim::scenario
