// /rtas, /event-sources and the interrupt presentation controller (DEVICE_TREE.md 5 and 6).
#include <algorithm>

#include "firmware/device_tree/parts.hpp"
#include "firmware/events/delivery.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kRtasSize = 0x10000;
constexpr std::uint32_t kErrorLogMax = 0x800;
constexpr std::uint32_t kEdge = 0;
constexpr std::uint32_t kDmaDelay = 100;           // microseconds

// The profile's list without what the client did not agree to (B.5.2.3-12, -15).
Bytes hypertas_functions(const TreeShape& shape) {
  const bool lopar = shape.profile->tree.lopar_properties;
  const FirmwareProfile& level = *(shape.rtas_profile ? shape.rtas_profile : shape.profile);
  CellWriter out;
  for (const std::string_view name : level.tree.hypertas_functions) {
    if (name == "hcall-splpar" && !shape.options.splpar) continue;
    if (lopar && name == "hcall-hpt-resize" && !shape.options.hpt_resize) continue;
    out.str(name);
  }
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
  return {1, (nodes + kNodesPerDrawer - 1) / kNodesPerDrawer, nodes, nodes, cores};
}

// Form 2: domain ids, and N*N distances in bytes: 10 within a node, 20 to the others; on a machine
// of several drawers 40 to those in another one.
void add_form2_tables(Node& rtas, const TreeShape& shape) {
  constexpr std::uint8_t kSame = 10, kNear = 20, kFar = 40;
  const bool drawers = shape.profile->tree.associativity_levels > 2;
  const auto distance = [&](std::uint32_t a, std::uint32_t b) {
    if (a == b) return kSame;
    return drawers && a / kNodesPerDrawer != b / kNodesPerDrawer ? kFar : kNear;
  };
  rtas.add("ibm,numa-lookup-index-table", counted(shape.domains));
  CellWriter distances;
  distances.u32(static_cast<std::uint32_t>(shape.domains.size() * shape.domains.size()));
  for (const std::uint32_t a : shape.domains) {
    for (const std::uint32_t b : shape.domains) distances.u8(distance(a, b));
  }
  rtas.add("ibm,numa-distance-table", distances.take());
}

bool form0(const Options& options) { return !options.form1_affinity && !options.form2_affinity; }

std::uint32_t most_threads(const TreeShape& shape) {
  return static_cast<std::uint32_t>(shape.cpus.size()) * shape.platform->processor.threads;
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
  rtas.add("ibm,hypertas-functions", hypertas_functions(shape));
  const std::vector<std::uint32_t> counts = domain_counts(shape);
  rtas.add("ibm,associativity-reference-points",
           cells_of(form0(shape.options) ? shape.profile->tree.form0_reference_points
                                         : shape.profile->tree.reference_points));
  rtas.add("ibm,max-associativity-domains", counted(counts));
  if (counts.size() > 1) rtas.add("ibm,current-associativity-domains", counted(counts));
  if (shape.options.form2_affinity) add_form2_tables(rtas, shape);
  rtas.add_u32("rtas-error-log-max", kErrorLogMax).add_u32("rtas-event-scan-rate", 1);
  rtas.add("ibm,change-msix-capable");
  if (shape.profile->services.extended_os_term) rtas.add("ibm,extended-os-term");
  if (shape.profile->pci.eeh != EehSupport::none && shape.profile->tree.lopar_properties) {
    rtas.add_u32("ibm,reset-capabilities", shape.profile->pci.fundamental_reset ? 1 : 0);
    rtas.add_u32("ibm,read-slot-reset-state-functions", 3);   // four or five outputs
  }
  // hcall-migrate implies it (R1-14.5.4.8-1): after so long no DMA to the old page is under way.
  if (shape.profile->tree.lopar_properties) rtas.add_u32("ibm,dma-delay-time", kDmaDelay);
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
    node.add("ibm,xive-lisn-ranges", cells({0, most_threads(shape)}));
  } else {
    node.add_str("device_type", "PowerPC-External-Interrupt-Presentation");
    node.add_str("compatible", "IBM,ppc-xicp");
    node.add("ibm,interrupt-server-ranges", cells({0, most_threads(shape)}));
  }
  node.add("interrupt-controller").add_u32("#interrupt-cells", 2);
  add_phandle(node, shape, Origin::boot, kInterruptControllerPhandle);
  return node;
}

Node interrupt_source_node(const TreeShape& shape) {
  Node node;
  node.name = "interrupt-controller@2";
  node.add_str("device_type", "PowerPC-LSI-Source").add_str("compatible", "ibm,ppc-xics");
  node.add("reg", CellWriter{}.u64(2).u64(0).take());
  node.add("interrupt-controller").add_u32("#interrupt-cells", 2);
  const auto slots = static_cast<std::uint32_t>(shape.platform->slots.size());
  node.add("interrupt-ranges", cells({kPciSource, std::max(slots, 1U) * kPciSourcesPerSlot}));
  node.add_u32("ibm,interrupt-server#-size", 16).add("used-by-rtas");
  add_phandle(node, shape, Origin::boot, kInterruptSourcePhandle);
  return node;
}

}  // namespace lparsim::firmware
