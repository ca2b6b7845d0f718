// The parts of the tree, one function per node kind; private to this folder.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "firmware/device_tree/builder.hpp"
#include "firmware/device_tree/drc_properties.hpp"

namespace lparsim::firmware {

inline constexpr std::uint32_t kNoAssociativity = 0xffff'ffffU;
inline constexpr std::uint32_t kInterruptControllerPhandle = 0x0000'1000U;
inline constexpr std::uint32_t kInterruptSourcePhandle = 0x0000'1001U;
inline constexpr std::uint32_t kNodesPerDrawer = 4;                   // as seen on four drawers
// Interrupt sources: 0x1000 events, then those of numbering.hpp, and from here on PCI.
inline constexpr std::uint32_t kPciSource = 0x0002'0000U, kPciSourcesPerSlot = 0x200;
inline constexpr std::uint32_t kCpusPhandle = 0xffff'fff8U;           // seen on PowerVM
inline constexpr const char* kConsolePath = "/vdevice/vty@30000000";

// Nodes of the boot tree carry phandles; those from ibm,configure-connector ibm,phandle only, and
// only where the profile has it (DEVICE_TREE.md 11).
enum class Origin : std::uint8_t { boot, connector };
void add_phandle(Node& node, const TreeBasis& basis, Origin origin, std::uint32_t value);

// ibm,associativity (without its count) of memory in NUMA node `domain`, and of a CPU.
std::vector<std::uint32_t> memory_associativity(const TreeBasis& basis, std::uint32_t domain);
std::vector<std::uint32_t> cpu_associativity(const TreeBasis& basis, const CpuShape& cpu);
Bytes counted(const std::vector<std::uint32_t>& values);              // count, then the values
Bytes cells(std::initializer_list<std::uint32_t> values);

// A processor and a cache in two parts: what is its own, and what all of a partition have alike.
enum class CacheLevel : std::uint8_t { l2, l3 };
Node cpu_own(const TreeBasis& basis, std::uint32_t n, const CpuShape& cpu, Origin origin);
std::vector<Property> cpu_alike(const TreeBasis& basis, Origin origin);
bool has_caches(const TreeBasis& basis);
Node cache_own(const TreeBasis& basis, CacheLevel level, std::uint32_t n, Origin origin);
std::vector<Property> cache_alike(CacheLevel level);
Node cpus_node(const TreeShape& shape);

Node memory_zero_node(const TreeShape& shape);
Node lmb_node(const TreeBasis& basis, std::uint32_t n, std::uint32_t domain, Origin origin);
std::uint32_t fixed_lmbs(const TreeShape& shape);                     // leading LMBs without DRC
DrcRun lmb_run(const TreeShape& shape);
Node dynamic_memory_node(const TreeShape& shape);

bool has_isa_3(const TreeBasis& basis);               // POWER9 or later: radix and XIVE can be had
Node chosen_node(const TreeShape& shape);
Node aliases_node(const TreeShape& shape);
Node options_node();
Node openprom_node(const TreeShape& shape);
void add_facilities(Node& root, const TreeShape& shape);

Node rtas_node(const TreeShape& shape);
Node event_sources_node(const TreeShape& shape);
Node interrupt_controller_node(const TreeShape& shape);
Node interrupt_source_node(const TreeShape& shape);

struct DmaWindowShape {
  std::uint32_t liobn = 0;
  std::uint64_t bytes = 0;           // from I/O bus address 0
};
void add_dma_windows(Node& node, const char* property, const std::vector<DmaWindowShape>& windows);
// QEMU has connectors for virtual slots only because we give it adapters.
bool has_slot_connectors(const TreeBasis& basis);
Node vdevice_node(const TreeShape& shape);
// What kind of node an adapter has: the server's end of scsi, fc, vnic or serial is another one.
std::string node_kind(const VirtualSlotConfig& slot);
Node virtual_adapter_node(const TreeBasis& basis, const VirtualSlotShape& slot, Origin origin);
Node phb_node(const TreeBasis& basis, const PhbShape& phb, Origin origin);
// The adapter of a slot: its bridge with what is behind it, or its first function; and then the
// further functions beside that. `phb.slot` or the location names the slot.
bool slot_is_empty(const TreeBasis& basis, const PhbShape& phb);
Node adapter_node(const TreeBasis& basis, const PhbShape& phb, Origin origin);
std::vector<Node> further_functions(const TreeBasis& basis, const PhbShape& phb, Origin origin);

// hot_plug_nodes.cpp: slots with a physical connector, resources beyond CPU, MEM, PHB, SLOT.
Node slot_node(const TreeBasis& basis, const PhbShape& phb, Origin origin);   // bridge or adapter
void add_slot_nodes(Node& phb_node, const TreeShape& shape, const PhbShape& phb);
std::vector<Node> card_nodes(const TreeBasis& basis, const PhbShape& phb, Origin origin);
Node resource_node(const TreeBasis& basis, std::size_t position, Origin origin);
std::vector<DrcRun> resource_runs(const TreeBasis& basis, DrcIndex parent);   // {}: at the root
void add_resource_nodes(Node& node, const TreeShape& shape, DrcIndex parent);
// Tuples of power-domains-tree (B.7.1.1): the root domain 0 and, below it, one for each slot.
Bytes power_domains_tree(const TreeBasis& basis);

}  // namespace lparsim::firmware
