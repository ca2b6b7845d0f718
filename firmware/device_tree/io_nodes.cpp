// Virtual adapters below /vdevice, PHBs and the adapter behind each (DEVICE_TREE.md 7, 8, 12).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/device_tree/parts.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kLogicalUnit = 0x0800'0000U; // high cell of a PHB's unit address

struct AdapterKind {                 // client side; a server side needs the VIOS tables
  std::string_view kind, node, device_type, compatible;
  bool dma;
};
constexpr std::array kAdapterKinds{
    AdapterKind{"serial", "vty", "serial", "hvterm1", false},
    AdapterKind{"eth", "l-lan", "network", "IBM,l-lan", true},
    AdapterKind{"scsi", "v-scsi", "vscsi", "IBM,v-scsi", true},
    AdapterKind{"fc", "vfc-client", "fcp", "IBM,vfc-client", true},
};

const AdapterKind& kind_of(std::string_view kind) {
  const auto* const found = std::find_if(kAdapterKinds.begin(), kAdapterKinds.end(),
                                         [&](const AdapterKind& k) { return k.kind == kind; });
  return found == kAdapterKinds.end() ? kAdapterKinds.front() : *found;
}

void add_dma_window(Node& node, const char* property, std::uint32_t liobn, std::uint64_t bytes) {
  node.add_u32("ibm,#dma-address-cells", 2).add_u32("ibm,#dma-size-cells", 2);
  node.add(property, CellWriter{}.u32(liobn).u64(0).u64(bytes).take());
}

// Locally administered address made of partition and slot, so that no two adapters share it.
Bytes mac_address(const TreeBasis& basis, std::uint16_t slot) {
  return CellWriter{}.u16(0x0200).u16(basis.partition->id.value).u16(slot).take();
}

std::uint32_t token_of(const TreeBasis& basis, std::string_view call) {
  for (const TokenShape& t : basis.tokens) {
    if (t.name == call) return t.token.value;
  }
  return 0;
}

void add_windows(Node& node, const TreeBasis& basis, std::uint32_t phb) {
  // 32-bit window of 128 MiB and 64-bit window of 32 GiB per PHB, no I/O window.
  const std::uint64_t base = phb_io_address(phb);
  CellWriter ranges;
  ranges.u32(0x0200'0000).u64(0xb800'0000ULL).u64(base).u64(128ULL << 20);
  ranges.u32(0x4300'0000).u64(0x6'0000'0000'0000ULL + base).u64(base + 0x8'0000'0000ULL);
  ranges.u64(32ULL << 30);
  node.add("ranges", ranges.take());
  add_dma_window(node, "ibm,dma-window", phb_liobn(phb), kPhbWindowBytes);
  const std::uint32_t query = token_of(basis, "ibm,query-pe-dma-window");
  const std::uint32_t create = token_of(basis, "ibm,create-pe-dma-window");
  const std::uint32_t remove = token_of(basis, "ibm,remove-pe-dma-window");
  if (!basis.profile->pci.dma_windows_change || query == 0 || create == 0 || remove == 0) return;
  node.add("ibm,ddw-applicable", cells({query, create, remove}));
  // Two extensions: the reset call, and six outputs of the query.
  const std::uint32_t reset = token_of(basis, "ibm,reset-pe-dma-windows");
  if (reset != 0) node.add("ibm,ddw-extensions", cells({2, reset, 1}));
}

}  // namespace

