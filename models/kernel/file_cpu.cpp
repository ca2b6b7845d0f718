// Handlers of /proc/cpuinfo and /sys/devices/system/cpu. online never touches a DRC; probe and
// release are the old way to add and remove a core (kernel.md 0, 4).
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <optional>

#include "models/kernel/cpu.hpp"
#include "models/kernel/cpu_dlpar.hpp"
#include "models/kernel/cpu_legacy.hpp"
#include "models/kernel/dlpar.hpp"
#include "models/kernel/files.hpp"

namespace lparsim::kernel {
namespace {

// What the kernel takes for a boolean: the first one or two characters decide.
std::optional<bool> boolean(std::string_view text) {
  constexpr std::string_view kTrue = "yYtT1";
  constexpr std::string_view kFalse = "nNfF0";
  if (text.empty()) return std::nullopt;
  if (kTrue.find(text.front()) != std::string_view::npos) return true;
  if (kFalse.find(text.front()) != std::string_view::npos) return false;
  if (text.starts_with("on")) return true;
  if (text.starts_with("of")) return false;
  return std::nullopt;
}

std::int64_t count_or(int error, std::string_view data) {
  return error == 0 ? static_cast<std::int64_t>(data.size()) : error;
}

std::string processor_name(const LiveTree& tree) {
  const NodeId parent = tree.find("/cpus");
  if (parent == kNoNode) return "unknown";
  for (const NodeId node : tree.at(parent).children) {
    if (tree.text(node, "device_type") != "cpu") continue;
    const std::string_view name = base_name(tree.at(node).name);
    return std::string(name.substr(name.find(',') + 1));
  }
  return "unknown";
}

}  // namespace

std::string read_cpu_online(Kernel& kernel, std::uint64_t cpu) {
  return kernel.state.cpus[cpu].online ? "1\n" : "0\n";
}

std::int64_t write_cpu_online(Kernel& kernel, std::uint64_t cpu, std::string_view data) {
  const auto wanted = boolean(data);
  if (!wanted) return -EINVAL;
  const LockGuard guard(kernel, kHotplugLock);
  const auto logical = static_cast<std::uint32_t>(cpu);
  const int error = *wanted ? cpu_up(kernel, logical) : cpu_down(kernel, logical);
  return count_or(error < 0 ? error : 0, data);   // 1: it was so already
}

std::string read_physical_id(Kernel& kernel, std::uint64_t cpu) {
  return std::to_string(static_cast<std::int32_t>(kernel.state.cpus[cpu].server)) + '\n';
}

std::int64_t write_cpu_probe(Kernel& kernel, std::uint64_t, std::string_view data) {
  std::uint32_t index = 0;
  const LockGuard guard(kernel, kHotplugLock);
  if (!parse_u32(data, index)) return -EINVAL;
  const bool old = kernel.has(Switch::probe_configures_first);
  return count_or(old ? cpu_probe(kernel, index) : cpu_add(kernel, index), data);
}

std::int64_t write_cpu_release(Kernel& kernel, std::uint64_t, std::string_view data) {
  const LockGuard guard(kernel, kHotplugLock);
  // The path is used as it is: a newline at its end is part of a name that does not exist.
  const NodeId node = kernel.state.tree.find(data);
  if (node == kNoNode) return -EINVAL;
  const auto index = kernel.state.tree.word(node, "ibm,my-drc-index");
  if (!index) return -EINVAL;
  return count_or(cpu_remove(kernel, node, *index), data);
}

std::string read_cpuinfo(Kernel& kernel, std::uint64_t) {
  const LiveTree& tree = kernel.state.tree;
  const std::string processor = processor_name(tree);
  std::string out;
  for (std::size_t i = 0; i < kernel.state.cpus.size(); ++i) {
    if (!kernel.state.cpus[i].online) continue;
    out += fmt::format("processor\t: {}\ncpu\t\t: {} (architected), altivec supported\n\n", i,
                       processor);
  }
  const std::string_view model = tree.text(kRootNode, "model");
  out += fmt::format("timebase\t: 512000000\nplatform\t: pSeries\nmodel\t\t: {}\n", model);
  out += fmt::format("machine\t\t: CHRP {}\n", model);
  return out;
}

std::string read_node_cpumap(Kernel& kernel, std::uint64_t) {
  const auto& cpus = kernel.state.cpus;
  std::string out;
  for (std::size_t group = (cpus.size() + 31) / 32; group-- > 0;) {
    std::uint32_t mask = 0;
    for (std::size_t i = 0; i < 32 && group * 32 + i < cpus.size(); ++i) {
      if (cpus[group * 32 + i].online) mask |= 1U << i;
    }
    out += fmt::format("{}{:08x}", out.empty() ? "" : ",", mask);
  }
  return out + '\n';
}

}  // namespace lparsim::kernel
