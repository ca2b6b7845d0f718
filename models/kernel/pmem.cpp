#include "models/kernel/pmem.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "models/kernel/drc.hpp"
#include "models/kernel/reconfig.hpp"

namespace lparsim::kernel {
namespace {

NodeId find_parent(const LiveTree& tree, NodeId at = kRootNode) {
  if (tree.text(at, "device_type") == "ibm,persistent-memory") return at;
  for (const NodeId below : tree.at(at).children) {
    const NodeId found = find_parent(tree, below);
    if (found != kNoNode) return found;
  }
  return kNoNode;
}

int add(Kernel& kernel, NodeId parent, std::uint32_t index) {
  if (const int error = acquire_drc(kernel, index)) {
    kernel.log(kLogError, fmt::format("Failed to acquire DRC, rc: {}, drc index: {:x}", error,
                                      index));
    return kernel.has(Switch::coarse_errno) ? -EINVAL : error;
  }
  const auto nodes = configure_connector(kernel, index);
  if (nodes.empty()) {
    kernel.log(kLogError, fmt::format("configure-connector failed for drc {:x}", index));
    give_back_drc(kernel, index);
    return -EINVAL;
  }
  for (const NodeId node : nodes) attach_and_notify(kernel, parent, node);
  kernel.log(kLogInfo, fmt::format("Successfully added {}, drc index: {:x}",
                                   kernel.state.tree.path(nodes.front()), index));
  return 0;
}

NodeId child_with(const LiveTree& tree, NodeId parent, std::uint32_t index) {
  for (const NodeId node : tree.at(parent).children) {
    if (tree.word(node, "ibm,my-drc-index") == index) return node;
  }
  return kNoNode;
}

// The node leaves the tree before its DRC is released, and comes back when firmware refuses.
int remove(Kernel& kernel, NodeId parent, std::uint32_t index) {
  const NodeId node = child_with(kernel.state.tree, parent, index);
  if (node == kNoNode) {
    kernel.log(kLogError, fmt::format("Attempting to remove unused DRC index {:x}", index));
    return -ENODEV;
  }
  kernel.state.tree.detach(node);
  const std::string path = fmt::format("/{}", kernel.state.tree.at(node).name);
  kernel.host.tree_changed(path.c_str(), "", kNodeRemoved);
  if (const int error = release_drc(kernel, index)) {
    kernel.log(kLogError, fmt::format("Failed to release drc ({:x}) for CPU {}, rc: {}", index,
                                      base_name(kernel.state.tree.at(node).name), error));
    if (kernel.has(Switch::pmem_used_after_put)) {
      kernel.bug("use after free: the node of persistent memory was put before its release");
    }
    attach_and_notify(kernel, parent, node);
    return error;
  }
  if (kernel.has(Switch::pmem_remove_leaks)) {
    kernel.state.leaked += kernel.state.tree.objects_below(node);
  }
  kernel.state.tree.free(node);
  kernel.log(kLogInfo, fmt::format("Successfully removed PMEM with drc index: {:x}", index));
  return 0;
}

}  // namespace

int dlpar_pmem(Kernel& kernel, const DlparRequest& request) {
  const NodeId parent = find_parent(kernel.state.tree);
  if (parent == kNoNode) {
    kernel.log(kLogError, "Hotplug event for a pmem device, but none exists");
    return -ENODEV;
  }
  if (request.id_type != IdType::index) {
    kernel.log(kLogError, fmt::format("Unsupported hotplug event type {}",
                                      static_cast<int>(request.id_type)));
    return -EINVAL;
  }
  const LockGuard guard(kernel, kHotplugLock);
  if (request.action == Action::add) return add(kernel, parent, request.index);
  if (request.action == Action::remove) return remove(kernel, parent, request.index);
  kernel.log(kLogError, fmt::format("Unsupported hotplug action ({})",
                                    static_cast<int>(request.action)));
  return -EINVAL;
}

}  // namespace lparsim::kernel
