// /cpus: processors (all their threads) and, on PowerVM, private L2 and L3 cache nodes
// (DEVICE_TREE.md 3 and 12). Cache sizes are those seen on a POWER7+.
#include <fmt/format.h>

#include <array>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/device_tree/parts.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kL2Base = 0x2000;      // unit address = reg = phandle
constexpr std::uint32_t kL3Base = 0x3100;
constexpr std::uint32_t kPower9Pvr = 0x0f00'0005U;
constexpr std::uint32_t kNodesPerDrawer = 4;   // as seen on four drawers

// ibm,pa-features as seen: length, type, bits. Bytes 18 up mean what ISA 2.07 and 3.0 define.
constexpr std::array<std::uint8_t, 26> kPaFeatures207{
    0x18, 0x00, 0xf6, 0x3f, 0xc7, 0xc0, 0x80, 0xf0, 0x80, 0, 0, 0, 0,
    0,    0,    0,    0,    0,    0x80, 0,    0x80, 0,    0x80, 0, 0, 0};

Bytes pa_features(std::uint32_t pvr) {
  if (pvr < kPower9Pvr) return {kPaFeatures207.begin(), kPaFeatures207.end()};
  Bytes out{0x42, 0x00, 0xf6, 0x3f, 0xc7, 0xc0, 0x80, 0xf0, 0x80, 0, 0, 0, 0, 0, 0, 0};
  // Cells from here on as seen on POWER9: every defined byte is 0x80, transactional memory 0xc0.
  constexpr std::array<std::uint16_t, 26> kPairs{
      0, 0x8000, 0x8000, 0x8000, 0, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0xc000, 0x8000, 0x8000,
      0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000,
      0x8000, 0};
  for (const std::uint16_t pair : kPairs) {
    out.push_back(static_cast<std::uint8_t>(pair >> 8));
    out.push_back(static_cast<std::uint8_t>(pair));
  }
  return out;
}

Bytes cells(std::initializer_list<std::uint32_t> values) {
  CellWriter out;
  for (const std::uint32_t v : values) out.u32(v);
  return out.take();
}

// Hash table: 1/128 of the largest memory, a power of two, at least 256 KiB (40 GiB gives 0x1d).
std::uint32_t log2_hash_table_bytes(const TreeShape& shape) {
  constexpr std::uint32_t kSmallest = 18;
  const std::uint64_t wanted = shape.lmbs.size() * shape.platform->lmb_bytes / 128;
  std::uint32_t log2 = kSmallest;
  while ((std::uint64_t{1} << log2) < wanted) ++log2;
  return log2;
}

void add_identity(Node& node, const TreeShape& shape, std::uint32_t n, Origin origin) {
  const ProcessorShape& chip = shape.platform->processor;
  const std::uint32_t server = cpu_first_server(n, chip.threads).value;
  const DrcIndex drc = cpu_drc_index(n, chip.threads);
  node.add_u32("ibm,my-drc-index", drc.value).add_u32("reg", server);
  node.add_str("device_type", "cpu").add_str("status", "okay");
  node.add_u32("cpu-version", chip.pvr);
  CellWriter servers, gservers;
  const bool phyp_queues = shape.profile->tree.phandles_are_drc_indexes;
  for (std::uint32_t t = 0; t < chip.threads; ++t) {
    servers.u32(server + t);
    gservers.u32(server + t).u32(phyp_queues ? 0xffffU : 0U);
  }
  node.add("ibm,ppc-interrupt-server#s", servers.take());
  node.add("ibm,ppc-interrupt-gserver#s", gservers.take());
  node.add("ibm,associativity", counted(cpu_associativity(shape, shape.cpus[n])));
  add_phandle(node, shape, origin, drc.value);
}

void add_clocks_and_caches(Node& node, const ProcessorShape& chip) {
  node.add_u32("timebase-frequency", chip.timebase_hz).add_u32("clock-frequency", chip.clock_hz);
  node.add("ibm,extended-clock-frequency", cells({0, chip.clock_hz}));
  for (const char* side : {"d", "i"}) {
    node.add_u32(fmt::format("{}-cache-block-size", side), 128);
    node.add_u32(fmt::format("{}-cache-line-size", side), 128);
    node.add_u32(fmt::format("{}-cache-size", side), 0x8000);
  }
}

