// Giving up and getting back the processor: H_CEDE, H_CONFER, H_PROD, H_POLL_PENDING, and what they
// leave in the virtual processor area and its dispatch trace log (LoPAR 14.11.1, 14.11.3).
#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kDispatchCounter = 0x100, kReadyWait = 0x168, kLogIndex = 0x218,
                        kLogMask = 0xb8;
constexpr std::uint8_t kTraceVoluntaryWaits = 0x01;
constexpr std::uint64_t kLogEntry = 48;

void show_dispatches(Core& core, std::size_t partition, const HcallThread& thread) {
  if (!thread.vpa) return;
  write_guest32(core, partition, thread.vpa->address + kDispatchCounter, thread.dispatches);
}

// Table 14-16: why the thread stopped, as the trace log tells it.
std::uint8_t preempt_reason(ThreadWait wait) { return wait == ThreadWait::ceded ? 2 : 3; }

// R1-14.11.1.2-1: 48 bytes a dispatch, the newest over the oldest.
void log_dispatch(Core& core, std::size_t partition, std::uint32_t server, DispatchReason reason) {
  HcallThread& thread = core.at(partition).hcalls.threads[server];
  if (!thread.vpa || !thread.dispatch_log) return;
  std::array<std::uint8_t, 1> mask{};
  if (!read_guest(core, partition, thread.vpa->address + kLogMask, mask) ||
      (mask[0] & kTraceVoluntaryWaits) == 0) {
    return;
  }
  const auto waiting = static_cast<std::uint32_t>(
      timebase_ticks(core, core.services.clock.now() - thread.waits_since));
  const auto now = timebase_ticks(core, core.services.clock.now().time_since_epoch());
  CellWriter entry;
  entry.u8(static_cast<std::uint8_t>(reason)).u8(preempt_reason(thread.wait));
  entry.u16(static_cast<std::uint16_t>(server / core.platform.processor.threads));
  entry.u32(0).u32(0).u32(waiting).u64(now).u64(0).u64(0).u64(0);
  const std::uint64_t slots = thread.dispatch_log->bytes / kLogEntry;
  write_guest(core, partition,
              thread.dispatch_log->address + thread.log_entries % slots * kLogEntry, entry.take());
  ++thread.log_entries;
  write_guest64(core, partition, thread.vpa->address + kLogIndex, thread.log_entries);
}

// The prod bit set means: do not wait at all.
std::int64_t h_cede(HcallFrame& frame) {
  HcallThread& thread = hcall_thread(frame.state(), frame.server.value);
  if (thread.prodded) {
    thread.prodded = false;
    return kHSuccess;
  }
  return park_thread(frame, ThreadWait::ceded, true);
}

std::int64_t h_confer(HcallFrame& frame) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  PartitionState& p = frame.state();
  const std::uint64_t target = frame.r[0];
  const bool interruptible = frame.caller.external_interrupts;
  HcallThread& own = hcall_thread(p, frame.server.value);
  if (target == frame.server.value) {
    if (own.prodded) {
      own.prodded = false;
      return kHSuccess;
    }
    return park_thread(frame, ThreadWait::conferred, interruptible);
  }
  if (target != kAll) {
    if (!owns_thread(frame.core, p, target)) return kHParameter;
    const HcallThread& other = hcall_thread(p, static_cast<std::uint32_t>(target));
    // It runs, or has run since the caller looked, or waits itself for whoever holds the lock.
    if (frame.r[1] != other.dispatches || other.dispatches % 2 == 0) return kHSuccess;
    if (other.wait == ThreadWait::conferred_to_all) return kHSuccess;
  }
  // The others have their opportunity within one dispatch cycle.
  frame.at_most = frame.core.profile.hcall.dispatch_cycle;
  return park_thread(frame,
                     target == kAll ? ThreadWait::conferred_to_all : ThreadWait::conferred_to_one,
                     interruptible);
}

std::int64_t h_prod(HcallFrame& frame) {
  PartitionState& p = frame.state();
  if (!owns_thread(frame.core, p, frame.r[0])) return kHParameter;
  const auto server = static_cast<std::uint32_t>(frame.r[0]);
  HcallThread& target = hcall_thread(p, server);
  if (target.wait == ThreadWait::none) {
    target.prodded = true;
  } else {
    dispatch_thread(frame.core, frame.partition, server, DispatchReason::prod);
  }
  return kHSuccess;
}

// The platform of this model does nothing in the background that would need the processor.
std::int64_t h_poll_pending(HcallFrame&) { return kHSuccess; }

constexpr auto& kNone = kHcallOutcomes<>;
constexpr auto& kParameterOnly = kHcallOutcomes<kHParameter>;
constexpr auto& kPending = kHcallOutcomes<kHPending>;
constexpr std::array kRows{
    HcallRow{"hcall.H_CEDE", 0xe0, "hcall-splpar", h_cede, kNone},
    HcallRow{"hcall.H_CONFER", 0xe4, "hcall-splpar", h_confer, kParameterOnly},
    HcallRow{"hcall.H_PROD", 0xe8, "hcall-splpar", h_prod, kParameterOnly},
    HcallRow{"hcall.H_POLL_PENDING", 0x1d8, "hcall-poll-pending", h_poll_pending, kPending},
};

}  // namespace

std::span<const HcallRow> dispatch_rows() { return kRows; }

std::int64_t park_thread(HcallFrame& frame, ThreadWait wait, bool interruptible) {
  HcallThread& thread = hcall_thread(frame.state(), frame.server.value);
  thread.wait = wait;
  thread.interruptible = interruptible;
  thread.waits_since = frame.core.services.clock.now();
  ++thread.dispatches;
  show_dispatches(frame.core, frame.partition, thread);
  const bool turn =
      wait == ThreadWait::conferred_to_all || wait == ThreadWait::conferred_to_one;
  frame.park = turn ? ParkUntil::turn : interruptible ? ParkUntil::event : ParkUntil::prod;
  return kHSuccess;
}

void dispatch_thread(Core& core, std::size_t partition, std::uint32_t server,
                     DispatchReason reason) {
  PartitionState& p = core.at(partition);
  if (server >= p.hcalls.threads.size()) return;
  HcallThread& thread = p.hcalls.threads[server];
  if (thread.wait == ThreadWait::none) return;
  log_dispatch(core, partition, server, reason);
  thread.wait = ThreadWait::none;
  thread.interruptible = false;
  thread.waited += core.services.clock.now() - thread.waits_since;
  ++thread.dispatches;
  show_dispatches(core, partition, thread);
  if (thread.vpa) {   // R1-14.11.3.1-5: the interval of waiting to become ready
    write_guest64(core, partition, thread.vpa->address + kReadyWait,
                  timebase_ticks(core, thread.waited));
  }
  if (reason != DispatchReason::decrementer) {
    core.events.thread_ready(p.config.id, ServerNumber{server});
  }
}

void dispatch_interrupted(Core& core, std::size_t partition) {
  const std::size_t threads = core.at(partition).hcalls.threads.size();
  for (std::size_t server = 0; server < threads; ++server) {
    if (!core.at(partition).hcalls.threads[server].interruptible) continue;
    dispatch_thread(core, partition, static_cast<std::uint32_t>(server),
                    DispatchReason::interrupt);
  }
}

}  // namespace lparsim::firmware
