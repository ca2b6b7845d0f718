#include "models/kernel/cpu_dlpar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "models/kernel/cpu.hpp"
#include "models/kernel/cpu_legacy.hpp"
#include "models/kernel/drc.hpp"
#include "models/kernel/drc_lists.hpp"
#include "models/kernel/tree_edit.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::string_view kPrefix = "pseries-hotplug-cpu: ";

template <class... Args>
void say(Kernel& kernel, int level, fmt::format_string<Args...> text, Args&&... args) {
  kernel.log(level, std::string(kPrefix) + fmt::format(text, std::forward<Args>(args)...));
}

std::string_view name_of(const Kernel& kernel, NodeId node) {
  return base_name(kernel.state.tree.at(node).name);
}

std::optional<std::uint32_t> next_cache(const LiveTree& tree, NodeId node) {
  if (const auto handle = tree.word(node, "l2-cache")) return handle;
  return tree.word(node, "next-level-cache");
}

std::size_t cache_users(const LiveTree& tree, NodeId parent, std::uint32_t handle) {
  const auto& children = tree.at(parent).children;
  return static_cast<std::size_t>(std::count_if(
      children.begin(), children.end(),
      [&](NodeId node) { return next_cache(tree, node) == handle; }));
}

// The CPU node and the caches along its chain that nobody else uses.
std::vector<NodeId> cpu_and_caches(const Kernel& kernel, NodeId cpu) {
  const LiveTree& tree = kernel.state.tree;
  std::vector<NodeId> nodes{cpu};
  if (kernel.has(Switch::cpu_caches_dropped)) return nodes;
  const NodeId parent = tree.at(cpu).parent;
  for (auto handle = next_cache(tree, cpu); handle;) {
    const NodeId cache = tree.by_phandle(*handle);
    if (cache == kNoNode || tree.at(cache).parent != parent) break;
    if (cache_users(tree, parent, *handle) > 1) break;
    if (std::find(nodes.begin(), nodes.end(), cache) != nodes.end()) break;
    nodes.push_back(cache);
    handle = next_cache(tree, cache);
  }
  return nodes;
}

int online_threads(Kernel& kernel, NodeId node);

// 0 or the first error; which threads it took offline goes to `done`.
int offline_threads(Kernel& kernel, NodeId node, std::vector<std::uint32_t>& done) {
  for (const std::uint32_t server : thread_servers(kernel.state.tree, node)) {
    const auto logical = logical_of(kernel, server);
    if (!logical || !kernel.state.cpus[*logical].online) continue;
    if (online_count(kernel) == 1) {
      say(kernel, kLogError, "Unable to remove last online CPU {}", name_of(kernel, node));
      return -EBUSY;
    }
    if (const int error = cpu_down(kernel, *logical)) return error;
    done.push_back(*logical);
  }
  return 0;
}

int online_threads(Kernel& kernel, NodeId node) {
  for (const std::uint32_t server : thread_servers(kernel.state.tree, node)) {
    const auto logical = logical_of(kernel, server);
    if (!logical) continue;
    const int error = cpu_up(kernel, *logical);   // 1, already online, counts as failure too
    if (error == 0) continue;
    std::vector<std::uint32_t> undone;
    offline_threads(kernel, node, undone);
    return error;
  }
  return 0;
}

// Detaches and frees; the notifier wants every thread offline.
int detach_cpu(Kernel& kernel, const std::vector<NodeId>& nodes) {
  for (const NodeId node : nodes) {
    for (const std::uint32_t server : thread_servers(kernel.state.tree, node)) {
      const auto logical = logical_of(kernel, server);
      if (!logical || !kernel.state.cpus[*logical].online) continue;
      if (kernel.has(Switch::cpu_detach_while_online)) {
        kernel.bug("BUG: CPU is online while its node is detached");
      }
      return -EBUSY;
    }
  }
  detach_nodes(kernel, nodes);
  for (const NodeId node : nodes) {
    unregister_threads(kernel, node);
    if (kernel.has(Switch::cpu_remove_leaks_nodes)) {
      kernel.state.leaked += kernel.state.tree.objects_below(node);
    }
  }
  free_nodes(kernel, nodes);
  return 0;
}

