// PHBs and the adapter behind each (DEVICE_TREE.md 7, 12).
#include <fmt/format.h>

#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/device_tree/parts.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kLogicalUnit = 0x0800'0000U; // high cell of a PHB's unit address

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
  add_dma_windows(node, "ibm,dma-window", {{phb_liobn(phb), kPhbWindowBytes}});
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

Node phb_node(const TreeBasis& basis, const PhbShape& phb, Origin origin) {
  const DrcIndex drc = phb_drc_index(phb.phb);
  Node node;
  node.name = phb_node_name(phb.phb);
  node.add_str("device_type", "pci").add_str("compatible", "IBM,Logical_PHB");
  node.add("reg", CellWriter{}.u32(kLogicalUnit).u32(drc.value).u64(0).take());
  node.add_u32("#address-cells", 3).add_u32("#size-cells", 2).add_u32("#interrupt-cells", 1);
  node.add("bus-range", CellWriter{}.u32(0).u32(0xff).take()).add("used-by-rtas");
  add_windows(node, basis, phb.phb);
  if (basis.profile->tree.lopar_properties) {
    node.add("64-bit-addressing").add("ibm,extended-address");
    // A PHB belongs to one chip; the slots are spread over all of them.
    const std::uint32_t chip = phb.phb % chip_count(*basis.platform);
    node.add("ibm,associativity", counted(memory_associativity(basis, chip)));
  }
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
