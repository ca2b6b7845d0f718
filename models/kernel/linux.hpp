// The Linux pseries kernel side as a library: GuestKernel standing on KernelHost.
#pragma once

#include <memory>
#include <string_view>

#include "models/kernel/guest_kernel.hpp"
#include "models/kernel/kernel_host.hpp"
#include "models/kernel/level.hpp"

namespace lparsim::kernel {

// Real addresses below the RMO limit that the kernel uses. The machine must not put the flattened
// tree over them: it is read once at boot, before the first RTAS call.
inline constexpr std::uint64_t kRtasArguments = 0x3000;       // the one argument block
inline constexpr std::uint64_t kStopSelfArguments = 0x3100;   // stop-self has its own
inline constexpr std::uint64_t kNvramBuffer = 0x3200;         // 32 bytes
inline constexpr std::uint64_t kConnectorWorkArea = 0x4000;   // 4 KiB
inline constexpr std::uint64_t kLastErrorBuffer = 0x5000;     // 2 KiB
inline constexpr std::uint64_t kEventBuffer = 0x6000;         // 2 KiB, check-exception
inline constexpr std::uint64_t kConnectorExtent = 0x7000;     // 4 KiB, when firmware wants more
inline constexpr std::uint64_t kUserBuffer = 0x10000;         // rmo_buffer of user space
inline constexpr std::uint64_t kUserBufferSize = 0x10000;
inline constexpr std::uint64_t kSecondaryEntry = 0x60;        // where start-cpu sends a thread

// One kernel for one partition. host and level must outlive it, and it must outlive all actors
// that it spawned through the host.
std::unique_ptr<GuestKernel> make_linux(KernelHost& host, const KernelLevel& level);

}  // namespace lparsim::kernel
