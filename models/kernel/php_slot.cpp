#include "models/kernel/php_slot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

#include "models/kernel/drc_names.hpp"
#include "models/kernel/pci.hpp"
#include "models/kernel/pci_driver.hpp"
#include "models/kernel/reconfig.hpp"
#include "models/kernel/rtas.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kDrIndicator = 9002;
constexpr std::uint32_t kPowerOn = 100;
enum Sense : std::uint32_t { kEmpty = 0, kPresent = 1 };

// A connector is a physical slot when its type begins with a digit.
bool is_numeric(const std::string& type) {
  return !type.empty() && type.front() >= '0' && type.front() <= '9';
}

int get_power_level(Kernel& kernel, std::uint32_t domain, std::uint32_t& level) {
  constexpr std::int32_t kBusy = -2;
  std::array<std::uint32_t, 1> out{};
  std::int32_t status = 0;
  // Only "busy" is waited for; an extended delay is given to the caller as an error.
  const bool impatient = kernel.has(Switch::power_level_delay_fails);
  do {
    status = rtas_call(kernel, "get-power-level", {domain}, out);
  } while ((status == kBusy || !impatient) && rtas_busy_delay(kernel, status));
  level = out[0];
  return rtas_error(kernel, status);
}

int sense_once(Kernel& kernel, std::uint32_t index, std::uint32_t& state) {
  std::array<std::uint32_t, 1> out{};
  const auto status =
      rtas_call_waiting(kernel, "get-sensor-state", {kEntitySense, index}, out);
  state = out[0];
  return rtas_error(kernel, status);
}

// Some slots must have power before firmware can look into them.
int sense(Kernel& kernel, std::uint32_t domain, std::uint32_t index, std::uint32_t& state) {
  int error = sense_once(kernel, index, state);
  if (error == -EFAULT || error == -EEXIST) {
    std::array<std::uint32_t, 1> level{};
    error = rtas_error(
        kernel, rtas_call_waiting(kernel, "set-power-level", {domain, kPowerOn}, level));
    return error < 0 ? error : sense_once(kernel, index, state);
  }
  if (error == -ENODEV) kernel.log(kLogInfo, "rpaphp: rpaphp_get_sensor_state: slot is unusable");
  else if (error < 0) {
    kernel.log(kLogError, "rpaphp: rpaphp_get_sensor_state failed to get sensor state");
  }
  return error;
}

// Fills in state and bus; adds the devices of a slot with a card.
int probe_slot(Kernel& kernel, HotplugSlot& slot) {
  std::uint32_t level = 0, state = 0;
  if (const int error = get_power_level(kernel, slot.power_domain, level)) return error;
  if (const int error = sense(kernel, slot.power_domain, slot.drc_index, state)) return error;
  const PciBus* bus = bus_of(kernel, slot.node);
  if (bus == nullptr) {
    kernel.log(kLogError, fmt::format("rpaphp: rpaphp_enable_slot: no pci_bus for dn {}",
                                      kernel.state.tree.path(slot.node)));
    return -EINVAL;
  }
  slot.bus = bus->id;
  slot.address = bus->address;
  if (state != kPresent) return 0;
  slot.state = SlotState::not_configured;
  if (kernel.state.tree.at(slot.node).children.empty()) {
    kernel.log(kLogError, fmt::format("rpaphp: rpaphp_enable_slot: slot[{}]'s device_node doesn't "
                                      "have child for adapter", slot.name));
    return -EINVAL;
  }
  if (bus_is_empty(kernel, slot.bus)) scan_bus(kernel, slot.bus);
  bind_drivers(kernel);
  if (!bus_is_empty(kernel, slot.bus)) slot.state = SlotState::configured;
  return 0;
}

// The number of the first device below gives the slot its place on the bus; two slots with one
// place are not allowed, slots without a place are.
int register_slot(Kernel& kernel, HotplugSlot slot) {
  auto& slots = kernel.state.io.slots;
  const auto same = [&](auto member) {
    return std::any_of(slots.begin(), slots.end(), [&](const HotplugSlot& other) {
      return other.*member == slot.*member;
    });
  };
  if (same(&HotplugSlot::name)) {
    kernel.log(kLogError,
               fmt::format("rpaphp: rpaphp_register_slot: slot[{}] is already registered",
                           slot.name));
    return -EAGAIN;
  }
  const auto& children = kernel.state.tree.at(slot.node).children;
  const int devfn = children.empty() ? -1 : devfn_of(kernel.state.tree, children.front());
  if (devfn >= 0) {
    slot.address += fmt::format(":{:02x}", devfn >> 3);
    if (same(&HotplugSlot::address)) {
      kernel.log(kLogError, fmt::format("rpaphp: pci_hp_register failed with error {}", -EBUSY));
      return -EBUSY;
    }
  }
  kernel.log(kLogInfo, fmt::format("rpaphp: Slot [{}] registered", slot.name));
  slots.push_back(std::move(slot));
  return 0;
}

int add_slot(Kernel& kernel, NodeId node, const NamedConnector& connector) {
  if (kernel.host.allocation_fails("kernel.php_slot")) return -ENOMEM;
  HotplugSlot slot;
  slot.name = connector.name;
  slot.drc_index = connector.index;
  slot.power_domain = connector.power_domain;
  slot.node = node;
  if (const int error = probe_slot(kernel, slot)) return error;
  return register_slot(kernel, std::move(slot));
}

