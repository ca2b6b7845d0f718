// The HMC's setting and firmware's configuration of one partition, one as the other: the same
// values in MB and in LMBs, in the words of both. Firmware and HMC do not know each other, so this
// stands above both; machine files and the running world both use it.
#pragma once

#include <cstdint>

#include "firmware/hypervisor.hpp"
#include "hmc/ports.hpp"

namespace lparsim::models {

// Replaces processors and memory of `config`; everything else of it stays. The memory of the
// setting is a multiple of `lmb_bytes`, which is a multiple of 1 MB.
void apply_setting(const hmc::ResourceSetting& setting, std::uint64_t lmb_bytes,
                   firmware::PartitionConfig& config);

// Entitlement, weight and pool are 0 in dedicated mode, as the HMC has them.
hmc::ResourceSetting setting_of(const firmware::PartitionConfig& config, std::uint64_t lmb_bytes);

}  // namespace lparsim::models
