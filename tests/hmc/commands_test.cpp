// Command lines from end to end: streams, exit statuses, names, listings and power.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "hmc/messages/catalogue.hpp"
#include "tests/hmc/fakes.hpp"

namespace lparsim::hmc::testing {
namespace {

using Calls = std::vector<std::string>;

TEST_F(Fixture, UnknownCommandIsTheShellsAnswer) {
  const CommandResult result = run("last -b");
  EXPECT_EQ(result.exit_status, 127);
  EXPECT_EQ(result.err, "/bin/bash: last: command not found\n");
  EXPECT_EQ(result.out, "");
}

TEST_F(Fixture, AnEmptyLineDoesNothing) { expect_silent("   "); }

TEST_F(Fixture, ListErrorsAreOnStdout) {
  const CommandResult result = run("lssyscfg -r lpar -m sys1 --filter lpar_names=nobody -F name");
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_EQ(result.out, "HSCL8012 The partition named nobody was not found.  Please check your "
                        "entry and retry the command.\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(Fixture, ChangeErrorsFollowTheProfile) {
  HmcProfile on_stdout;
  on_stdout.change_errors_on_stdout = true;
  Hmc other(test_inventory(), on_stdout, system, system, clock, log);
  const std::string line = "chhwres -r mem -m sys1 -o a -p nobody -q 256";
  EXPECT_EQ(other.run(line, 1).out, run(line).err);
  EXPECT_EQ(run(line).out, "");
  EXPECT_EQ(run(line).err.substr(0, 8), "HSCL8012");
}

TEST_F(Fixture, ListsAndFiltersRows) {
  EXPECT_EQ(run("lssyscfg -r lpar -m sys1 -F name,lpar_id").out,
            "alpha,1\nbeta,2\ngamma,3\ndelta,4\n");
  EXPECT_EQ(run("lssyscfg -r lpar -m '9105-22A*1234567' --header -F lpar_id name "
                "--filter \"lpar_ids=3,1\"").out,
            "lpar_id name\n1 alpha\n3 gamma\n");
  EXPECT_EQ(run("lshwres -r mem -m sys1 --level lpar -F lpar_name:curr_mem "
                "--filter lpar_names=beta").out, "beta:4096\n");
  EXPECT_EQ(run("lssyscfg -r prof -m sys1 -F name "
                "--filter \"lpar_ids=4,\\\"profile_names=first\\\"\"").out, "first\n");
}

TEST_F(Fixture, NoRowsIsNoError) {
  const CommandResult result =
      run("lshwres -r virtualio --rsubtype fc --level lpar -m sys1 -F lpar_name --header");
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_EQ(result.out, "No results were found.\n");
}

TEST_F(Fixture, AttributesAreCheckedBeforeRows) {
  const CommandResult result =
      run("lshwres -r virtualio --rsubtype fc --level lpar -m sys1 -F bogus");
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_EQ(result.out, "An invalid attribute was entered.  The invalid attribute is bogus.  "
                        "Please correct your entry and retry the command.\n");
}

std::string missing_text(const std::string& parameters) {
  return message(MessageId::missing_parameter, {{"parameters", parameters}}) + '\n';
}

TEST_F(Fixture, MissingParametersAreNamed) {
  const std::pair<std::string, std::string> cases[] = {
      {"lssyscfg", "-r"}, {"lssyscfg -r lpar", "-m"}, {"lssyscfg -r frame", "-r"},
      {"lshwres", "-r"}, {"lshwres -r mem -m sys1", "--level"},
      {"lshwres -r io -m sys1", "--rsubtype"},
      {"lshwres -r virtualio --rsubtype eth -m sys1", "--level"},
      {"lshwres -r mem --level bogus -m sys1", "--level"},
      {"lssyscfg -r sys --header", "-F"},
      {"lssyscfg -r lpar -m sys1 --filter slots=1", "--filter"},
      {"chhwres -r mem -m sys1 -p alpha -q 256", "-o"},
      {"chhwres -r mem -m sys1 -o a -p alpha", "-q"},
      {"chhwres -r mem -m sys1 -o a -p alpha -q 0", "-q"},
      {"chhwres -r mem -m sys1 -o a -p alpha -q 2x", "-q"},
      {"chhwres -r mem -m sys1 -o a -p alpha -q -256", "-q"},
      {"chhwres -r mem -m sys1 -o a -q 256", "-p,--id"},
      {"chhwres -r mem -m sys1 -o m -p alpha -q 256", "-t,--tid"},
      {"chhwres -r proc -m sys1 -o a -p alpha", "--procs,--procunits"},
      {"chhwres -r proc -m sys1 -o a -p beta --procunits 1.x", "--procunits"},
      {"chhwres -r mem -m sys1 -o a -p alpha -q 256 -w 1.5", "-w"},
      {"chhwres -r mem -m sys1 -o a -p alpha -q 256 -d 6", "-d"},
      {"chsysstate -r lpar -m sys1 -n alpha", "-o"},
      {"rsthwres -m sys1", "-r"},
  };
  for (const auto& [line, parameters] : cases) {
    const CommandResult result = run(line);
    EXPECT_EQ(result.exit_status, 1) << line;
    EXPECT_EQ(result.out + result.err, missing_text(parameters)) << line;
  }
}

TEST_F(Fixture, ParametersThatDoNotFitAreNamed) {
  const std::pair<std::string, std::string> cases[] = {
      {"lssyscfg -r sys --gid all", "--gid,all"},
      {"chhwres -r proc -m sys1 -o a -p alpha -q 256", "-q"},
      {"chhwres -r mem -m sys1 -o a -p alpha --procs 1", "--procs"},
      {"chhwres -r mem -m sys1 -o a -p alpha --id 1 -q 256", "--id"},
      {"chhwres -r mem -m sys1 -o a -p alpha -t beta -q 256", "-t"},
      {"chhwres -r proc -m sys1 -o a -p beta -a uncap_weight=1 --procs 1", "-a"},
      {"chsysstate -r lpar -m sys1 -n alpha -o shutdown -f first", "-f"},
      {"chsysstate -r lpar -m sys1 -n gamma -o on --immed", "--immed"},
  };
  for (const auto& [line, parameters] : cases) {
    const CommandResult result = run(line);
    EXPECT_EQ(result.exit_status, 1) << line;
    EXPECT_EQ(result.out + result.err,
              message(MessageId::invalid_parameter, {{"parameters", parameters}}) + '\n') << line;
  }
}

TEST_F(Fixture, ActivationNeedsTheNotActivatedState) {
  expect_refused("chsysstate -r lpar -m sys1 -n alpha -o on",
                 "HSCL05EA The partition must be in the Not Activated state to perform this "
                 "operation.");
  expect_silent("chsysstate -r lpar -m sys1 -n gamma -o on -b norm");
  EXPECT_EQ(system.calls, (Calls{"on 3"}));
}

TEST_F(Fixture, TheFirstActivationNeedsAProfile) {
  EXPECT_EQ(run("chsysstate -r lpar -m sys1 -n delta -o on").err.substr(0, 8), "HSCL3680");
  expect_refused("chsysstate -r lpar -m sys1 -n delta -o on -f second",
                 "HSCL800F The partition profile named \"second\" was not found.");
  EXPECT_TRUE(system.calls.empty());
  expect_silent("chsysstate -r lpar -m sys1 --id 4 -o on -f first");
  EXPECT_EQ(system.calls, (Calls{"on 4 profile"}));
  ASSERT_TRUE(system.powered_with.has_value());
  EXPECT_EQ(system.powered_with->memory.mb, (Range<std::int64_t>{512, 1024, 2048}));
  EXPECT_EQ(hmc.inventory().partitions[3].curr_profile, "first");
  EXPECT_TRUE(hmc.inventory().partitions[3].resource_config);
}

TEST_F(Fixture, AFailedActivationChangesNothingHere) {
  system.answers = {{Refusal::not_enough_memory, 512}};
  EXPECT_EQ(run("chsysstate -r lpar -m sys1 -n delta -o on -f first").err.substr(0, 8), "HSCL3680");
  EXPECT_FALSE(hmc.inventory().partitions[3].resource_config);
}

TEST_F(Fixture, ShutsDownInThreeWays) {
  expect_silent("chsysstate -r lpar -m sys1 -n alpha -o shutdown --immed --restart");
  expect_silent("chsysstate -r lpar -m sys1 -n beta -o osshutdown");
  EXPECT_EQ(system.calls, (Calls{"off 1 immediate restart", "off 2"}));
  EXPECT_EQ(run("chsysstate -r lpar -m sys1 -n gamma -o shutdown").err.substr(0, 8), "HSCL1558");
  fill(system);
  system.rmc_states[PartitionId{2}] = RmcState::inactive;
  EXPECT_EQ(run("chsysstate -r lpar -m sys1 -n beta -o osshutdown").err.substr(0, 8), "HSCL0DB4");
  expect_silent("chsysstate -r lpar -m sys1 -n beta -o shutdown");
}

TEST_F(Fixture, LogsCommandsAndReplies) {
  run("chsysstate -r lpar -m sys1 -n alpha -o on");
  ASSERT_EQ(log.total(), 2U);
  EXPECT_EQ(log.at(0).kind, EventKind::hmc_command);
  EXPECT_EQ(log.text(log.at(0).values[1]), "chsysstate -r lpar -m sys1 -n alpha -o on");
  EXPECT_EQ(log.at(1).kind, EventKind::hmc_reply);
  EXPECT_EQ(log.at(1).values[1], 1U);
  EXPECT_EQ(log.text(log.at(1).values[3]).substr(0, 8), "HSCL05EA");
}

TEST(Catalogue, HasOneRowPerMessageAndOwnCodesForOwnTexts) {
  std::vector<MessageId> seen;
  for (const MessageRow& row : catalogue()) {
    EXPECT_EQ(std::count(seen.begin(), seen.end(), row.id), 0) << row.text;
    seen.push_back(row.id);
    const bool own = row.mark == "own";
    EXPECT_TRUE(!own || row.code.empty() || row.code.starts_with("HSCLSIM")) << row.code;
    EXPECT_TRUE(own || !row.code.starts_with("HSCLSIM")) << row.code;
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(MessageId::no_migration_to_stop) + 1);
}

// LPARSIM_REWRITE_GOLDENS=1 writes the file anew; the difference is reviewed.
TEST(Catalogue, IsTheDocumentedTable) {
  const std::string path = LPARSIM_SOURCE_DIR "/docs/hmc-messages.md";
  if (std::getenv("LPARSIM_REWRITE_GOLDENS") != nullptr) {
    std::ofstream(path) << catalogue_markdown();
  }
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), catalogue_markdown());
}

}  // namespace
}  // namespace lparsim::hmc::testing
