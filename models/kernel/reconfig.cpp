#include "models/kernel/reconfig.hpp"

#include <algorithm>
#include <cerrno>

#include "models/kernel/cpu.hpp"
#include "models/kernel/memory_node.hpp"
#include "models/kernel/pci_driver.hpp"
#include "models/kernel/tree_edit.hpp"

namespace lparsim::kernel {
namespace {

bool has_online_thread(const Kernel& kernel, NodeId node) {
  const auto servers = thread_servers(kernel.state.tree, node);
  return std::any_of(servers.begin(), servers.end(), [&](std::uint32_t server) {
    const auto logical = logical_of(kernel, server);
    return logical && kernel.state.cpus[*logical].online;
  });
}

bool held(const IoState& io, NodeId node) {
  const auto holds = [node](const auto& all) {
    return std::any_of(all.begin(), all.end(),
                       [node](const auto& one) { return one.node == node; });
  };
  return holds(io.buses) || holds(io.devices) || holds(io.slots) || holds(io.vio) ||
         std::find(io.controllers.begin(), io.controllers.end(), node) != io.controllers.end();
}

int detach(Kernel& kernel, NodeId node) {
  if (has_online_thread(kernel, node)) {
    if (!kernel.has(Switch::cpu_detach_while_online)) return -EBUSY;
    kernel.bug("BUG: CPU is online while its node is detached");
  }
  if (const int error = memory_node_removable(kernel, node)) return error;
  detach_nodes(kernel, {node});
  unregister_threads(kernel, node);
  memory_node_detached(kernel, node);
  dma_window_detached(kernel, node);
  return 0;
}

}  // namespace

void attach_and_notify(Kernel& kernel, NodeId parent, NodeId node) {
  attach_nodes(kernel, parent, {node});
  register_threads(kernel, node);   // its error is lost
  memory_node_attached(kernel, node);
}

int detach_and_notify(Kernel& kernel, NodeId node) {
  if (const int error = detach(kernel, node)) return error;
  if (kernel.has(Switch::node_remove_leaks)) {
    kernel.state.leaked += kernel.state.tree.objects_below(node);
  }
  put_node(kernel, node);
  return 0;
}

int detach_and_drop(Kernel& kernel, NodeId node) {
  const int error = detach(kernel, node);
  if (error == 0) put_node(kernel, node);
  return error;
}

int detach_subtree(Kernel& kernel, NodeId node, int (*detach)(Kernel&, NodeId)) {
  const std::vector<NodeId> children = kernel.state.tree.at(node).children;
  for (const NodeId child : children) {
    if (const int error = detach_subtree(kernel, child, detach)) return error;
  }
  return detach(kernel, node);
}

void put_node(Kernel& kernel, NodeId node) {
  const LiveTree& tree = kernel.state.tree;
  if (node == kRootNode || !tree.at(node).in_use || tree.at(node).parent != kNoNode) return;
  if (!held(kernel.state.io, node)) kernel.state.tree.free(node);
}

}  // namespace lparsim::kernel
