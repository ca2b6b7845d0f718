// Handlers of /sys/devices/system/memory and of the memory numbers. No RTAS call is made here.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "models/kernel/dlpar.hpp"
#include "models/kernel/files.hpp"
#include "models/kernel/memory.hpp"

namespace lparsim::kernel {
namespace {

std::uint64_t online_kilobytes(const Kernel& kernel) {
  const auto& blocks = kernel.state.blocks;
  const auto count = std::count_if(blocks.begin(), blocks.end(),
                                   [](const auto& block) { return block.second; });
  return static_cast<std::uint64_t>(count) * kernel.state.block_size / 1024;
}

struct StateWord {
  std::string_view word;
  bool online;
};
constexpr std::array kStateWords{StateWord{"online", true}, StateWord{"online_kernel", true},
                                 StateWord{"online_movable", true}, StateWord{"offline", false}};

}  // namespace

std::string read_block_size(Kernel& kernel, std::uint64_t) {
  return fmt::format("{:x}\n", kernel.state.block_size);
}

std::int64_t write_memory_probe(Kernel& kernel, std::uint64_t, std::string_view data) {
  std::uint64_t address = 0;
  if (parse_u64(data, address) != 0) return -EINVAL;
  const LockGuard guard(kernel, kHotplugLock);
  const int error = probe_memory(kernel, address);
  return error != 0 ? error : static_cast<std::int64_t>(data.size());
}

std::string read_block_state(Kernel& kernel, std::uint64_t block) {
  return kernel.state.blocks.at(block) ? "online\n" : "offline\n";
}

std::int64_t write_block_state(Kernel& kernel, std::uint64_t block, std::string_view data) {
  const auto word = std::find_if(kStateWords.begin(), kStateWords.end(), [&](const StateWord& w) {
    return same_word(data, w.word);
  });
  if (word == kStateWords.end()) return -EINVAL;
  const LockGuard guard(kernel, kHotplugLock);
  // The block may have gone while we waited for the lock.
  const auto found = kernel.state.blocks.find(block);
  if (found == kernel.state.blocks.end()) return -ENODEV;
  if (found->second == word->online) return -EINVAL;
  const std::uint64_t size = kernel.state.block_size;
  const int error = word->online ? online_memory(kernel, block * size, size, block)
                                 : offline_memory(kernel, block * size, size, block);
  return error != 0 ? error : static_cast<std::int64_t>(data.size());
}

std::string read_phys_index(Kernel&, std::uint64_t block) {
  return fmt::format("{:08x}\n", block);
}

std::string read_node_meminfo(Kernel& kernel, std::uint64_t node) {
  const std::uint64_t total = online_kilobytes(kernel);
  return fmt::format("Node {0} MemTotal: {1:>15} kB\nNode {0} MemFree:  {2:>15} kB\n", node, total,
                     total / 2);
}

std::string read_meminfo(Kernel& kernel, std::uint64_t) {
  return fmt::format("MemTotal: {:>15} kB\n", online_kilobytes(kernel));
}

}  // namespace lparsim::kernel
