// Memory on kernels without /sys/kernel/dlpar: drmgr acquires or releases the DRC, edits
// ibm,dynamic-memory and brings the memory blocks online or offline itself (drmgr.md 3 and 4).
#pragma once

#include "models/userland/session.hpp"

namespace lparsim::userland {

// [blocks] The status of drmgr; says DR_TOTAL_RESOURCES. An LMB that fails is put back as it was,
// and the next one is tried.
int add_memory_alone(Session& session);
int remove_memory_alone(Session& session);

// The line of stdout that the HMC reads: its form must not change.
void report_memory(Session& session, std::uint32_t count);

}  // namespace lparsim::userland
