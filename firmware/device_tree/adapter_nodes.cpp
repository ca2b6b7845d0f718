// The functions of a PCI adapter (DEVICE_TREE.md 7; tables 13-11, 13-12): what their configuration
// space says, where their memory is, and how many messages they ask for.
#include <fmt/format.h>

#include <algorithm>

#include "firmware/device_tree/parts.hpp"
#include "firmware/pci/addresses.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

const SlotConfig& slot_of(const TreeBasis& basis, const PhbShape& phb) {
  const auto& slots = basis.platform->slots;
  auto found = std::find_if(slots.begin(), slots.end(),
                            [&](const SlotConfig& slot) { return slot.drc == phb.slot; });
  if (found == slots.end()) {                    // by the connector of the card behind it
    found = std::find_if(slots.begin(), slots.end(),
                         [&](const SlotConfig& slot) { return slot.location == phb.location; });
  }
  LPARSIM_ASSERT(found != slots.end());
  return *found;
}

// The connector's own phandle for the node that stands for it; numbers of their own for others.
std::uint32_t phandle_of(const PhbShape& phb, std::size_t number) {
  constexpr std::uint32_t kFunctions = 0x4000'0000U, kSlotBits = 0x00ff'ffffU;
  if (number == 0) return phb.slot.value;
  return kFunctions | (phb.slot.value & kSlotBits) << 4 | static_cast<std::uint32_t>(number);
}

std::string unit_name(const std::string& device, std::size_t function) {
  return function == 0 ? device + "@0" : fmt::format("{}@0,{:x}", device, function);
}

// (phys.hi phys.mid phys.lo size.hi size.lo) of configuration space and of each range.
void add_addresses(Node& node, const AdapterConfig& adapter, std::size_t function,
                   const std::vector<std::uint64_t>& addresses) {
  constexpr std::uint32_t kMemory64 = 0x0300'0000U, kFixed = 0x8000'0000U, kFirstBar = 0x10;
  const std::uint32_t here = function_address(adapter, function);
  CellWriter reg, assigned;
  reg.u32(here).u64(0).u64(0);
  for (std::uint32_t i = 0; i < addresses.size(); ++i) {
    const std::uint64_t bytes = adapter.functions[function].bars[i];
    const std::uint32_t high = kMemory64 | here | (kFirstBar + 8 * i);
    reg.u32(high).u64(0).u64(bytes);
    assigned.u32(kFixed | high).u64(addresses[i]).u64(bytes);
  }
  node.add("reg", reg.take());
  node.add("assigned-addresses", assigned.take());
}

// From the most to the least particular, as the PCI binding of IEEE 1275 has them.
Bytes compatible(const PciFunction& f) {
  const std::string device = fmt::format("pci{:x},{:x}", f.vendor, f.device);
  const std::string subsystem = fmt::format("{:x}.{:x}", f.subsystem_vendor, f.subsystem);
  CellWriter out;
  out.str(fmt::format("{}.{}.{:x}", device, subsystem, f.revision));
  out.str(fmt::format("{}.{}", device, subsystem));
  out.str(fmt::format("pci{:x},{:x}", f.subsystem_vendor, f.subsystem));
  out.str(fmt::format("{}.{:x}", device, f.revision)).str(device);
  out.str(fmt::format("pciclass,{:06x}", f.class_code));
  return out.str(fmt::format("pciclass,{:04x}", f.class_code >> 8)).take();
}

Node function_node(const TreeBasis& basis, const PhbShape& phb, std::size_t number,
                   Origin origin) {
  const AdapterConfig& adapter = slot_of(basis, phb).adapter;
  const PciFunction& function = adapter.functions[number];
  Node node;
  node.name = unit_name(fmt::format("pci{:x},{:x}", function.vendor, function.device), number);
  add_addresses(node, adapter, number, assigned_addresses(adapter, phb.phb)[number]);
  node.add("compatible", compatible(function));
  node.add_u32("vendor-id", function.vendor).add_u32("device-id", function.device);
  node.add_u32("revision-id", function.revision).add_u32("class-code", function.class_code);
  node.add_u32("subsystem-vendor-id", function.subsystem_vendor);
  node.add_u32("subsystem-id", function.subsystem);
  node.add_u32("min-grant", 0).add_u32("max-latency", 0);   // of PCI Express
  if (function.lsi) node.add_u32("interrupts", 1);
  node.add_str("ibm,loc-code", fmt::format("{}-T{}", phb.location, number + 1));
  if (function.msi_x > 0) node.add_u32("ibm,req#msi-x", function.msi_x);
  if (function.msi > 0) node.add_u32("ibm,req#msi", function.msi);
  if (adapter.function_level_reset) node.add("ibm,pe-reset-is-flr");
  node.add_u32("ibm,pci-config-space-type", 1);
  if (!adapter.bridge) node.add_u32("ibm,my-drc-index", phb.slot.value);
  add_phandle(node, basis, origin, phandle_of(phb, number + (adapter.bridge ? 1 : 0)));
  return node;
}

Node bridge_node(const TreeBasis& basis, const PhbShape& phb, Origin origin) {
  constexpr std::uint32_t kBridgeClass = 0x06'0400;
  Node node;
  node.name = "pci@0";
  node.add("reg", Bytes(20, 0)).add_str("device_type", "pci");
  node.add_u32("vendor-id", 0x10b5).add_u32("device-id", 0x8747).add_u32("revision-id", 0xca);
  node.add_u32("class-code", kBridgeClass).add_u32("#address-cells", 3).add_u32("#size-cells", 2);
  node.add("bus-range", cells({kBehindBridge, kBehindBridge}));
  constexpr std::uint32_t kMemory32 = 0x0200'0000U;
  node.add("ranges", CellWriter{}.u32(kMemory32).u64(kWindow32).u32(kMemory32).u64(kWindow32)
                         .u64(kWindow32Bytes).take());
  node.add_str("ibm,loc-code", phb.location).add_u32("ibm,pci-config-space-type", 1);
  node.add_u32("ibm,my-drc-index", phb.slot.value);
  add_phandle(node, basis, origin, phandle_of(phb, 0));
  return node;
}

}  // namespace

bool slot_is_empty(const TreeBasis& basis, const PhbShape& phb) {
  return slot_of(basis, phb).adapter.functions.empty();
}

Node adapter_node(const TreeBasis& basis, const PhbShape& phb, Origin origin) {
  const AdapterConfig& adapter = slot_of(basis, phb).adapter;
  if (!adapter.bridge) return function_node(basis, phb, 0, origin);
  Node node = bridge_node(basis, phb, origin);
  for (std::size_t i = 0; i < adapter.functions.size(); ++i) {
    node.children.push_back(function_node(basis, phb, i, origin));
  }
  return node;
}

std::vector<Node> further_functions(const TreeBasis& basis, const PhbShape& phb, Origin origin) {
  const AdapterConfig& adapter = slot_of(basis, phb).adapter;
  std::vector<Node> nodes;
  if (adapter.bridge) return nodes;
  for (std::size_t i = 1; i < adapter.functions.size(); ++i) {
    nodes.push_back(function_node(basis, phb, i, origin));
  }
  return nodes;
}

}  // namespace lparsim::firmware
