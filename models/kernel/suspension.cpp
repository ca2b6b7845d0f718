// How a partition is suspended (kernel.md 8, LoPAR 7.3.23): every CPU joins, the last one calls
// ibm,suspend-me, and the first that comes back wakes the others.
#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "models/kernel/hcall.hpp"
#include "models/kernel/mobility.hpp"
#include "models/kernel/rtas.hpp"

namespace lparsim::kernel {
namespace {

// Each CPU has a thread of the kernel's that no other can keep from running.
int call_suspend_me(Kernel& kernel, std::uint32_t logical, std::uint32_t server) {
  struct Row {
    std::int32_t status;
    int error;
  };
  static constexpr std::array kErrors{Row{0, 0}, Row{9000, -ECANCELED}, Row{-9004, -EBUSY},
                                      Row{-9005, -EAGAIN}, Row{-9006, -EBUSY}};
  kernel.log(kLogInfo, fmt::format("mobility: calling ibm,suspend-me on CPU {}", logical));
  const std::int32_t status = rtas_call_on(kernel, server, "ibm,suspend-me", {});
  int error = -EIO;
  for (const Row& row : kErrors) {
    if (row.status == status) error = row.error;
  }
  if (error != 0) {
    kernel.log(kLogError, fmt::format("mobility: ibm,suspend-me error: {}", status));
  }
  return error;
}

int join(Kernel& kernel, std::uint32_t logical) {
  const std::uint32_t server = kernel.state.cpus[logical].server;
  for (;;) {
    HcallRegisters r{};
    const std::int64_t status = hcall_on(kernel, server, kHJoin, r);
    if (status == kHContinue) return call_suspend_me(kernel, logical, server);
    if (status != kHSuccess) {
      kernel.log(kLogError, fmt::format("mobility: H_JOIN error {} on CPU {}", status, logical));
      return -EIO;
    }
    if (kernel.suspension.done) return 0;
    kernel.log(kLogInfo, fmt::format("mobility: premature return from H_JOIN on CPU {}, retrying",
                                     logical));
  }
}

// A CPU that is not prodded never comes back: worth a few more tries.
std::int64_t prod(Kernel& kernel, std::uint32_t own, std::uint32_t server) {
  constexpr int kTries = 10;
  constexpr std::uint64_t kWait = 1'000'000;
  for (int left = kTries;; --left) {
    HcallRegisters r{server};
    const std::int64_t status = hcall_on(kernel, own, kHProd, r);
    if (status == kHSuccess || left == 1 || kernel.has(Switch::prod_failure_ignored)) {
      return status;
    }
    kernel.host.sleep_ns(kWait);
  }
}

void prod_others(Kernel& kernel, std::uint32_t logical) {
  const std::uint32_t own = kernel.state.cpus[logical].server;
  for (std::uint32_t other = 0; other < kernel.state.cpus.size(); ++other) {
    const LogicalCpu& cpu = kernel.state.cpus[other];
    if (!cpu.online || other == logical) continue;
    const std::int64_t status = prod(kernel, own, cpu.server);
    if (status == kHSuccess) continue;
    kernel.log(kLogError, fmt::format("mobility: H_PROD of CPU {} (hwid {}) error: {}", other,
                                      cpu.server, status));
  }
}

void run_joining(void* argument) {
  const auto* thread = static_cast<Kernel::CpuThread*>(argument);
  Kernel& kernel = *thread->kernel;
  Kernel::Suspension& shared = kernel.suspension;
  if (const int error = join(kernel, thread->logical)) shared.error = error;
  if (++shared.finished == 1) {
    kernel.log(kLogInfo, fmt::format("mobility: CPU {} waking all threads", thread->logical));
    shared.done = true;
    prod_others(kernel, thread->logical);
  }
  if (shared.finished == shared.cpus) kernel.host.wake(kSuspensionKey);
}

// stop_machine: a thread on each online CPU, which keeps the CPUs as they are meanwhile.
int join_all(Kernel& kernel) {
  const LockGuard guard(kernel, kCpuLock);
  kernel.suspension = {};
  kernel.joining.clear();
  for (std::uint32_t logical = 0; logical < kernel.state.cpus.size(); ++logical) {
    if (kernel.state.cpus[logical].online) kernel.joining[logical] = {&kernel, logical};
  }
  kernel.suspension.cpus = static_cast<std::uint32_t>(kernel.joining.size());
  for (auto& [logical, thread] : kernel.joining) {
    kernel.host.spawn(fmt::format("migration/{}", logical).c_str(), run_joining, &thread);
  }
  while (kernel.suspension.finished < kernel.suspension.cpus) {
    kernel.host.block(kSuspensionKey, 0);
  }
  return kernel.suspension.error;
}

// Whether it makes sense to try once more: only while the movers still want it.
bool still_suspending(Kernel& kernel, std::uint64_t stream) {
  std::uint64_t state = 0;
  const int error = poll_vasi_state(kernel, stream, state);
  if (error == -EOPNOTSUPP) return true;
  if (error != 0) {
    kernel.log(kLogError, fmt::format("mobility: VASI state poll error: {}", error));
    return false;
  }
  if (state == kVasiSuspending) return true;
  kernel.log(kLogInfo, fmt::format("mobility: VASI state {} after failed suspend", state));
  return false;
}

}  // namespace

int suspend_partition(Kernel& kernel, std::uint64_t stream) {
  constexpr std::uint64_t kMillisecond = 1'000'000;
  static constexpr std::array<std::uint64_t, 4> kRetryAfterMs{1, 10, 100, 1000};
  constexpr std::size_t kAttempts = kRetryAfterMs.size() + 1;
  for (std::size_t attempt = 1;; ++attempt) {
    const int error = join_all(kernel);
    if (error == 0) return 0;
    kernel.log(kLogInfo, fmt::format("mobility: Partition suspend attempt {} of {} error: {}",
                                     attempt, kAttempts, error));
    if (attempt == kAttempts || !still_suspending(kernel, stream)) return error;
    const std::uint64_t wait_ms = kRetryAfterMs.at(attempt - 1);
    kernel.log(kLogInfo, fmt::format("mobility: Will retry partition suspend after {} ms",
                                     wait_ms));
    kernel.host.sleep_ns(wait_ms * kMillisecond);
  }
}

}  // namespace lparsim::kernel
