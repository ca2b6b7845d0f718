// PCI buses and devices as the device tree gives them: a partition's Linux does not probe, it walks
// the nodes below a PHB. Left out: resources, interrupts, EEH, what a driver does with its device.
#pragma once

#include <cstdint>
#include <string>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// At boot: a controller for every PHB of the root node, and what is below it.
void setup_pci(Kernel& kernel);

const PciBus* find_bus(const Kernel& kernel, std::uint32_t id);
// The bus below this PHB or bridge; nullptr when there is none.
const PciBus* bus_of(const Kernel& kernel, NodeId node);
bool bus_is_empty(const Kernel& kernel, std::uint32_t bus);

// A PHB's controller with its root bus, and all devices below. False: no memory for it.
bool add_controller(Kernel& kernel, NodeId node);
bool has_controller(const Kernel& kernel, NodeId node);
void forget_controller(Kernel& kernel, NodeId node);

// A device for every node below the bus that has none, bridges with all below them.
void scan_bus(Kernel& kernel, std::uint32_t bus);
// The device of one node on this bus; false when the node cannot have one.
bool add_device(Kernel& kernel, std::uint32_t bus, NodeId node);
// Bridges take all below them along. The device of `node` itself, or all devices on a bus.
void remove_device(Kernel& kernel, NodeId node);
void remove_devices(Kernel& kernel, std::uint32_t bus);
void remove_bus(Kernel& kernel, std::uint32_t bus);

// Device and function number of a node, from its first address; -1 when it has none.
int devfn_of(const LiveTree& tree, NodeId node);

}  // namespace lparsim::kernel
