// Seeded command lines: no crash, one of the three exit statuses, and every failure says something.
#include "sim/base/random.hpp"
#include "tests/hmc/fakes.hpp"

namespace lparsim::hmc::testing {
namespace {

constexpr std::string_view kWords[] = {
    "chhwres", "lshwres", "lssyscfg", "chsysstate", "rsthwres", "lshmc", "-r", "proc", "mem", "io",
    "virtualio", "lpar", "sys", "prof", "-m", "sys1", "9105-22A*1234567", "-o", "a", "r", "m", "s",
    "on", "shutdown", "-p", "alpha", "beta", "gamma", "nobody", "--id", "1", "2", "-t", "--tid",
    "3", "-q", "256", "100", "99999999999999999999", "--procs", "--procunits", "0.1", "0.125", ".",
    "-w", "0", "-d", "--force", "-a", "uncap_weight=7", "-F", "name,state", "name:state", ",",
    "--header", "--filter", "lpar_names=alpha", "\"lpar_ids=1,2\"", "=", "--level", "--rsubtype",
    "slot", "eth", "-R", "''", "\"", "\\", "|", "$", "-", "--", "-1", "LC_ALL=C", "#", "\t"};

std::string random_line(Random& random) {
  std::string line;
  const std::uint64_t count = random.below(14);
  for (std::uint64_t i = 0; i < count; ++i) {
    line += kWords[random.below(std::size(kWords))];
    if (random.below(10) != 0) line += ' ';
  }
  for (std::uint64_t i = random.below(8) == 0 ? random.below(6) : 0; i > 0 && !line.empty(); --i) {
    line[random.below(line.size())] = static_cast<char>(random.below(256));
  }
  return line;
}

TEST_F(Fixture, RandomLinesEndInAnOrderlyWay) {
  Random random(20091123);
  int seen[3] = {};
  for (int i = 0; i < 20000; ++i) {
    const std::string line = random_line(random);
    if (i % 500 == 0) fill(system);
    system.calls.clear();
    const CommandResult result = run(line);
    ASSERT_TRUE(result.exit_status == 0 || result.exit_status == 1 || result.exit_status == 127)
        << line;
    if (result.exit_status == 0) {
      ASSERT_TRUE(result.err.empty()) << line;
    } else {
      ASSERT_FALSE((result.out + result.err).empty()) << line;
    }
    ++seen[result.exit_status == 127 ? 2 : result.exit_status];
  }
  for (const int count : seen) EXPECT_GT(count, 100);
}

// Well-formed changes in random order: targets stay within limits whatever the partition does.
TEST_F(Fixture, RandomChangesKeepTheLimits) {
  Random random(7);
  int done = 0;
  for (int i = 0; i < 3000; ++i) {
    const bool shared = random.below(2) == 0;
    const std::string kind = std::string(1, "arms"[random.below(4)]);
    std::string line = "chhwres -r proc -m sys1 -o " + kind + " -p " + (shared ? "beta" : "alpha") +
                       (kind == "m" ? " -t gamma" : "") + " --procs " +
                       std::to_string(random.below(5));
    if (shared) line += " --procunits " + std::to_string(random.below(3)) + ".15";
    if (random.below(3) == 0) system.os = {{{RmcReply::done, 255, "", ""}, {}}};
    done += run(line).exit_status == 0 ? 1 : 0;
    system.os.clear();
    for (std::uint16_t id = 1; id <= 3; ++id) {
      const ProcessorSetting& pend = of(id).pend.processors;
      ASSERT_GE(pend.procs.amount, pend.procs.min) << line;
      ASSERT_LE(pend.procs.amount, pend.procs.max) << line;
      if (pend.mode == ProcMode::dedicated) continue;
      ASSERT_GE(pend.units.amount.hundredths, pend.procs.amount * 5) << line;
      ASSERT_LE(pend.units.amount, pend.units.max) << line;
    }
  }
  EXPECT_GT(done, 300);
}

}  // namespace
}  // namespace lparsim::hmc::testing
