#include "models/kernel/lmb_table.hpp"

#include <cerrno>

#include "models/kernel/memblock.hpp"
#include "models/kernel/memory_node.hpp"
#include "models/kernel/numa.hpp"
#include "models/kernel/tree_edit.hpp"

namespace lparsim::kernel {
namespace {

constexpr const char* kV1 = "ibm,dynamic-memory";
constexpr const char* kV2 = "ibm,dynamic-memory-v2";

constexpr std::size_t kMostLmbs = 1U << 22;   // more than any machine has: the property is broken

void read_v1(KernelState& state, const Bytes& value) {
  CellReader in(value);
  for (std::uint32_t left = in.u32(); left > 0; --left) {
    Lmb lmb;
    lmb.address = in.u64();
    lmb.drc_index = in.u32();
    in.u32();   // reserved
    lmb.associativity_index = in.u32();
    lmb.flags = in.u32();
    if (!in.ok()) return;
    state.lmbs.push_back(lmb);
  }
}

void read_v2(KernelState& state, const Bytes& value) {
  CellReader in(value);
  for (std::uint32_t sets = in.u32(); sets > 0; --sets) {
    const std::uint32_t count = in.u32();
    Lmb lmb;
    lmb.address = in.u64();
    lmb.drc_index = in.u32();
    lmb.associativity_index = in.u32();
    lmb.flags = in.u32();
    if (!in.ok() || count > kMostLmbs - state.lmbs.size()) return;
    for (std::uint32_t i = 0; i < count; ++i) {
      state.lmbs.push_back(lmb);
      lmb.address += state.lmb_size;
      ++lmb.drc_index;
    }
  }
}

Bytes write_v1(const KernelState& state) {
  CellWriter out;
  out.u32(static_cast<std::uint32_t>(state.lmbs.size()));
  for (const Lmb& lmb : state.lmbs) {
    out.u64(lmb.address).u32(lmb.drc_index).u32(0).u32(lmb.associativity_index).u32(lmb.flags);
  }
  return out.take();
}

bool same_run(const KernelState& state, const Lmb& last, const Lmb& next, bool merge_gaps) {
  if (last.associativity_index != next.associativity_index || last.flags != next.flags) {
    return false;
  }
  return merge_gaps || (next.address == last.address + state.lmb_size &&
                        next.drc_index == last.drc_index + 1);
}

Bytes write_v2(const KernelState& state, bool merge_gaps) {
  CellWriter sets;
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < state.lmbs.size();) {
    std::size_t end = i + 1;
    while (end < state.lmbs.size() &&
           same_run(state, state.lmbs[end - 1], state.lmbs[end], merge_gaps)) {
      ++end;
    }
    const Lmb& first = state.lmbs[i];
    sets.u32(static_cast<std::uint32_t>(end - i)).u64(first.address).u32(first.drc_index);
    sets.u32(first.associativity_index).u32(first.flags);
    ++count;
    i = end;
  }
  const Bytes body = sets.take();
  CellWriter out;
  out.u32(count).bytes(body);
  return out.take();
}

// The memory of one LMB comes or goes with its flag. False: the flag is as it was.
bool assigned_changes(Kernel& kernel, const Lmb& lmb, std::uint32_t flags) {
  const bool now = (flags & kLmbAssigned) != 0;
  if (now == ((lmb.flags & kLmbAssigned) != 0)) return false;
  if (now) {
    memblock_add(kernel.state.memblock, lmb.address, kernel.state.lmb_size);
  } else {
    memory_range_gone(kernel, lmb.address, kernel.state.lmb_size);
  }
  return true;
}

}  // namespace

void read_lmb_table(Kernel& kernel) {
  KernelState& state = kernel.state;
  state.lmbs.clear();
  state.lmb_size = 0;
  const NodeId node = drconf_node(state.tree);
  if (node == kNoNode) return;
  if (const Bytes* size = state.tree.property(node, "ibm,lmb-size"); size && size->size() >= 8) {
    state.lmb_size = load_be64(size->data());
  }
  if (const Bytes* v1 = state.tree.property(node, kV1)) {
    read_v1(state, *v1);
  } else if (const Bytes* v2 = state.tree.property(node, kV2)) {
    read_v2(state, *v2);
  }
}

int write_lmb_table(Kernel& kernel) {
  const bool late = kernel.has(Switch::rewrite_failure_keeps_lmbs);
  if (late && kernel.host.allocation_fails("kernel.lmb_property")) return -1;
  const NodeId node = drconf_node(kernel.state.tree);
  if (node == kNoNode) return late ? -1 : -ENODEV;
  if (kernel.state.tree.property(node, kV1) != nullptr) {
    update_property(kernel, node, kV1, write_v1(kernel.state));
  } else {
    const bool merge = kernel.has(Switch::v2_merges_gaps);
    update_property(kernel, node, kV2, write_v2(kernel.state, merge));
  }
  return 0;
}

void drconf_updated(Kernel& kernel, NodeId node, std::string_view property) {
  if (node != drconf_node(kernel.state.tree) || (property != kV1 && property != kV2)) return;
  KernelState told;
  told.lmb_size = kernel.state.lmb_size;
  const Bytes& value = *kernel.state.tree.property(node, property);
  property == kV1 ? read_v1(told, value) : read_v2(told, value);
  const bool writes = kernel.has(Switch::drconf_writes);
  bool first = writes;
  for (const Lmb& lmb : told.lmbs) {
    Lmb* known = find_lmb(kernel, lmb.drc_index);
    if (known == nullptr) continue;
    known->associativity_index = lmb.associativity_index;
    if (!writes || known->flags == lmb.flags) continue;
    if (first) first = !assigned_changes(kernel, *known, lmb.flags);
    known->flags = lmb.flags;
  }
}

Lmb* find_lmb(Kernel& kernel, std::uint32_t drc_index) {
  for (Lmb& lmb : kernel.state.lmbs) {
    if (lmb.drc_index == drc_index) return &lmb;
  }
  return nullptr;
}

}  // namespace lparsim::kernel
