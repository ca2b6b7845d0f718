#include "models/kernel/memory.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <array>
#include <cerrno>

#include "models/kernel/drc.hpp"
#include "models/kernel/lmb_table.hpp"
#include "models/kernel/memblock.hpp"
#include "models/kernel/numa.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint64_t kSmallestBlock = 16U << 20;   // when the tree gives no LMB size
constexpr std::array kOutcomes{"normal", "refused"};

bool refused(Kernel& kernel, const char* site, std::uint64_t argument) {
  return kernel.host.fault_point(site, argument, kOutcomes.data(), kOutcomes.size()) == 1;
}

constexpr std::uint64_t kMostBlocks = 1U << 22;

void add_boot_blocks(KernelState& state, std::uint64_t address, std::uint64_t size) {
  const std::uint64_t end = address + size;
  if (end < address || size / state.block_size > kMostBlocks) return;   // no machine has that
  memblock_add(state.memblock, address, size);
  for (std::uint64_t at = address; at < end; at += state.block_size) {
    state.blocks[at / state.block_size] = true;
  }
}

// reg of a memory@ node: 8-byte address and size (LoPAR: #address-cells and #size-cells are 2).
void add_memory_node(KernelState& state, NodeId node) {
  const Bytes* reg = state.tree.property(node, "reg");
  if (reg == nullptr) return;
  for (CellReader in(*reg); in.left() >= 16;) {
    const std::uint64_t address = in.u64();
    const std::uint64_t size = in.u64();
    add_boot_blocks(state, address, size);
    state.boot_memory += size;
    if (address == 0) state.rma_end = size;
  }
}

int update_associativity(Kernel& kernel, Lmb& lmb) {
  const auto nodes = configure_connector(kernel, lmb.drc_index);
  if (nodes.empty()) return -EINVAL;
  int error = -ENODEV;
  std::uint32_t index = kNoAssociativity;
  const Bytes* found = kernel.state.tree.property(nodes.front(), "ibm,associativity");
  if (found != nullptr) {
    const Bytes associativity = *found;   // the tree may grow while the row is looked for
    error = associativity_index(kernel, associativity, index);
  }
  free_nodes(kernel, nodes);
  if (error == 0) {
    lmb.associativity_index = index;
    lmb.flags &= ~kLmbAssociativityInvalid;
  }
  return error;
}

int bring_online(Kernel& kernel, Lmb& lmb) {
  const std::uint64_t size = kernel.state.lmb_size;
  int error = 0;
  if (kernel.host.allocation_fails("kernel.add_memory")) {
    error = -ENOMEM;
  } else if (!kernel.host.memory_usable(lmb.address, size)) {
    error = -EFAULT;   // the hypervisor does not let us map it
  } else {
    error = online_memory(kernel, lmb.address, size, lmb.drc_index);
  }
  if (error != 0) {
    lmb.associativity_index = kNoAssociativity;
    return error;
  }
  memblock_add(kernel.state.memblock, lmb.address, size);
  lmb.flags |= kLmbAssigned;
  return 0;
}

void forget_blocks(Kernel& kernel, std::uint64_t address, std::uint64_t size) {
  const std::uint64_t block = kernel.state.block_size;
  for (std::uint64_t at = address; at < address + size; at += block) {
    kernel.state.blocks.erase(at / block);
  }
  memblock_remove(kernel.state.memblock, address, size);
}

}  // namespace

void setup_memory(Kernel& kernel) {
  KernelState& state = kernel.state;
  state.block_size = state.lmb_size == 0 ? kSmallestBlock : state.lmb_size;
  state.boot_memory = 0;
  state.blocks.clear();
  state.memblock.clear();
  for (const NodeId node : state.tree.at(kRootNode).children) {
    if (state.tree.text(node, "device_type") == "memory") add_memory_node(state, node);
  }
  for (const Lmb& lmb : state.lmbs) {
    if ((lmb.flags & kLmbAssigned) == 0 || (lmb.flags & kLmbReserved) != 0) continue;
    add_boot_blocks(state, lmb.address, state.lmb_size);
  }
  for (const auto& [number, online] : state.blocks) {
    kernel.host.memory_online(number * state.block_size, state.block_size, online);
  }
}

