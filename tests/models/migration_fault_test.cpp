// One fault anywhere in a migration: whatever firmware, allocations, RMC or the OS answer once, the
// partition is whole on one of the two systems, and the console says on which.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/models/world_rig.hpp"

namespace lparsim::models {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHere = 0, kThere = 1;

// The n-th question of class fault gets one outcome, all others the normal one.
struct OneFault final : Choices {
  std::size_t pick(const ChoicePoint& point, std::span<const Outcome> outcomes) override {
    if (point.cls != ChoiceClass::fault || outcomes.size() < 2) return 0;
    if (asked++ != at) return 0;
    outcomes_there = outcomes.size();
    const std::size_t picked = std::min(outcome, outcomes.size() - 1);
    what = std::string(point.site) + '=' + std::string(outcomes[picked].name);
    return picked;
  }
  std::size_t at = 0, outcome = 0, asked = 0, outcomes_there = 0;
  std::string what;
};

WorldConfig fixed_machines() {
  WorldConfig config = two_machines();
  for (auto& [id, os] : config.os) {
    os.kernel = std::make_shared<kernel::KernelLevel>(*kernel::find_level("fixed"));
  }
  return config;
}

class MigrationFault : public WorldTest {
 protected:
  MigrationFault() : WorldTest(fixed_machines()) {}

  struct Sums {
    std::int32_t units;
    std::uint32_t lmbs;
    bool operator==(const Sums&) const = default;
  };
  Sums free_of(std::size_t system) {
    const auto ledger = world.hypervisor(system).ledger();
    return {ledger.free_units.hundredths, ledger.free_lmbs};
  }
  void check(const hmc::CommandResult& result, const Sums& here, const Sums& there) {
    EXPECT_TRUE(world.run_to_rest(1h));
    const bool told = result.exit_status == 0 ||
                      result.err.find("is on the managed system") != std::string::npos;
    EXPECT_EQ(world.system_of(kOne), told ? kThere : kHere) << result.err;
    const bool moved = world.system_of(kOne) == kThere;
    const std::int32_t units = moved ? 200 : 0;
    const std::uint32_t lmbs = moved ? 8 : 0;
    EXPECT_EQ(free_of(kHere), (Sums{here.units + units, here.lmbs + lmbs}));
    EXPECT_EQ(free_of(kThere), (Sums{there.units - units, there.lmbs - lmbs}));
    for (const std::size_t system : {kHere, kThere}) {
      EXPECT_THAT(world.hypervisor(system).inconsistencies(), ::testing::IsEmpty());
    }
    EXPECT_TRUE(world.has_linux(kOne));
    EXPECT_FALSE(world.kernel_view(kOne).crashed);
    EXPECT_EQ(online_threads(kOne), 16U);
  }
};

TEST_F(MigrationFault, AnywhereLeavesThePartitionWhole) {
  boot();
  const Sums here = free_of(kHere), there = free_of(kThere);
  const auto start = world.snapshot();
  std::size_t runs = 0, moved = 0;
  for (std::size_t at = 0;; ++at) {
    bool asked = false;
    for (std::size_t outcome = 1;; ++outcome) {
      OneFault fault;
      fault.at = at;
      fault.outcome = outcome;
      world.restore(start);
      other = &fault;
      const auto result = hmc("migrlpar -o m -m small -t other -p one -w 10");
      other = nullptr;
      if (fault.outcomes_there == 0) break;
      asked = true;
      SCOPED_TRACE("question " + std::to_string(at) + ": " + fault.what);
      check(result, here, there);
      ++runs;
      moved += world.system_of(kOne);
      if (HasFailure() || outcome + 1 >= fault.outcomes_there) break;
    }
    if (!asked || HasFailure()) break;
  }
  EXPECT_GT(runs, 100U);
  EXPECT_GT(moved, 0U);
  EXPECT_LT(moved, runs) << "some of them must keep it where it was";
}

}  // namespace
}  // namespace lparsim::models
