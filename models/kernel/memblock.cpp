#include "models/kernel/memblock.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lparsim::kernel {
namespace {

// The end, cut to the end of the address space.
std::uint64_t end_of(std::uint64_t base, std::uint64_t size) {
  return size > ~std::uint64_t{0} - base ? ~std::uint64_t{0} : base + size;
}

}  // namespace

void memblock_remove(std::vector<MemoryRange>& ranges, std::uint64_t base, std::uint64_t size) {
  const std::uint64_t end = end_of(base, size);
  std::vector<MemoryRange> left;
  for (const MemoryRange& range : ranges) {
    if (range.base < std::min(range.end, base)) {
      left.push_back({range.base, std::min(range.end, base)});
    }
    const std::uint64_t behind = std::max(range.base, end);
    if (behind < range.end) left.push_back({behind, range.end});
  }
  ranges = std::move(left);
}

void memblock_add(std::vector<MemoryRange>& ranges, std::uint64_t base, std::uint64_t size) {
  if (size == 0) return;
  memblock_remove(ranges, base, size);
  const auto at = std::find_if(ranges.begin(), ranges.end(),
                               [base](const MemoryRange& range) { return range.base >= base; });
  ranges.insert(at, {base, end_of(base, size)});
  std::vector<MemoryRange> merged;
  for (const MemoryRange& range : ranges) {
    if (!merged.empty() && merged.back().end == range.base) {
      merged.back().end = range.end;
    } else {
      merged.push_back(range);
    }
  }
  ranges = std::move(merged);
}

std::string read_memblock(Kernel& kernel, std::uint64_t) {
  std::string out;
  int number = 0;
  for (const MemoryRange& range : kernel.state.memblock) {
    out += fmt::format("{:4d}: 0x{:016x}..0x{:016x}\n", number++, range.base, range.end - 1);
  }
  return out;
}

}  // namespace lparsim::kernel
