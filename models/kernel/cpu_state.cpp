// One hardware thread up and down: start-cpu with call-in, stop-self with the wait for the end.
#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "models/kernel/cpu.hpp"
#include "models/kernel/linux.hpp"
#include "models/kernel/rtas.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint64_t kCallInTimeout = 5'000'000'000;    // 5 s, then the thread is "stuck"
constexpr std::uint64_t kDiePoll = 1'000'000;              // between two stopped-state queries
constexpr int kStopTries = 100;                            // of stop-self, when it comes back
constexpr std::uint64_t kStopPause = 100'000'000;
constexpr int kDiePolls = 25;                              // with cpu_die_gives_up: 0.1 s in all
constexpr std::uint64_t kDiePollOld = 4'000'000;
constexpr std::uint64_t kDieWarning = 120'000'000'000;     // a warning each 120 s

enum StoppedState : std::int32_t { kHardwareError = -1, kStopped = 0, kNotStopped = 2 };
constexpr std::array kOutcomes{"normal", "refused"};

std::int32_t query_stopped(Kernel& kernel, std::uint32_t server) {
  std::array<std::uint32_t, 1> state{};
  const auto status = rtas_call(kernel, "query-cpu-stopped-state", {server}, state);
  return status != 0 ? status : static_cast<std::int32_t>(state[0]);
}

bool refused(Kernel& kernel, const char* site, std::uint32_t server) {
  return kernel.host.fault_point(site, server, kOutcomes.data(), kOutcomes.size()) == 1;
}

int start_thread(Kernel& kernel, std::uint32_t server) {
  // A thread that already left firmware is released without a call.
  if (query_stopped(kernel, server) == kNotStopped) {
    cpu_called_in(kernel, server);
    return 0;
  }
  const auto status = rtas_call(kernel, "start-cpu", {server, kSecondaryEntry, server});
  if (status == 0) return 0;
  kernel.log(kLogError, fmt::format("start-cpu failed: {}", status));
  return -EINVAL;
}

bool wait_call_in(Kernel& kernel, std::uint32_t logical) {
  const std::uint64_t deadline = kernel.host.now_ns() + kCallInTimeout;
  while (!kernel.state.cpus[logical].called_in) {
    const std::uint64_t now = kernel.host.now_ns();
    if (now >= deadline || !kernel.host.block(call_in_key(logical), deadline - now)) break;
  }
  return kernel.state.cpus[logical].called_in;
}

// The dying thread: gives up its CPU and never comes back from stop-self.
void die(void* argument) {
  const auto* dying = static_cast<Kernel::CpuThread*>(argument);
  Kernel& kernel = *dying->kernel;
  LogicalCpu& cpu = kernel.state.cpus[dying->logical];
  const std::uint32_t server = cpu.server;
  cpu.dead = true;
  kernel.host.wake(dead_key(dying->logical));
  for (int tries = 0; tries < kStopTries; ++tries) {
    stop_self(kernel, server);
    if (kernel.has(Switch::stop_self_panics)) kernel.bug("RTAS stop-self returned");
    kernel.host.sleep_ns(kStopPause);
  }
  // It idles for ever; who waits for its end gives up.
}

int wait_stopped(Kernel& kernel, std::uint32_t logical, std::uint32_t server) {
  while (!kernel.state.cpus[logical].dead) kernel.host.block(dead_key(logical), 0);
  std::uint64_t warn_at = kernel.host.now_ns() + kDieWarning;
  const bool gives_up = kernel.has(Switch::cpu_die_gives_up);
  for (int polls = 1;; ++polls) {
    const std::int32_t state = query_stopped(kernel, server);
    if (state == kStopped || state == kHardwareError) return 0;
    if (kernel.host.now_ns() >= warn_at) {
      kernel.log(kLogWarning, fmt::format("CPU {} (hwid {}) didn't die", logical, server));
      if (!kernel.has(Switch::cpu_die_waits_forever)) return -ETIMEDOUT;
      warn_at += kDieWarning;
    }
    if (gives_up && polls == kDiePolls) {
      kernel.log(kLogError, fmt::format("Querying DEAD? cpu {} ({}) shows {}", logical, server,
                                        state));
      return 0;
    }
    kernel.host.sleep_ns(gives_up ? kDiePollOld : kDiePoll);
  }
}

}  // namespace

int cpu_up(Kernel& kernel, std::uint32_t logical) {
  const LockGuard guard(kernel, kCpuLock);
  LogicalCpu& cpu = kernel.state.cpus[logical];
  if (!cpu.present) return -EINVAL;
  if (cpu.online) return 1;
  const std::uint32_t server = cpu.server;
  if (refused(kernel, "kernel.cpu_online", server)) return -EIO;
  cpu.called_in = false;
  if (const int error = start_thread(kernel, server)) return error;
  if (wait_call_in(kernel, logical)) return 0;
  kernel.log(kLogError, fmt::format("Processor {} is stuck.", logical));
  return -ENOENT;
}

int cpu_down(Kernel& kernel, std::uint32_t logical) {
  const LockGuard guard(kernel, kCpuLock);
  LogicalCpu& cpu = kernel.state.cpus[logical];
  if (!cpu.online) return 1;
  if (online_count(kernel) == 1) return -EBUSY;
  const std::uint32_t server = cpu.server;
  if (refused(kernel, "kernel.cpu_offline", server)) return -EBUSY;
  cpu.online = false;
  cpu.dead = false;
  kernel.host.cpu_online(server, logical, false);
  Kernel::CpuThread& dying = kernel.dying[logical];
  dying = {&kernel, logical};
  kernel.host.spawn(fmt::format("cpu{}", logical).c_str(), die, &dying);
  return wait_stopped(kernel, logical, server);
}

void cpu_called_in(Kernel& kernel, std::uint32_t server) {
  const auto logical = logical_of(kernel, server);
  if (!logical) return;   // nobody waits for it: it spins at its entry
  LogicalCpu& cpu = kernel.state.cpus[*logical];
  cpu.called_in = true;
  cpu.online = true;
  kernel.host.cpu_online(server, *logical, true);
  kernel.host.wake(call_in_key(*logical));
}

}  // namespace lparsim::kernel
