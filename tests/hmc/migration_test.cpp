// migrlpar against a scripted system: names, options, the end of a migration as a message.
#include "tests/hmc/fakes.hpp"

namespace lparsim::hmc::testing {
namespace {

using Result = MigrationEnd::Result;
using MigrationTest = Fixture;

TEST_F(MigrationTest, ValidatesMigratesAndStops) {
  expect_silent("migrlpar -o v -m sys1 -t sys2 -p alpha");
  EXPECT_EQ(system.calls, (std::vector<std::string>{"validate_migration 1 sys2"}));
  system.calls.clear();
  expect_silent("migrlpar -o m -m sys1 -t sys2 --id 2 -w 5");
  EXPECT_EQ(system.calls, (std::vector<std::string>{"validate_migration 2 sys2",
                                                    "migrate 2 sys2 300"}));
  system.calls.clear();
  expect_silent("migrlpar -o s -m sys1 -p alpha");
  EXPECT_EQ(system.calls, (std::vector<std::string>{"stop_migration 1"}));
}

TEST_F(MigrationTest, WhatCannotBeIsRefusedBeforeAnyCall) {
  const std::string not_found =
      "was not found.  Please check your entry and retry the command.";
  expect_refused("migrlpar -o m -m sys1 -t sys3 -p alpha",
                 "HSCL8018 The managed system named sys3 " + not_found);
  expect_refused("migrlpar -o m -m sys1 -t sys2 -p omega",
                 "HSCL8012 The partition named omega " + not_found);
  for (const char* line :
       {"migrlpar -o m -m sys1 -p alpha", "migrlpar -o x -m sys1 -t sys2 -p alpha",
        "migrlpar -m sys1 -t sys2 -p alpha", "migrlpar -o m -t sys2 -p alpha",
        "migrlpar -o m -m sys1 -t sys2", "migrlpar -o m -m sys1 -t sys2 -p alpha -w 1.5",
        "migrlpar -o s -m sys1 -t sys2 -p alpha", "migrlpar -o r -m sys1 -p alpha",
        "migrlpar -o m -m sys1 -t sys2 --all", "migrlpar -o m -m sys1 -t sys2 -p alpha --async",
        "migrlpar -o m -m sys1 -t sys2 -p alpha --ip 10.0.0.1"}) {
    EXPECT_EQ(run(line).exit_status, 1) << line;
  }
  EXPECT_TRUE(system.calls.empty());
}

TEST_F(MigrationTest, WithoutRmcTheCapturedMessage) {
  system.migration_ends = {{Result::no_rmc, {}, {}}};
  expect_refused("migrlpar -o v -m sys1 -t sys2 -p alpha",
                 "HSCLA246 The management console cannot communicate with partition alpha.  Either "
                 "the network connection is not available or the partition does not have a level "
                 "of software that is capable of supporting this operation.  Verify the correct "
                 "network and setup of the partition, and try the operation again.");
}

struct Ending {
  MigrationEnd end;
  const char* part;
};
TEST_F(MigrationTest, EveryEndIsTold) {
  const RmcReply os{RmcReply::done, 16, "out of it\n", "errors\n"};
  const std::vector<Ending> endings{
      {{Result::refused, "it has the physical slot X", {}}, "it has the physical slot X"},
      {{Result::os_failed, {}, os}, "errors"},
      {{Result::os_failed, {}, os}, "The OS return code is 16."},
      {{Result::moved_with_error, {}, os}, "is on the managed system sys2"},
      {{Result::stopped, {}, {}}, "was stopped"},
      {{Result::timed_out, {}, {}}, "within 3 minutes"},
      {{Result::failed, "the target said no", {}}, "the target said no"}};
  for (const Ending& ending : endings) {
    system.migration_ends = {{}, ending.end};
    const auto result = run("migrlpar -o m -m sys1 -t sys2 -p alpha -w 3");
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_NE(result.err.find(ending.part), std::string::npos) << result.err;
  }
}

TEST_F(MigrationTest, StopThatComesTooLate) {
  system.stops = false;
  const auto result = run("migrlpar -o s -m sys1 -p alpha");
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_NE(result.err.find("alpha"), std::string::npos);
}

TEST_F(MigrationTest, WhileItMigratesNothingElseIsPossible) {
  of(1).state = PartitionState::migrating_running;
  for (const char* line : {"chhwres -r mem -m sys1 -o a -p alpha -q 256 --force",
                           "chhwres -r proc -m sys1 -o a -p alpha --procs 1"}) {
    const auto result = run(line);
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_NE(result.err.find("Migrating - Running"), std::string::npos) << result.err;
  }
  EXPECT_TRUE(system.calls.empty());
  EXPECT_NE(run("lssyscfg -r lpar -m sys1 --filter lpar_names=alpha -F state").out.find(
                "Migrating - Running"),
            std::string::npos);
}

}  // namespace
}  // namespace lparsim::hmc::testing
