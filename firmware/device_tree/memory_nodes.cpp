// Memory: memory@0 for boot memory without connectors, and either the compact table below
// /ibm,dynamic-reconfiguration-memory or one node per LMB (DEVICE_TREE.md 4).
#include <fmt/format.h>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/device_tree/parts.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kAssigned = 0x08;
constexpr std::uint32_t kReservedInvalidDrc = 0x80 | 0x20;

struct Entry {                       // one row of the table without its address
  DrcIndex drc;
  std::uint32_t associativity = kNoAssociativity;
  std::uint32_t flags = 0;
  // A run goes on while only address and index grow.
  bool continues(const Entry& before) const {
    return associativity == before.associativity && flags == before.flags;
  }
};

Entry entry_of(const TreeShape& shape, std::uint32_t n) {
  const LmbShape& lmb = shape.lmbs[n];
  switch (lmb.state) {
    case LmbState::fixed: return {DrcIndex{n}, kNoAssociativity, kReservedInvalidDrc};
    case LmbState::assigned: return {lmb_drc_index(n), lmb.domain, kAssigned};
    case LmbState::unassigned: break;
  }
  return {lmb_drc_index(n), kNoAssociativity, 0};
}

Bytes table_v1(const TreeShape& shape) {
  CellWriter out;
  out.u32(static_cast<std::uint32_t>(shape.lmbs.size()));
  for (std::uint32_t n = 0; n < shape.lmbs.size(); ++n) {
    const Entry e = entry_of(shape, n);
    out.u64(n * shape.platform->lmb_bytes).u32(e.drc.value).u32(0);
    out.u32(e.associativity).u32(e.flags);
  }
  return out.take();
}

Bytes table_v2(const TreeShape& shape) {
  CellWriter runs;
  std::uint32_t sets = 0;
  const auto size = static_cast<std::uint32_t>(shape.lmbs.size());
  for (std::uint32_t n = 0; n < size;) {
    const Entry first = entry_of(shape, n);
    std::uint32_t end = n + 1;
    while (end < size && entry_of(shape, end).continues(first)) ++end;
    runs.u32(end - n).u64(n * shape.platform->lmb_bytes).u32(first.drc.value);
    runs.u32(first.associativity).u32(first.flags);
    ++sets;
    n = end;
  }
  return CellWriter{}.u32(sets).bytes(runs.take()).take();
}

Bytes lookup_arrays(const TreeShape& shape) {
  CellWriter out;
  const std::size_t entries = memory_associativity(shape, shape.domains[0]).size();
  out.u32(static_cast<std::uint32_t>(shape.domains.size()));
  out.u32(static_cast<std::uint32_t>(entries));
  for (const std::uint32_t domain : shape.domains) {
    for (const std::uint32_t v : memory_associativity(shape, domain)) out.u32(v);
  }
  return out.take();
}

Node memory_node(const TreeBasis& basis, std::uint64_t address, std::uint64_t bytes,
                 std::uint32_t domain) {
  Node node;
  node.name = fmt::format("memory@{:x}", address);
  node.add("ibm,associativity", counted(memory_associativity(basis, domain)));
  node.add("reg", CellWriter{}.u64(address).u64(bytes).take());
  node.add_str("device_type", "memory");
  return node;
}

}  // namespace

std::uint32_t fixed_lmbs(const TreeShape& shape) {
  std::uint32_t n = 0;
  while (n < shape.lmbs.size() && shape.lmbs[n].state == LmbState::fixed) ++n;
  return n;
}

Node memory_zero_node(const TreeShape& shape) {
  const std::uint32_t row = shape.lmbs.empty() ? 0 : shape.lmbs[0].domain;
  Node node = memory_node(shape, 0, fixed_lmbs(shape) * shape.platform->lmb_bytes,
                          shape.domains.at(row));
  if (shape.profile->tree.phandles_are_drc_indexes) {     // R1-7.3.24-1
    add_phandle(node, shape, Origin::boot, lmb_drc_index(0).value);
  }
  return node;
}

Node lmb_node(const TreeBasis& basis, std::uint32_t n, std::uint32_t domain, Origin origin) {
  Node node = memory_node(basis, n * basis.platform->lmb_bytes, basis.platform->lmb_bytes, domain);
  // R1-13.7.4.3-4; QEMU's answer has no connector in it.
  const bool lopar = basis.profile->tree.lopar_properties;
  const std::uint32_t drc = lmb_drc_index(n).value;
  if (lopar || !basis.options.dynamic_memory) node.add_u32("ibm,my-drc-index", drc);
  if (lopar) add_phandle(node, basis, origin, drc);
  return node;
}

DrcRun lmb_run(const TreeShape& shape) {
  const std::uint32_t first = fixed_lmbs(shape);
  DrcRun run{.type = "MEM", .prefix = "LMB ", .first = lmb_drc_index(first), .suffix = first};
  run.count = static_cast<std::uint32_t>(shape.lmbs.size()) - first;
  return run;
}

Node dynamic_memory_node(const TreeShape& shape) {
  Node node;
  node.name = "ibm,dynamic-reconfiguration-memory";
  node.add("ibm,lmb-size", CellWriter{}.u64(shape.platform->lmb_bytes).take());
  node.add_u32("ibm,memory-flags-mask", 0xff).add_u32("ibm,memory-preservation-time", 0);
  if (shape.options.memory_v2) {
    node.add("ibm,dynamic-memory-v2", table_v2(shape));
  } else {
    node.add("ibm,dynamic-memory", table_v1(shape));
  }
  node.add("ibm,associativity-lookup-arrays", lookup_arrays(shape));
  return node;
}

}  // namespace lparsim::firmware
