// AGREE: at rest the HMC's target, what firmware gave and what the OS owns are equal, or the
// operator was told of the difference. Being online is not ownership: an offline CPU that the OS
// still has in its tree agrees.
#include <fmt/format.h>

#include "sim/scenario/invariants/invariant.hpp"

namespace lparsim::scenario {
namespace {

struct Compared {
  std::string_view what;
  std::int64_t target, firmware, os;
};

std::string difference(const Compared& values) {
  if (values.target == values.firmware && values.firmware == values.os) return {};
  return fmt::format("{}: the HMC's target is {}, firmware has given {}, the OS has {}",
                     values.what, values.target, values.firmware, values.os);
}

}  // namespace

std::string disagreement(const PartitionPicture& partition) {
  if (!partition.kernel || partition.kernel->crashed) return {};
  constexpr std::int64_t kMebibyte = 1 << 20;
  const auto& target = partition.hmc.pend;
  const auto lmbs = std::int64_t{partition.firmware.owned_lmbs};
  const std::array all{
      Compared{"processors", target.processors.procs.amount, partition.firmware.owned_procs,
               partition.kernel_processors()},
      Compared{"memory in MB", target.memory.mb.amount,
               lmbs * static_cast<std::int64_t>(partition.lmb_bytes) / kMebibyte,
               partition.kernel_memory_bytes() / kMebibyte}};
  for (const auto& values : all) {
    if (auto text = difference(values); !text.empty()) return partition.name + " " + text;
  }
  if (partition.firmware.config.dedicated) return {};
  const auto units = target.processors.units.amount.hundredths;
  const auto entitled = partition.firmware.entitled_units.hundredths;
  return units == entitled ? std::string()
                           : fmt::format("{} processing units: the HMC's target is {:.2f}, the OS "
                                         "is entitled to {:.2f}",
                                         partition.name, units / 100.0, entitled / 100.0);
}

void check_agree(const StepRecord& step, std::vector<Finding>& findings) {
  for (const auto& partition : step.after.partitions) {
    if (partition.difference_reported) continue;
    auto text = disagreement(partition);
    if (!text.empty()) findings.push_back({"AGREE", std::move(text)});
  }
}

}  // namespace lparsim::scenario
