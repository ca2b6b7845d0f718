// /vdevice and the virtual adapters below it (LoPAR 17; DEVICE_TREE.md 8 and 12). Left out: the
// multiplexed terminal server, whose property table is not known.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/device_tree/parts.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kMostCopied = 128U << 10;    // R1-17.2.1.4-4: 128 KB at least

constexpr std::uint32_t kServer = 1;                 // serves adapters of other partitions
constexpr std::uint32_t kStorage = 2;                // has block and byte children
constexpr std::uint32_t kSubQueues = 4;              // interrupt-ranges for its sub-CRQs
constexpr std::uint32_t kMac = 8, kLan = 16, kPorts = 32, kStream = 64, kVirtualFunction = 128;

struct AdapterKind {
  std::string_view kind, node, device_type, compatible, second_compatible;
  std::size_t windows;               // 0: no DMA; 2: its own and the partner's
  std::uint32_t features;
};
constexpr std::array kAdapterKinds{
    AdapterKind{"serial", "vty", "serial", "hvterm1", "", 0, 0},
    AdapterKind{"serial-server", "vty-server", "serial-server", "hvterm2", "", 0, kServer},
    AdapterKind{"eth", "l-lan", "network", "IBM,l-lan", "", 1, kMac | kLan},
    AdapterKind{"scsi", "v-scsi", "vscsi", "IBM,v-scsi", "IBM,v-scsi-2", 1, kStorage},
    AdapterKind{"scsi-server", "v-scsi-host", "v-scsi-host", "IBM,v-scsi-host",
                "IBM,v-scsi-host-2", 2, kServer},
    AdapterKind{"fc", "vfc-client", "fcp", "IBM,vfc-client", "", 1,
                kPorts | kSubQueues | kStorage},
    AdapterKind{"fc-server", "vfc-server", "fcp", "IBM,vfc-server", "", 2, kServer},
    AdapterKind{"vnic", "vnic", "network", "ibm,vnic", "", 1, kMac | kSubQueues},
    AdapterKind{"vnic-server", "ibm,vnic-server", "", "ibm,vnic-server", "", 2,
                kServer | kVirtualFunction},
    AdapterKind{"vasi", "IBM,VASI", "IBM,VASI-1", "IBM,VASI-1", "", 1, kStream},
    AdapterKind{"vmc", "ibm,vmc", "ibm,vmc", "IBM,vmc", "", 2, 0},
    AdapterKind{"vtpm", "IBM,vtpm", "IBM,vtpm", "IBM,vtpm20", "", 1, 0},
};

const AdapterKind& kind_of(std::string_view kind) {
  const auto* const found = std::find_if(kAdapterKinds.begin(), kAdapterKinds.end(),
                                         [&](const AdapterKind& k) { return k.kind == kind; });
  return found == kAdapterKinds.end() ? kAdapterKinds.front() : *found;
}

// Locally administered address made of partition and slot, so that no two adapters share it.
Bytes mac_address(const TreeBasis& basis, std::uint16_t slot) {
  return CellWriter{}.u16(0x0200).u16(birth_id(*basis.partition).value).u16(slot).take();
}

void add_windows(Node& node, const AdapterKind& kind, std::uint16_t slot) {
  if (kind.windows == 0) return;
  std::vector<DmaWindowShape> windows{{virtual_liobn(slot), kVirtualWindowBytes}};
  if (kind.windows > 1) windows.push_back({remote_liobn(slot), kVirtualWindowBytes});
  add_dma_windows(node, "ibm,my-dma-window", windows);
}

