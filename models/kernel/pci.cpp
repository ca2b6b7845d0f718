#include "models/kernel/pci.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/kernel/reconfig.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::size_t kOneAddress = 20;   // "reg": five cells for each address

bool is_pci(const LiveTree& tree, NodeId node) {
  const std::string_view type = tree.text(node, "device_type");
  return type == "pci" || type == "pciex";
}

bool has_device(const Kernel& kernel, std::uint32_t bus, int devfn) {
  const auto& devices = kernel.state.io.devices;
  return std::any_of(devices.begin(), devices.end(), [&](const PciDevice& device) {
    return device.bus == bus && device.devfn == devfn;
  });
}

// The number of a domain stays taken while a slot refers to one of its buses.
bool domain_taken(const Kernel& kernel, std::uint32_t domain) {
  const IoState& io = kernel.state.io;
  const std::string prefix = fmt::format("{:04x}:", domain);
  return std::any_of(io.buses.begin(), io.buses.end(),
                     [&](const PciBus& bus) { return bus.domain == domain; }) ||
         std::any_of(io.slots.begin(), io.slots.end(), [&](const HotplugSlot& slot) {
           return slot.address.starts_with(prefix);
         });
}

// The low bits of the PHB's unit address, or the lowest number that is free.
std::uint32_t new_domain(const Kernel& kernel, NodeId node) {
  const Bytes* reg = kernel.state.tree.property(node, "reg");
  if (reg != nullptr && reg->size() >= 8) {
    const std::uint32_t wanted = load_be32(reg->data() + 4) & 0xffff;
    if (!domain_taken(kernel, wanted)) return wanted;
  }
  std::uint32_t domain = 0;
  while (domain_taken(kernel, domain)) ++domain;
  return domain;
}

std::uint32_t add_bus(Kernel& kernel, PciBus bus) {
  bus.id = ++kernel.state.io.last_bus;
  bus.address = fmt::format("{:04x}:{:02x}", bus.domain, bus.number);
  kernel.state.io.buses.push_back(bus);
  return bus.id;
}

// The secondary bus of a bridge; without "bus-range" the kernel does not look behind it.
void add_bridge(Kernel& kernel, const PciBus& above, NodeId node) {
  const Bytes* range = kernel.state.tree.property(node, "bus-range");
  if (range == nullptr || range->size() < 8) return;
  const auto number = static_cast<std::uint8_t>(load_be32(range->data()));
  const std::uint32_t parent = above.id;
  scan_bus(kernel, add_bus(kernel, {0, node, above.domain, number, parent, {}}));
}

void erase_device(Kernel& kernel, std::size_t at) {
  const PciDevice device = kernel.state.io.devices[at];
  if (device.bridge) {
    if (const PciBus* below = bus_of(kernel, device.node)) remove_bus(kernel, below->id);
  }
  auto& devices = kernel.state.io.devices;
  std::erase_if(devices, [&](const PciDevice& other) { return other.name == device.name; });
  put_node(kernel, device.node);
}

}  // namespace

void setup_pci(Kernel& kernel) {
  const std::vector<NodeId> nodes = kernel.state.tree.at(kRootNode).children;
  for (const NodeId node : nodes) {
    if (is_pci(kernel.state.tree, node)) add_controller(kernel, node);
  }
}

const PciBus* find_bus(const Kernel& kernel, std::uint32_t id) {
  for (const PciBus& bus : kernel.state.io.buses) {
    if (bus.id == id) return &bus;
  }
  return nullptr;
}

const PciBus* bus_of(const Kernel& kernel, NodeId node) {
  for (const PciBus& bus : kernel.state.io.buses) {
    if (bus.node == node) return &bus;
  }
  return nullptr;
}

bool bus_is_empty(const Kernel& kernel, std::uint32_t bus) {
  const auto& devices = kernel.state.io.devices;
  return std::none_of(devices.begin(), devices.end(),
                      [&](const PciDevice& device) { return device.bus == bus; });
}

bool add_controller(Kernel& kernel, NodeId node) {
  if (kernel.host.allocation_fails("kernel.pci_controller")) return false;
  const std::uint32_t bus = add_bus(kernel, {0, node, new_domain(kernel, node), 0, 0, {}});
  kernel.state.io.controllers.push_back(node);
  scan_bus(kernel, bus);
  return true;
}

bool has_controller(const Kernel& kernel, NodeId node) {
  const auto& known = kernel.state.io.controllers;
  return std::find(known.begin(), known.end(), node) != known.end();
}

void forget_controller(Kernel& kernel, NodeId node) {
  std::erase(kernel.state.io.controllers, node);
}

void scan_bus(Kernel& kernel, std::uint32_t bus) {
  const PciBus* found = find_bus(kernel, bus);
  if (found == nullptr) return;
  const std::vector<NodeId> children = kernel.state.tree.at(found->node).children;
  for (const NodeId child : children) add_device(kernel, bus, child);
}

bool add_device(Kernel& kernel, std::uint32_t bus_id, NodeId node) {
  const LiveTree& tree = kernel.state.tree;
  const PciBus* found = find_bus(kernel, bus_id);
  const int devfn = devfn_of(tree, node);
  if (found == nullptr || devfn < 0) return false;
  if (has_device(kernel, bus_id, devfn)) return true;
  const PciBus bus = *found;                     // a bridge adds to the list that it is in
  PciDevice device;
  device.bus = bus_id;
  device.node = node;
  device.devfn = static_cast<std::uint8_t>(devfn);
  device.bridge = is_pci(tree, node);
  device.name = fmt::format("{}:{:02x}.{}", bus.address, devfn >> 3, devfn & 7);
  device.devspec = tree.path(node);
  const bool bridge = device.bridge;
  kernel.state.io.devices.push_back(std::move(device));
  if (bridge) add_bridge(kernel, bus, node);
  return true;
}

void remove_device(Kernel& kernel, NodeId node) {
  auto& devices = kernel.state.io.devices;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (devices[i].node == node) return erase_device(kernel, i);
  }
}

void remove_devices(Kernel& kernel, std::uint32_t bus) {
  auto& devices = kernel.state.io.devices;
  const auto on_bus = [&](const PciDevice& device) { return device.bus == bus; };
  for (;;) {
    const auto at = std::find_if(devices.begin(), devices.end(), on_bus);
    if (at == devices.end()) return;
    erase_device(kernel, static_cast<std::size_t>(at - devices.begin()));
  }
}

void remove_bus(Kernel& kernel, std::uint32_t id) {
  const PciBus* found = find_bus(kernel, id);
  if (found == nullptr) return;
  const NodeId node = found->node;
  remove_devices(kernel, id);
  std::erase_if(kernel.state.io.buses, [&](const PciBus& bus) { return bus.id == id; });
  put_node(kernel, node);
}

int devfn_of(const LiveTree& tree, NodeId node) {
  const Bytes* reg = tree.property(node, "reg");
  if (reg == nullptr || reg->size() < kOneAddress) return -1;
  return (load_be32(reg->data()) >> 8) & 0xff;
}

}  // namespace lparsim::kernel
