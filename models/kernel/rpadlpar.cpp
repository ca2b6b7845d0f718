#include "models/kernel/rpadlpar.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "models/kernel/drc_names.hpp"
#include "models/kernel/pci.hpp"
#include "models/kernel/pci_driver.hpp"
#include "models/kernel/php_slot.hpp"
#include "models/kernel/vio.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::size_t kNameBytes = 64;         // with the final NUL
constexpr int kUnmapFailed = 1;                // what remove_phb_dynamic says of it: no error

enum class Kind : std::uint8_t { none, slot, phb, vio };
struct Found {
  Kind kind = Kind::none;
  NodeId node = kNoNode;
};

NodeId find_pci(const Kernel& kernel, NodeId at, std::string_view name, std::string_view type) {
  const TreeNode& node = kernel.state.tree.at(at);
  if (base_name(node.name) == "pci" && on_connector(kernel, at, name, type)) return at;
  for (const NodeId below : node.children) {
    const NodeId found = find_pci(kernel, below, name, type);
    if (found != kNoNode) return found;
  }
  return kNoNode;
}

NodeId find_vio_node(const Kernel& kernel, std::string_view name) {
  const NodeId parent = kernel.state.tree.find("/vdevice");
  if (parent == kNoNode) return kNoNode;
  for (const NodeId child : kernel.state.tree.at(parent).children) {
    if (on_connector(kernel, child, name, "")) return child;
  }
  return kNoNode;
}

Found find(const Kernel& kernel, std::string_view name) {
  const NodeId slot = find_pci(kernel, kRootNode, name, "SLOT");
  if (slot != kNoNode) return {Kind::slot, slot};
  const NodeId phb = find_pci(kernel, kRootNode, name, "PHB");
  if (phb != kNoNode) return {Kind::phb, phb};
  const NodeId vio = find_vio_node(kernel, name);
  return {vio == kNoNode ? Kind::none : Kind::vio, vio};
}

std::uint32_t drc_of(const Kernel& kernel, NodeId node) {
  return kernel.state.tree.word(node, "ibm,my-drc-index").value_or(0);
}

// The I/O space of a bus cannot be unmapped: the one thing here that can go wrong by itself.
bool unmap_fails(Kernel& kernel, NodeId node) {
  static constexpr std::array kOutcomes{"normal", "refused"};
  return kernel.host.fault_point("kernel.io_unmap", drc_of(kernel, node), kOutcomes.data(),
                                 kOutcomes.size()) == 1;
}

int hotplug_slots(Kernel& kernel, NodeId node, const char* who, std::string_view name) {
  if (add_hotplug_slots(kernel, node) == 0) return 0;
  kernel.log(kLogError, fmt::format("{}: unable to add hotplug slot {}", who, name));
  return -EIO;
}

// The kernel looks for one slot of the node; the others stay, with a bus that is gone.
void drop_slots(Kernel& kernel, NodeId node) {
  while (const HotplugSlot* slot = find_hotplug_slot(kernel, node)) {
    const std::string name = slot->name;
    deregister_slot(kernel, name);
    if (kernel.has(Switch::slot_remove_leaves_slots)) return;
  }
}

// -- SLOT: a PCI bridge below a PHB -----------------------------------------------------------

int add_bridge(Kernel& kernel, NodeId node, std::string_view name) {
  if (bus_of(kernel, node) != nullptr) return -EINVAL;
  const PciBus* above = bus_of(kernel, kernel.state.tree.at(node).parent);
  // DEVIATION: a bridge whose PHB the kernel does not know is a bad access there.
  const bool added = above != nullptr && add_device(kernel, above->id, node);
  if (!added || bus_of(kernel, node) == nullptr) {
    kernel.log(kLogError, fmt::format("dlpar_add_pci_slot: unable to add bus {}", name));
    return -EIO;
  }
  bind_drivers(kernel);
  const int error = hotplug_slots(kernel, node, "dlpar_add_pci_slot", name);
  if (error != 0 && !kernel.has(Switch::slot_add_no_undo)) remove_device(kernel, node);
  return error;
}

int remove_bridge(Kernel& kernel, NodeId node, std::string_view) {
  const PciBus* bus = bus_of(kernel, node);
  if (bus == nullptr) return -EINVAL;
  const std::uint32_t id = bus->id;
  wait_for_driver(kernel, drc_of(kernel, node));
  drop_slots(kernel, node);
  remove_devices(kernel, id);
  if (unmap_fails(kernel, node)) {
    kernel.log(kLogError, "dlpar_remove_pci_slot: failed to unmap bus range");
    return -ERANGE;
  }
  remove_device(kernel, node);
  return 0;
}

// -- PHB --------------------------------------------------------------------------------------

