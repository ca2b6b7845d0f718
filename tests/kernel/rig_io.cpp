// I/O of the kernel tests: PHB 0 (0x20000000) of three, two hot-plug connectors "C32" and "C40"
// (0x40000020, 0x40000028) on it, virtual slots V3-C0 to V3-C5 (0x30000000 on) with a terminal in
// slot 0 and an Ethernet adapter in slot 2. With `bridge`, PHB 0 has a logical slot "P1-C1"
// (0x21010010) instead: a bridge with the hot-plug connector "P1-C1-H1" and a card.
#include "tests/kernel/rig_tree.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kNoDomain = 0xffffffff;

struct Connector {
  std::uint32_t index;
  std::string name, type;
  std::uint32_t suffix;                // of the name, for ibm,drc-info
};

void put_connectors(Flat& out, const std::vector<Connector>& all, bool as_info) {
  const auto count = static_cast<std::uint32_t>(all.size());
  CellWriter indexes, names, types, domains, info;
  for (CellWriter* list : {&indexes, &names, &types, &domains, &info}) list->u32(count);
  for (const Connector& one : all) {
    indexes.u32(one.index);
    names.str(one.name + std::to_string(one.suffix));
    types.str(one.type);
    domains.u32(kNoDomain);
    info.str(one.type).str(one.name).u32(one.index).u32(one.suffix).u32(1).u32(1).u32(kNoDomain);
  }
  if (as_info) return out.put("ibm,drc-info", info.take());
  out.put("ibm,drc-indexes", indexes.take());
  out.put("ibm,drc-names", names.take());
  out.put("ibm,drc-types", types.take());
  out.put("ibm,drc-power-domains", domains.take());
}

Bytes reg(std::uint32_t first) { return CellWriter().u32(first).u64(0).u64(0).take(); }

void put_vdevice(Flat& out, const TreeOptions& options) {
  out.begin("vdevice");
  out.text("device_type", "vdevice");
  std::vector<Connector> slots;
  for (std::uint32_t i = 0; i < 6; ++i) slots.push_back({0x30000000 + i, "V3-C", "SLOT", i});
  put_connectors(out, slots, options.drc_info);
  out.begin("vty@30000000");
  out.word("reg", 0x30000000);
  out.word("ibm,my-drc-index", 0x30000000);
  out.end();
  out.begin("l-lan@30000002");
  out.word("reg", 0x30000002);
  out.word("ibm,my-drc-index", 0x30000002);
  out.end();
  out.begin("odd@30000009");           // on a connector that nobody announces
  out.word("reg", 0x30000009);
  out.word("ibm,my-drc-index", 0x30000009);
  out.end();
  out.end();
}

void put_bridge(Flat& out, const TreeOptions& options) {
  out.begin("pci@2");
  out.text("device_type", "pci");
  out.put("reg", reg(2U << 11));
  out.put("bus-range", CellWriter().u32(1).u32(1).take());
  out.word("ibm,my-drc-index", 0x21010010);
  put_connectors(out, {{0x31010010, "P1-C1-H", "24", 1}}, options.drc_info);
  out.begin("ethernet@0");
  out.put("reg", reg(1U << 16));
  out.word("ibm,my-drc-index", 0x31010010);
  out.end();
  out.end();
}

}  // namespace

void put_phb_connectors(Flat& out) {
  std::vector<Connector> phbs;
  for (std::uint32_t i = 0; i < 3; ++i) phbs.push_back({0x20000000 + i, "PHB ", "PHB", i});
  put_connectors(out, phbs, false);
}

void put_io(Flat& out, const TreeOptions& options) {
  put_vdevice(out, options);
  out.begin("ibm,persistent-memory");
  out.text("device_type", "ibm,persistent-memory");
  out.end();
  out.begin("pci@800000020000000");
  out.text("device_type", "pci");
  out.put("reg", CellWriter().u64(0x0800000020000000).u64(0).take());
  out.word("ibm,my-drc-index", 0x20000000);
  out.word("phandle", 0x777);
  out.put("ibm,dma-window", CellWriter().u32(0x80000000).u64(0).u64(0x40000000).take());
  out.put("ibm,ddw-applicable", CellWriter().u32(0x2026).u32(0x2027).u32(0x2028).take());
  out.put("ibm,ddw-extensions", CellWriter().u32(2).u32(0x2029).u32(1).take());
  if (options.bridge) {
    put_connectors(out, {{0x21010010, "P1-C", "SLOT", 1}}, options.drc_info);
    put_bridge(out, options);
  } else {
    put_connectors(out, {{0x40000020, "C", "28", 32}, {0x40000028, "C", "28", 40}},
                   options.drc_info);
  }
  out.end();
}

}  // namespace lparsim::kernel