// A slot may go while a call to firmware is waited for.
HotplugSlot* slot_named(Kernel& kernel, std::string_view name) {
  for (HotplugSlot& slot : kernel.state.io.slots) {
    if (slot.name == name) return &slot;
  }
  return nullptr;
}

int enable_slot(Kernel& kernel, const std::string& name) {
  const HotplugSlot of = *slot_named(kernel, name);
  if (of.state == SlotState::configured) return 0;
  std::uint32_t sensed = 0;
  if (const int error = sense(kernel, of.power_domain, of.drc_index, sensed)) return error;
  SlotState state = SlotState::not_valid;
  if (sensed == kPresent) {
    scan_bus(kernel, of.bus);
    bind_drivers(kernel);
    state = SlotState::configured;
  } else if (sensed == kEmpty) {
    state = SlotState::empty;
  } else {
    kernel.log(kLogError, fmt::format("rpaphp: enable_slot: slot[{}] is in invalid state", name));
  }
  if (HotplugSlot* left = slot_named(kernel, name)) left->state = state;
  return state == SlotState::not_valid ? -EINVAL : 0;
}

// All devices of the bus go, whatever slot they are in.
int disable_slot(Kernel& kernel, const std::string& name) {
  const HotplugSlot of = *slot_named(kernel, name);
  if (of.state == SlotState::not_configured) return -EINVAL;
  wait_for_driver(kernel, of.drc_index);
  remove_devices(kernel, of.bus);
  if (HotplugSlot* left = slot_named(kernel, name)) left->state = SlotState::not_configured;
  return 0;
}

// All nodes named "pci", from the root downwards.
void collect(const LiveTree& tree, NodeId at, std::vector<NodeId>& out) {
  if (base_name(tree.at(at).name) == "pci") out.push_back(at);
  for (const NodeId below : tree.at(at).children) collect(tree, below, out);
}

}  // namespace

void load_rpaphp(Kernel& kernel) {
  kernel.log(kLogInfo, "rpaphp: RPA HOT Plug PCI Controller Driver version: 0.1");
  kernel.state.io.rpaphp = true;
  std::vector<NodeId> nodes;
  collect(kernel.state.tree, kRootNode, nodes);
  for (const NodeId node : nodes) add_hotplug_slots(kernel, node);
}

int add_hotplug_slots(Kernel& kernel, NodeId node) {
  const LiveTree& tree = kernel.state.tree;
  if (base_name(tree.at(node).name) != "pci") return 0;
  const bool described = tree.property(node, "ibm,drc-info") != nullptr;
  auto all = described ? described_connectors(tree, node) : listed_connectors(tree, node);
  if (all.empty() || !is_numeric(all.front().type)) return 0;
  // drc-info: the kernel takes the first connector of the first record for all there is.
  if (described && kernel.has(Switch::drc_info_first_slot)) all.resize(1);
  int error = 0;
  for (const NamedConnector& connector : all) {
    error = add_slot(kernel, node, connector);
    if (error == -ENOMEM) break;
  }
  return error;
}

const HotplugSlot* find_hotplug_slot(const Kernel& kernel, NodeId node) {
  const auto& slots = kernel.state.io.slots;
  const auto found = std::find_if(slots.rbegin(), slots.rend(),
                                  [&](const HotplugSlot& slot) { return slot.node == node; });
  return found == slots.rend() ? nullptr : &*found;
}

void deregister_slot(Kernel& kernel, const std::string& name) {
  auto& slots = kernel.state.io.slots;
  const auto found = std::find_if(slots.begin(), slots.end(),
                                  [&](const HotplugSlot& slot) { return slot.name == name; });
  if (found == slots.end()) return;
  const NodeId node = found->node;
  slots.erase(found);
  put_node(kernel, node);
}

int slot_power_level(Kernel& kernel, std::size_t slot, std::uint8_t& level) {
  std::uint32_t value = 0;
  const int error = get_power_level(kernel, kernel.state.io.slots[slot].power_domain, value);
  level = static_cast<std::uint8_t>(value);
  return error;
}

int slot_adapter(Kernel& kernel, std::size_t slot, SlotState& state) {
  const HotplugSlot of = kernel.state.io.slots[slot];
  std::uint32_t sensed = 0;
  state = SlotState::not_valid;
  if (const int error = sense(kernel, of.power_domain, of.drc_index, sensed)) return error;
  if (sensed == kEmpty) state = SlotState::empty;
  if (sensed == kPresent) state = of.state;
  return 0;
}

int set_slot_power(Kernel& kernel, std::size_t slot, std::uint8_t power) {
  const std::string name = kernel.state.io.slots[slot].name;
  if (power == 0) return disable_slot(kernel, name);
  if (power == 1) return enable_slot(kernel, name);
  kernel.log(kLogError, "pci_hotplug: Illegal value specified for power");
  return -EINVAL;
}

int set_slot_attention(Kernel& kernel, std::size_t slot, std::uint8_t value) {
  constexpr std::uint8_t kHighest = 2, kOn = 1;
  if (value > kHighest) value = kOn;
  const HotplugSlot of = kernel.state.io.slots[slot];
  const int error = set_indicator(kernel, kDrIndicator, of.drc_index, value);
  HotplugSlot* left = slot_named(kernel, of.name);
  if (error == 0 && left != nullptr) left->attention = value;
  return error;
}

}  // namespace lparsim::kernel
