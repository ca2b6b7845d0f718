// ibm,suspend-me (LoPAR 7.3.23): the last active thread gives the partition away, and gets its
// status when the partition goes on, here or elsewhere.
#pragma once

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

struct CallFrame;

inline constexpr std::int32_t kSuspensionAborted = 9000, kNotSuspendable = -9004,
                              kThreadsActive = -9005;

void suspend_me(CallFrame& frame);
// Between Suspended and Resumed, or handed over: nothing of the partition runs or may change
// (R1-7.3.23-16).
bool is_suspended(const PartitionState& partition);
// Hardware threads that are not stopped, joined or in ibm,suspend-me.
std::size_t active_threads(const PartitionState& partition);
// The stream has got to Aborted: the thread in ibm,suspend-me comes back, and what waited is told.
void stream_aborted(Core& core, std::size_t partition);
// Writes the status that the suspended thread was waiting for, and lets it go.
void wake_suspended(Core& core, std::size_t partition, std::int32_t status);

}  // namespace lparsim::firmware
