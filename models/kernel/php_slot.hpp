// rpaphp: the hot-plug slots of a PHB or PCI bridge, and the files of one (kernel.md 7).
#pragma once

#include <cstdint>
#include <string>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// [blocks] Loading the module: registers the slots of all nodes named "pci".
void load_rpaphp(Kernel& kernel);

// [blocks] Registers the connectors with a numeric type that `node` announces: power level and
// entity sense of each. 0 or the result of the last one (-EAGAIN: is already registered).
int add_hotplug_slots(Kernel& kernel, NodeId node);
// The slot of this node that was registered last; nullptr: none.
const HotplugSlot* find_hotplug_slot(const Kernel& kernel, NodeId node);
void deregister_slot(Kernel& kernel, const std::string& name);

// [blocks] Below /sys/bus/pci/slots/NAME, by the slot's position in IoState::slots: 0, a negative
// errno, or a positive status of firmware.
int slot_power_level(Kernel& kernel, std::size_t slot, std::uint8_t& level);
int slot_adapter(Kernel& kernel, std::size_t slot, SlotState& state);
int set_slot_power(Kernel& kernel, std::size_t slot, std::uint8_t power);
int set_slot_attention(Kernel& kernel, std::size_t slot, std::uint8_t value);

}  // namespace lparsim::kernel