Node virtual_adapter_node(const TreeBasis& basis, const VirtualSlotShape& slot, Origin origin) {
  const AdapterKind& kind = kind_of(slot.kind);
  const DrcIndex drc = virtual_slot_drc_index(slot.slot);
  Node node;
  node.name = fmt::format("{}@{:x}", kind.node, drc.value);
  node.add_u32("reg", drc.value).add_str("device_type", kind.device_type);
  node.add_str("compatible", kind.compatible);
  const std::string location =
      virtual_slot_location(*basis.platform, basis.partition->id, slot.slot);
  node.add_str("ibm,loc-code", kind.dma ? location + "-T1" : location);
  node.add("interrupts", CellWriter{}.u32(virtual_source(slot.slot)).u32(0).take());
  node.add_u32("ibm,my-drc-index", drc.value);
  if (kind.dma) {
    add_dma_window(node, "ibm,my-dma-window", virtual_liobn(slot.slot), kVirtualWindowBytes);
  }
  if (kind.kind == "eth") {
    node.add("local-mac-address", mac_address(basis, slot.slot));
    node.add_u32("ibm,mac-address-filters", 6).add_u32("address-bits", 48);
    node.add_u32("max-frame-size", 65'535);
  }
  if (kind.kind == "fc") {
    const std::uint64_t name = port_name(basis.partition->id, slot.slot);
    node.add("ibm,port-wwn-1", CellWriter{}.u64(name).take());
    node.add("ibm,port-wwn-2", CellWriter{}.u64(name + 1).take());
  }
  add_phandle(node, basis, origin, drc.value);
  return node;
}

Node vdevice_node(const TreeShape& shape) {
  const std::uint32_t count = virtual_slot_count(*shape.partition);
  Node node;
  node.name = "vdevice";
  node.add_str("device_type", "vdevice").add_str("compatible", "IBM,vdevice");
  node.add_u32("#address-cells", 1).add_u32("#size-cells", 0).add_u32("#interrupt-cells", 2);
  node.add("interrupt-controller");
  node.add("interrupt-ranges",
           CellWriter{}.u32(virtual_source(0)).u32(std::max(count, 1U)).take());
  std::string prefix = virtual_slot_location(*shape.platform, shape.partition->id, 0);
  prefix.pop_back();                 // the slot number itself
  add_drc_properties(node, {{.type = "SLOT", .prefix = prefix, .first = virtual_slot_drc_index(0),
                             .count = count}}, shape.options.drc_info);
  // Slot 0 is the console that PowerVM itself makes; Linux has no early console without it.
  const auto& configured = shape.partition->virtual_slots;
  if (std::none_of(configured.begin(), configured.end(),
                   [](const VirtualSlotConfig& slot) { return slot.slot == 0; })) {
    node.children.push_back(virtual_adapter_node(shape, {0, "serial"}, Origin::boot));
  }
  for (const VirtualSlotShape& slot : shape.virtual_slots) {
    node.children.push_back(virtual_adapter_node(shape, slot, Origin::boot));
  }
  return node;
}

Node phb_node(const TreeBasis& basis, const PhbShape& phb, Origin origin) {
  const DrcIndex drc = phb_drc_index(phb.phb);
  Node node;
  node.name = phb_node_name(phb.phb);
  node.add_str("device_type", "pci").add_str("compatible", "IBM,Logical_PHB");
  node.add("reg", CellWriter{}.u32(kLogicalUnit).u32(drc.value).u64(0).take());
  node.add_u32("#address-cells", 3).add_u32("#size-cells", 2).add_u32("#interrupt-cells", 1);
  node.add("bus-range", CellWriter{}.u32(0).u32(0xff).take()).add("used-by-rtas");
  add_windows(node, basis, phb.phb);
  node.add_u32("ibm,pe-total-#msi", basis.profile->pci.pe_total_msis);
  node.add_u32("ibm,pci-config-space-type", 1);
  node.add_str("ibm,loc-code", phb.location).add_u32("ibm,my-drc-index", drc.value);
  DrcRun slot{.type = "SLOT", .prefix = phb.location, .first = phb.slot};
  slot.count = 1;
  slot.whole_name = true;
  add_drc_properties(node, {slot}, basis.options.drc_info);
  add_phandle(node, basis, origin, drc.value);
  return node;
}

}  // namespace lparsim::firmware
