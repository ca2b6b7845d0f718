// /cpus: processors (all their threads) and, on PowerVM, private L2 and L3 cache nodes
// (DEVICE_TREE.md 3 and 12). Cache sizes are those seen on a POWER7+.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/device_tree/parts.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kL2Base = 0x2000;      // unit address = reg = phandle
constexpr std::uint32_t kL3Base = 0x3100;
constexpr std::uint32_t kPower9Pvr = 0x0f00'0005U;

// ibm,pa-features as seen: length, type, bits. Bytes 18 up mean what ISA 2.07 and 3.0 define.
constexpr std::array<std::uint8_t, 26> kPaFeatures207{
    0x18, 0x00, 0xf6, 0x3f, 0xc7, 0xc0, 0x80, 0xf0, 0x80, 0, 0, 0, 0,
    0,    0,    0,    0,    0,    0x80, 0,    0x80, 0,    0x80, 0, 0, 0};

Bytes pa_features(std::uint32_t pvr) {
  const bool older = pvr < kPower9Pvr || (pvr & 0x00f0'0000U) != 0;   // 0x0f100003: POWER7+
  if (older) return {kPaFeatures207.begin(), kPaFeatures207.end()};
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

// What the hash table may be, and no more than the client can hold. QEMU makes it for the memory at
// boot, and has none once the client has chosen radix.
std::uint32_t log2_of_hash_table(const TreeBasis& basis, Origin origin) {
  if (!basis.profile->tree.lopar_properties) {
    const bool gone = origin == Origin::connector && basis.options.radix;
    return gone ? 0 : log2_hash_table_bytes(basis.partition->lmbs, basis.platform->lmb_bytes);
  }
  const std::uint32_t log2 =
      log2_hash_table_bytes(basis.partition->max_lmbs, basis.platform->lmb_bytes);
  const std::uint32_t most = basis.options.max_hash_table;
  return most == 0 ? log2 : std::min(log2, most);
}

// The level agreed on with the client, or the processor's own.
std::uint32_t cpu_version(const TreeBasis& basis) {
  return basis.options.logical_pvr != 0 ? basis.options.logical_pvr
                                        : basis.platform->processor.pvr;
}

void add_clocks_and_caches(Node& node, const ProcessorShape& chip, bool lopar) {
  node.add_u32("timebase-frequency", chip.timebase_hz).add_u32("clock-frequency", chip.clock_hz);
  if (lopar) node.add("ibm,extended-clock-frequency", cells({0, chip.clock_hz}));
  for (const char* side : {"d", "i"}) {
    node.add_u32(fmt::format("{}-cache-block-size", side), 128);
    node.add_u32(fmt::format("{}-cache-line-size", side), 128);
    node.add_u32(fmt::format("{}-cache-size", side), 0x8000);
  }
}

void add_mmu_and_features(Node& node, const TreeBasis& basis, Origin origin) {
  node.add_u32("slb-size", 32).add_u32("ibm,slb-size", 32);
  node.add("64-bit").add_u32("ibm,purr", 1).add_u32("ibm,spurr", 1);
  node.add("ibm,processor-segment-sizes", cells({28, 40, 0xffff'ffffU, 0xffff'ffffU}));
  // Base page 4K (with 4K, 64K, 16M), 64K (64K, 16M), 16M, 16G: as seen on PowerVM.
  if (basis.profile->tree.lopar_properties) {
    node.add("ibm,segment-page-sizes",
           cells({0x0c, 0, 3, 0x0c, 0, 0x10, 7, 0x18, 0x38, 0x10, 0x110, 2, 0x10, 1, 0x18, 8,
                  0x18, 0x100, 1, 0x18, 0, 0x22, 0x120, 1, 0x22, 3}));
  } else {   // each with itself alone
    node.add("ibm,segment-page-sizes", cells({0x0c, 0, 1, 0x0c, 0, 0x10, 0x110, 1, 0x10, 1}));
  }
  node.add("ibm,pft-size", cells({0, log2_of_hash_table(basis, origin)}));
  node.add_u32("ibm,vmx", 2).add_u32("ibm,dfp", basis.profile->tree.lopar_properties ? 2 : 1);
  node.add("ibm,pa-features", pa_features(cpu_version(basis)));
  if (basis.options.radix) {
    node.add("ibm,processor-radix-AP-encodings",
             cells({0x0c, 0xa000'0010U, 0x2000'0015U, 0x4000'001eU}));
  }
  if (has_isa_3(basis)) node.add_u32("ibm,dec-bits", 56);
  if (!basis.profile->tree.lopar_properties) node.add_u32("ibm,chip-id", 0);
}

// What PowerVM was seen to publish beyond QEMU's list; of a migratable partition LoPAR wants it all
// (table 14-17).
void add_lopar_properties(Node& node, const ProcessorShape& chip) {
  for (const char* presence : {"32-64-bridge", "general-purpose", "graphics"}) node.add(presence);
  node.add("performance-monitor", cells({0, 1})).add_u32("reservation-granule-size", 128);
  node.add("ibm,extended-bus-frequency", cells({0, chip.timebase_hz}));
  node.add_u32("ibm,nominal-tbf", chip.timebase_hz).add("ibm,tbu40-offset", Bytes(8));
  node.add("ibm,processor-page-sizes", cells({0x0c, 0x10, 0x18, 0x22}));
  node.add("ibm,processor-storage-keys", cells({31, 0})).add_u32("ibm,processor-vadd-size", 68);
  node.add("ibm,vrma-page-sizes", cells({0x18, 0x10, 0x0c, 0, 0x10, 0x11, 0x22, 0x13}));
  node.add("ibm,pi-features", {0x01, 0x00, 0xa0});
  node.add("ibm,pa-optimizations", {0x02, 0x00, 0x10, 0x05});
  node.add("ibm,negotiated-pa-features", {0x01, 0x00, 0x00});
  CellWriter precision;
  for (const char* name : {"fre", "fres", "frsqrte", "frsqrtes"}) precision.str(name).u32(14);
  node.add("ibm,estimate-precision", precision.take());
  for (const char* side : {"d-", "i-", ""}) {
    node.add_u32(fmt::format("{}tlb-size", side), 0x200);
    node.add_u32(fmt::format("{}tlb-sets", side), 0x80);
  }
  for (const char* side : {"d", "i"}) node.add_u32(fmt::format("{}-cache-sets", side), 32);
}

// fmt::format would be most of the cost of a node that a connector reports.
std::string hex_name(std::string_view kind, std::string_view model, std::uint32_t unit) {
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), unit, 16).ptr;
  std::string name;
  name.reserve(kind.size() + model.size() + 1 + digits.size());
  name.append(kind).append(model).push_back('@');
  return name.append(digits.data(), end);
}

constexpr std::size_t kMostLevels = 5;

// The levels down to the NUMA node; a processor has its core below them.
void add_levels(std::vector<std::uint32_t>& out, const TreeBasis& basis, std::uint32_t domain) {
  if (basis.profile->tree.associativity_levels > 2) {
    out.insert(out.end(), {0, domain / kNodesPerDrawer, domain});
  }
  out.push_back(domain);
}

Node joined(Node own, const std::vector<Property>& alike) {
  own.properties.reserve(own.properties.size() + alike.size());
  own.properties.insert(own.properties.end(), alike.begin(), alike.end());
  return own;
}

}  // namespace

void add_phandle(Node& node, const TreeBasis& basis, Origin origin, std::uint32_t value) {
  const bool ibm = basis.profile->tree.phandles_are_drc_indexes;
  if (ibm) node.add_u32("ibm,phandle", value);
  if (origin == Origin::boot) node.add_u32("phandle", value);
}

std::vector<std::uint32_t> memory_associativity(const TreeBasis& basis, std::uint32_t domain) {
  std::vector<std::uint32_t> out;
  add_levels(out, basis, domain);
  return out;
}

std::vector<std::uint32_t> cpu_associativity(const TreeBasis& basis, const CpuShape& cpu) {
  std::vector<std::uint32_t> out;
  out.reserve(kMostLevels);
  add_levels(out, basis, cpu.domain);
  out.push_back(cpu.core);           // the physical core, not thread or connector
  return out;
}

Bytes counted(const std::vector<std::uint32_t>& values) {
  Bytes out(4 + 4 * values.size());
  store_be32(out.data(), static_cast<std::uint32_t>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i) store_be32(out.data() + 4 + 4 * i, values[i]);
  return out;
}

Bytes cells(std::initializer_list<std::uint32_t> values) {
  Bytes out(4 * values.size());
  std::size_t at = 0;
  for (const std::uint32_t v : values) store_be32(out.data() + 4 * at++, v);
  return out;
}

// Caches belong to cores, which shared processors do not have (R1-14.11.2.2-1).
bool has_caches(const TreeBasis& basis) {
  return basis.profile->tree.cache_nodes && basis.partition->dedicated;
}

Node cpu_own(const TreeBasis& basis, std::uint32_t n, const CpuShape& cpu, Origin origin) {
  const ProcessorShape& chip = basis.platform->processor;
  const std::uint32_t server = cpu_first_server(n, chip.threads).value;
  const DrcIndex drc = cpu_drc_index(n, chip.threads);
  Node node;
  node.properties.reserve(10);
  node.name = hex_name("PowerPC,", chip.chip, server);
  node.add_u32("ibm,my-drc-index", drc.value).add_u32("reg", server);
  Bytes servers(4U * chip.threads), queues(8U * chip.threads);
  const std::uint32_t queue = basis.profile->tree.phandles_are_drc_indexes ? 0xffffU : 0U;
  for (std::uint32_t t = 0; t < chip.threads; ++t) {
    store_be32(servers.data() + 4 * t, server + t);
    store_be32(queues.data() + 8 * t, server + t);
    store_be32(queues.data() + 8 * t + 4, queue);
  }
  node.add("ibm,ppc-interrupt-server#s", std::move(servers));
  node.add("ibm,ppc-interrupt-gserver#s", std::move(queues));
  if (basis.profile->tree.lopar_properties || chip_count(*basis.platform) > 1) {
    node.add("ibm,associativity", counted(cpu_associativity(basis, cpu)));
  }
  if (has_caches(basis)) node.add_u32("l2-cache", kL2Base + n);
  add_phandle(node, basis, origin, drc.value);
  return node;
}

std::vector<Property> cpu_alike(const TreeBasis& basis, Origin origin) {
  Node node;
  node.add_str("device_type", "cpu").add_str("status", "okay");
  node.add_u32("cpu-version", cpu_version(basis));
  add_clocks_and_caches(node, basis.platform->processor, basis.profile->tree.lopar_properties);
  add_mmu_and_features(node, basis, origin);
  if (basis.profile->tree.lopar_properties) {
    add_lopar_properties(node, basis.platform->processor);
  }
  return std::move(node.properties);
}

Node cache_own(const TreeBasis& basis, CacheLevel level, std::uint32_t n, Origin origin) {
  const bool l2 = level == CacheLevel::l2;
  const std::uint32_t unit = (l2 ? kL2Base : kL3Base) + n;
  Node node;
  node.properties.reserve(4);
  node.name = hex_name(l2 ? "l2" : "l3", "-cache", unit);
  node.add_u32("reg", unit);
  if (l2) node.add_u32("l2-cache", kL3Base + n);      // the next level has the same name
  add_phandle(node, basis, origin, unit);
  return node;
}

std::vector<Property> cache_alike(CacheLevel level) {
  const bool l2 = level == CacheLevel::l2;
  Node node;
  node.add_str("device_type", "cache").add("cache-unified").add_str("status", "okay");
  for (const char* side : {"d", "i"}) {
    node.add_u32(fmt::format("{}-cache-size", side), l2 ? 256U << 10 : 4U << 20);
    node.add_u32(fmt::format("{}-cache-sets", side), l2 ? 256 : 1);
    node.add_u32(fmt::format("{}-cache-line-size", side), 128);
  }
  return std::move(node.properties);
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
  if (shape.profile->tree.lopar_properties) cpus.add("smp-enabled");
  add_phandle(cpus, shape, Origin::boot, kCpusPhandle);
  cpus.children.reserve(shape.cpus.size() * (has_caches(shape) ? 3 : 1));
  const std::vector<Property> cpu = cpu_alike(shape, Origin::boot);
  const std::vector<Property> l2 = cache_alike(CacheLevel::l2), l3 = cache_alike(CacheLevel::l3);
  for (std::uint32_t n = 0; n < shape.cpus.size(); ++n) {
    if (!shape.cpus[n].owned) continue;
    cpus.children.push_back(joined(cpu_own(shape, n, shape.cpus[n], Origin::boot), cpu));
  }
  for (std::uint32_t n = 0; n < shape.cpus.size() && has_caches(shape); ++n) {
    if (!shape.cpus[n].owned) continue;
    cpus.children.push_back(joined(cache_own(shape, CacheLevel::l2, n, Origin::boot), l2));
    cpus.children.push_back(joined(cache_own(shape, CacheLevel::l3, n, Origin::boot), l3));
  }
  return cpus;
}

}  // namespace lparsim::firmware
