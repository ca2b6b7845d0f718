// start-cpu, stop-self, query-cpu-stopped-state (LoPAR 7.3.7, 7.3.8).
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

constexpr std::array kStart{kNormal, kHardware, Outcome{"not_enough_resources", 3}};
constexpr std::array kStop{kNormal, kHardware};
constexpr std::array kQuery{kNormal, kHardware, kBusy};

constexpr std::array kRows{
    CallRow{"start-cpu", "rtas.start-cpu", 3, 3, 1, 1, false, Subject::input0, start_cpu, nullptr,
            kStart},
    CallRow{"stop-self", "rtas.stop-self", 0, 0, 1, 1, false, Subject::caller, stop_self, nullptr,
            kStop},
    CallRow{"query-cpu-stopped-state", "rtas.query-cpu-stopped-state", 1, 1, 2, 2, true,
            Subject::input0, query_cpu_stopped_state, nullptr, kQuery},
};

}  // namespace

std::span<const CallRow> cpu_rows() { return kRows; }

}  // namespace lparsim::firmware
