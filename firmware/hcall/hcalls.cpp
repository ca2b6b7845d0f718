#include "firmware/hcall/hcalls.hpp"

#include "firmware/drc/drc_space.hpp"
#include "firmware/hcall/adapters.hpp"
#include "firmware/hcall/mappings.hpp"
#include "firmware/hcall/sharing.hpp"
#include "firmware/mobility/suspend.hpp"
#include "firmware/hcall/performance_calls.hpp"

namespace lparsim::firmware {
namespace {

// Order of the checks: LoPAR 14.5.3, R1-14.5.3-11 first.
std::int64_t perform_call(HcallFrame& frame, std::uint64_t opcode) {
  if (frame.caller.problem_state) return kHPrivilege;
  const HcallRow* row = find_hcall(opcode);
  constexpr std::uint64_t kVasiState = 0x2a4;
  if (is_suspended(frame.state()) && opcode != kVasiState) return kHBusy;
  if (row == nullptr || !has_function_set(frame.core.profile, row->set)) return kHFunction;
  const ChoicePoint point{ChoiceClass::fault, row->site, frame.state().config.id, frame.r[0]};
  const std::size_t picked = frame.core.services.choices.pick(point, row->outcomes);
  if (picked == 0) return row->handler(frame);
  if (row->refused != nullptr) row->refused(frame);
  return row->outcomes[picked].value;
}

}  // namespace

HcallReply run_hcall(Core& core, std::size_t partition, ServerNumber server, CallerState caller,
                     std::uint64_t opcode, std::array<std::uint64_t, 9>& registers) {
  PartitionState& p = core.at(partition);
  if (!core.state.hcalls.grants.empty()) recover_shared(core);
  HcallReply reply;
  reply.latency = core.profile.hcall_latency;
  const std::uint64_t arg0 = registers[0], arg1 = registers[1];
  if (p.power == PowerState::off || !owns_thread(core, p, server.value)) {
    reply.status = kHFunction;
  } else {
    // Who calls runs: its decrementer came, or its turn.
    dispatch_thread(core, partition, server.value, DispatchReason::decrementer);
    HcallFrame frame{core, partition, server, caller, registers};
    reply.status = perform_call(frame, opcode);
    reply.park = frame.park;
    reply.at_most = frame.at_most;
  }
  core.services.log.add(EventKind::hcall, p.config.id, opcode,
                        static_cast<std::uint64_t>(reply.status), arg0, arg1);
  return reply;
}

void start_hcalls(Core& core, std::size_t partition) {
  HcallState& state = core.at(partition).hcalls;
  recover_shared(core);
  state = {};
  state.powered_on_at = core.services.clock.now();
  const MemoryShare& memory = core.at(partition).config.memory;   // R1-14.12.3.4-1
  state.mapping_entitlement = memory.entitled_bytes;
  state.memory_weight = memory.weight;
}

void thread_started(Core& core, std::size_t partition, std::uint32_t server) {
  HcallState& state = core.at(partition).hcalls;
  std::erase_if(state.starts, [&](const ThreadStart& start) { return start.server == server; });
  state.starts.push_back({server, core.services.clock.now()});
  if (server >= state.threads.size()) return;
  HcallThread& thread = state.threads[server];
  thread.prodded = false;
  thread.wait = ThreadWait::none;
  thread.waited = {};
}

void end_hcalls(Core& core, std::size_t partition) {
  core.state.hcalls.consumed_before += consumed_time(core, partition);
  drop_all_adapters(core, partition);
  end_sharing(core, partition);
  // Pages that it lent are no longer reached (R1-17.2.3.2.2-5).
  for (TceTable& table : core.at(partition).hcalls.tce_tables) clear_table(core, partition, table);
}

std::uint64_t timebase_ticks(const Core& core, Duration time) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const auto hz = static_cast<std::int64_t>(core.platform.processor.timebase_hz);
  const std::int64_t ns = time.count();
  return static_cast<std::uint64_t>(ns / kSecond * hz + ns % kSecond * hz / kSecond);
}

bool owns_thread(const Core& core, const PartitionState& p, std::uint64_t server) {
  return server < p.threads.size() && is_owned(p.cpus[server / core.platform.processor.threads]);
}

HcallThread& hcall_thread(PartitionState& p, std::uint32_t server) {
  auto& threads = p.hcalls.threads;
  if (server >= threads.size()) threads.resize(p.threads.size());
  return threads[server];
}

}  // namespace lparsim::firmware
