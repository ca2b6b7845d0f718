// chhwres and rsthwres against a scripted system: which calls, in which order, and what the
// operator reads (hmc.md 2.2 to 2.4).
#include "tests/hmc/fakes.hpp"
#include "tests/support/expect_rule.hpp"

namespace lparsim::hmc::testing {
namespace {

using Calls = std::vector<std::string>;

constexpr const char* kAddProc = "chhwres -r proc -m sys1 -o a -p alpha --procs 1";
const std::string kAdvice =
    "Please issue the lshwres command to list the processing resources of the partition and to "
    "determine whether or not its pending and runtime processing values match. If they do not "
    "match, problems with future processing-related operations on the managed system may occur, "
    "and it is recommended that the rsthwres command to restore processing resources be issued on "
    "the partition to synchronize its pending processing value with its runtime processing value.";

OsAnswer os_failure(int exit_status, std::string out, std::string err) {
  return {{RmcReply::done, exit_status, std::move(out), std::move(err)}, {}};
}

void three_processors(Values& values) { values.at(PartitionId{1}).run_procs = 3; }

// The way of a change that succeeds: one row per command.
struct GoodCase {
  std::string line;
  Calls calls;
};

struct Good : Fixture, ::testing::WithParamInterface<GoodCase> {};

TEST_P(Good, TellsHypervisorThenPartition) {
  expect_silent(GetParam().line);
  EXPECT_EQ(system.calls, GetParam().calls);
  EXPECT_FALSE(hmc.difference_was_reported(PartitionId{1}));
}

INSTANTIATE_TEST_SUITE_P(Changes, Good, ::testing::Values(
    GoodCase{kAddProc, {"procs 1 3", "os 1 [300] drmgr -c cpu -a -q 1 -w 5 -d 0"}},
    GoodCase{"chhwres -r proc -m sys1 -o r --id 1 --procs 1 -w 0 -d 5",
             {"procs 1 1", "os 1 [ever] drmgr -c cpu -r -q 1 -w 0 -d 5"}},
    GoodCase{"chhwres -r proc -m sys1 -o s -p alpha --procs 4 -w 1",
             {"procs 1 4", "os 1 [60] drmgr -c cpu -a -q 2 -w 1 -d 0"}},
    GoodCase{"chhwres -r mem -m sys1 -o a -p alpha -q 512",
             {"memory 1 4608", "os 1 [300] drmgr -c mem -a -q 2 -w 5 -d 0"}},
    GoodCase{"chhwres -r mem -m sys1 -o s -p alpha --quantity 1024",
             {"memory 1 1024", "os 1 [300] drmgr -c mem -r -q 12 -w 5 -d 0"}},
    GoodCase{"chhwres -r mem -m sys1 -o s -p alpha -q 4096", {}},
    GoodCase{"chhwres -r mem -m sys1 -o m -p alpha -t beta -q 256",
             {"memory 1 3840", "os 1 [300] drmgr -c mem -r -q 1 -w 5 -d 0", "memory 2 4352",
              "os 2 [300] drmgr -c mem -a -q 1 -w 5 -d 0"}},
    GoodCase{"chhwres -r proc -m sys1 -o m -p alpha --tid 3 --procs 1",
             {"procs 1 1", "os 1 [300] drmgr -c cpu -r -q 1 -w 5 -d 0", "procs 3 2"}},
    GoodCase{"chhwres -r proc -m sys1 -o a -p beta --procs 1 --procunits 0.25",
             {"units 2 75", "os 2 [300] drmgr -c cpu -p ent_capacity -a -q 25 -w 5 -d 0",
              "procs 2 3", "os 2 [300] drmgr -c cpu -a -q 1 -w 5 -d 0"}},
    GoodCase{"chhwres -r proc -m sys1 -o r -p beta --procs 1 --procunits .3",
             {"procs 2 1", "os 2 [300] drmgr -c cpu -r -q 1 -w 5 -d 0", "units 2 20",
              "os 2 [300] drmgr -c cpu -p ent_capacity -r -q 30 -w 5 -d 0"}},
    GoodCase{"chhwres -r proc -m sys1 -o s -p beta -a uncap_weight=200",
             {"weight 2 200", "os 2 [300] drmgr -c cpu -p variable_weight -a -q 72 -w 5 -d 0"}},
    GoodCase{"chhwres -r mem -m sys1 -o a -p gamma -q 1024", {"memory 3 2048"}},
    GoodCase{"chhwres -r proc -m sys1 -o a -p gamma --procs 1 --force", {"procs 3 2"}}));

// Refusals before anything happens: one row per check of hmc.md 2.3.
struct BadCase {
  std::string line, text;
};

struct Bad : Fixture, ::testing::WithParamInterface<BadCase> {};

TEST_P(Bad, IsRefusedBeforeAnythingHappens) {
  expect_refused(GetParam().line, GetParam().text);
  EXPECT_TRUE(system.calls.empty());
}

INSTANTIATE_TEST_SUITE_P(Checks, Bad, ::testing::Values(
    BadCase{"chhwres -r mem -m sys2 -o a -p alpha -q 256",
            "HSCL8018 The managed system named sys2 was not found.  Please check your entry and "
            "retry the command."},
    BadCase{"chhwres -r mem -m sys1 -o a --id 9 -q 256",
            "HSCL8011 The partition ID \"9\" was not found."},
    BadCase{"chhwres -r mem -m sys1 -o m -p alpha -t nobody -q 256",
            "HSCL8012 The partition named nobody was not found.  Please check your entry and retry "
            "the command."},
    BadCase{"chhwres -r mem -m sys1 -o m -p alpha --tid 1 -q 256",
            "HSCLSIM10 The source and the target of the move are the same partition alpha."},
    BadCase{"chhwres -r proc -m sys1 -o m -p alpha -t beta --procs 1",
            "HSCLSIM14 Processing resources cannot be moved between a dedicated and a shared "
            "processor partition."},
    BadCase{"chhwres -r proc -m sys1 -o a -p alpha --procunits 0.5",
            "HSCLSIM01 Partition alpha uses dedicated processors: --procunits does not apply to "
            "it."},
    BadCase{"chhwres -r proc -m sys1 -o s -p alpha -a uncap_weight=1",
            "HSCLSIM11 Partition alpha is not an uncapped shared processor partition: it has no "
            "weight."},
    BadCase{"chhwres -r proc -m sys1 -o s -p beta -a uncap_weight=256",
            "HSCLSIM12 The uncapped weight 256 is outside the range 0 to 255."},
    BadCase{"chhwres -r mem -m sys1 -o a -p alpha -q 100",
            "HSCLSIM02 The memory amount 100 MB is not a multiple of the memory region size 256 "
            "MB."},
    BadCase{"chhwres -r proc -m sys1 -o a -p beta --procunits 0.125",
            "HSCLSIM03 The processing units 0.125 have more than two decimals."},
    BadCase{"chhwres -r proc -m sys1 -o a -p alpha --procs 3",
            "HSCLSIM04 The processors of partition alpha would become 5, above its maximum 4; it "
            "has 2."},
    BadCase{"chhwres -r proc -m sys1 -o r -p alpha --procs 2",
            "HSCLSIM05 The processors of partition alpha would become 0, below its minimum 1; it "
            "has 2."},
    BadCase{"chhwres -r proc -m sys1 -o r -p beta --procunits 0.45",
            "HSCLSIM05 The processing units of partition beta would become 0.05, below its minimum "
            "0.1; it has 0.5."},
    BadCase{"chhwres -r proc -m sys1 -o s -p beta --procunits 0.15 --procs 4",
            "HSCL1566 The operation failed because the ratio of assigned processing units to "
            "assigned virtual processors for partition 2 would have been less than the minimum "
            "ratio supported by the operating system on the partition."},
    BadCase{"chhwres -r proc -m sys1 -o s -p beta --procunits 1.5 --procs 1",
            "HSCLSIM06 The processing units of partition beta would become 1.5, more than its 1 "
            "virtual processors can use."},
    BadCase{"chhwres -r proc -m sys1 -o s -p beta -a sharing_mode=cap",
            "HSCLSIM15 The simulator does not model the attribute sharing_mode of chhwres -a."},
    BadCase{"chhwres -r proc -m sys1 -o s -p beta -a uncap_wait=1",
            "An invalid attribute was entered.  The invalid attribute is uncap_wait.  Please "
            "correct your entry and retry the command."},
    BadCase{"chhwres -r proc -m sys1 -o s -p beta -a uncap_weight",
            "The format of the configuration data is invalid.  The data is uncap_weight."}));

TEST_F(Fixture, LimitsOfAPartitionHold) {
  const auto refused = [&](const char* amounts) {
    const auto result = run(std::string("chhwres -m sys1 ") + amounts);
    return result.exit_status != 0 && system.calls.empty();
  };
  EXPECT_RULE("A.2-1 (no R1 number)", refused("-r proc -o r -p alpha --procs 2"));
  EXPECT_RULE("A.2-1 (no R1 number)", refused("-r proc -o r -p beta --procunits 0.45"));
  EXPECT_RULE("A.2-1 (no R1 number)", refused("-r mem -o r -p alpha -q 1048576"));
  EXPECT_RULE("A.2-2 (no R1 number)", refused("-r proc -o a -p alpha --procs 3"));
  EXPECT_RULE("A.2-2 (no R1 number)", refused("-r mem -o a -p alpha -q 1048576"));
  EXPECT_RULE("A.2-3 (no R1 number)", refused("-r proc -o s -p beta --procunits 0.15 --procs 4"));
  EXPECT_RULE("A.2-5 (no R1 number)", refused("-r proc -o a -p beta --procunits 0.125"));
}

TEST_F(Fixture, NeedsWhatTheSystemHas) {
  system.system_values.curr_avail_units = ProcUnits{0};
  system.system_values.curr_avail_mem_mb = 0;
  of(3).curr = {};   // gamma holds nothing any more
  expect_refused(kAddProc,
                 "HSCLSIM07 The managed system does not have enough processors for partition "
                 "alpha: 3 are asked for and 2 are possible.");
  expect_refused("chhwres -r mem -m sys1 -o a -p alpha -q 256",
                 "HSCLSIM07 The managed system does not have enough memory (MB) for partition "
                 "alpha: 4352 are asked for and 4096 are possible.");
  EXPECT_TRUE(system.calls.empty());
  expect_silent("chhwres -r mem -m sys1 -o m -p beta -t alpha -q 256");   // a move brings its own
}

TEST_F(Fixture, PartitionsThatAreNotActivatedHoldNothingBack) {
  system.system_values.curr_avail_mem_mb = 0;
  expect_silent("chhwres -r mem -m sys1 -o a -p alpha -q 1024");   // gamma has 1024
}

TEST_F(Fixture, TheHypervisorHasTheLastWord) {
  system.answers = {{Refusal::not_enough_processors, 2}};
  expect_refused(kAddProc,
                 "HSCLSIM07 The managed system does not have enough processors for partition "
                 "alpha: 3 are asked for and 2 are possible.");
  EXPECT_EQ(system.calls, (Calls{"procs 1 3"}));
  EXPECT_FALSE(hmc.difference_was_reported(PartitionId{1}));
}

TEST_F(Fixture, NoRmcIsRefusedAndForced) {
  system.rmc_states[PartitionId{1}] = RmcState::inactive;
  EXPECT_EQ(run("chhwres -r proc -m sys1 -o a --id 1 --procs 1").err.substr(0, 106),
            "HSCL2957 Either there is currently no RMC connection between the management console "
            "and the partition 1 or");
  EXPECT_TRUE(system.calls.empty());
  expect_silent(std::string(kAddProc) + " --force");
  EXPECT_EQ(system.calls, (Calls{"procs 1 3"}));
  EXPECT_EQ(of(1).run_procs, 2);
  EXPECT_TRUE(hmc.difference_was_reported(PartitionId{1}));
}

TEST_F(Fixture, ForceStillTellsAnOsThatListens) {
  expect_silent(std::string(kAddProc) + " --force");
  EXPECT_EQ(system.calls.size(), 2U);
}

TEST_F(Fixture, StartingPartitionsHaveNobodyToTell) {
  for (const PartitionState state : {PartitionState::starting, PartitionState::open_firmware,
                                     PartitionState::shutting_down, PartitionState::error}) {
    of(1).state = state;
    EXPECT_EQ(run(kAddProc).err.substr(0, 8), "HSCL2957");
  }
  EXPECT_TRUE(system.calls.empty());
}

TEST_F(Fixture, AnExitStatusOfTheOsIsShownWithItsTexts) {
  system.os = {os_failure(1, "one\n", "two\n")};
  expect_refused(
      "chhwres -r proc -m sys1 -o r -p alpha --procs 1",
      "HSCL294F The dynamic removal of processing resources failed: The operation to remove "
      "processing has failed on partition alpha. The requested amount of processing to be removed "
      "is 1 and the completed amount is 0.\nThe OS standard output is:\n\none\n\n"
      "The OS standard error is:\n\ntwo\n\n\n\n\nThe OS return code is 1." + kAdvice);
  EXPECT_TRUE(hmc.difference_was_reported(PartitionId{1}));
  EXPECT_EQ(of(1).pend.processors.procs.amount, 1);
}

TEST_F(Fixture, ExitZeroWithLessDoneIsAFailure) {
  system.os = {{{RmcReply::done, 0, "CPU 8\n", ""}, three_processors}};
  const CommandResult result = run("chhwres -r proc -m sys1 -o a -p alpha --procs 2");
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_NE(result.err.find("to be added is 2 and the completed amount is 1."), std::string::npos);
  EXPECT_NE(result.err.find("HSCL294E "), std::string::npos);
  EXPECT_NE(result.err.find("The OS return code is 0."), std::string::npos);
  EXPECT_EQ(of(1).pend.processors.procs.amount, 4);   // the target stays ahead
}

TEST_F(Fixture, AllDoneWithAFailedExitStatusIsAFailure) {
  system.os = {{{RmcReply::done, 3, "", ""}, three_processors}};
  const CommandResult result = run(kAddProc);
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_NE(result.err.find("completed amount is 1."), std::string::npos);
  EXPECT_NE(result.err.find("The OS return code is 3."), std::string::npos);
}

TEST_F(Fixture, MemoryTellsHowMuchWasDone) {
  system.os = {{{RmcReply::done, 255, "DR_TOTAL_RESOURCES=1\n", "stuck\n"},
                [](Values& v) { v.at(PartitionId{1}).run_mem_mb -= 256; }}};
  expect_refused("chhwres -r mem -m sys1 -o r -p alpha -q 1024",
                 "HSCL2932 The dynamic removal of memory resources failed:\n"
                 "  The operating system prevented all of the requested memory from being "
                 "removed.\n  Amount of memory removed: 256 MB of 1024 MB.\n"
                 "  The detailed output of the OS operation follows:\nstuck\n\n"
                 "The OS return code is 255.");
}

TEST_F(Fixture, TimeoutAndLostConnectionEndInTheirOwnWords) {
  system.os = {{{RmcReply::timed_out, 0, "", ""}, {}}, {{RmcReply::no_connection, 0, "", ""}, {}}};
  const CommandResult late = run("chhwres -r mem -m sys1 -o a -p alpha -q 256 -w 2");
  EXPECT_EQ(late.err,
            "HSCL2931 The dynamic addition of memory resources failed:\n"
            "  The operating system prevented all of the requested memory from being added.\n"
            "  Amount of memory added: 0 MB of 256 MB.\n"
            "  The detailed output of the OS operation follows:\n\n"
            "The operating system did not complete the operation within 2 minutes.\n");
  const CommandResult lost = run(kAddProc);
  EXPECT_EQ(lost.exit_status, 1);
  EXPECT_NE(lost.err.find("The RMC connection to the partition was lost."), std::string::npos);
  EXPECT_EQ(system.calls[1], "os 1 [120] drmgr -c mem -a -q 1 -w 2 -d 0");
}

TEST_F(Fixture, AMoveStopsAtAFailedRemoval) {
  system.os = {os_failure(255, "", "")};
  EXPECT_EQ(run("chhwres -r mem -m sys1 -o m -p alpha -t beta -q 256").err.substr(0, 8),
            "HSCL2932");
  EXPECT_EQ(system.calls.size(), 2U);
  EXPECT_EQ(of(2).pend.memory.mb.amount, 4096);
}

TEST_F(Fixture, AMoveWhoseAddFailsLeavesTheResourceFree) {
  system.os = {{{}, [](Values& v) { v.at(PartitionId{1}).run_mem_mb -= 256; }},
               os_failure(255, "", "")};
  system.os[0].reply.kind = RmcReply::done;
  EXPECT_EQ(run("chhwres -r mem -m sys1 -o m -p alpha -t beta -q 256").err.substr(0, 8),
            "HSCL2931");
  EXPECT_FALSE(hmc.difference_was_reported(PartitionId{1}));
  EXPECT_TRUE(hmc.difference_was_reported(PartitionId{2}));
  EXPECT_EQ(of(1).pend.memory.mb.amount, 3840);
}

TEST_F(Fixture, SharedChangesStopAtTheFirstFailure) {
  system.os = {os_failure(1, "", "")};
  EXPECT_EQ(run("chhwres -r proc -m sys1 -o a -p beta --procs 1 --procunits 0.25").exit_status, 1);
  EXPECT_EQ(system.calls.size(), 2U);
  EXPECT_EQ(of(2).pend.processors.procs.amount, 2);
}

TEST_F(Fixture, RestoreBringsTheTargetBackAndListsUntilThen) {
  const std::string list = "lshwres -r mem -m sys1 --level lpar -R -F lpar_name";
  system.os = {os_failure(255, "", "")};
  EXPECT_EQ(run(list).out, "No results were found.\n");
  run("chhwres -r mem -m sys1 -o a -p alpha -q 256");
  EXPECT_EQ(run(list).out, "alpha\n");
  EXPECT_EQ(run("lshwres -r proc -m sys1 --level lpar -R").out, "No results were found.\n");
  system.calls.clear();
  expect_silent("rsthwres -r proc -m sys1");
  EXPECT_TRUE(system.calls.empty());
  expect_silent("rsthwres -r mem -m sys1 -p alpha");
  EXPECT_EQ(system.calls, (Calls{"restore memory 1"}));
  EXPECT_EQ(run(list).out, "No results were found.\n");
  EXPECT_FALSE(hmc.difference_was_reported(PartitionId{1}));
}

TEST_F(Fixture, SettingTheSameAmountAgainFinishesTheWork) {
  system.os = {os_failure(255, "", "")};
  const std::string line = "chhwres -r mem -m sys1 -o s -p alpha -q 4352";
  EXPECT_EQ(run(line).exit_status, 1);
  system.calls.clear();
  expect_silent(line);
  EXPECT_EQ(system.calls, (Calls{"os 1 [300] drmgr -c mem -a -q 1 -w 5 -d 0"}));
}

// While one session waits, another one adds a processor; the first one's drmgr does nothing and
// exits 0. The count alone would take the other's processor for its own.
TEST_F(Fixture, TwoSessionsDoNotAnswerForEachOther) {
  CommandResult other;
  const auto meanwhile = [&](Values&) { other = hmc.run(kAddProc, 2); };
  system.os = {{{RmcReply::done, 0, "", ""}, meanwhile},
               {{RmcReply::done, 0, "CPU 8\n", ""}, three_processors}};
  const CommandResult first = run(kAddProc);
  EXPECT_EQ(other.exit_status, 0);
  EXPECT_EQ(first.exit_status, 1);
  EXPECT_NE(first.err.find("to be added is 1 and the completed amount is 0."), std::string::npos);
  EXPECT_TRUE(hmc.difference_was_reported(PartitionId{1}));
}

TEST_F(Fixture, SnapshotsKeepWhatWasReported) {
  const auto before = hmc.snapshot();
  system.os = {os_failure(255, "", "")};
  run(kAddProc);
  const auto after = hmc.snapshot();
  hmc.restore(before);
  EXPECT_FALSE(hmc.difference_was_reported(PartitionId{1}));
  hmc.restore(after);
  EXPECT_TRUE(hmc.difference_was_reported(PartitionId{1}));
}

}  // namespace
}  // namespace lparsim::hmc::testing
