#include "models/kernel/cpu.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <cerrno>

#include "models/kernel/numa.hpp"

namespace lparsim::kernel {
namespace {

// Position of the maximum number of cores in ibm,lrdr-capacity: after two 8-byte values.
constexpr std::size_t kMaxCoresOffset = 16;
constexpr std::size_t kMostCpus = 2048;   // NR_CPUS as distributions configure it

std::size_t possible_cpus(const LiveTree& tree, std::size_t present, std::size_t threads) {
  const NodeId rtas = tree.find("/rtas");
  const Bytes* capacity = rtas == kNoNode ? nullptr : tree.property(rtas, "ibm,lrdr-capacity");
  if (capacity == nullptr || capacity->size() < kMaxCoresOffset + 4) return present;
  const std::size_t cores = load_be32(capacity->data() + kMaxCoresOffset);
  return std::max(present, std::min(cores * threads, kMostCpus));
}

bool free_run(const std::vector<LogicalCpu>& cpus, std::size_t first, std::size_t count,
              std::int32_t node, bool any_node) {
  for (std::size_t i = first; i < first + count; ++i) {
    if (cpus[i].present) return false;
    if (!any_node && cpus[i].node >= 0 && cpus[i].node != node) return false;
  }
  return true;
}

std::optional<std::size_t> find_run(const std::vector<LogicalCpu>& cpus, std::size_t count,
                                    std::int32_t node) {
  for (const bool any_node : {false, true}) {
    for (std::size_t first = 0; first + count <= cpus.size(); first += count) {
      if (free_run(cpus, first, count, node, any_node)) return first;
    }
  }
  return std::nullopt;
}

bool in_set(const LogicalCpu& cpu, CpuSet set) {
  switch (set) {
    case CpuSet::online: return cpu.online;
    case CpuSet::present: return cpu.present;
    case CpuSet::offline: return !cpu.online;
    case CpuSet::possible: break;
  }
  return true;
}

}  // namespace

std::vector<std::uint32_t> thread_servers(const LiveTree& tree, NodeId node) {
  std::vector<std::uint32_t> servers;
  const Bytes* value = tree.property(node, "ibm,ppc-interrupt-server#s");
  if (value == nullptr) return servers;
  for (CellReader in(*value); in.left() >= 4;) servers.push_back(in.u32());
  return servers;
}

void setup_cpus(Kernel& kernel, std::uint32_t boot_server) {
  const LiveTree& tree = kernel.state.tree;
  std::vector<LogicalCpu> cpus;
  std::size_t threads = 1;
  const NodeId parent = tree.find("/cpus");
  if (parent != kNoNode) {
    for (const NodeId node : tree.at(parent).children) {
      if (tree.text(node, "device_type") != "cpu") continue;
      auto servers = thread_servers(tree, node);
      if (servers.empty()) servers.push_back(tree.word(node, "reg").value_or(0));
      threads = std::max(threads, servers.size());
      const std::int32_t numa = numa_node(tree, tree.property(node, "ibm,associativity"));
      for (const std::uint32_t server : servers) {
        LogicalCpu cpu;
        cpu.server = server;
        cpu.present = true;
        cpu.node = numa;
        cpus.push_back(cpu);
      }
    }
  }
  cpus.resize(possible_cpus(tree, cpus.size(), threads));
  kernel.state.cpus = std::move(cpus);
  // A tree that does not say which thread boots: it is the first one.
  const std::uint32_t boot = logical_of(kernel, boot_server).value_or(0);
  if (boot >= kernel.state.cpus.size() || !kernel.state.cpus[boot].present) return;
  kernel.state.cpus[boot].online = true;
  kernel.host.cpu_online(kernel.state.cpus[boot].server, boot, true);
}

void boot_secondaries(Kernel& kernel) {
  for (std::uint32_t i = 0; i < kernel.state.cpus.size(); ++i) {
    if (kernel.state.cpus[i].present && !kernel.state.cpus[i].online) cpu_up(kernel, i);
  }
}

std::optional<std::uint32_t> logical_of(const Kernel& kernel, std::uint32_t server) {
  for (std::uint32_t i = 0; i < kernel.state.cpus.size(); ++i) {
    const LogicalCpu& cpu = kernel.state.cpus[i];
    if (cpu.present && cpu.server == server) return i;
  }
  return std::nullopt;
}

std::size_t online_count(const Kernel& kernel) {
  return static_cast<std::size_t>(std::count_if(kernel.state.cpus.begin(), kernel.state.cpus.end(),
                                                [](const LogicalCpu& c) { return c.online; }));
}

int register_threads(Kernel& kernel, NodeId node) {
  const auto servers = thread_servers(kernel.state.tree, node);
  if (servers.empty()) return 0;
  const LiveTree& tree = kernel.state.tree;
  const std::int32_t numa = numa_node(tree, tree.property(node, "ibm,associativity"));
  const auto first = find_run(kernel.state.cpus, servers.size(), numa);
  if (!first) {
    kernel.log(kLogError, "pseries-hotplug-cpu: no free logical CPU ids for the new core");
    return -ENOSPC;
  }
  for (std::size_t i = 0; i < servers.size(); ++i) {
    LogicalCpu& cpu = kernel.state.cpus[*first + i];
    cpu = LogicalCpu{};
    cpu.server = servers[i];
    cpu.present = true;
    cpu.node = numa;
  }
  return 0;
}

void unregister_threads(Kernel& kernel, NodeId node) {
  for (const std::uint32_t server : thread_servers(kernel.state.tree, node)) {
    const auto logical = logical_of(kernel, server);
    if (!logical) continue;
    LogicalCpu& cpu = kernel.state.cpus[*logical];
    cpu.present = false;
    cpu.server = kNoServer;
  }
}

std::string cpu_list(const Kernel& kernel, CpuSet set) {
  std::string out;
  const auto& cpus = kernel.state.cpus;
  for (std::size_t i = 0; i < cpus.size();) {
    if (!in_set(cpus[i], set)) {
      ++i;
      continue;
    }
    std::size_t last = i;
    while (last + 1 < cpus.size() && in_set(cpus[last + 1], set)) ++last;
    if (!out.empty()) out += ',';
    out += last == i ? fmt::format("{}", i) : fmt::format("{}-{}", i, last);
    i = last + 1;
  }
  return out + '\n';
}

}  // namespace lparsim::kernel
