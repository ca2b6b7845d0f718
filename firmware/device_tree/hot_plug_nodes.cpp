// Slots with a physical connector (13.6, DEVICE_TREE.md 7): a bridge that carries it, and the card
// behind. And the resources beyond processors, LMBs, PHBs and slots: reserved memory (MEM-n), ports
// of a shared adapter, coherent platform facilities with their functions (B.5.19).
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/device_tree/parts.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kBridgeClass = 0x06'0400;

Node bridge_node(const TreeBasis& shape, const PhbShape& phb, Origin origin) {
  Node node;
  node.name = "pci@0";
  node.add("reg", Bytes(20, 0)).add_str("device_type", "pci");
  node.add_u32("vendor-id", 0x1014).add_u32("device-id", 0x03dc).add_u32("revision-id", 1);
  node.add_u32("class-code", kBridgeClass).add_u32("#address-cells", 3).add_u32("#size-cells", 2);
  node.add("bus-range", CellWriter{}.u32(1).u32(0xff).take()).add("ranges");
  node.add_u32("ibm,pci-config-space-type", 1).add_str("ibm,loc-code", phb.location);
  node.add_u32("ibm,my-drc-index", phb.slot.value);
  DrcRun slot{.type = std::to_string(phb.hot_plug->type), .prefix = phb.location,
              .first = phb.hot_plug->drc};
  slot.count = 1;
  slot.whole_name = true;
  slot.power_domain = phb.hot_plug->power_domain;
  add_drc_properties(node, {slot}, shape.options.drc_info);
  add_phandle(node, shape, origin, phb.slot.value);
  return node;
}

Node memory_region(const ResourceConfig& config) {
  Node node;
  node.name = fmt::format("memory@{:x}", config.address);
  node.add_str("device_type", "memory");
  node.add("reg", CellWriter{}.u64(config.address).u64(config.bytes).take());
  return node;
}

// "Port 1" -> 1; 0 when the name has no number.
std::uint32_t number_in(const std::string& name) {
  std::uint32_t number = 0;
  for (const char c : name.substr(name.find(' ') + 1)) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return number;
}

Node port(const ResourceConfig& config) {
  Node node;
  node.name = fmt::format("port@{:x}", number_in(config.name));
  node.add_u32("reg", number_in(config.name)).add_str("device_type", "network");
  return node;
}

Node facility(const TreeBasis& basis, std::size_t position) {
  const ResourceConfig& config = basis.platform->resources[position];
  Node node;
  node.name = fmt::format("ibm,coherent-platform-facility@{:x}", config.drc.value);
  node.add_str("device_type", "ibm,coherent-platform-facility");
  node.add_str("compatible", "ibm,coherent-platform-facility");
  node.add("reg", CellWriter{}.u64(config.drc.value).u64(0).take());
  node.add_u32("#address-cells", 1).add_u32("#size-cells", 0);
  node.add_u32("ibm,psl-revision", basis.revisions.empty() ? 1 : basis.revisions[position]);
  node.add_str("ibm,loc-code", config.name);
  add_drc_properties(node, resource_runs(basis, config.drc), basis.options.drc_info);
  return node;
}

Node function(const ResourceConfig& config) {
  Node node;
  node.name = fmt::format("ibm,coherent-platform-function@{:x}", config.drc.value);
  node.add_str("device_type", "ibm,coherent-platform-function");
  node.add_u32("reg", config.drc.value).add_str("ibm,loc-code", config.name);
  return node;
}

std::string type_text(const ResourceConfig& config) {
  switch (config.kind) {
    case ResourceKind::memory_region: return fmt::format("MEM-{}", config.number);
    case ResourceKind::port: return "PORT";
    case ResourceKind::facility: return "COPLATFAC";
    case ResourceKind::function: break;
  }
  return "COPLATFUN";
}

}  // namespace

Node slot_node(const TreeBasis& basis, const PhbShape& phb, Origin origin) {
  if (phb.hot_plug != nullptr) return bridge_node(basis, phb, origin);
  Node node = adapter_node(basis, phb, origin);
  const std::vector<DrcRun> ports = resource_runs(basis, phb.slot);
  if (ports.empty()) return node;
  node.add_u32("#address-cells", 1).add_u32("#size-cells", 0);
  add_drc_properties(node, ports, basis.options.drc_info);
  return node;
}

void add_slot_nodes(Node& above, const TreeShape& shape, const PhbShape& phb) {
  Node node = slot_node(shape, phb, Origin::boot);
  std::vector<Node> further;
  if (phb.hot_plug == nullptr) {
    add_resource_nodes(node, shape, phb.slot);
    further = further_functions(shape, phb, Origin::boot);
  } else if (phb.card) {
    node.children = card_nodes(shape, phb, Origin::boot);
  }
  above.children.push_back(std::move(node));
  for (Node& function : further) above.children.push_back(std::move(function));
}

std::vector<Node> card_nodes(const TreeBasis& basis, const PhbShape& phb, Origin origin) {
  std::vector<Node> nodes;
  if (slot_is_empty(basis, phb)) return nodes;
  PhbShape behind = phb;
  behind.slot = phb.hot_plug->drc;
  nodes.push_back(adapter_node(basis, behind, origin));
  for (Node& function : further_functions(basis, behind, origin)) {
    nodes.push_back(std::move(function));
  }
  return nodes;
}

Node resource_node(const TreeBasis& basis, std::size_t position, Origin origin) {
  const ResourceConfig& config = basis.platform->resources[position];
  Node node;
  switch (config.kind) {
    case ResourceKind::memory_region: node = memory_region(config); break;
    case ResourceKind::port: node = port(config); break;
    case ResourceKind::facility: node = facility(basis, position); break;
    case ResourceKind::function: node = function(config); break;
  }
  node.add_u32("ibm,my-drc-index", config.drc.value);
  add_phandle(node, basis, origin, config.drc.value);
  return node;
}

std::vector<DrcRun> resource_runs(const TreeBasis& basis, DrcIndex parent) {
  std::vector<DrcRun> runs;
  for (const ResourceConfig& config : basis.platform->resources) {
    if (config.parent != parent) continue;
    DrcRun run{.type = type_text(config), .prefix = config.name, .first = config.drc};
    run.count = 1;
    run.whole_name = true;
    runs.push_back(std::move(run));
  }
  return runs;
}

void add_resource_nodes(Node& node, const TreeShape& shape, DrcIndex parent) {
  for (std::size_t i = 0; i < shape.resources.size(); ++i) {
    const ResourceConfig& config = shape.platform->resources[i];
    if (config.parent != parent || !shape.resources[i]) continue;
    node.children.push_back(resource_node(shape, i, Origin::boot));
    add_resource_nodes(node.children.back(), shape, config.drc);
  }
}

Bytes power_domains_tree(const TreeBasis& basis) {
  std::vector<std::uint32_t> domains;
  for (const SlotConfig& slot : basis.platform->slots) {
    if (!slot.hot_plug || slot.hot_plug->power_domain == kLiveInsertion) continue;
    domains.push_back(slot.hot_plug->power_domain);
  }
  if (domains.empty()) return {};
  std::sort(domains.begin(), domains.end());
  CellWriter out;
  // Domain, its levels each with no named power source, its children, which follow.
  const auto domain = [&](std::uint32_t number, std::size_t children) {
    out.u32(number).u32(2).u32(0).u32(0).u32(100).u32(0);
    out.u32(static_cast<std::uint32_t>(children));
  };
  domain(0, domains.size());
  for (const std::uint32_t number : domains) domain(number, 0);
  return out.take();
}

}  // namespace lparsim::firmware
