// Migration between two managed systems of one world: ledgers, trees and consoles afterwards, each
// way in which it can fail, stop or meet something else, and episodes.
#include <gmock/gmock.h>

#include "firmware/mobility/mobility.hpp"
#include "tests/models/world_rig.hpp"

namespace lparsim::models {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kHere = 0, kThere = 1;
constexpr const char* kMigrate = "migrlpar -o m -m small -t other -p one";

class MigrationTest : public WorldTest {
 protected:
  MigrationTest() : WorldTest(two_machines()) {}

  struct Sums {
    ProcUnits units;
    std::uint32_t lmbs = 0;
    bool operator==(const Sums&) const = default;
  };
  Sums free_of(std::size_t system) {
    const auto ledger = world.hypervisor(system).ledger();
    return {ledger.free_units, ledger.free_lmbs};
  }
  std::string tree_file(const std::string& path) {
    Bytes bytes;
    EXPECT_GE(world.read_file(kOne, "/proc/device-tree" + path, bytes), 0) << path;
    return {bytes.begin(), bytes.end()};
  }
  bool has_directory(const std::string& path) {
    std::vector<kernel::DirectoryEntry> entries;
    return world.list_directory(kOne, "/proc/device-tree" + path, entries) >= 0;
  }
  void expect_sound() {
    for (const std::size_t system : {kHere, kThere}) {
      EXPECT_THAT(world.hypervisor(system).inconsistencies(), IsEmpty()) << system;
    }
  }
  // Nothing has changed but the time.
  void expect_as_before(const Sums& here, const Sums& there) {
    EXPECT_TRUE(world.run_to_rest(10min));
    EXPECT_EQ(world.system_of(kOne), kHere);
    EXPECT_EQ(free_of(kHere), here);
    EXPECT_EQ(free_of(kThere), there);
    EXPECT_THAT(hmc("lssyscfg -r lpar -m small -F name,state").out, HasSubstr("one,Running"));
    EXPECT_THAT(hmc("lssyscfg -r lpar -m other -F name").out, Not(HasSubstr("one")));
    EXPECT_EQ(shell(kOne, "cat /sys/devices/system/cpu/online").out,
              "0-" + std::to_string(online_threads(kOne) - 1) + "\n");
    expect_sound();
  }
  // What the log says of migrations, in order.
  std::vector<std::string> told() {
    std::vector<std::string> words;
    for (auto n = world.log().oldest(); n < world.log().total(); ++n) {
      const auto& record = world.log().at(n);
      if (record.kind != EventKind::assign) continue;
      const std::string what(world.log().text(record.values[0]));
      if (what.starts_with("migration ")) words.push_back(what.substr(10));
    }
    return words;
  }
};

TEST_F(MigrationTest, APartitionArrivesWithAllThatIsItsOwn) {
  boot();
  const Sums here = free_of(kHere), there = free_of(kThere);
  const auto threads = online_threads(kOne);
  const std::string model = tree_file("/system-id");
  const bool caches = has_directory("/cpus/l2-cache@2000");
  const auto result = hmc(kMigrate);
  ASSERT_EQ(result.exit_status, 0) << result.err;
  EXPECT_TRUE(world.run_to_rest(10min));
  EXPECT_EQ(world.system_of(kOne), kThere);
  EXPECT_EQ(free_of(kHere), (Sums{here.units + whole_processors(2), here.lmbs + 8}));
  EXPECT_EQ(free_of(kThere), (Sums{there.units - whole_processors(2), there.lmbs - 8}));
  EXPECT_EQ(online_threads(kOne), threads);
  EXPECT_NE(tree_file("/system-id"), model);
  EXPECT_FALSE(has_directory("/cpus/l2-cache@2000")) << caches;
  EXPECT_THAT(hmc("lssyscfg -r lpar -m other -F name,state").out, HasSubstr("one,Running"));
  EXPECT_THAT(hmc("lssyscfg -r lpar -m small -F name").out, Not(HasSubstr("one")));
  EXPECT_EQ(hmc("lshwres -r proc -m other --level lpar --filter lpar_names=one -F run_procs").out,
            "2\n");
  EXPECT_EQ(told(), (std::vector<std::string>{"enabled", "suspending", "resumed", "completed",
                                              "moved"}));
  expect_sound();
}

TEST_F(MigrationTest, ItGoesOnThereAsAnyOther) {
  boot();
  ASSERT_EQ(hmc(kMigrate).exit_status, 0);
  EXPECT_EQ(hmc("chhwres -r proc -m other -o a -p one --procs 1").err, "");
  EXPECT_EQ(hmc("chhwres -r mem -m other -o r -p one -q 256").err, "");
  EXPECT_EQ(hmc("chsysstate -r lpar -m other -o shutdown -n one --immed").err, "");
  EXPECT_EQ(hmc("chsysstate -r lpar -m other -o on -n one").err, "");
  EXPECT_TRUE(world.run_to_rest(10min));
  EXPECT_TRUE(world.rmc_active(kOne));
  EXPECT_NE(hmc("chhwres -r proc -m small -o a -p one --procs 1").exit_status, 0);
  expect_sound();
}

TEST_F(MigrationTest, ThereAndBackAgain) {
  boot();
  const Sums here = free_of(kHere), there = free_of(kThere);
  ASSERT_EQ(hmc(kMigrate).exit_status, 0);
  const auto result = hmc("migrlpar -o m -m other -t small -p one");
  ASSERT_EQ(result.exit_status, 0) << result.err;
  EXPECT_EQ(online_threads(kOne), 16U);
  expect_as_before(here, there);
}

TEST_F(MigrationTest, OneThatIsOffMovesItsConfiguration) {
  boot();
  ASSERT_EQ(hmc("chsysstate -r lpar -m small -o shutdown -n one --immed").exit_status, 0);
  const Sums here = free_of(kHere), there = free_of(kThere);
  const auto result = hmc(kMigrate);
  ASSERT_EQ(result.exit_status, 0) << result.err;
  EXPECT_EQ(world.system_of(kOne), kThere);
  EXPECT_EQ(free_of(kHere), (Sums{here.units + whole_processors(2), here.lmbs + 8}));
  EXPECT_EQ(free_of(kThere), (Sums{there.units - whole_processors(2), there.lmbs - 8}));
  ASSERT_EQ(hmc("chsysstate -r lpar -m other -o on -n one").err, "");
  EXPECT_TRUE(world.run_to_rest(10min));
  EXPECT_EQ(online_threads(kOne), 16U);
  expect_sound();
}

TEST_F(MigrationTest, SeveralAtOnce) {
  boot();
  std::vector<hmc::CommandResult> results;
  for (const char* name : {"one", "two"}) {
    world.hmc_command(std::string("migrlpar -o m -m small -t other -p ") + name,
                      [&](hmc::CommandResult r) { results.push_back(std::move(r)); });
  }
  ASSERT_TRUE(world.run_until([&] { return results.size() == 2; }, 1h));
  for (const auto& result : results) EXPECT_EQ(result.err, "");
  EXPECT_EQ(world.system_of(kOne), kThere);
  EXPECT_EQ(world.system_of(kTwo), kThere);
  EXPECT_TRUE(world.run_to_rest(10min));
  expect_sound();
}

// -- what does not come to pass -------------------------------------------------------------------

TEST_F(MigrationTest, ValidationFindsWhatIsInTheWay) {
  boot();
  const Sums here = free_of(kHere), there = free_of(kThere);
  EXPECT_EQ(hmc("migrlpar -o v -m small -t other -p one").err, "");
  EXPECT_THAT(hmc("migrlpar -o v -m small -t small -p one").err, HasSubstr("the same"));
  EXPECT_THAT(hmc("migrlpar -o v -m small -t other -p vios").err,
              HasSubstr("Virtual I/O Server"));
  world.set_rmc(kOne, false);
  EXPECT_THAT(hmc(kMigrate).err, HasSubstr("HSCLA246"));
  world.set_rmc(kOne, true);
  ASSERT_EQ(hmc("chhwres -r mem -m other -o s -p four -q 8192").err, "");
  ASSERT_EQ(hmc("chhwres -r proc -m other -o s -p four --procs 7").err, "");
  EXPECT_THAT(hmc(kMigrate).err, HasSubstr("processors"));
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(free_of(kHere), here);
  EXPECT_NE(free_of(kThere), there);
}

struct Refusal {
  const char* site;
  const char* outcome;
  std::uint32_t times;
};
class RefusedByTheOs : public MigrationTest, public ::testing::WithParamInterface<Refusal> {};

TEST_P(RefusedByTheOs, BothSystemsAreAsBefore) {
  boot();
  const Sums here = free_of(kHere), there = free_of(kThere);
  use({answer(GetParam().site, GetParam().outcome, GetParam().times)});
  const auto result = hmc(kMigrate);
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.err, HasSubstr("The OS return code is"));
  expect_as_before(here, there);
  EXPECT_EQ(hmc(kMigrate).err, "") << "a second attempt is possible";
}

