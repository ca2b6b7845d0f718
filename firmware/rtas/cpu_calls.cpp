// start-cpu, stop-self, query-cpu-stopped-state, and the calls that end a partition (LoPAR 7.3.7,
// 7.3.8, 7.3.9).
#include "firmware/drc/drc_space.hpp"
#include "firmware/platform/targets.hpp"
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kStopped = 0, kNotStopped = 2;   // table 7-48

// Whether the hardware thread belongs to a processor in the given states.
bool has_thread(const CallFrame& frame, const PartitionState& p, std::uint32_t server,
                DrcState least) {
  if (server >= p.threads.size()) return false;
  return p.cpus[server / frame.core.platform.processor.threads] >= least;
}

void end_partition(CallFrame& frame, bool restart) {
  const PartitionId id = frame.state().config.id;
  frame.parks = true;
  settle_off(frame.core, frame.partition);
  frame.core.events.partition_ended(id, restart);
}

}  // namespace

// A thread of a processor that is not the partition's is an unknown one (-3, R1-14.10-15; the code
// is open, RTAS.md notes); one that is not stopped is an error.
void start_cpu(CallFrame& frame) {
  PartitionState& p = frame.state();
  const std::uint32_t server = frame.in[0];
  if (!has_thread(frame, p, server, DrcState::unisolated)) {
    return frame.answer(kRtasParameterError);
  }
  if (p.threads[server] != ThreadState::stopped) return frame.answer(kRtasHardwareError);
  p.threads[server] = ThreadState::running;
  ++p.running_threads;
  frame.core.events.cpu_started(p.config.id, ServerNumber{server}, frame.in[1], frame.in[2]);
}

void stop_self(CallFrame& frame) {
  PartitionState& p = frame.state();
  const std::uint32_t server = frame.server.value;
  if (server >= p.threads.size() || p.threads[server] != ThreadState::running) {
    return frame.answer(kRtasHardwareError);
  }
  frame.parks = true;
  p.threads[server] = ThreadState::stopped;
  frame.core.services.log.add(EventKind::cpu_stopped, p.config.id, server);
  if (--p.running_threads == 0) end_partition(frame, false);   // R1-13.7.4.1.1-2
}

void query_cpu_stopped_state(CallFrame& frame) {
  const PartitionState& p = frame.state();
  if (!has_thread(frame, p, frame.in[0], DrcState::available)) {
    return frame.answer(kRtasParameterError);
  }
  frame.out[1] = p.threads[frame.in[0]] == ThreadState::stopped ? kStopped : kNotStopped;
}

void power_off_call(CallFrame& frame) { end_partition(frame, false); }
void system_reboot(CallFrame& frame) { end_partition(frame, true); }
// What follows is the platform's policy; ours leaves the partition off.
void os_term(CallFrame& frame) { end_partition(frame, false); }

}  // namespace lparsim::firmware
