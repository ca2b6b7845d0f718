// /rtas, /event-sources and the interrupt presentation controller (DEVICE_TREE.md 5 and 6).
#include <algorithm>

#include "firmware/device_tree/parts.hpp"
#include "firmware/events/delivery.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kRtasSize = 0x10000;
constexpr std::uint32_t kErrorLogMax = 0x800;
constexpr std::uint32_t kEdge = 0;

Bytes strings(std::span<const std::string_view> list) {
  CellWriter out;
  for (const std::string_view text : list) out.str(text);
  return out.take();
}

Bytes cells_of(std::span<const std::uint32_t> list) {
  CellWriter out;
  for (const std::uint32_t v : list) out.u32(v);
  return out.take();
}

// Number of domains per level of the whole machine: 1, drawers, nodes, nodes, cores; or nodes.
std::vector<std::uint32_t> domain_counts(const TreeShape& shape) {
  const std::uint32_t last = *std::max_element(shape.domains.begin(), shape.domains.end());
  const std::uint32_t nodes = last + 1;
  if (shape.profile->tree.associativity_levels <= 2) return {nodes};
  const std::int32_t units = shape.platform->installed_units.hundredths;
  const std::uint32_t cores = std::max(1U, static_cast<std::uint32_t>(std::max(units, 0)) / 100U);
  return {1, (nodes + 3) / 4, nodes, nodes, cores};
}

// Form 2: domain ids, and N*N distances in bytes (10 within, 20 between).
void add_form2_tables(Node& rtas, const TreeShape& shape) {
  rtas.add("ibm,numa-lookup-index-table", counted(shape.domains));
  const std::size_t n = shape.domains.size();
  CellWriter distances;
  distances.u32(static_cast<std::uint32_t>(n * n));
  for (std::size_t i = 0; i < n * n; ++i) distances.u8(i / n == i % n ? 10 : 20);
  rtas.add("ibm,numa-distance-table", distances.take());
}

Node event_source(const char* name, std::uint32_t source) {
  Node node;
  node.name = name;
  node.add("interrupts", CellWriter{}.u32(source).u32(kEdge).take());
  return node;
}

}  // namespace

Node rtas_node(const TreeShape& shape) {
  Node rtas;
  rtas.name = "rtas";
  rtas.add_u32("linux,rtas-base", shape.rtas_base).add_u32("linux,rtas-entry", shape.rtas_entry);
  rtas.add_u32("rtas-version", 1).add_u32("rtas-size", kRtasSize);
  rtas.add("ibm,hypertas-functions", strings(shape.profile->tree.hypertas_functions));
  const std::vector<std::uint32_t> counts = domain_counts(shape);
  rtas.add("ibm,associativity-reference-points", cells_of(shape.profile->tree.reference_points));
  rtas.add("ibm,max-associativity-domains", counted(counts));
  if (counts.size() > 1) rtas.add("ibm,current-associativity-domains", counted(counts));
  if (shape.options.form2_affinity) add_form2_tables(rtas, shape);
  rtas.add_u32("rtas-error-log-max", kErrorLogMax).add_u32("rtas-event-scan-rate", 1);
  rtas.add("ibm,change-msix-capable");
  if (shape.profile->services.extended_os_term) rtas.add("ibm,extended-os-term");
  if (shape.profile->pci.eeh != EehSupport::none) {
    rtas.add_u32("ibm,reset-capabilities", shape.profile->pci.fundamental_reset ? 1 : 0);
    rtas.add_u32("ibm,read-slot-reset-state-functions", 3);   // four or five outputs
  }
  const std::uint64_t lmb = shape.platform->lmb_bytes;
  const auto cores = static_cast<std::uint32_t>(shape.cpus.size());
  rtas.add("ibm,lrdr-capacity",
           CellWriter{}.u64(shape.lmbs.size() * lmb).u64(lmb).u32(cores).take());
  if (Bytes domains = power_domains_tree(shape); !domains.empty()) {
    rtas.add("power-domains-tree", std::move(domains));
  }
  for (const TokenShape& token : shape.tokens) rtas.add_u32(token.name, token.token.value);
  return rtas;
}

Node event_sources_node(const TreeShape& shape) {
  Node node;
  node.name = "event-sources";
  node.add("interrupt-controller").add_u32("#interrupt-cells", 2);
  CellWriter ranges;
  ranges.u32(kEpowSource).u32(1);
  if (shape.options.hot_plug_interrupts) {
    ranges.u32(kHotPlugSource).u32(1);
    node.children.push_back(event_source("hot-plug-events", kHotPlugSource));
  }
  if (has_shape(shape.profile->events, LogType::io)) {     // R1-10.2-1
    ranges.u32(kIoSource).u32(1);
    node.children.push_back(event_source("ibm,io-events", kIoSource));
  }
  node.add("interrupt-ranges", ranges.take());
  node.children.push_back(event_source("epow-events", kEpowSource));
  return node;
}

Node interrupt_controller_node(const TreeShape& shape) {
  Node node;
  node.name = shape.options.xive ? "interrupt-controller@60302031b0000" : "interrupt-controller";
  if (shape.options.xive) {
    node.add_str("device_type", "power-ivpe").add_str("compatible", "ibm,power-ivpe");
    node.add("reg", CellWriter{}.u64(0x60302031b0000).u64(0x10000)      // user page
                        .u64(0x60302031a0000).u64(0x10000).take());     // OS page second
    node.add("ibm,xive-eq-sizes", CellWriter{}.u32(16).take());
    const auto threads = static_cast<std::uint32_t>(
        shape.cpus.size() * shape.platform->processor.threads);
    node.add("ibm,xive-lisn-ranges", CellWriter{}.u32(0).u32(threads).take());
  } else {
    node.add_str("device_type", "PowerPC-External-Interrupt-Presentation");
    node.add_str("compatible", "IBM,ppc-xicp");
    const auto threads = static_cast<std::uint32_t>(
        shape.cpus.size() * shape.platform->processor.threads);
    node.add("ibm,interrupt-server-ranges", CellWriter{}.u32(0).u32(threads).take());
  }
  node.add("interrupt-controller").add_u32("#interrupt-cells", 2);
  add_phandle(node, shape, Origin::boot, kInterruptControllerPhandle);
  return node;
}

}  // namespace lparsim::firmware
