#include "firmware/device_tree/builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/device_tree/parts.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

// 16 bytes from the machine's serial number and the partition id: stable from boot to boot.
std::string partition_uuid(const TreeShape& shape) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325ULL;          // FNV-1a
  const Birth& birth = shape.partition->birth;
  const bool here = birth.machine.empty();
  const std::string machine =
      here ? shape.platform->type_model + shape.platform->serial : birth.machine;
  for (const char c : machine) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100'0000'01b3ULL;
  }
  return fmt::format("{:08x}-{:04x}-4{:03x}-8000-{:012x}", hash >> 32, hash >> 16 & 0xffff,
                     hash & 0xfff, birth_id(*shape.partition).value);
}

std::vector<DrcRun> root_connectors(const TreeShape& shape) {
  std::vector<DrcRun> runs;
  for (const PhbShape& phb : shape.phbs) {
    const bool follows = !runs.empty() && runs.back().suffix + runs.back().count == phb.phb;
    if (follows) {
      ++runs.back().count;
    } else {
      runs.push_back({.type = "PHB", .prefix = "PHB ", .first = phb_drc_index(phb.phb),
                      .suffix = phb.phb, .count = 1});
    }
  }
  if (shape.profile->tree.root_lists_lmbs || !shape.options.dynamic_memory) {
    runs.push_back(lmb_run(shape));
    if (runs.back().count == 0) runs.pop_back();
  }
  for (DrcRun& run : resource_runs(shape, DrcIndex{})) runs.push_back(std::move(run));
  return runs;
}

// What LoPAR wants at the root and QEMU does without (B.5.2.1).
void add_lopar_properties(Node& root, const TreeShape& shape) {
  const PlatformConfig& platform = *shape.platform;
  root.add_str("system-id", "IBM,02" + platform.serial);
  root.add_u32("clock-frequency", platform.processor.timebase_hz);
  root.add_u32("ibm,partition-no", shape.partition->id.value);
  root.add_str("ibm,partition-name", shape.partition->name);
  root.add_str("ibm,partition-uuid", partition_uuid(shape));
  for (const char* presence : {"ibm,lpar-capable", "ibm,converged-loc-codes",
                               "ibm,linux-le-capable", "ibm,ignore-hp-po-fails-for-dlpar",
                               "ibm,extended-address", "ibm,enable-ci64-capable",
                               "ibm,powervm-partition"}) {
    root.add(presence);
  }
  // A Virtual I/O Server owns hardware and cannot be migrated.
  if (shape.partition->os != OsType::vioserver) root.add("ibm,migratable-partition");
  root.add_str("ibm,fw-net-version", "FW1060.00");
  const EehSupport eeh = shape.profile->pci.eeh;
  root.add_u32("ibm,max-boot-devices", 5);
  root.add_u32("ibm,eeh-default", eeh == EehSupport::on ? 1 : 0);
  root.add_u32("ibm,partition-performance-parameters-level", 1);
  root.add_u32("ibm,pci-full-cfg", 1).add_u32("ibm,fault-behavior", 1);
  root.add_u32("ibm,fru-9006-deactivate", 1).add_u32("ibm,service-indicator-mode", 1);
}

void add_root_properties(Node& root, const TreeShape& shape) {
  const TreeStyle& style = shape.profile->tree;
  const std::string own = "IBM," + shape.platform->type_model;
  root.add_str("device_type", "chrp");
  root.add_str("model", style.root_model.empty() ? own : style.root_model);
  if (style.root_compatible.empty()) {
    root.add("compatible", CellWriter{}.str(own).str("LoPAR-2.9-IBM-1.0").take());
  } else {
    root.add_str("compatible", style.root_compatible);
  }
  root.add_u32("#address-cells", 2).add_u32("#size-cells", 2);
  if (style.lopar_properties) {
    add_lopar_properties(root, shape);
  } else {
    root.add_str("vm,uuid", "00000000-0000-0000-0000-000000000000");   // none was given
  }
  // Of the eight priorities QEMU leaves 0 to 6 to the partition; only XIVE has a use for it.
  if (shape.options.xive || style.lopar_properties) {
    root.add("ibm,plat-res-int-priorities", cells({7, 0xf8}));
  }
  add_drc_properties(root, root_connectors(shape), shape.options.drc_info);
}

void add_memory(Node& root, const TreeShape& shape) {
  root.children.push_back(memory_zero_node(shape));
  if (shape.options.dynamic_memory) {
    root.children.push_back(dynamic_memory_node(shape));
    return;
  }
  for (std::uint32_t n = fixed_lmbs(shape); n < shape.lmbs.size(); ++n) {
    if (shape.lmbs[n].state != LmbState::unassigned) {
      root.children.push_back(lmb_node(shape, n, shape.domains.at(shape.lmbs[n].domain),
                                       Origin::boot));
    }
  }
}

