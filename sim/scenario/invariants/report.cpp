// REPORT: what was reported is what happened. ATOMIC: what failed changed nothing, or exactly the
// part that its message states. Both compare the step's claims with what firmware has given.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "sim/scenario/invariants/hmc_change.hpp"
#include "sim/scenario/invariants/invariant.hpp"

namespace lparsim::scenario {
namespace {

struct Sum {
  std::int64_t amount = 0;
  bool failed = false;
};
using Sums = std::map<std::pair<std::string, Resource>, Sum>;

std::optional<Sums> sums_of(const StepRecord& step) {
  Sums sums;
  for (const auto& operation : step.operations) {
    const auto claims = claims_of(operation);
    if (!claims) return std::nullopt;
    for (const auto& claim : *claims) {
      auto& sum = sums[{claim.partition, claim.resource}];
      sum.amount += claim.amount;
      sum.failed = sum.failed || claim.failed;
    }
  }
  return sums;
}

std::int64_t amount_in(const PartitionPicture& partition, Resource resource) {
  if (resource == Resource::processors) return partition.firmware.owned_procs;
  const auto bytes = std::uint64_t{partition.firmware.owned_lmbs} * partition.lmb_bytes;
  return static_cast<std::int64_t>(bytes >> 20);
}

}  // namespace

void check_report(const StepRecord& step, std::vector<Finding>& findings) {
  if (step.users_acted) return;   // a user's drmgr changes what the HMC never claimed
  const auto sums = sums_of(step);
  if (!sums) return;
  for (const auto& [key, sum] : *sums) {
    const auto* before = step.before.find(key.first);
    const auto* after = step.after.find(key.first);
    if (before == nullptr || after == nullptr) continue;   // no such partition: refused
    if (before->firmware.power != after->firmware.power) continue;
    const auto changed = amount_in(*after, key.second) - amount_in(*before, key.second);
    if (changed == sum.amount) continue;
    findings.push_back(
        {sum.failed ? "ATOMIC" : "REPORT",
         fmt::format("{} {}: {:+} was reported, {:+} is what firmware gave", key.first,
                     key.second == Resource::processors ? "processors" : "memory in MB", sum.amount,
                     changed)});
  }
}

}  // namespace lparsim::scenario
