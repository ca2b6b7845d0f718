#include "models/kernel/cpu_legacy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "models/kernel/cpu_dlpar.hpp"
#include "models/kernel/drc.hpp"
#include "models/kernel/drc_lists.hpp"

namespace lparsim::kernel {
namespace {

using Drcs = std::vector<std::uint32_t>;

Drcs absent(const Kernel& kernel, NodeId parent) {
  const Drcs there = cpu_drcs(kernel.state.tree);
  Drcs found;
  for (const std::uint32_t drc : listed_drcs(kernel.state.tree, parent)) {
    if (std::find(there.begin(), there.end(), drc) == there.end()) found.push_back(drc);
  }
  return found;
}

int too_few(Kernel& kernel, std::size_t found, std::uint32_t wanted, std::string_view what) {
  kernel.log(kLogWarning, fmt::format("pseries-hotplug-cpu: Failed to find enough CPUs ({} of {}) "
                                      "to {}", found, wanted, what));
  return -EINVAL;
}

int remove_drc(Kernel& kernel, std::uint32_t drc) {
  const NodeId node = find_cpu(kernel.state.tree, drc);
  return node == kNoNode ? -ENODEV : cpu_remove(kernel, node, drc);
}

}  // namespace

int cpu_add_by_count(Kernel& kernel, std::uint32_t count) {
  const NodeId parent = kernel.state.tree.find("/cpus");
  if (parent == kNoNode) return -ENODEV;
  const Drcs drcs = absent(kernel, parent);
  if (drcs.size() < count) return too_few(kernel, drcs.size(), count, "add");
  for (std::uint32_t done = 0; done < count; ++done) {
    if (cpu_add(kernel, drcs[done]) == 0) continue;
    kernel.log(kLogWarning,
               "pseries-hotplug-cpu: CPU hot-add failed, removing any added CPUs");
    for (std::uint32_t i = 0; i < done; ++i) remove_drc(kernel, drcs[i]);
    return -EINVAL;
  }
  return 0;
}

int cpu_remove_by_count(Kernel& kernel, std::uint32_t count) {
  const NodeId parent = kernel.state.tree.find("/cpus");
  if (parent == kNoNode) return -ENODEV;
  const Drcs drcs = cpu_drcs(kernel.state.tree);
  if (drcs.size() <= count) return too_few(kernel, drcs.size(), count, "remove");   // one stays
  for (std::uint32_t done = 0; done < count; ++done) {
    if (remove_drc(kernel, drcs[done]) == 0) continue;
    kernel.log(kLogWarning,
               "pseries-hotplug-cpu: CPU hot-remove failed, adding back removed CPUs");
    for (std::uint32_t i = 0; i < done; ++i) cpu_add(kernel, drcs[i]);
    return -EINVAL;
  }
  return 0;
}

int cpu_probe(Kernel& kernel, std::uint32_t index) {
  const NodeId parent = kernel.state.tree.find("/cpus");
  const auto nodes = configure_connector(kernel, index);
  if (nodes.empty() || parent == kNoNode) {
    free_nodes(kernel, nodes);
    return -EINVAL;
  }
  if (acquire_drc(kernel, index) != 0) {
    free_nodes(kernel, nodes);
    return -EINVAL;
  }
  return attach_and_online(kernel, parent, nodes, index);
}

}  // namespace lparsim::kernel