INSTANTIATE_TEST_SUITE_P(
    , RefusedByTheOs,
    ::testing::Values(Refusal{"rtas.ibm,suspend-me", "coprocessor_operations", 5},
                      Refusal{"rtas.ibm,suspend-me", "hardware_error", 5},
                      Refusal{"hcall.H_VASI_STATE", "parameter", 1}));

TEST_F(MigrationTest, TransientRefusalIsTriedAgain) {
  boot();
  use({answer("rtas.ibm,suspend-me", "threads_active", 3)});
  EXPECT_EQ(hmc(kMigrate).err, "");
  EXPECT_EQ(world.system_of(kOne), kThere);
  EXPECT_EQ(online_threads(kOne), 16U);
}

TEST_F(MigrationTest, StoppedBeforeItSuspends) {
  boot();
  const Sums here = free_of(kHere), there = free_of(kThere);
  std::optional<hmc::CommandResult> result;
  world.hmc_command(kMigrate, [&](hmc::CommandResult r) { result = std::move(r); });
  EXPECT_FALSE(world.run_until([&] { return result.has_value(); }, 1s));
  EXPECT_THAT(hmc("lssyscfg -r lpar -m small -F name,state").out,
              HasSubstr("one,Migrating - Running"));
  EXPECT_NE(hmc("chhwres -r proc -m small -o a -p one --procs 1 --force").exit_status, 0);
  EXPECT_NE(hmc("chsysstate -r lpar -m small -o shutdown -n one --immed").exit_status, 0);
  EXPECT_NE(hmc(kMigrate).exit_status, 0) << "one at a time";
  EXPECT_EQ(hmc("migrlpar -o s -m small -p one").err, "");
  ASSERT_TRUE(world.run_until([&] { return result.has_value(); }, 1h));
  EXPECT_EQ(result->exit_status, 1);
  EXPECT_THAT(result->err, HasSubstr("was stopped"));
  EXPECT_NE(hmc("migrlpar -o s -m small -p one").exit_status, 0) << "there is none any more";
  expect_as_before(here, there);
}

