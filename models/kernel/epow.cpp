#include "models/kernel/epow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "models/kernel/error_log.hpp"
#include "models/kernel/event_log.hpp"
#include "models/kernel/linux.hpp"
#include "models/kernel/rtas.hpp"
#include "models/kernel/shutdown.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kEpowClass = 0x40000000;
constexpr std::uint32_t kEpowSensor = 9;
constexpr std::uint16_t kEpowSection = 0x4550;      // "EP"
constexpr std::uint64_t kServicesStopNs = 10'000'000'000;   // assumption, as for shutdown(8)

enum class Reaction : std::uint8_t { note, orderly_off, off_now };

struct Row {
  std::uint8_t code, modifier;       // modifier 0: any
  Reaction reaction;
  const char* text;
};
constexpr std::array kRows{
    Row{0, 0, Reaction::note, "power and cooling are back to normal"},
    Row{1, 0, Reaction::note, "cooling needs attention"},
    Row{2, 0, Reaction::note, "power needs attention"},
    Row{3, 2, Reaction::note, "the system runs on its UPS"},
    Row{3, 0, Reaction::orderly_off, "power off requested"},
    Row{4, 0, Reaction::orderly_off, "the system must be halted"},
    Row{5, 0, Reaction::off_now, "power is about to be lost"},
    Row{7, 0, Reaction::off_now, "power is about to be lost"},
};

// User space stops its services first, as if somebody had called poweroff.
void run_poweroff(void* argument) {
  Kernel& kernel = *static_cast<Kernel*>(argument);
  const RunningFlag running(kernel.state.powering_off);
  kernel.host.sleep_ns(kServicesStopNs);
  shut_down(kernel, false);
}

void react(Kernel& kernel, ByteView section) {
  constexpr std::size_t kCodeAt = 8, kModifierAt = 9;
  if (section.size() <= kModifierAt) return;
  const unsigned code = section[kCodeAt] & 0x0fU, modifier = section[kModifierAt] & 0x0fU;
  const auto* const row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) {
    return r.code == code && (r.modifier == 0 || r.modifier == modifier);
  });
  if (row == kRows.end()) return kernel.log(kLogError, fmt::format("EPOW: code {}", code));
  kernel.log(kLogWarning, fmt::format("EPOW: {}", row->text));
  if (row->reaction == Reaction::off_now) {
    shut_down(kernel, false);
  } else if (row->reaction == Reaction::orderly_off &&
             !std::exchange(kernel.state.powering_off, true)) {
    kernel.host.spawn("poweroff", run_poweroff, &kernel);
  }
}

// The sensor tells how urgent it is; an urgent call gets the fixed part alone, which says nothing
// of a code, so that Linux then only keeps the log.
void fetch_warning(Kernel& kernel, std::uint32_t source) {
  constexpr std::uint32_t kShutdown = 3;
  std::array<std::uint32_t, 1> state{};
  const auto sensed = rtas_call(kernel, "get-sensor-state", {kEpowSensor, 0}, state);
  const std::uint32_t critical = sensed == 0 && state[0] > kShutdown ? 1 : 0;
  Bytes log;
  {
    const LockGuard guard(kernel, kEventLock);
    const std::uint8_t* buffer = kernel.host.rmo(kEventBuffer, kEventBufferSize);
    if (buffer == nullptr) return;
    const auto status = rtas_call(
        kernel, "check-exception",
        {kExternalInterrupt, source, kEpowClass, critical, kEventBuffer, kEventBufferSize});
    if (status != 0) return;
    const ByteView found = logged({buffer, kEventBufferSize});
    log.assign(found.begin(), found.end());
  }
  log_event(kernel, log);
  react(kernel, find_section(log, kEpowSection));
}

void run_warnings(void* argument) {
  Kernel& kernel = *static_cast<Kernel*>(argument);
  const RunningFlag running(kernel.state.epow_running);
  while (!kernel.state.pending_warnings.empty()) {
    const std::uint32_t source = kernel.state.pending_warnings.front();
    kernel.state.pending_warnings.erase(kernel.state.pending_warnings.begin());
    fetch_warning(kernel, source);
  }
}

}  // namespace

void setup_epow(Kernel& kernel) {
  kernel.state.epow_sources = event_sources(kernel, "/event-sources/epow-events");
}

bool epow_interrupt(Kernel& kernel, std::uint32_t source) {
  const auto& known = kernel.state.epow_sources;
  if (std::find(known.begin(), known.end(), source) == known.end()) return false;
  kernel.state.pending_warnings.push_back(source);
  if (!std::exchange(kernel.state.epow_running, true)) {
    kernel.host.spawn("epow interrupt", run_warnings, &kernel);
  }
  return true;
}

}  // namespace lparsim::kernel