int add_phb(Kernel& kernel, NodeId node, std::string_view name) {
  if (has_controller(kernel, node)) return -EINVAL;
  if (!add_controller(kernel, node)) return -EIO;
  bind_drivers(kernel);
  const int error = hotplug_slots(kernel, node, "dlpar_add_phb", name);
  if (error != 0 && !kernel.has(Switch::slot_add_no_undo)) {
    drop_slots(kernel, node);
    remove_bus(kernel, bus_of(kernel, node)->id);
    forget_controller(kernel, node);
  }
  return error;
}

// 0, -EBUSY, or the kUnmapFailed that its caller takes for success.
int remove_root_bus(Kernel& kernel, NodeId node, std::uint32_t bus) {
  if (!bus_is_empty(kernel, bus)) return -EBUSY;
  if (unmap_fails(kernel, node)) {
    kernel.log(kLogError, "remove_phb_dynamic: failed to unmap IO on bus ");
    return kUnmapFailed;
  }
  remove_bus(kernel, bus);
  return 0;
}

int remove_phb(Kernel& kernel, NodeId node, std::string_view) {
  const PciBus* bus = bus_of(kernel, node);
  if (bus == nullptr) return -EINVAL;
  const bool slots_first = kernel.has(Switch::slot_dropped_before_check);
  if (slots_first) drop_slots(kernel, node);
  if (!has_controller(kernel, node)) kernel.bug("BUG: dlpar_remove_phb: no controller");
  const int result = remove_root_bus(kernel, node, bus->id);
  if (result < 0) return result;
  if (result > 0 && !kernel.has(Switch::unmap_failure_succeeds)) return -EIO;
  if (!slots_first) drop_slots(kernel, node);
  forget_controller(kernel, node);
  return 0;
}

// -- virtual slots ----------------------------------------------------------------------------

int add_virtual(Kernel& kernel, NodeId node, std::string_view name) {
  if (find_vio(kernel, node) != nullptr) return -EINVAL;
  if (register_vio(kernel, node)) return 0;
  kernel.log(kLogError, fmt::format("dlpar_add_vio_slot: failed to register vio node {}", name));
  return -EIO;
}

int remove_virtual(Kernel& kernel, NodeId node, std::string_view) {
  if (find_vio(kernel, node) == nullptr) return -EINVAL;
  wait_for_driver(kernel, drc_of(kernel, node));
  unregister_vio(kernel, node);
  return 0;
}

struct Row {
  Kind kind;
  int (*add)(Kernel&, NodeId, std::string_view name);
  int (*remove)(Kernel&, NodeId, std::string_view name);
};
constexpr std::array kRows{
    Row{Kind::slot, add_bridge, remove_bridge},
    Row{Kind::phb, add_phb, remove_phb},
    Row{Kind::vio, add_virtual, remove_virtual},
};

int change_slot(Kernel& kernel, std::string_view name, bool add) {
  static constexpr std::array kOutcomes{"normal", "refused"};
  if (kernel.host.fault_point("kernel.slot_lock", 0, kOutcomes.data(), kOutcomes.size()) == 1) {
    return -EINTR;                     // a signal came while the mutex was waited for
  }
  const LockGuard guard(kernel, kSlotLock);
  const Found found = find(kernel, name);
  for (const Row& row : kRows) {
    if (row.kind != found.kind) continue;
    const int error = (add ? row.add : row.remove)(kernel, found.node, name);
    if (error == 0 || kernel.has(Switch::slot_message_always)) {
      kernel.log(kLogInfo, fmt::format("rpadlpar_io: slot {} {}", name,
                                       add ? "added" : "removed"));
    }
    return error;
  }
  return -ENODEV;
}

std::int64_t write_name(Kernel& kernel, std::string_view data, bool add) {
  if (data.size() >= kNameBytes) return kernel.has(Switch::slot_name_length) ? 0 : -EINVAL;
  const std::string_view name = data.substr(0, data.find('\0'));
  const int error = change_slot(kernel, name.substr(0, name.find('\n')), add);
  return error != 0 ? error : static_cast<std::int64_t>(data.size());
}

}  // namespace

std::int64_t write_add_slot(Kernel& kernel, std::uint64_t, std::string_view data) {
  return write_name(kernel, data, true);
}

std::int64_t write_remove_slot(Kernel& kernel, std::uint64_t, std::string_view data) {
  return write_name(kernel, data, false);
}

int load_module(Kernel& kernel, std::string_view name) {
  if (is_driver(name)) {
    load_driver(kernel, name);
    return 0;
  }
  if (name != "rpaphp" && name != "rpadlpar_io") return -ENOENT;
  if (!kernel.state.io.rpaphp) load_rpaphp(kernel);
  if (name == "rpaphp") return 0;
  if (!kernel.state.tree.word(kernel.state.rtas_node, "ibm,configure-connector")) {
    kernel.log(kLogWarning, "rpadlpar_io_init: partition not DLPAR capable");
    return -EPERM;
  }
  kernel.state.io.rpadlpar_io = true;
  return 0;
}

}  // namespace lparsim::kernel
