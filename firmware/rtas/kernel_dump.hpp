// The platform assisted kernel dump (LoPAR 7.3.26): the structure that the OS registers, and what
// happens to it when the OS terminates.
#pragma once

#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {

// Bytes of a processor's state and of the hash page table that a dump needs room for.
struct DumpSizes {
  std::uint64_t cpu_state = 0, page_table = 0;
};
DumpSizes dump_sizes(const Core& core, std::size_t partition);

// Carries out the registered dump: copies its sections in the partition's memory and makes it the
// active one, which survives the restart. False, and nothing done, when none is registered.
bool take_kernel_dump(CallFrame& frame);

}  // namespace lparsim::firmware
