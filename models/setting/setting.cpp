#include "models/setting/setting.hpp"

namespace lparsim::models {

void apply_setting(const hmc::ResourceSetting& setting, std::uint64_t lmb_bytes,
                   firmware::PartitionConfig& config) {
  const hmc::ProcessorSetting& procs = setting.processors;
  const auto lmb_mb = static_cast<std::int64_t>(lmb_bytes >> 20);
  const auto lmbs = [&](std::int64_t mb) { return static_cast<std::uint32_t>(mb / lmb_mb); };
  config.dedicated = procs.mode == hmc::ProcMode::dedicated;
  config.min_procs = procs.procs.min;
  config.procs = procs.procs.amount;
  config.max_procs = procs.procs.max;
  config.min_units = procs.units.min;
  config.units = procs.units.amount;
  config.max_units = procs.units.max;
  config.uncapped = procs.sharing == hmc::SharingMode::uncap;
  config.uncap_weight = procs.uncap_weight;
  config.pool_id = procs.pool_id;
  // The four dedicated modes have the same order in both enumerations.
  if (config.dedicated) config.idle_sharing = static_cast<firmware::IdleSharing>(procs.sharing);
  config.min_lmbs = lmbs(setting.memory.mb.min);
  config.lmbs = lmbs(setting.memory.mb.amount);
  config.max_lmbs = lmbs(setting.memory.mb.max);
}

hmc::ResourceSetting setting_of(const firmware::PartitionConfig& config, std::uint64_t lmb_bytes) {
  hmc::ResourceSetting setting;
  hmc::ProcessorSetting& procs = setting.processors;
  const auto lmb_mb = static_cast<std::int64_t>(lmb_bytes >> 20);
  procs.mode = config.dedicated ? hmc::ProcMode::dedicated : hmc::ProcMode::shared;
  procs.procs = {config.min_procs, config.procs, config.max_procs};
  if (config.dedicated) {
    procs.sharing = static_cast<hmc::SharingMode>(config.idle_sharing);
  } else {
    procs.sharing = config.uncapped ? hmc::SharingMode::uncap : hmc::SharingMode::cap;
    procs.units = {config.min_units, config.units, config.max_units};
    procs.uncap_weight = config.uncap_weight;
    procs.pool_id = config.pool_id;
  }
  setting.memory.mb = {config.min_lmbs * lmb_mb, config.lmbs * lmb_mb, config.max_lmbs * lmb_mb};
  return setting;
}

static_assert(static_cast<int>(hmc::SharingMode::share_idle_procs_always) ==
              static_cast<int>(firmware::IdleSharing::share_always));

}  // namespace lparsim::models
