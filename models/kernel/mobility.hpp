// Partition mobility (kernel.md 8): the files below /sys/kernel/mobility, and the way of a running
// partition from one machine to another. Left out: VAS windows and the hypervisor pipe, which are
// closed on the way, the smaller SLB, the watchdogs, hibernation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] Until the migration of stream `stream` is over: 0 or a negative errno.
int migrate(Kernel& kernel, std::uint64_t stream);

// What H_VASI_STATE tells (table 17-49): 0, or -EINVAL (no such stream), -EOPNOTSUPP, -EIO.
enum VasiState : std::uint64_t {
  kVasiEnabled = 1, kVasiAborted, kVasiSuspending, kVasiSuspended, kVasiResumed, kVasiCompleted,
};
int poll_vasi_state(Kernel& kernel, std::uint64_t stream, std::uint64_t& state);

// [blocks] Stops all CPUs, suspends the partition and comes back when it goes on: here with an
// error, on the target with 0.
int suspend_partition(Kernel& kernel, std::uint64_t stream);

// /sys/kernel/mobility/api_version and migration.
std::string read_mobility_version(Kernel& kernel, std::uint64_t);
std::int64_t write_migration(Kernel& kernel, std::uint64_t, std::string_view data);

}  // namespace lparsim::kernel
