// Memory blocks (sysfs memoryN) and one LMB up and down (kernel.md 3).
#pragma once

#include <cstdint>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// At boot, after read_lmb_table: which memory is there.
void setup_memory(Kernel& kernel);

// [blocks] All blocks of [address, +size) online or offline; 0 or a negative errno. Under
// kHotplugLock. `argument` of the fault points is the DRC index, or the block's number.
int online_memory(Kernel& kernel, std::uint64_t address, std::uint64_t size,
                  std::uint64_t argument);
int offline_memory(Kernel& kernel, std::uint64_t address, std::uint64_t size,
                   std::uint64_t argument);
bool memory_is_online(const Kernel& kernel, std::uint64_t address, std::uint64_t size);

bool lmb_removable(const Kernel& kernel, const Lmb& lmb);
// [blocks] Memory at this address, one block, as user space asked by sysfs: 0 or a negative errno.
int probe_memory(Kernel& kernel, std::uint64_t address);
// [blocks] configure-connector for the associativity, then memory online. The DRC is the caller's.
int add_lmb(Kernel& kernel, Lmb& lmb);
// [blocks] The DRC first; it goes back when the LMB cannot be added.
int acquire_and_add(Kernel& kernel, Lmb& lmb);
// [blocks] Memory online again with the associativity it had: undo of remove_lmb, no RTAS call.
int restore_lmb(Kernel& kernel, Lmb& lmb, std::uint32_t associativity_index);
// [blocks] Memory offline and gone. Does not touch the DRC.
int remove_lmb(Kernel& kernel, Lmb& lmb);

}  // namespace lparsim::kernel