// What configure-connector returned beside the CPU is forgotten: nobody frees it.
void drop_caches(Kernel& kernel, std::vector<NodeId>& nodes) {
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    kernel.state.leaked += kernel.state.tree.objects_below(nodes[i]);
    kernel.state.tree.free(nodes[i]);
  }
  nodes.resize(1);
}

int attach_cpu(Kernel& kernel, NodeId parent, std::vector<NodeId>& nodes, std::uint32_t index) {
  if (kernel.has(Switch::cpu_caches_dropped)) drop_caches(kernel, nodes);
  int error = 0;
  const bool failed = kernel.host.allocation_fails("kernel.cpu_changeset");
  if (failed) {
    error = -ENOMEM;
  } else {
    attach_nodes(kernel, parent, nodes);
    for (const NodeId node : nodes) {
      if (error == 0) error = register_threads(kernel, node);
    }
    if (kernel.has(Switch::cpu_attach_error_lost)) error = 0;
  }
  if (error == 0) return 0;
  say(kernel, kLogError, "Failed to attach node {}, rc: {}", name_of(kernel, nodes.front()), error);
  const bool linked = !failed;
  if (linked && !kernel.has(Switch::cpu_add_frees_live_nodes)) detach_nodes(kernel, nodes);
  const bool released = give_back_drc(kernel, index) == 0;
  if (linked && released && kernel.has(Switch::cpu_add_frees_live_nodes)) {
    kernel.bug("use after free: CPU nodes of the live tree were freed");
  }
  if (!linked || !kernel.has(Switch::cpu_add_frees_live_nodes)) free_nodes(kernel, nodes);
  return error;
}

int check_addable(Kernel& kernel, NodeId parent, std::uint32_t index) {
  if (find_cpu(kernel.state.tree, index) != kNoNode) {
    say(kernel, kLogWarning, "CPU with drc index {:x} already exists", index);
    return -EINVAL;
  }
  const bool first_type = kernel.has(Switch::drc_info_ends_search);
  if (!announces_drc(kernel.state.tree, parent, "CPU", index, first_type)) {
    say(kernel, kLogWarning, "Cannot find CPU (drc index {:x}) to add.", index);
    return -EINVAL;
  }
  return 0;
}

// The threads did not come up: the node goes away again and the DRC back.
int undo_add(Kernel& kernel, const std::vector<NodeId>& nodes, std::uint32_t index, int error) {
  say(kernel, kLogWarning, "Failed to online cpu {}, rc: {}, drc index: {:x}",
      name_of(kernel, nodes.front()), error, index);
  const bool keep_caches = kernel.has(Switch::cpu_add_keeps_caches);
  const auto gone = keep_caches ? std::vector<NodeId>{nodes.front()} : nodes;
  if (detach_cpu(kernel, gone) == 0) give_back_drc(kernel, index);
  return error;
}

}  // namespace

std::vector<std::uint32_t> cpu_drcs(const LiveTree& tree) {
  std::vector<std::uint32_t> found;
  const NodeId parent = tree.find("/cpus");
  if (parent == kNoNode) return found;
  for (const NodeId node : tree.at(parent).children) {
    if (tree.text(node, "device_type") != "cpu") continue;
    if (const auto drc = tree.word(node, "ibm,my-drc-index")) found.push_back(*drc);
  }
  return found;
}

NodeId find_cpu(const LiveTree& tree, std::uint32_t index) {
  const NodeId parent = tree.find("/cpus");
  if (parent == kNoNode) return kNoNode;
  for (const NodeId node : tree.at(parent).children) {
    if (tree.word(node, "ibm,my-drc-index") == index) return node;
  }
  return kNoNode;
}

