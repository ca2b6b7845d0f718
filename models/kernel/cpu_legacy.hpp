// CPU requests that only older kernels take (kernel.md 4).
#pragma once

#include <cstdint>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] All under kHotplugLock; 0 or what the writer is to see.
// "cpu add count N" and "cpu remove count N" of /sys/kernel/dlpar, with Switch::cpu_count_requests.
int cpu_add_by_count(Kernel& kernel, std::uint32_t count);
int cpu_remove_by_count(Kernel& kernel, std::uint32_t count);
// A write to cpu/probe with Switch::probe_configures_first.
int cpu_probe(Kernel& kernel, std::uint32_t index);

}  // namespace lparsim::kernel