void add_lan(Node& node) {
  node.add_u32("ibm,mac-address-filters", 6).add_u32("address-bits", 48);
  node.add_u32("max-frame-size", 65'535).add_u32("ibm,illan-options", 0);
  node.add_str("supported-network-types", "ethernet,1000,auto,full");
  node.add_str("chosen-network-type", "ethernet,1000,auto,full");
}

void add_ports(Node& node, const TreeBasis& basis, std::uint16_t slot) {
  const std::uint64_t name = 0xc050'7600'0000'0000ULL | std::uint64_t{slot} << 8 |
                             std::uint64_t{birth_id(*basis.partition).value} << 24;
  node.add("ibm,port-wwn-1", CellWriter{}.u64(name).take());
  node.add("ibm,port-wwn-2", CellWriter{}.u64(name + 1).take());
}

void add_storage_children(Node& node) {
  node.children.emplace_back().name = "disk";
  node.children.back().add_str("device_type", "block");
  node.children.emplace_back().name = "tape";
  node.children.back().add_str("device_type", "byte");
}

void add_specials(Node& node, const TreeBasis& basis, const AdapterKind& kind,
                  std::uint16_t slot) {
  const auto is = [&](std::uint32_t feature) { return (kind.features & feature) != 0; };
  if (is(kServer)) node.add("ibm,vserver");
  if (is(kMac)) node.add("local-mac-address", mac_address(basis, slot));
  if (is(kMac) && is(kSubQueues)) node.add("mac-address", mac_address(basis, slot));
  if (is(kLan)) add_lan(node);
  if (is(kPorts)) add_ports(node, basis, slot);
  if (is(kSubQueues)) {
    node.add("interrupt-ranges", cells({virtual_source(*basis.profile, slot), 1}));
  }
  if (is(kStream)) {
    node.add_u32("ibm,#buffer-pools", 1).add_u32("ibm,crq-size", 4096);
    node.add_u32("ibm,#vasi-streams", 1);
  }
  if (is(kVirtualFunction)) {
    node.add_str("ibm,vf-loc-code",
                 virtual_slot_location(*basis.platform, basis.partition->id, slot));
    node.add_u32("ibm,vnic-mode", 0);
  }
}

// What PowerVM keeps for itself (R1-17.2.1.4-19): service processor, clock, NVRAM.
void add_platform_devices(Node& vdevice) {
  constexpr std::uint32_t kNvramBytes = 15'360;
  struct Device {
    const char* name;
    std::uint32_t unit;
  };
  for (const Device& device : {Device{"IBM,sp", 0x4000}, {"rtc", 0x4001}, {"nvram", 0x4002}}) {
    Node& node = vdevice.children.emplace_back();
    node.name = fmt::format("{}@{:x}", device.name, device.unit);
    node.add_u32("reg", device.unit).add_str("device_type", device.name).add("used-by-rtas");
    if (device.unit == 0x4002) node.add_u32("#bytes", kNvramBytes);
  }
}

void add_qemu_nvram(Node& vdevice) {
  Node& node = vdevice.children.emplace_back();
  node.name = "nvram@71000000";
  node.add_u32("reg", 0x7100'0000U).add_str("device_type", "nvram");
  node.add_str("compatible", "qemu,spapr-nvram");
  node.add("interrupts", cells({kQemuNvramSource, 0})).add_u32("#bytes", 0x10000);
}

void add_slots(Node& vdevice, const TreeShape& shape) {
  const std::uint32_t count = virtual_slot_count(*shape.partition);
  const auto& [base, first, round] = virtual_sources(*shape.profile);
  const std::uint32_t nvram = shape.profile->tree.lopar_properties ? 0 : base - kQemuNvramSource;
  vdevice.add("interrupt-ranges", cells({base - nvram, std::max(count, round) + nvram}));
  vdevice.add_u32("ibm,max-virtual-dma-size", kMostCopied);
  std::string prefix = virtual_slot_location(*shape.platform, shape.partition->id, 0);
  prefix.pop_back();                 // the slot number itself
  add_drc_properties(vdevice,
                     {{.type = "SLOT", .prefix = prefix, .first = virtual_slot_drc_index(0),
                       .count = count}},
                     shape.options.drc_info);
}

}  // namespace

void add_dma_windows(Node& node, const char* property,
                     const std::vector<DmaWindowShape>& windows) {
  node.add_u32("ibm,#dma-address-cells", 2).add_u32("ibm,#dma-size-cells", 2);
  CellWriter out;
  for (const DmaWindowShape& window : windows) out.u32(window.liobn).u64(0).u64(window.bytes);
  node.add(property, out.take());
}

std::string node_kind(const VirtualSlotConfig& slot) {
  const std::string server = slot.kind + "-server";
  return slot.server && kind_of(server).kind == server ? server : slot.kind;
}

Node virtual_adapter_node(const TreeBasis& basis, const VirtualSlotShape& slot, Origin origin) {
  const AdapterKind& kind = kind_of(slot.kind);
  const DrcIndex drc = virtual_slot_drc_index(slot.slot);
  Node node;
  node.name = fmt::format("{}@{:x}", kind.node, drc.value);
  node.add_u32("reg", drc.value);
  if (!kind.device_type.empty()) node.add_str("device_type", kind.device_type);
  CellWriter compatible;
  compatible.str(kind.compatible);
  if (!kind.second_compatible.empty()) compatible.str(kind.second_compatible);
  node.add("compatible", compatible.take());
  node.add("interrupts", cells({virtual_source(*basis.profile, slot.slot), 0}));
  if (!basis.profile->tree.lopar_properties && slot.slot == 0) return node;   // as recorded
  const std::string location =
      virtual_slot_location(*basis.platform, basis.partition->id, slot.slot);
  node.add_str("ibm,loc-code", kind.windows != 0 ? location + "-T1" : location);
  if (has_slot_connectors(basis)) node.add_u32("ibm,my-drc-index", drc.value);
  add_windows(node, kind, slot.slot);
  add_specials(node, basis, kind, slot.slot);
  add_phandle(node, basis, origin, drc.value);
  if ((kind.features & kStorage) != 0) add_storage_children(node);
  return node;
}

bool has_slot_connectors(const TreeBasis& basis) {
  return basis.profile->tree.lopar_properties || !basis.partition->virtual_slots.empty();
}

Node vdevice_node(const TreeShape& shape) {
  const bool lopar = shape.profile->tree.lopar_properties;
  Node node;
  node.name = "vdevice";
  node.add_str("device_type", "vdevice").add_str("compatible", "IBM,vdevice");
  node.add_u32("#address-cells", 1).add_u32("#size-cells", 0).add_u32("#interrupt-cells", 2);
  node.add("interrupt-controller");
  if (has_slot_connectors(shape)) add_slots(node, shape);
  if (lopar) add_platform_devices(node);
  // Slot 0 is the console that PowerVM itself makes; Linux has no early console without it.
  const auto& configured = shape.partition->virtual_slots;
  if (std::none_of(configured.begin(), configured.end(),
                   [](const VirtualSlotConfig& slot) { return slot.slot == 0; })) {
    node.children.push_back(virtual_adapter_node(shape, {0, "serial"}, Origin::boot));
  }
  for (const VirtualSlotShape& slot : shape.virtual_slots) {
    node.children.push_back(virtual_adapter_node(shape, slot, Origin::boot));
  }
  if (!lopar) add_qemu_nvram(node);
  return node;
}

}  // namespace lparsim::firmware
