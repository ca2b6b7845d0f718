// The error log of rtasd (kernel.md 5; LoPAR 7.3.1, chapter 8): events that the kernel does not
// handle itself are kept in NVRAM and given to user space, where rtas_errd starts drmgr.
#pragma once

#include <cstdint>
#include <string>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] At boot: the partition "ibm,rtas-log" of the NVRAM, made in free space when it is not
// there, and what it has left of an event that nobody read before the restart.
void setup_error_log(Kernel& kernel);

// [blocks] An event log as check-exception returned it.
void log_event(Kernel& kernel, ByteView log);

bool has_error_log(const Kernel& kernel);
// [blocks] /proc/powerpc/rtas/error_log: the oldest event that was not read, 4 bytes of sequence
// number in the byte order of the kernel (little) and the log, padded to its longest. Reading takes
// it away. -EAGAIN when there is none, as for a reader that does not wait; NVRAM is told first that
// all was read.
int ask_error_log(Kernel& kernel, std::uint64_t, std::string& text);

}  // namespace lparsim::kernel
