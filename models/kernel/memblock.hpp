// The ranges that the kernel counts as memory, kept after boot for crash dumps: sorted, neighbours
// merged. /sys/kernel/debug/memblock/memory shows them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

void memblock_add(std::vector<MemoryRange>& ranges, std::uint64_t base, std::uint64_t size);
void memblock_remove(std::vector<MemoryRange>& ranges, std::uint64_t base, std::uint64_t size);
std::string read_memblock(Kernel& kernel, std::uint64_t);

}  // namespace lparsim::kernel