TEST_F(MigrationTest, TooLateToStopOnceItIsSuspended) {
  boot();
  std::optional<hmc::CommandResult> result;
  world.hmc_command(kMigrate, [&](hmc::CommandResult r) { result = std::move(r); });
  const auto suspended = [&] {
    return world.hypervisor(kHere).mobility().state(kOne) == firmware::VasiState::suspended;
  };
  ASSERT_TRUE(world.run_until(suspended, 1h));
  EXPECT_NE(hmc("migrlpar -o s -m small -p one").exit_status, 0);
  ASSERT_TRUE(world.run_until([&] { return result.has_value(); }, 1h));
  EXPECT_EQ(result->err, "");
  EXPECT_EQ(world.system_of(kOne), kThere);
}

TEST_F(MigrationTest, AnOsThatDoesNotAnswerInTime) {
  boot();
  const Sums here = free_of(kHere), there = free_of(kThere);
  use({answer("rmc.request", "lost")});
  const auto result = hmc(std::string(kMigrate) + " -w 2");
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.err, HasSubstr("within 2 minutes"));
  expect_as_before(here, there);
}

// A lost answer of an operating system that has arrived changes nothing.
TEST_F(MigrationTest, TheMoversKnowWhenTheAnswerIsLost) {
  boot();
  ScriptedAnswer lost = answer("rmc.reply", "lost");
  lost.nth = 2;
  use({lost});
  EXPECT_EQ(hmc(std::string(kMigrate) + " -w 5").err, "");
  EXPECT_EQ(world.system_of(kOne), kThere);
}

