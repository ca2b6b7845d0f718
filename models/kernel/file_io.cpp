// Files of the slots, PCI devices and virtual devices, and ofdt (drmgr.md 2.4).
#include <fmt/format.h>

#include <cerrno>

#include "models/kernel/files.hpp"
#include "models/kernel/ofdt.hpp"
#include "models/kernel/pci.hpp"
#include "models/kernel/pci_driver.hpp"
#include "models/kernel/php_slot.hpp"

namespace lparsim::kernel {
namespace {

// simple_strtoul(text, 10) cut to a byte: what is no number counts as 0.
std::uint8_t byte_in(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') break;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return static_cast<std::uint8_t>(value);
}

// A positive error, of levels that pass it on, looks like a short write (kernel.md 0).
std::int64_t count_or(int error, std::string_view data) {
  return error != 0 ? error : static_cast<std::int64_t>(data.size());
}

// A read has no such count to give.
int no_count(int error) { return error > 0 ? -EIO : error; }

// kstrtoul with base 0: a whole number with at most one newline.
bool flag_in(std::string_view text, bool& flag) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return false;
  flag = text.find_first_not_of('0') != std::string_view::npos;
  return true;
}

}  // namespace

std::int64_t write_ofdt(Kernel& kernel, std::uint64_t, std::string_view data) {
  return ofdt_write(kernel, data);
}

// Of the modules that can be loaded those two that keep a state; nobody knows our sizes.
std::string read_modules(Kernel& kernel, std::uint64_t) {
  const auto& io = kernel.state.io;
  constexpr std::string_view kTail = " Live 0x0000000000000000\n";
  std::string out;
  if (io.rpadlpar_io) out += "rpadlpar_io 262144 0 -" + std::string(kTail);
  if (io.rpaphp) {
    out += fmt::format("rpaphp 262144 {}{}", io.rpadlpar_io ? "1 rpadlpar_io," : "0 -", kTail);
  }
  return out;
}

std::string read_slot_control(Kernel&, std::uint64_t) { return "0\n"; }

int ask_slot_adapter(Kernel& kernel, std::uint64_t slot, std::string& text) {
  SlotState state{};
  const int error = slot_adapter(kernel, slot, state);
  text = fmt::format("{}\n", static_cast<unsigned>(state));
  return no_count(error);
}

int ask_slot_power(Kernel& kernel, std::uint64_t slot, std::string& text) {
  std::uint8_t level = 0;
  const int error = slot_power_level(kernel, slot, level);
  text = fmt::format("{}\n", level);
  return no_count(error);
}

std::int64_t write_slot_power(Kernel& kernel, std::uint64_t slot, std::string_view data) {
  return count_or(set_slot_power(kernel, slot, byte_in(data)), data);
}

std::string read_slot_address(Kernel& kernel, std::uint64_t slot) {
  return kernel.state.io.slots[slot].address + '\n';
}

std::string read_slot_attention(Kernel& kernel, std::uint64_t slot) {
  return fmt::format("{}\n", kernel.state.io.slots[slot].attention);
}

std::int64_t write_slot_attention(Kernel& kernel, std::uint64_t slot, std::string_view data) {
  return count_or(set_slot_attention(kernel, slot, byte_in(data)), data);
}

// Firmware tells no speeds; types of express slots have none in rpaphp's table either.
std::string read_bus_speed(Kernel&, std::uint64_t) { return "Unknown\n"; }

std::string read_pci_devspec(Kernel& kernel, std::uint64_t device) {
  return kernel.state.io.devices[device].devspec + '\n';
}

std::int64_t write_pci_remove(Kernel& kernel, std::uint64_t device, std::string_view data) {
  bool remove = false;
  if (!flag_in(data, remove)) return -EINVAL;
  if (!remove) return static_cast<std::int64_t>(data.size());
  const NodeId node = kernel.state.io.devices[device].node;
  wait_for_driver(kernel, kernel.state.tree.word(node, "ibm,my-drc-index").value_or(0));
  remove_device(kernel, node);
  return static_cast<std::int64_t>(data.size());
}

std::int64_t write_pci_rescan(Kernel& kernel, std::uint64_t, std::string_view data) {
  bool rescan = false;
  if (!flag_in(data, rescan)) return -EINVAL;
  const std::vector<PciBus> buses = kernel.state.io.buses;
  for (const PciBus& bus : buses) {
    if (rescan) scan_bus(kernel, bus.id);
  }
  bind_drivers(kernel);
  return static_cast<std::int64_t>(data.size());
}

std::string pci_device_link(Kernel& kernel, std::uint64_t number) {
  const PciDevice& device = kernel.state.io.devices[number];
  std::string below = device.name;
  const PciBus* bus = find_bus(kernel, device.bus);
  while (bus != nullptr && bus->parent != 0) {
    for (const PciDevice& bridge : kernel.state.io.devices) {
      if (bridge.node == bus->node) below = bridge.name + '/' + below;
    }
    bus = find_bus(kernel, bus->parent);
  }
  const std::string root = bus == nullptr ? "" : bus->address;
  return fmt::format("../../../devices/pci{}/{}", root, below);
}

std::string read_vio_devspec(Kernel& kernel, std::uint64_t device) {
  return kernel.state.io.vio[device].devspec + '\n';
}

std::string read_vio_name(Kernel& kernel, std::uint64_t device) {
  return kernel.state.io.vio[device].kind + '\n';
}

std::string vio_device_link(Kernel& kernel, std::uint64_t number) {
  return "../../../devices/vio/" + kernel.state.io.vio[number].name;
}

}  // namespace lparsim::kernel