int attach_and_online(Kernel& kernel, NodeId parent, std::vector<NodeId> nodes,
                      std::uint32_t index) {
  if (const int error = attach_cpu(kernel, parent, nodes, index)) return error;
  return online_threads(kernel, nodes.front());
}

int cpu_add(Kernel& kernel, std::uint32_t index) {
  const NodeId parent = kernel.state.tree.find("/cpus");
  if (parent == kNoNode) {
    say(kernel, kLogWarning, "No CPU root device node found");
    return -ENODEV;
  }
  if (const int error = check_addable(kernel, parent, index)) return error;
  if (const int error = acquire_drc(kernel, index)) {
    say(kernel, kLogWarning, "Failed to acquire DRC, rc: {}, drc index: {:x}", error, index);
    return kernel.has(Switch::coarse_errno) ? -EINVAL : error;
  }
  auto nodes = configure_connector(kernel, index);
  if (nodes.empty()) {
    say(kernel, kLogWarning, "Failed call to configure-connector, drc index: {:x}", index);
    give_back_drc(kernel, index);
    return -EINVAL;
  }
  if (const int error = attach_cpu(kernel, parent, nodes, index)) return error;
  const int error = online_threads(kernel, nodes.front());
  return error == 0 ? 0 : undo_add(kernel, nodes, index, error);
}

int cpu_remove(Kernel& kernel, NodeId node, std::uint32_t index) {
  const bool late = kernel.has(Switch::cpu_remove_late_changeset);
  if (!late && kernel.host.allocation_fails("kernel.cpu_changeset")) return -ENOMEM;
  std::vector<std::uint32_t> offlined;
  if (const int error = offline_threads(kernel, node, offlined)) {
    say(kernel, kLogWarning, "Failed to offline CPU {}, rc: {}", name_of(kernel, node), error);
    if (!kernel.has(Switch::cpu_offline_no_rollback)) {
      for (const std::uint32_t logical : offlined) cpu_up(kernel, logical);
    }
    return kernel.has(Switch::coarse_errno) ? -EINVAL : error;
  }
  if (const int error = release_drc(kernel, index)) {
    say(kernel, kLogWarning, "Failed to release drc ({:x}) for CPU {}, rc: {}", index,
        name_of(kernel, node), error);
    online_threads(kernel, node);
    return error;
  }
  int error = 0;
  if (late && kernel.host.allocation_fails("kernel.cpu_changeset")) error = -ENOMEM;
  if (error == 0) error = detach_cpu(kernel, cpu_and_caches(kernel, node));
  if (error == 0) return 0;
  say(kernel, kLogWarning, "Failed to detach CPU {}, rc: {}", name_of(kernel, node), error);
  // Acquired again without configure-connector (kernel.md 11, 20).
  if (acquire_drc(kernel, index) == 0) online_threads(kernel, node);
  return error;
}

namespace {

int remove_by_index(Kernel& kernel, std::uint32_t index) {
  const NodeId node = find_cpu(kernel.state.tree, index);
  int error = -ENODEV;
  if (node != kNoNode) {
    error = cpu_remove(kernel, node, index);
  } else {
    say(kernel, kLogWarning, "Cannot find CPU (drc index {:x}) to remove", index);
  }
  if (error != 0) unisolate_hint(kernel, index);
  return error;
}

}  // namespace

int dlpar_cpu(Kernel& kernel, const DlparRequest& request) {
  const LockGuard guard(kernel, kHotplugLock);
  const bool adds = request.action == Action::add;
  if (request.id_type == IdType::count && kernel.has(Switch::cpu_count_requests)) {
    return adds ? cpu_add_by_count(kernel, request.count)
                : cpu_remove_by_count(kernel, request.count);
  }
  if (request.id_type != IdType::index) return -EINVAL;
  return adds ? cpu_add(kernel, request.index) : remove_by_index(kernel, request.index);
}

}  // namespace lparsim::kernel
