#include "models/kernel/mobility.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "models/kernel/dlpar.hpp"
#include "models/kernel/hcall.hpp"
#include "models/kernel/linux.hpp"
#include "models/kernel/rtas.hpp"
#include "models/kernel/tree_update.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint64_t kEnabledPoll = 1'000'000'000;     // while the movers copy memory
constexpr std::uint64_t kResumedPoll = 500'000'000;       // while the rest of it follows
constexpr std::int32_t kMigrationScope = 1;
constexpr std::uint32_t kProcessorModuleInfo = 43;        // system parameter
constexpr std::uint32_t kParameterBuffer = 4096;

int wait_until_suspending(Kernel& kernel, std::uint64_t stream) {
  for (;;) {
    std::uint64_t state = 0;
    const int error = poll_vasi_state(kernel, stream, state);
    // Without the call: H_JOIN and ibm,suspend-me will tell.
    if (error == -EOPNOTSUPP) return 0;
    if (error != 0 || state == kVasiSuspending) return error;
    if (state != kVasiEnabled) {
      kernel.log(kLogError, fmt::format("mobility: unexpected H_VASI_STATE result {}", state));
      return -EIO;
    }
    kernel.host.sleep_ns(kEnabledPoll);
  }
}

void wait_until_completed(Kernel& kernel, std::uint64_t stream) {
  kernel.log(kLogInfo, "mobility: waiting for memory transfer to complete...");
  for (;;) {
    std::uint64_t state = 0;
    const int error = poll_vasi_state(kernel, stream, state);
    // A stream that is gone is over, too: the hypervisor has cleaned up.
    if (error == -EINVAL || (error == 0 && state == kVasiCompleted)) {
      return kernel.log(kLogInfo, "mobility: memory transfer completed.");
    }
    if (error != 0) {
      return kernel.log(kLogError,
                        fmt::format("mobility: H_VASI_STATE return error ({})", error));
    }
    if (state != kVasiResumed) {
      return kernel.log(kLogError,
                        fmt::format("mobility: unexpected H_VASI_STATE result {}", state));
    }
    kernel.host.sleep_ns(kResumedPoll);
  }
}

// Byte 0 of the reason is who gives up, the others are his own (table 17-47).
void cancel(Kernel& kernel, std::uint64_t stream, int error) {
  constexpr std::uint64_t kSignalCancel = 1;
  constexpr std::uint32_t kMigratingPartition = 6;
  const std::uint32_t detail = static_cast<std::uint32_t>(std::abs(error)) & 0xff'ffffU;
  const std::int64_t status =
      hcall(kernel, kHVasiSignal, {stream, kSignalCancel, kMigratingPartition << 24 | detail});
  if (status != kHSuccess) {
    kernel.log(kLogError, fmt::format("mobility: H_VASI_SIGNAL error: {}", status));
  }
}

void activate_firmware(Kernel& kernel) {
  if (!has_service(kernel, "ibm,activate-firmware")) {
    return kernel.log(kLogInfo, "ibm,activate-firmware method unavailable");
  }
  const std::int32_t status = rtas_call_waiting(kernel, "ibm,activate-firmware", {});
  if (status != 0) {
    kernel.log(kLogError, fmt::format("ibm,activate-firmware failed ({})", status));
  }
}

// What else the kernel asks the new machine; nothing here depends on the answers.
void ask_anew(Kernel& kernel) {
  hcall(kernel, kHGetCpuCharacteristics, {});
  std::int32_t status = 0;
  do {
    const LockGuard guard(kernel, kWorkAreaLock);
    status = rtas_call(kernel, "ibm,get-system-parameter",
                       {kProcessorModuleInfo, kConnectorWorkArea, kParameterBuffer});
  } while (rtas_busy_delay(kernel, status));
  if (status != 0) {
    kernel.log(kLogError, fmt::format("Error calling get-system-parameter {}", status));
  }
}

// On the new machine. 0, or what went wrong with the tree.
int settle_in(Kernel& kernel) {
  activate_firmware(kernel);
  TreeUpdateEnd update;
  {
    const LockGuard guard(kernel, kCpuLock);
    update = update_tree(kernel, kMigrationScope);
  }
  if (update.said != 0) {
    kernel.log(kLogError, fmt::format("mobility: device tree update failed: {}", update.said));
  }
  ask_anew(kernel);
  return kernel.has(Switch::tree_update_error_lost) ? 0 : update.error;
}

}  // namespace

int poll_vasi_state(Kernel& kernel, std::uint64_t stream, std::uint64_t& state) {
  HcallRegisters r{stream};
  const std::int64_t status = hcall(kernel, kHVasiState, r);
  state = r[0];
  switch (status) {
    case kHSuccess: return 0;
    case kHParameter: return -EINVAL;
    case kHFunction: return -EOPNOTSUPP;
    default: break;
  }
  kernel.log(kLogError, fmt::format("mobility: unexpected H_VASI_STATE result {}", status));
  return -EIO;
}

int migrate(Kernel& kernel, std::uint64_t stream) {
  if (const int error = wait_until_suspending(kernel, stream)) return error;
  if (const int error = suspend_partition(kernel, stream)) {
    cancel(kernel, stream, error);
    return error;
  }
  const int error = settle_in(kernel);
  wait_until_completed(kernel, stream);
  return error;
}

std::string read_mobility_version(Kernel&, std::uint64_t) { return "1\n"; }

std::int64_t write_migration(Kernel& kernel, std::uint64_t, std::string_view data) {
  std::uint64_t stream = 0;
  int error = parse_u64(data.substr(0, data.find('\0')), stream);
  if (error == 0) error = migrate(kernel, stream);
  return error != 0 ? error : static_cast<std::int64_t>(data.size());
}

}  // namespace lparsim::kernel
