#include "models/kernel/tree_edit.hpp"

namespace lparsim::kernel {

void attach_nodes(Kernel& kernel, NodeId parent, const std::vector<NodeId>& nodes) {
  for (const NodeId node : nodes) kernel.state.tree.attach(parent, node);
  for (const NodeId node : nodes) {
    kernel.host.tree_changed(kernel.state.tree.path(node).c_str(), "", kNodeAdded);
  }
}

void detach_nodes(Kernel& kernel, const std::vector<NodeId>& nodes) {
  for (const NodeId node : nodes) {
    const std::string path = kernel.state.tree.path(node);
    kernel.state.tree.detach(node);
    kernel.host.tree_changed(path.c_str(), "", kNodeRemoved);
  }
}

void update_property(Kernel& kernel, NodeId node, std::string_view name, Bytes value) {
  kernel.state.tree.set_property(node, name, std::move(value));
  kernel.host.tree_changed(kernel.state.tree.path(node).c_str(), std::string(name).c_str(),
                           kPropertyUpdated);
}

bool erase_property(Kernel& kernel, NodeId node, std::string_view name) {
  if (!kernel.state.tree.erase_property(node, name)) return false;
  kernel.host.tree_changed(kernel.state.tree.path(node).c_str(), std::string(name).c_str(),
                           kPropertyUpdated);
  return true;
}

}  // namespace lparsim::kernel