void add_mmu_and_features(Node& node, const TreeShape& shape) {
  node.add_u32("slb-size", 32).add_u32("ibm,slb-size", 32);
  node.add("64-bit").add_u32("ibm,purr", 1).add_u32("ibm,spurr", 1);
  node.add("ibm,processor-segment-sizes", cells({28, 40, 0xffff'ffffU, 0xffff'ffffU}));
  // Base page 4K (with 4K, 64K, 16M), 64K (64K, 16M), 16M, 16G: as seen on PowerVM.
  node.add("ibm,segment-page-sizes",
           cells({0x0c, 0, 3, 0x0c, 0, 0x10, 7, 0x18, 0x38, 0x10, 0x110, 2, 0x10, 1, 0x18, 8,
                  0x18, 0x100, 1, 0x18, 0, 0x22, 0x120, 1, 0x22, 3}));
  node.add("ibm,pft-size", cells({0, log2_hash_table_bytes(shape)}));
  node.add_u32("ibm,vmx", 2).add_u32("ibm,dfp", 1);
  node.add("ibm,pa-features", pa_features(shape.platform->processor.pvr));
  if (shape.options.radix) {
    node.add("ibm,processor-radix-AP-encodings",
             cells({0x0c, 0xa000'0010U, 0x2000'0015U, 0x4000'001eU}));
  }
  node.add_u32("ibm,dec-bits", 56);
}

Node cache_node(const TreeShape& shape, std::uint32_t unit, const char* level, std::uint32_t bytes,
                std::uint32_t sets, Origin origin) {
  Node node;
  node.name = fmt::format("{}-cache@{:x}", level, unit);
  node.add_str("device_type", "cache").add("cache-unified").add_str("status", "okay");
  node.add_u32("reg", unit);
  for (const char* side : {"d", "i"}) {
    node.add_u32(fmt::format("{}-cache-size", side), bytes);
    node.add_u32(fmt::format("{}-cache-sets", side), sets);
    node.add_u32(fmt::format("{}-cache-line-size", side), 128);
  }
  add_phandle(node, shape, origin, unit);
  return node;
}

}  // namespace

void add_phandle(Node& node, const TreeShape& shape, Origin origin, std::uint32_t value) {
  const bool ibm = shape.profile->tree.phandles_are_drc_indexes;
  if (ibm) node.add_u32("ibm,phandle", value);
  if (origin == Origin::boot) node.add_u32("phandle", value);
}

std::vector<std::uint32_t> memory_associativity(const TreeShape& shape, std::uint32_t row) {
  const std::uint32_t node = shape.domains.at(row);
  if (shape.profile->tree.associativity_levels <= 2) return {node};
  return {0, node / kNodesPerDrawer, node, node};
}

std::vector<std::uint32_t> cpu_associativity(const TreeShape& shape, const CpuShape& cpu) {
  std::vector<std::uint32_t> out = memory_associativity(shape, cpu.domain);
  out.push_back(cpu.core);           // the physical core, not thread or connector
  return out;
}

Bytes counted(const std::vector<std::uint32_t>& values) {
  CellWriter out;
  out.u32(static_cast<std::uint32_t>(values.size()));
  for (const std::uint32_t v : values) out.u32(v);
  return out.take();
}

Node cpu_node(const TreeShape& shape, std::uint32_t n, Origin origin) {
  const ProcessorShape& chip = shape.platform->processor;
  Node node;
  node.name = fmt::format("PowerPC,{}@{:x}", chip.chip, cpu_first_server(n, chip.threads).value);
  add_identity(node, shape, n, origin);
  add_clocks_and_caches(node, chip);
  add_mmu_and_features(node, shape);
  if (shape.profile->tree.cache_nodes) node.add_u32("l2-cache", kL2Base + n);
  return node;
}

std::vector<Node> cache_nodes(const TreeShape& shape, std::uint32_t n, Origin origin) {
  if (!shape.profile->tree.cache_nodes) return {};
  std::vector<Node> nodes;
  nodes.push_back(cache_node(shape, kL2Base + n, "l2", 256U << 10, 256, origin));
  nodes.back().add_u32("l2-cache", kL3Base + n);      // the next level has the same name
  nodes.push_back(cache_node(shape, kL3Base + n, "l3", 4U << 20, 1, origin));
  return nodes;
}

Node cpus_node(const TreeShape& shape) {
  const std::uint8_t threads = shape.platform->processor.threads;
  const bool plus_one = shape.profile->tree.cpu_naming == CpuNaming::first_thread_plus_one;
  Node cpus;
  cpus.name = "cpus";
  cpus.add_u32("#address-cells", 1).add_u32("#size-cells", 0);
  DrcRun run{.type = "CPU", .prefix = "CPU ", .first = cpu_drc_index(0, threads)};
  run.suffix = plus_one ? 1U : 0U;
  run.count = static_cast<std::uint32_t>(shape.cpus.size());
  run.increment = threads;
  add_drc_properties(cpus, {run}, shape.options.drc_info);
  add_phandle(cpus, shape, Origin::boot, kCpusPhandle);
  for (std::uint32_t n = 0; n < shape.cpus.size(); ++n) {
    if (shape.cpus[n].owned) cpus.children.push_back(cpu_node(shape, n, Origin::boot));
  }
  for (std::uint32_t n = 0; n < shape.cpus.size(); ++n) {
    if (!shape.cpus[n].owned) continue;
    for (Node& cache : cache_nodes(shape, n, Origin::boot)) {
      cpus.children.push_back(std::move(cache));
    }
  }
  return cpus;
}

}  // namespace lparsim::firmware
