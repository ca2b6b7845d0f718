#include "firmware/platform/architecture.hpp"

#include <algorithm>

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {
Options options_at_boot(const Core& core, std::size_t partition) {
  const CasState& cas = core.at(partition).cas;
  return cas.known ? cas.agreed : default_options(core.profile);
}

CasAnswer offer_architecture(Core& core, std::size_t partition, ByteView architecture_vector) {
  PartitionState& p = core.at(partition);
  if (architecture_vector.empty()) {         // the method is not called at all
    p.options = default_options(core.profile);
    p.cas = {};
    return {};
  }
  const ClientVectors offered = parse_architecture_vector(architecture_vector);
  if (!offered.valid || p.running_threads > 1) return {CasOutcome::refused, ""};
  const CasVerdict verdict = judge_client(core.platform, p.config, core.profile, offered);
  if (verdict.failure != nullptr) return {CasOutcome::boot_failure, verdict.failure};
  p.cas.client = identity_of(offered);
  p.cas.agreed = verdict.options;
  p.cas.known = core.profile.cas.reboots;
  if (verdict.options == p.options) return {};
  if (core.profile.cas.reboots) return {CasOutcome::reboot, ""};
  p.options = verdict.options;
  return {};
}

std::uint32_t most_cpus(const Core& core, std::size_t partition) {
  const PartitionState& p = core.at(partition);
  const auto all = static_cast<std::uint32_t>(std::max(p.config.max_procs, p.config.procs));
  const bool limited = core.profile.cas.limits_cpus && p.options.max_cpus != 0;
  return limited ? std::min(all, p.options.max_cpus) : all;
}

}  // namespace lparsim::firmware
