// CPUs on kernels that neither have /sys/kernel/dlpar nor probe and release files: drmgr acquires
// or releases the DRC, edits the tree and brings threads online or offline itself (drmgr.md 3, 4).
#pragma once

#include "models/userland/cpu_list.hpp"

namespace lparsim::userland {

// [blocks] CPU `number` of the list; 0, else not, after a message.
int add_cpu_alone(Session& session, CpuList& list, std::size_t number);
int remove_cpu_alone(Session& session, CpuList& list, std::size_t number);

}  // namespace lparsim::userland
