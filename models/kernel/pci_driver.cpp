#include "models/kernel/pci_driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "models/kernel/pci.hpp"
#include "models/kernel/rtas.hpp"
#include "models/kernel/tree_edit.hpp"

namespace lparsim::kernel {
namespace {

constexpr const char* kDirectWindow = "linux,direct64-ddr-window-info";   // maps all memory
constexpr const char* kDmaWindow = "linux,dma64-ddr-window-info";

struct Driver {
  std::string_view module, name;
  std::uint32_t vendor = 0, device = 0;          // device 0: all of this vendor
};
constexpr std::array kDrivers{
    Driver{"e1000e", "e1000e", 0x8086, 0x10d3}, Driver{"virtio_pci", "virtio-pci", 0x1af4},
    Driver{"virtio_net", "virtio_net"},         Driver{"tg3", "tg3", 0x14e4},
    Driver{"mlx5_core", "mlx5_core", 0x15b3},   Driver{"lpfc", "lpfc", 0x10df},
    Driver{"nvme", "nvme", 0x144d},
};

const Driver* driver_for(const Kernel& kernel, const PciDevice& device) {
  const LiveTree& tree = kernel.state.tree;
  const auto vendor = tree.word(device.node, "vendor-id").value_or(0);
  const auto id = tree.word(device.node, "device-id").value_or(0);
  const auto& loaded = kernel.state.io.drivers;
  for (const Driver& driver : kDrivers) {
    if (driver.vendor != vendor || vendor == 0) continue;
    if (driver.device != 0 && driver.device != id) continue;
    if (std::find(loaded.begin(), loaded.end(), driver.module) != loaded.end()) return &driver;
  }
  return nullptr;
}

struct Target {
  std::string who;                               // "virtio-pci 0000:00:05.0"
  NodeId phb = kNoNode;                          // the node with ibm,dma-window
  std::uint32_t config_address = 0;
  std::uint32_t unit_high = 0, unit_low = 0;     // of the PHB
};

std::optional<Target> target_of(const Kernel& kernel, const PciDevice& device) {
  const LiveTree& tree = kernel.state.tree;
  Target target;
  target.phb = device.node;
  while (target.phb != kNoNode && tree.property(target.phb, "ibm,dma-window") == nullptr) {
    target.phb = tree.at(target.phb).parent;
  }
  const PciBus* bus = find_bus(kernel, device.bus);
  if (target.phb == kNoNode || bus == nullptr) return std::nullopt;
  const Bytes* reg = tree.property(target.phb, "reg");
  if (reg == nullptr || reg->size() < 8) return std::nullopt;
  target.config_address = std::uint32_t{bus->number} << 16 | std::uint32_t{device.devfn} << 8;
  target.unit_high = load_be32(reg->data());
  target.unit_low = load_be32(reg->data() + 4);
  return target;
}

struct Windows {
  std::uint32_t available = 0;
  std::uint64_t largest_block = 0;               // in pages
  std::uint32_t page_sizes = 0;
};

// The second word of ibm,ddw-extensions is the reset call, the third says that blocks are wide.
bool wide_blocks(const LiveTree& tree, NodeId phb) {
  const Bytes* extensions = tree.property(phb, "ibm,ddw-extensions");
  return extensions != nullptr && extensions->size() >= 12 && load_be32(extensions->data()) >= 2 &&
         load_be32(extensions->data() + 8) == 1;
}

std::optional<Windows> query(Kernel& kernel, const Target& target) {
  const bool wide = wide_blocks(kernel.state.tree, target.phb);
  std::array<std::uint32_t, 5> out{};
  const auto outputs = std::span(out).first(wide ? 5 : 4);
  const auto status =
      rtas_call(kernel, "ibm,query-pe-dma-window",
                {target.config_address, target.unit_high, target.unit_low}, outputs);
  Windows found{out[0], wide ? std::uint64_t{out[1]} << 32 | out[2] : out[1],
                wide ? out[3] : out[2]};
  const auto token = kernel.state.tree.word(kernel.state.rtas_node, "ibm,query-pe-dma-window");
  kernel.log(kLogInfo,
             fmt::format("{}: ibm,query-pe-dma-windows({:x}) {:x} {:x} {:x} returned {}, lb={:x} "
                         "ps={:x} wn={}", target.who, token.value_or(0), target.config_address,
                         target.unit_high, target.unit_low, status, found.largest_block,
                         found.page_sizes, found.available));
  if (status != 0) return std::nullopt;
  return found;
}

// The largest page that firmware offers, as a power of two; 0 when there is none.
std::uint32_t page_shift(std::uint32_t offered) {
  constexpr std::array<std::uint32_t, 9> kShifts{12, 16, 24, 25, 26, 27, 28, 34, 21};
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < kShifts.size(); ++i) {
    if ((offered & (1U << i)) != 0) largest = std::max(largest, kShifts[i]);
  }
  return largest;
}

std::uint32_t order_of(std::uint64_t bytes) {
  return bytes <= 1 ? 0 : static_cast<std::uint32_t>(std::bit_width(bytes - 1));
}

// All memory that the partition can ever have.
std::uint64_t most_memory(const Kernel& kernel) {
  const Bytes* capacity = kernel.state.tree.property(kernel.state.rtas_node, "ibm,lrdr-capacity");
  std::uint64_t most = capacity != nullptr && capacity->size() >= 8 ? load_be64(capacity->data())
                                                                    : 0;
  if (!kernel.state.memblock.empty()) most = std::max(most, kernel.state.memblock.back().end);
  return most;
}

void create(Kernel& kernel, const Target& target, std::uint32_t page, std::uint32_t window,
            bool direct) {
  std::array<std::uint32_t, 3> out{};
  const std::int32_t status = rtas_call_waiting(
      kernel, "ibm,create-pe-dma-window",
      {target.config_address, target.unit_high, target.unit_low, page, window}, out);
  const auto token = kernel.state.tree.word(kernel.state.rtas_node, "ibm,create-pe-dma-window");
  kernel.log(kLogInfo,
             fmt::format("{}: ibm,create-pe-dma-window({:x}) {:x} {:x} {:x} {:x} {:x} returned {} "
                         "(liobn = 0x{:x} starting addr = {:x} {:x})", target.who,
                         token.value_or(0), target.config_address, target.unit_high,
                         target.unit_low, page, window, status, out[0], out[1], out[2]));
  if (status != 0) return;
  CellWriter value;                              // padded as the kernel's structure is
  value.u32(out[0]).u32(0).u32(out[1]).u32(out[2]).u32(page).u32(window);
  update_property(kernel, target.phb, direct ? kDirectWindow : kDmaWindow, value.take());
}

// One window for a PHB, whichever of its devices asks first; it stays when that device goes.
void enable_window(Kernel& kernel, const Target& target) {
  const LiveTree& tree = kernel.state.tree;
  if (tree.property(target.phb, "ibm,ddw-applicable") == nullptr) return;
  for (const char* name : {kDirectWindow, kDmaWindow}) {
    if (tree.property(target.phb, name) != nullptr) return;
  }
  const auto windows = query(kernel, target);
  if (!windows || windows->available == 0 || windows->largest_block == 0) return;
  const std::uint32_t page = page_shift(windows->page_sizes);
  if (page == 0) return;
  const std::uint32_t wanted = std::max(order_of(most_memory(kernel)), page);
  const std::uint32_t possible =
      static_cast<std::uint32_t>(std::bit_width(windows->largest_block)) - 1 + page;
  create(kernel, target, page, std::min(wanted, possible), possible >= wanted);
}

}  // namespace

