// Drivers of PCI devices, as far as firmware and the device tree see them: a driver that wants
// 64-bit DMA makes the kernel open a second DMA window for the PHB (LoPAR 7.3.27). Modules are
// loaded by name; none is at boot.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// Whether there is such a module.
bool is_driver(std::string_view name);
// [blocks] The module takes all its devices.
void load_driver(Kernel& kernel, std::string_view name);
// [blocks] After devices came: loaded drivers take those that have none.
void bind_drivers(Kernel& kernel);

// [blocks] Before a device goes: its driver may take its time. `index`: the DRC of its slot.
void wait_for_driver(Kernel& kernel, std::uint32_t index);

// [blocks] A PHB's node was detached: its window is given back.
void dma_window_detached(Kernel& kernel, NodeId node);

}  // namespace lparsim::kernel
