#include "models/kernel/vio.hpp"

#include <fmt/format.h>

#include <optional>

#include "models/kernel/reconfig.hpp"

namespace lparsim::kernel {
namespace {

// The device's name on the bus; nullopt when the node is no virtual device.
std::optional<std::string> name_of(const LiveTree& tree, NodeId node) {
  const NodeId parent = tree.at(node).parent;
  if (parent == kNoNode) return std::nullopt;
  const std::string_view family = tree.text(parent, "device_type");
  if (family == "vdevice") {
    const auto unit = tree.word(node, "reg");
    if (!unit) return std::nullopt;
    return fmt::format("{:x}", *unit);
  }
  if (family != "ibm,platform-facilities") return std::nullopt;
  if (tree.property(node, "interrupt-controller") != nullptr) return std::nullopt;
  return std::string(base_name(tree.at(node).name));
}

}  // namespace

void setup_vio(Kernel& kernel) {
  for (const char* parent : {"/vdevice", "/ibm,platform-facilities"}) {
    const NodeId node = kernel.state.tree.find(parent);
    if (node == kNoNode) continue;
    const std::vector<NodeId> children = kernel.state.tree.at(node).children;
    for (const NodeId child : children) register_vio(kernel, child);
  }
}

const VioDevice* find_vio(const Kernel& kernel, NodeId node) {
  const auto name = name_of(kernel.state.tree, node);
  if (!name) return nullptr;
  for (const VioDevice& device : kernel.state.io.vio) {
    if (device.name == *name) return &device;
  }
  return nullptr;
}

bool register_vio(Kernel& kernel, NodeId node) {
  const LiveTree& tree = kernel.state.tree;
  auto name = name_of(tree, node);
  if (!name || kernel.host.allocation_fails("kernel.vio_device")) return false;
  const std::string_view kind = base_name(tree.at(node).name);
  kernel.state.io.vio.push_back({node, std::move(*name), std::string(kind), tree.path(node)});
  return true;
}

void unregister_vio(Kernel& kernel, NodeId node) {
  const VioDevice* found = find_vio(kernel, node);
  if (found == nullptr) return;
  const NodeId held = found->node;
  std::erase_if(kernel.state.io.vio, [&](const VioDevice& device) { return device.node == held; });
  put_node(kernel, held);
}

}  // namespace lparsim::kernel
