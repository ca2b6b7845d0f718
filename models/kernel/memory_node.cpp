#include "models/kernel/memory_node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "models/kernel/memblock.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint64_t kSection = 16U << 20;    // what the kernel removes in one step

struct Range {
  std::uint64_t base, size;
};

// The first address and size of a memory node; nullopt for other nodes.
std::optional<Range> range_of(const LiveTree& tree, NodeId node) {
  if (tree.text(node, "device_type") != "memory") return std::nullopt;
  const Bytes* reg = tree.property(node, "reg");
  if (reg == nullptr || reg->size() < 16) return std::nullopt;
  return Range{load_be64(reg->data()), load_be64(reg->data() + 8)};
}

// The blocks of a range, by number: only those that exist.
template <class Each>
void each_block(const Kernel& kernel, const Range& range, Each each) {
  const std::uint64_t block = kernel.state.block_size;
  const std::uint64_t room = ~std::uint64_t{0} - range.base;
  const std::uint64_t last = (range.base + std::min(std::max<std::uint64_t>(range.size, 1) - 1,
                                                    room)) / block;
  const auto& blocks = kernel.state.blocks;
  for (auto at = blocks.lower_bound(range.base / block); at != blocks.end(); ++at) {
    if (at->first > last) break;
    each(at->first, at->second);
  }
}

// One block's worth in steps of 16 MiB, whatever the node's size: a step that is no whole block, or
// hits memory in use, is a BUG in the kernel's memory management.
void remove_in_steps(Kernel& kernel, const Range& range) {
  const std::uint64_t number = range.base / kernel.state.block_size;
  if (kernel.state.block_size != kSection) {
    kernel.bug(fmt::format("BUG: 16 MiB at 0x{:x} are less than a memory block", range.base));
  }
  if (kernel.state.blocks[number]) {
    kernel.bug(fmt::format("BUG: memory at 0x{:x} is removed while online", range.base));
  }
  kernel.state.blocks.erase(number);
}

}  // namespace

void memory_node_attached(Kernel& kernel, NodeId node) {
  const auto range = range_of(kernel.state.tree, node);
  if (range) memblock_add(kernel.state.memblock, range->base, range->size);
}

int memory_node_removable(const Kernel& kernel, NodeId node) {
  const auto range = range_of(kernel.state.tree, node);
  if (!range || kernel.has(Switch::memory_node_steps)) return 0;
  bool online = false;
  each_block(kernel, *range, [&](std::uint64_t, bool state) { online |= state; });
  return online ? -EBUSY : 0;
}

void memory_node_detached(Kernel& kernel, NodeId node) {
  const auto range = range_of(kernel.state.tree, node);
  if (range) memory_range_gone(kernel, range->base, range->size);
}

void memory_range_gone(Kernel& kernel, std::uint64_t base, std::uint64_t size) {
  if (kernel.state.blocks.contains(base / kernel.state.block_size)) {
    if (kernel.has(Switch::memory_node_steps)) {
      remove_in_steps(kernel, {base, size});
    } else {
      std::vector<std::uint64_t> gone;
      each_block(kernel, {base, size}, [&](std::uint64_t number, bool online) {
        if (!online) gone.push_back(number);
      });
      for (const std::uint64_t number : gone) kernel.state.blocks.erase(number);
    }
    // The steps moved the base; the range behind is dropped.
    if (kernel.has(Switch::memory_node_wrong_range)) base += kernel.state.block_size;
  }
  memblock_remove(kernel.state.memblock, base, size);
}

}  // namespace lparsim::kernel