// R1-7.3.24-1: what ibm,update-nodes may name has a phandle. Memory nodes have theirs already.
void add_updatable_phandles(Node& root, const TreeShape& shape) {
  struct Row {
    std::string_view name;
    std::uint32_t phandle;
  };
  constexpr std::uint32_t kRoot = 0xffff'ffe0U;
  constexpr std::array kChildren{
      Row{"openprom", 0xffff'ffe1U}, Row{"rtas", 0xffff'ffe2U}, Row{"options", 0xffff'ffe3U},
      Row{"vdevice", 0xffff'ffe4U}, Row{"chosen", 0xffff'ffe6U},
      Row{"ibm,dynamic-reconfiguration-memory", 0xffff'ffe5U}};
  if (!shape.profile->tree.phandles_are_drc_indexes) return;
  add_phandle(root, shape, Origin::boot, kRoot);
  for (Node& child : root.children) {
    for (const Row& row : kChildren) {
      if (child.name == row.name) add_phandle(child, shape, Origin::boot, row.phandle);
    }
  }
}

std::uint32_t ceil_divide(std::uint32_t a, std::uint32_t b) { return (a + b - 1) / b; }

std::uint32_t cores_per_chip(const PlatformConfig& platform) {
  return std::max<std::uint32_t>(platform.cores_per_chip, 1);
}

}  // namespace

std::uint32_t chip_count(const PlatformConfig& platform) {
  const auto cores = static_cast<std::uint32_t>(platform.installed_units.hundredths) / 100U;
  return std::max(ceil_divide(cores, cores_per_chip(platform)), 1U);
}

CpuShape cpu_shape(const TreeBasis& basis, std::uint32_t n) {
  const bool owned = n < static_cast<std::uint32_t>(basis.partition->procs);
  // A virtual processor is on no core for long: all of a pool have the same place (R1-14.11.2.2-1).
  if (!basis.partition->dedicated) return {owned, 0, 0};
  return {owned, n,
          std::min(n / cores_per_chip(*basis.platform), chip_count(*basis.platform) - 1)};
}

std::uint32_t lmb_domain(const PlatformConfig& platform, std::uint32_t n) {
  const std::uint32_t all = chip_count(platform);
  const std::uint32_t per_chip = std::max(ceil_divide(platform.installed_lmbs, all), 1U);
  return std::min(n / per_chip, all - 1);
}

TreeShape boot_shape(const PlatformConfig& platform, const PartitionConfig& partition,
                     const FirmwareProfile& profile, const Options& options) {
  TreeShape shape;
  shape.platform = &platform;
  shape.partition = &partition;
  shape.profile = &profile;
  shape.options = options;
  shape.domains.clear();
  for (std::uint32_t chip = 0; chip < chip_count(platform); ++chip) shape.domains.push_back(chip);
  shape.cpus.resize(static_cast<std::size_t>(partition.max_procs));
  for (std::uint32_t n = 0; n < shape.cpus.size(); ++n) shape.cpus[n] = cpu_shape(shape, n);
  const std::uint32_t fixed = lmbs_without_connector(profile, platform.lmb_bytes, partition.lmbs,
                                                     options.rma_bytes);
  shape.lmbs.resize(partition.max_lmbs);
  for (std::uint32_t n = 0; n < partition.max_lmbs; ++n) {
    const LmbState state = n < fixed            ? LmbState::fixed
                           : n < partition.lmbs ? LmbState::assigned
                                                : LmbState::unassigned;
    shape.lmbs[n] = {state, static_cast<std::uint16_t>(lmb_domain(platform, n))};
  }
  const std::vector<std::uint32_t> numbers = phb_numbers(platform.slots);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const SlotConfig& slot = platform.slots[i];
    const HotPlugConfig* hot_plug = slot.hot_plug ? &*slot.hot_plug : nullptr;
    shape.phbs.push_back({numbers[i], slot.drc, slot.location, slot.owner == partition.id, true,
                          hot_plug, hot_plug != nullptr && hot_plug->card});
  }
  std::sort(shape.phbs.begin(), shape.phbs.end(),
            [](const PhbShape& a, const PhbShape& b) { return a.phb < b.phb; });
  for (const ResourceConfig& resource : platform.resources) {
    shape.resources.push_back(resource.owner == partition.id);
  }
  for (const VirtualSlotConfig& slot : partition.virtual_slots) {
    shape.virtual_slots.push_back({slot.slot, node_kind(slot)});
  }
  std::sort(shape.virtual_slots.begin(), shape.virtual_slots.end(),
            [](const auto& a, const auto& b) { return a.slot < b.slot; });
  return shape;
}

Node build_tree(const TreeShape& shape) {
  LPARSIM_ASSERT(shape.platform != nullptr && shape.partition != nullptr);
  LPARSIM_ASSERT(shape.profile != nullptr && !shape.domains.empty());
  Node root;
  add_root_properties(root, shape);
  root.children.push_back(aliases_node(shape));
  root.children.push_back(chosen_node(shape));
  root.children.push_back(openprom_node(shape));
  root.children.push_back(options_node());
  root.children.push_back(cpus_node(shape));
  add_memory(root, shape);
  root.children.push_back(rtas_node(shape));
  root.children.push_back(event_sources_node(shape));
  root.children.push_back(interrupt_controller_node(shape));
  if (!shape.options.xive && shape.profile->tree.lopar_properties) {
    root.children.push_back(interrupt_source_node(shape));
  }
  root.children.push_back(vdevice_node(shape));
  add_facilities(root, shape);
  for (const PhbShape& phb : shape.phbs) {
    if (!phb.owned) continue;
    root.children.push_back(phb_node(shape, phb, Origin::boot));
    if (!phb.adapter || (phb.hot_plug == nullptr && slot_is_empty(shape, phb))) continue;
    add_slot_nodes(root.children.back(), shape, phb);
  }
  add_resource_nodes(root, shape, DrcIndex{});
  add_updatable_phandles(root, shape);
  return root;
}

}  // namespace lparsim::firmware
