#include "firmware/mobility/reportable.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace lparsim::firmware {
namespace {

using K = NodeKind;
using S = ReportScope;

constexpr std::uint8_t bit(std::uint8_t opcode) {
  return static_cast<std::uint8_t>(1U << opcode);
}
constexpr std::uint8_t kUpdate = bit(kUpdateNodes);
constexpr std::uint8_t kAll = bit(kDeleteNodes) | kUpdate | bit(kAddNodes);

struct NodeRow {                     // table 7-107
  S scope;
  K kind;
  std::uint8_t opcodes;
};
constexpr std::array kNodeRows{
    NodeRow{S::reassignment, K::cpu, kUpdate},
    NodeRow{S::reassignment, K::memory, kUpdate},
    NodeRow{S::reassignment, K::dynamic_memory, kUpdate},
    NodeRow{S::reassignment, K::facilities, kAll},
    NodeRow{S::reassignment, K::facility, kAll},
    NodeRow{S::migration, K::root, kUpdate},
    NodeRow{S::migration, K::openprom, kUpdate},
    NodeRow{S::migration, K::rtas, kUpdate},
    NodeRow{S::migration, K::vdevice, kUpdate},
    NodeRow{S::migration, K::cpu, kUpdate},
    NodeRow{S::migration, K::cache, kAll},
    NodeRow{S::migration, K::options, kUpdate},
    NodeRow{S::migration, K::memory, kUpdate},
    NodeRow{S::migration, K::dynamic_memory, kAll},
    NodeRow{S::migration, K::facilities, kAll},
    NodeRow{S::migration, K::facility, kAll},
    NodeRow{S::activation, K::rtas, kUpdate},
    NodeRow{S::device, K::coherent_facility, kUpdate},
    NodeRow{S::device, K::coherent_function, kUpdate},
};

struct PropertyRow {                 // table 7-112; "*": every property
  S scope;
  K kind;
  std::string_view name;
};
constexpr std::array kPropertyRows{
    PropertyRow{S::reassignment, K::memory, "ibm,associativity"},
    PropertyRow{S::reassignment, K::dynamic_memory, "ibm,dynamic-memory"},
    PropertyRow{S::reassignment, K::dynamic_memory, "ibm,dynamic-memory-v2"},
    PropertyRow{S::reassignment, K::cpu, "ibm,associativity"},
    PropertyRow{S::reassignment, K::facility, "*"},
    PropertyRow{S::migration, K::root, "ibm,model-class"},
    PropertyRow{S::migration, K::root, "clock-frequency"},
    PropertyRow{S::migration, K::root, "ibm,extended-clock-frequency"},
    PropertyRow{S::migration, K::root, "model"},
    PropertyRow{S::migration, K::root, "compatible"},
    PropertyRow{S::migration, K::root, "name"},
    PropertyRow{S::migration, K::root, "system-id"},
    PropertyRow{S::migration, K::root, "ibm,partition-no"},
    PropertyRow{S::migration, K::root, "ibm,drc-info"},
    PropertyRow{S::migration, K::root, "ibm,drc-indexes"},
    PropertyRow{S::migration, K::root, "ibm,drc-names"},
    PropertyRow{S::migration, K::root, "ibm,drc-power-domains"},
    PropertyRow{S::migration, K::root, "ibm,drc-types"},
    PropertyRow{S::migration, K::root, "ibm,aix-diagnostics"},
    PropertyRow{S::migration, K::root, "ibm,diagnostic-lic"},
    PropertyRow{S::migration, K::root, "ibm,platform-hardware-notification"},
    PropertyRow{S::migration, K::root, "ibm,ignore-hp-po-fails-for-dlpar"},
    PropertyRow{S::migration, K::root, "ibm,managed-address-types"},
    PropertyRow{S::migration, K::root, "ibm,service-indicator-mode"},
    PropertyRow{S::migration, K::openprom, "model"},
    PropertyRow{S::migration, K::rtas, "power-on-max-latency"},
    PropertyRow{S::migration, K::rtas, "ibm,associativity-reference-points"},
    PropertyRow{S::migration, K::rtas, "ibm,max-associativity-domains"},
    PropertyRow{S::migration, K::rtas, "ibm,current-associativity-domains"},
    PropertyRow{S::migration, K::rtas, "ibm,configure-kernel-dump"},
    PropertyRow{S::migration, K::rtas, "ibm,configure-kernel-dump-sizes"},
    PropertyRow{S::migration, K::rtas, "ibm,configure-kernel-dump-version"},
    PropertyRow{S::migration, K::rtas, "ibm,read-slot-reset-state-functions"},
    PropertyRow{S::migration, K::rtas, "ibm,configure-pe"},
    PropertyRow{S::migration, K::rtas, "ibm,change-msix-capable"},
    PropertyRow{S::migration, K::vdevice, "ibm,drc-names"},
    PropertyRow{S::migration, K::vdevice, "ibm,drc-info"},
    PropertyRow{S::migration, K::virtual_adapter, "ibm,loc-code"},
    PropertyRow{S::migration, K::cpu, "name"},
    PropertyRow{S::migration, K::cpu, "d-cache-sets"},
    PropertyRow{S::migration, K::cpu, "d-cache-size"},
    PropertyRow{S::migration, K::cpu, "i-cache-sets"},
    PropertyRow{S::migration, K::cpu, "i-cache-size"},
    PropertyRow{S::migration, K::cpu, "bus-frequency"},
    PropertyRow{S::migration, K::cpu, "ibm,extended-bus-frequency"},
    PropertyRow{S::migration, K::cpu, "ibm,extended-clock-frequency"},
    PropertyRow{S::migration, K::cpu, "clock-frequency"},
    PropertyRow{S::migration, K::cpu, "timebase-frequency"},
    PropertyRow{S::migration, K::cpu, "l2-cache"},
    PropertyRow{S::migration, K::cpu, "performance-monitor"},
    PropertyRow{S::migration, K::cpu, "ibm,associativity"},
    PropertyRow{S::migration, K::cpu, "tlb-size"},
    PropertyRow{S::migration, K::cpu, "tlb-sets"},
    PropertyRow{S::migration, K::cpu, "tlb-split"},
    PropertyRow{S::migration, K::cpu, "d-tlb-size"},
    PropertyRow{S::migration, K::cpu, "d-tlb-sets"},
    PropertyRow{S::migration, K::cpu, "i-tlb-size"},
    PropertyRow{S::migration, K::cpu, "i-tlb-sets"},
    PropertyRow{S::migration, K::cpu, "slb-size"},
    PropertyRow{S::migration, K::cpu, "ibm,tbu40-offset"},
    PropertyRow{S::migration, K::cpu, "ibm,pi-features"},
    PropertyRow{S::migration, K::cpu, "ibm,spurr"},
    PropertyRow{S::migration, K::cpu, "ibm,pa-optimizations"},
    PropertyRow{S::migration, K::cpu, "ibm,dfp"},
    PropertyRow{S::migration, K::cpu, "ibm,sub-processors"},
    PropertyRow{S::migration, K::cache, "d-cache-sets"},
    PropertyRow{S::migration, K::cache, "d-cache-size"},
    PropertyRow{S::migration, K::cache, "i-cache-sets"},
    PropertyRow{S::migration, K::cache, "i-cache-size"},
    PropertyRow{S::migration, K::cache, "l2-cache"},
    PropertyRow{S::migration, K::options, "ibm,dasd-spin-interval"},
    PropertyRow{S::migration, K::memory, "ibm,associativity"},
    PropertyRow{S::migration, K::dynamic_memory, "ibm,associativity-lookup-arrays"},
    PropertyRow{S::migration, K::dynamic_memory, "ibm,dynamic-memory"},
    PropertyRow{S::migration, K::dynamic_memory, "ibm,dynamic-memory-v2"},
    PropertyRow{S::migration, K::dynamic_memory, "ibm,memory-preservation-time"},
    PropertyRow{S::migration, K::chosen, "ibm,architecture-vec-5"},
    PropertyRow{S::migration, K::facility, "*"},
    PropertyRow{S::activation, K::rtas, "*"},
    PropertyRow{S::device, K::coherent_facility, "compatible"},
    PropertyRow{S::device, K::coherent_facility, "status"},
    PropertyRow{S::device, K::coherent_facility, "ibm,caia-version"},
    PropertyRow{S::device, K::coherent_facility, "ibm,psl-revision"},
    PropertyRow{S::device, K::coherent_facility, "ibm,vpd-size"},
    PropertyRow{S::device, K::coherent_facility, "vendor-id"},
    PropertyRow{S::device, K::coherent_facility, "device-id"},
    PropertyRow{S::device, K::coherent_facility, "subsystem-id"},
    PropertyRow{S::device, K::coherent_facility, "subsystem-vendor-id"},
    PropertyRow{S::device, K::coherent_facility, "revision-id"},
    PropertyRow{S::device, K::coherent_facility, "class-code"},
    PropertyRow{S::device, K::coherent_function, "compatible"},
    PropertyRow{S::device, K::coherent_function, "reg"},
    PropertyRow{S::device, K::coherent_function, "ibm,max-ints-per-process"},
    PropertyRow{S::device, K::coherent_function, "ibm,min-ints-per-process"},
    PropertyRow{S::device, K::coherent_function, "ibm,#processes"},
    PropertyRow{S::device, K::coherent_function, "ibm,config-record-type"},
    PropertyRow{S::device, K::coherent_function, "ibm,config-record-size"},
    PropertyRow{S::device, K::coherent_function, "ibm,#config-records"},
    PropertyRow{S::device, K::coherent_function, "ibm,error-buffer-size"},
    PropertyRow{S::device, K::coherent_function, "ibm,vpd-size"},
    PropertyRow{S::device, K::coherent_function, "ibm,scratchpad-size"},
    PropertyRow{S::device, K::coherent_function, "vendor-id"},
    PropertyRow{S::device, K::coherent_function, "device-id"},
    PropertyRow{S::device, K::coherent_function, "subsystem-id"},
    PropertyRow{S::device, K::coherent_function, "subsystem-vendor-id"},
    PropertyRow{S::device, K::coherent_function, "revision-id"},
    PropertyRow{S::device, K::coherent_function, "class-code"},
    PropertyRow{S::device, K::coherent_function, "ibm,process-mmio"},
    PropertyRow{S::device, K::coherent_function, "ibm,supports-aur"},
    PropertyRow{S::device, K::coherent_function, "ibm,supports-csrp"},
    PropertyRow{S::device, K::coherent_function, "ibm,supports-prr"},
    PropertyRow{S::device, K::coherent_function, "ibm,process-mmio-size"},
    PropertyRow{S::device, K::coherent_function, "ibm,programming-model"},
    PropertyRow{S::device, K::coherent_function, "ibm,programming-models"},
};

struct NameRow {                     // node names; a prefix where versions follow
  std::string_view name;
  bool prefix;
  K kind;
};
constexpr std::array kNames{
    NameRow{"openprom", false, K::openprom},
    NameRow{"rtas", false, K::rtas},
    NameRow{"vdevice", false, K::vdevice},
    NameRow{"options", false, K::options},
    NameRow{"chosen", false, K::chosen},
    NameRow{"ibm,dynamic-reconfiguration-memory", false, K::dynamic_memory},
    NameRow{"ibm,platform-facilities", false, K::facilities},
    NameRow{"ibm,random-v", true, K::facility},
    NameRow{"ibm,compression-v", true, K::facility},
    NameRow{"ibm,encryption-v", true, K::facility},
    NameRow{"ibm,sym-encryption-v", true, K::facility},
    NameRow{"ibm,memory-utilization", true, K::facility},
    NameRow{"ibm,coherent-platform-facility", true, K::coherent_facility},
    NameRow{"ibm,coherent-platform-function", true, K::coherent_function},
};

std::string_view device_type(const Node& node) {
  const Property* type = node.property("device_type");
  if (type == nullptr || type->value.empty()) return {};
  return {reinterpret_cast<const char*>(type->value.data()), type->value.size() - 1};
}

// (address, connector, flags) of every LMB: all of the table but the associativity indexes.
std::vector<std::array<std::uint64_t, 3>> lmbs_of(const Property& table, std::uint64_t lmb_bytes) {
  const bool runs = table.name == "ibm,dynamic-memory-v2";
  std::vector<std::array<std::uint64_t, 3>> lmbs;
  CellReader in(table.value);
  const std::uint32_t entries = in.u32();
  for (std::uint32_t i = 0; i < entries && in.ok(); ++i) {
    const std::uint32_t count = runs ? in.u32() : 1;
    const std::uint64_t address = in.u64();
    const std::uint32_t drc = in.u32();
    if (!runs) in.u32();
    in.u32();
    const std::uint32_t flags = in.u32();
    if (!in.ok() || count > (1U << 24)) break;
    for (std::uint32_t k = 0; k < count; ++k) {
      lmbs.push_back({address + k * lmb_bytes, std::uint64_t{drc} + k, flags});
    }
  }
  return lmbs;
}

bool only_byte_differs(const Bytes& a, const Bytes& b, std::size_t byte) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (i != byte && a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace

std::optional<ReportScope> report_scope(std::int32_t scope) {
  if (scope < 0) return S::reassignment;
  switch (scope) {
    case 1: return S::migration;
    case 2: return S::activation;
    case 3: return S::device;
    default: return std::nullopt;
  }
}

NodeKind kind_of(const Node& node, const Node* parent) {
  if (parent == nullptr) return K::root;
  if (parent->name == "vdevice") return K::virtual_adapter;
  const std::string_view type = device_type(node);
  if (type == "cpu") return K::cpu;
  if (type == "cache") return K::cache;
  if (type == "memory") return K::memory;
  const auto* const row = std::find_if(kNames.begin(), kNames.end(), [&](const NameRow& r) {
    return r.prefix ? node.name.starts_with(r.name) : node.name == r.name;
  });
  return row == kNames.end() ? K::other : row->kind;
}

bool may_report(ReportScope scope, NodeKind kind, std::uint8_t opcode) {
  return std::any_of(kNodeRows.begin(), kNodeRows.end(), [&](const NodeRow& row) {
    return row.scope == scope && row.kind == kind && (row.opcodes & bit(opcode)) != 0;
  });
}

bool may_report(ReportScope scope, NodeKind kind, std::string_view property) {
  return std::any_of(kPropertyRows.begin(), kPropertyRows.end(), [&](const PropertyRow& row) {
    return row.scope == scope && row.kind == kind && (row.name == "*" || row.name == property);
  });
}

bool part_may_change(NodeKind kind, const Node& node, const Property& before,
                     const Property& after) {
  if (kind == K::cpu && before.name == "ibm,dfp") {            // the sign bit only
    return before.value.size() == 4 && after.value.size() == 4 &&
           ((load_be32(before.value.data()) ^ load_be32(after.value.data())) & 0x7fff'ffffU) == 0;
  }
  if (kind == K::chosen) return only_byte_differs(before.value, after.value, 3);
  if (kind == K::dynamic_memory && before.name.starts_with("ibm,dynamic-memory")) {
    const Property* size = node.property("ibm,lmb-size");
    const bool told = size != nullptr && size->value.size() == 8;
    const std::uint64_t lmb_bytes = told ? load_be64(size->value.data()) : 0;
    return lmbs_of(before, lmb_bytes) == lmbs_of(after, lmb_bytes);
  }
  return true;
}

}  // namespace lparsim::firmware
