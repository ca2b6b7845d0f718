// Hypervisor calls of the guest side (LoPAR chapters 14 and 17, HCALLS.md): dispatch, and what
// other parts of the firmware need of their state. A function that is not here answers H_Function.
#pragma once

#include <array>
#include <cstdint>

#include "firmware/hcall/hcall_table.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// registers[0] is R4. Never fails otherwise than by a status.
HcallReply run_hcall(Core& core, std::size_t partition, ServerNumber server, CallerState caller,
                     std::uint64_t opcode, std::array<std::uint64_t, 9>& registers);

// Power-on: what the calls start with.
void start_hcalls(Core& core, std::size_t partition);

// start-cpu: the thread begins anew.
void thread_started(Core& core, std::size_t partition, std::uint32_t server);
// Power-off, before the partition's state is dropped.
void end_hcalls(Core& core, std::size_t partition);
// Timebase ticks in a duration.
std::uint64_t timebase_ticks(const Core& core, Duration time);

// Whether `server` is a thread of a processor that the partition owns.
bool owns_thread(const Core& core, const PartitionState& partition, std::uint64_t server);
HcallThread& hcall_thread(PartitionState& partition, std::uint32_t server);

// The calling thread is not dispatched until thread_ready(): what H_CEDE, H_CONFER and H_JOIN have
// in common. Returns H_Success, the status with which the call comes back.
std::int64_t park_thread(HcallFrame& frame, ThreadWait wait, bool interruptible);
// Why a waiting thread goes on, with the numbers of the dispatch trace log (LoPAR table 14-16).
enum class DispatchReason : std::uint8_t { interrupt = 0, prod = 2, decrementer = 3 };
// A waiting thread is dispatched again; nothing when it does not wait.
void dispatch_thread(Core& core, std::size_t partition, std::uint32_t server,
                     DispatchReason reason);
// An interrupt for the partition: threads that wait for one are dispatched.
void dispatch_interrupted(Core& core, std::size_t partition);

}  // namespace lparsim::firmware