TEST_F(MigrationTest, OneThatEndsOnTheWay) {
  boot();
  const Sums there = free_of(kThere);
  world.shell_command(kOne, "shutdown -h now", [](ProcessResult) {});
  EXPECT_FALSE(world.run_until([] { return false; }, 6s)) << "its services stop for 10 s";
  std::optional<hmc::CommandResult> result;
  world.hmc_command(kMigrate, [&](hmc::CommandResult r) { result = std::move(r); });
  ASSERT_TRUE(world.run_until([&] { return result.has_value(); }, 1h));
  EXPECT_EQ(result->exit_status, 1);
  EXPECT_TRUE(world.run_to_rest(10min));
  EXPECT_EQ(world.system_of(kOne), kHere);
  EXPECT_EQ(free_of(kThere), there);
  EXPECT_THAT(hmc("lssyscfg -r lpar -m small -F name,state").out,
              HasSubstr("one,Not Activated"));
  expect_sound();
}

TEST_F(MigrationTest, EpisodesBeginWhereTheFirstOneDid) {
  boot();
  const auto start = world.snapshot();
  std::vector<std::uint64_t> hashes;
  for (int episode = 0; episode < 3; ++episode) {
    EXPECT_EQ(world.system_of(kOne), kHere);
    EXPECT_EQ(hmc(kMigrate).err, "");
    EXPECT_EQ(world.system_of(kOne), kThere);
    EXPECT_EQ(hmc("chhwres -r proc -m other -o r -p one --procs 1").err, "");
    EXPECT_TRUE(world.run_to_rest(10min));
    hashes.push_back(world.log().hash());
    world.restore(start);
  }
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_EQ(hashes[1], hashes[2]);
  EXPECT_EQ(hmc("chhwres -r proc -m small -o r -p one --procs 1").err, "");
}

// A snapshot of a world in which it has moved already.
TEST_F(MigrationTest, SnapshotAfterTheMove) {
  boot();
  ASSERT_EQ(hmc(kMigrate).err, "");
  const auto moved = world.snapshot();
  EXPECT_EQ(hmc("migrlpar -o m -m other -t small -p one").err, "");
  world.restore(moved);
  EXPECT_EQ(world.system_of(kOne), kThere);
  EXPECT_EQ(hmc("chhwres -r proc -m other -o a -p one --procs 1").err, "");
  expect_sound();
}

TEST_F(MigrationTest, ReassignmentIsAskedForAndIgnored) {
  boot();
  const DrcIndex cpu = world.hypervisor().drcs(kOne, firmware::DrcType::cpu)[0].index;
  ASSERT_TRUE(world.hypervisor().mobility().reassign(kOne, std::array{cpu}, 1));
  EXPECT_FALSE(world.at_rest());
  EXPECT_TRUE(world.run_to_rest(1min));
  EXPECT_EQ(events(EventKind::event_delivered, kOne), 1U);
}

}  // namespace
}  // namespace lparsim::models