bool is_driver(std::string_view name) {
  return std::any_of(kDrivers.begin(), kDrivers.end(),
                     [&](const Driver& driver) { return driver.module == name; });
}

void load_driver(Kernel& kernel, std::string_view name) {
  auto& loaded = kernel.state.io.drivers;
  if (std::find(loaded.begin(), loaded.end(), name) != loaded.end()) return;
  loaded.emplace_back(name);
  bind_drivers(kernel);
}

void bind_drivers(Kernel& kernel) {
  // Each may wait for firmware, and devices may come and go meanwhile.
  for (std::size_t i = 0; i < kernel.state.io.devices.size(); ++i) {
    PciDevice& device = kernel.state.io.devices[i];
    const Driver* driver = device.bound ? nullptr : driver_for(kernel, device);
    if (driver == nullptr) continue;
    device.bound = true;
    auto target = target_of(kernel, device);
    if (!target) continue;
    target->who = fmt::format("{} {}", driver->name, device.name);
    enable_window(kernel, *target);
  }
}

void wait_for_driver(Kernel& kernel, std::uint32_t index) {
  static constexpr std::array kOutcomes{"normal", "refused"};
  constexpr std::uint64_t kHungTask = 120'000'000'000;
  if (kernel.host.fault_point("kernel.driver_remove", index, kOutcomes.data(),
                              kOutcomes.size()) == 0) {
    return;
  }
  kernel.host.sleep_ns(kHungTask);
  kernel.log(kLogError, "INFO: task drmgr blocked for more than 120 seconds.");
}

void dma_window_detached(Kernel& kernel, NodeId node) {
  for (const char* name : {kDirectWindow, kDmaWindow}) {
    const auto liobn = kernel.state.tree.word(node, name);
    if (liobn) rtas_call(kernel, "ibm,remove-pe-dma-window", {*liobn});
  }
}

}  // namespace lparsim::kernel