bool memory_is_online(const Kernel& kernel, std::uint64_t address, std::uint64_t size) {
  const std::uint64_t block = kernel.state.block_size;
  for (std::uint64_t at = address; at < address + size; at += block) {
    const auto found = kernel.state.blocks.find(at / block);
    if (found == kernel.state.blocks.end() || !found->second) return false;
  }
  return true;
}

int online_memory(Kernel& kernel, std::uint64_t address, std::uint64_t size,
                  std::uint64_t argument) {
  if (refused(kernel, "kernel.lmb_online", argument)) return -ENOMEM;
  const std::uint64_t block = kernel.state.block_size;
  for (std::uint64_t at = address; at < address + size; at += block) {
    kernel.state.blocks[at / block] = true;
  }
  kernel.host.memory_online(address, size, true);
  return 0;
}

int offline_memory(Kernel& kernel, std::uint64_t address, std::uint64_t size,
                   std::uint64_t argument) {
  if (address < kernel.state.rma_end) return -EBUSY;   // kernel text and data live there
  if (refused(kernel, "kernel.lmb_offline", argument)) return -EBUSY;
  const std::uint64_t block = kernel.state.block_size;
  for (std::uint64_t at = address; at < address + size; at += block) {
    kernel.state.blocks[at / block] = false;
  }
  kernel.host.memory_online(address, size, false);
  return 0;
}

int probe_memory(Kernel& kernel, std::uint64_t address) {
  const std::uint64_t block = kernel.state.block_size;
  if (address % block != 0) return -EINVAL;
  if (kernel.state.blocks.contains(address / block)) return -EEXIST;
  if (kernel.host.allocation_fails("kernel.add_memory")) return -ENOMEM;
  if (!kernel.host.memory_usable(address, block)) return -EFAULT;
  memblock_add(kernel.state.memblock, address, block);
  kernel.state.blocks[address / block] = false;
  if (!kernel.level.config.auto_online) return 0;
  online_memory(kernel, address, block, address / block);   // who asked does not hear of it
  return 0;
}

bool lmb_removable(const Kernel& kernel, const Lmb& lmb) {
  if ((lmb.flags & kLmbAssigned) == 0) return false;
  return (lmb.flags & kLmbReserved) == 0 || kernel.has(Switch::reserved_removable);
}

int add_lmb(Kernel& kernel, Lmb& lmb) {
  if ((lmb.flags & kLmbAssigned) != 0) return -EINVAL;
  if (const int error = update_associativity(kernel, lmb)) {
    if (kernel.has(Switch::add_helper_releases)) release_drc(kernel, lmb.drc_index);
    return error;
  }
  return bring_online(kernel, lmb);
}

int restore_lmb(Kernel& kernel, Lmb& lmb, std::uint32_t associativity_index) {
  lmb.associativity_index = associativity_index;
  return bring_online(kernel, lmb);
}

int remove_lmb(Kernel& kernel, Lmb& lmb) {
  const std::uint64_t size = kernel.state.lmb_size;
  if (!kernel.level.config.memory_hotremove) return -EOPNOTSUPP;
  if (!lmb_removable(kernel, lmb)) return -EINVAL;
  if (kernel.state.blocks.count(lmb.address / kernel.state.block_size) == 0) return -EINVAL;
  if (memory_is_online(kernel, lmb.address, size)) {
    if (const int error = offline_memory(kernel, lmb.address, size, lmb.drc_index)) return error;
  }
  forget_blocks(kernel, lmb.address, size);
  lmb.associativity_index = kNoAssociativity;
  lmb.flags &= ~std::uint32_t{kLmbAssigned};
  return 0;
}

}  // namespace lparsim::kernel
