// Random additions, removals and moves from the HMC: whatever the outcome of each, no resource is
// lost or made, and at rest HMC, firmware and kernel tell the same.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>

#include "sim/base/random.hpp"
#include "tests/models/world_rig.hpp"

namespace lparsim::models {
namespace {

using namespace std::chrono_literals;

constexpr std::array kNames{"one", "two"};
constexpr std::array kIds{kOne, kTwo};
constexpr std::array kOperations{'a', 'r', 'm', 's'};

std::string random_command(Random& random) {
  const auto from = random.below(kNames.size());
  const char operation = kOperations.at(random.below(kOperations.size()));
  const bool memory = random.below(2) == 1;
  // Some amounts are more than there is, some are no multiple of an LMB: those are refused.
  const auto amount = memory ? random.below(12) * 128 : random.below(5);
  auto line = fmt::format("chhwres -m small -r {} -o {} -p {} {} {}", memory ? "mem" : "proc",
                          operation, kNames.at(from), memory ? "-q" : "--procs", amount);
  if (operation == 'm') line += fmt::format(" -t {}", kNames.at(1 - from));
  return line;
}

struct RandomWalk : WorldTest {
  void expect_conserved(const std::string& after) {
    const auto ledger = world.hypervisor().ledger();
    auto units = ledger.free_units;
    auto lmbs = ledger.free_lmbs + ledger.firmware_lmbs;
    for (const auto& share : ledger.shares) {
      units = units + share.units;
      lmbs += share.lmbs;
    }
    EXPECT_EQ(units, ledger.configurable_units) << after;
    EXPECT_EQ(lmbs, ledger.configurable_lmbs) << after;
    EXPECT_THAT(world.hypervisor().inconsistencies(), testing::IsEmpty()) << after;
  }

  void expect_agreement(PartitionId id, const std::string& after) {
    const auto firmware = world.hypervisor().partition(id);
    const auto seen = world.hypervisor_port().partition(id);
    const auto kernel = world.kernel_view(id);
    EXPECT_EQ(seen.curr.processors.procs.amount, firmware.owned_procs) << after;
    EXPECT_EQ(seen.pend.processors.procs.amount, seen.run_procs) << after;
    EXPECT_EQ(seen.pend.memory.mb.amount, seen.run_mem_mb) << after;
    EXPECT_EQ(static_cast<std::int32_t>(kernel.cpu_drcs.size()), firmware.owned_procs) << after;
    EXPECT_EQ(static_cast<std::int32_t>(online_threads(id)), firmware.running_threads) << after;
    std::int64_t online = 0;
    for (const auto& lmb : kernel.lmbs) {
      if (!lmb.online) continue;
      ++online;
      const auto drc = world.hypervisor().drc(id, DrcIndex{lmb.drc_index});
      if (!drc) continue;  // boot memory that has no connector
      EXPECT_EQ(drc->state, firmware::DrcState::configured) << after;
    }
    for (const auto& drc : world.hypervisor().drcs(id, firmware::DrcType::mem)) {
      if (drc.state != firmware::DrcState::configured) continue;
      const auto listed = std::any_of(kernel.lmbs.begin(), kernel.lmbs.end(), [&](const auto& l) {
        return l.drc_index == drc.index.value && l.online;
      });
      EXPECT_TRUE(listed) << after << ": " << drc.name << " is owned and not online";
    }
    EXPECT_LE(online, static_cast<std::int64_t>(firmware.owned_lmbs)) << after;
  }
};

TEST_F(RandomWalk, ResourcesAreConservedAndAllThreeAgree) {
  boot();
  Random random(20091201);
  int succeeded = 0;
  int refused = 0;
  for (int step = 0; step < 400; ++step) {
    const auto line = random_command(random);
    const auto result = hmc(line);
    ASSERT_TRUE(world.run_to_rest(10min)) << line;
    ++(result.exit_status == 0 ? succeeded : refused);
    EXPECT_EQ(result.exit_status == 0, result.out.empty() && result.err.empty()) << line;
    const auto after = fmt::format("step {}: {}\n{}", step, line, result.out + result.err);
    expect_conserved(after);
    for (const auto id : kIds) expect_agreement(id, after);
    if (HasFailure()) break;  // one step's report is enough
  }
  // The walk must have gone both ways, or it has shown nothing.
  EXPECT_GT(succeeded, 50);
  EXPECT_GT(refused, 50);
  EXPECT_EQ(events(EventKind::kernel_bug), 0U);
}

}  // namespace
}  // namespace lparsim::models
