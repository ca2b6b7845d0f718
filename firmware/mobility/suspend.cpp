#include "firmware/mobility/suspend.hpp"

#include "firmware/hcall/adapters.hpp"
#include "firmware/mobility/reassignment.hpp"
#include "firmware/rtas/call_table.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kCell = 4, kBlockHeader = 3 * kCell;

}  // namespace

bool is_suspended(const PartitionState& p) {
  return p.mobility.suspended.has_value() || p.mobility.handed_over;
}

std::size_t active_threads(const PartitionState& p) {
  std::size_t active = 0;
  for (std::size_t server = 0; server < p.threads.size(); ++server) {
    if (p.threads[server] == ThreadState::stopped) continue;
    const bool joined = server < p.hcalls.threads.size() &&
                        p.hcalls.threads[server].wait == ThreadWait::joined;
    const bool suspended = p.mobility.suspended && p.mobility.suspended->server.value == server;
    if (!joined && !suspended) ++active;
  }
  return active;
}

// R1-7.3.23-2 to -4, -20: refused without any effect unless the stream asks for it and every other
// thread has joined.
void suspend_me(CallFrame& frame) {
  PartitionState& p = frame.state();
  MobilityState& mobility = p.mobility;
  if (!mobility.stream || mobility.stream->state != VasiState::suspending) {
    return frame.answer(kNotSuspendable);
  }
  if (active_threads(p) > 1) return frame.answer(kThreadsActive);
  if (mobility.coprocessor_operations > 0) {
    return frame.answer(frame.core.profile.mobility.coprocessor_status);
  }
  const VasiStatus status = perform(*mobility.stream, VasiEvent::suspend_me);
  LPARSIM_ASSERT(status == VasiStatus::success);
  suspend_connections(frame.core, frame.partition);     // R1-7.3.23-10, -11
  const std::uint64_t output = frame.arguments.value + kBlockHeader + kCell * frame.inputs;
  mobility.suspended = {frame.server, GuestAddress{output}};
  frame.parks = true;
}

void stream_aborted(Core& core, std::size_t partition) {
  wake_suspended(core, partition, kSuspensionAborted);
  announce_reassignments(core, partition);
}

void wake_suspended(Core& core, std::size_t partition, std::int32_t status) {
  PartitionState& p = core.at(partition);
  if (!p.mobility.suspended) return;
  const SuspendedThread thread = *p.mobility.suspended;
  p.mobility.suspended.reset();
  std::array<std::uint8_t, kCell> raw{};
  store_be32(raw.data(), static_cast<std::uint32_t>(status));
  GuestMemory& memory = *core.memories[partition];
  memory.write(thread.status, raw);
  memory.written(thread.status.value, kCell);
  core.events.thread_ready(p.config.id, thread.server);
}

}  // namespace lparsim::firmware
