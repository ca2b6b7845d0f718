#include "models/kernel/dt_dlpar.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "models/kernel/drc.hpp"
#include "models/kernel/drc_names.hpp"
#include "models/kernel/reconfig.hpp"

namespace lparsim::kernel {
namespace {

void collect(const LiveTree& tree, NodeId at, std::uint32_t index, std::vector<NodeId>& out) {
  if (tree.word(at, "ibm,my-drc-index") == index) out.push_back(at);
  for (const NodeId below : tree.at(at).children) collect(tree, below, index, out);
}

std::vector<NodeId> nodes_with(const LiveTree& tree, std::uint32_t index) {
  std::vector<NodeId> out;
  collect(tree, kRootNode, index, out);
  return out;
}

bool announces(const std::vector<NamedConnector>& connectors, std::uint32_t index) {
  for (const NamedConnector& connector : connectors) {
    if (connector.index == index) return true;
  }
  return false;
}

// The node whose DRC tables have this index. ibm,drc-info comes first, over the whole tree.
NodeId find_parent(const Kernel& kernel, NodeId at, std::uint32_t index, bool described) {
  const LiveTree& tree = kernel.state.tree;
  const auto connectors = described ? described_connectors(tree, at) : listed_connectors(tree, at);
  if (announces(connectors, index)) return at;
  for (const NodeId below : tree.at(at).children) {
    const NodeId found = find_parent(kernel, below, index, described);
    if (found != kNoNode) return found;
  }
  return kNoNode;
}

// Attached from the top downwards, so that each parent is there.
void attach_subtree(Kernel& kernel, NodeId parent, NodeId node) {
  const std::vector<NodeId> children = kernel.state.tree.at(node).children;
  for (const NodeId child : children) kernel.state.tree.detach(child);
  attach_and_notify(kernel, parent, node);
  for (auto child = children.rbegin(); child != children.rend(); ++child) {
    attach_subtree(kernel, node, *child);
  }
}

int add(Kernel& kernel, std::uint32_t index) {
  if (!nodes_with(kernel.state.tree, index).empty()) {
    kernel.log(kLogError, fmt::format("dlpar: dlpar_hp_dt_add: Adding device node for index ({}), "
                                      "but already exists in the device tree",
                                      static_cast<std::int32_t>(index)));
    return -EINVAL;
  }
  NodeId parent = find_parent(kernel, kRootNode, index, true);
  if (parent == kNoNode && !kernel.has(Switch::dt_needs_drc_info)) {
    parent = find_parent(kernel, kRootNode, index, false);
  }
  if (parent == kNoNode) return -EIO;
  const auto nodes = configure_connector(kernel, index);
  if (nodes.empty()) return -EIO;
  if (kernel.host.allocation_fails("kernel.dt_changeset")) {
    free_nodes(kernel, nodes);
    return -ENOMEM;
  }
  for (const NodeId node : nodes) attach_subtree(kernel, parent, node);
  return 0;
}

// An index that no node has is no error.
int remove(Kernel& kernel, std::uint32_t index) {
  if (kernel.host.allocation_fails("kernel.dt_changeset")) return -ENOMEM;
  for (const NodeId node : nodes_with(kernel.state.tree, index)) {
    if (kernel.state.tree.at(node).parent == kNoNode) continue;   // went with its parent
    if (const int error = detach_subtree(kernel, node, detach_and_notify)) return error;
  }
  return 0;
}

}  // namespace

int dlpar_dt(Kernel& kernel, const DlparRequest& request) {
  if (request.id_type != IdType::index) return -EINVAL;
  const LockGuard guard(kernel, kHotplugLock);
  return request.action == Action::add ? add(kernel, request.index) : remove(kernel, request.index);
}

}  // namespace lparsim::kernel
