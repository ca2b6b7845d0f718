#include <fmt/format.h>

#include <array>

#include "models/kernel/cpu.hpp"
#include "models/kernel/dlpar.hpp"
#include "models/kernel/files.hpp"
#include "models/kernel/linux.hpp"

namespace lparsim::kernel {
namespace {

using Number = std::uint64_t;

template <CpuSet Set>
std::string read_cpu_list(Kernel& kernel, Number) {
  return cpu_list(kernel, Set);
}

std::string read_kernel_max(Kernel& kernel, Number) {
  return fmt::format("{}\n", kernel.state.cpus.size() - 1);
}

std::string read_dlpar(Kernel&, Number) { return "memory,cpu\n"; }
std::int64_t write_dlpar(Kernel& kernel, Number, std::string_view data) {
  return dlpar_write(kernel, data);
}

std::string read_rmo_buffer(Kernel&, Number) {
  return fmt::format("{:016x} {:x}\n", kUserBuffer, kUserBufferSize);
}

std::string read_one(Kernel&, Number) { return "1\n"; }
std::string read_zero(Kernel&, Number) { return "0\n"; }
std::string read_online_word(Kernel&, Number) { return "online\n"; }

std::string cpu_link(Kernel&, Number cpu) { return fmt::format("../../cpu/cpu{}", cpu); }
std::string block_link(Kernel&, Number n) { return fmt::format("../../memory/memory{}", n); }

bool has_lparcfg(const Kernel& kernel) { return kernel.level.lparcfg; }

constexpr FileType kLink = FileType::link;

constexpr std::array kRules{
    FileRule{"/proc/cpuinfo", 0444, read_cpuinfo},
    FileRule{"/proc/meminfo", 0444, read_meminfo},
    FileRule{"/proc/ppc64/lparcfg", 0644, read_lparcfg, write_lparcfg, FileType::file,
             has_lparcfg},
    FileRule{"/proc/ppc64/rtas/rmo_buffer", 0400, read_rmo_buffer},
    FileRule{"/sys/kernel/dlpar", 0644, read_dlpar, write_dlpar},

    FileRule{"/sys/devices/system/cpu/online", 0444, read_cpu_list<CpuSet::online>},
    FileRule{"/sys/devices/system/cpu/offline", 0444, read_cpu_list<CpuSet::offline>},
    FileRule{"/sys/devices/system/cpu/present", 0444, read_cpu_list<CpuSet::present>},
    FileRule{"/sys/devices/system/cpu/possible", 0444, read_cpu_list<CpuSet::possible>},
    FileRule{"/sys/devices/system/cpu/kernel_max", 0444, read_kernel_max},
    FileRule{"/sys/devices/system/cpu/probe", 0200, nullptr, write_cpu_probe},
    FileRule{"/sys/devices/system/cpu/release", 0200, nullptr, write_cpu_release},
    FileRule{"/sys/devices/system/cpu/cpu{cpu}/online", 0644, read_cpu_online, write_cpu_online},
    FileRule{"/sys/devices/system/cpu/cpu{cpu}/physical_id", 0444, read_physical_id},

    FileRule{"/sys/devices/system/memory/block_size_bytes", 0444, read_block_size},
    FileRule{"/sys/devices/system/memory/auto_online_blocks", 0444, read_online_word},
    FileRule{"/sys/devices/system/memory/memory{block}/state", 0644, read_block_state,
             write_block_state},
    FileRule{"/sys/devices/system/memory/memory{block}/removable", 0444, read_one},
    FileRule{"/sys/devices/system/memory/memory{block}/phys_index", 0444, read_phys_index},
    FileRule{"/sys/devices/system/memory/memory{block}/phys_device", 0444, read_zero},

    FileRule{"/sys/devices/system/node/online", 0444, read_zero},
    FileRule{"/sys/devices/system/node/possible", 0444, read_zero},
    FileRule{"/sys/devices/system/node/has_cpu", 0444, read_zero},
    FileRule{"/sys/devices/system/node/has_memory", 0444, read_zero},
    FileRule{"/sys/devices/system/node/node{node}/cpumap", 0444, read_node_cpumap},
    FileRule{"/sys/devices/system/node/node{node}/cpulist", 0444, read_cpu_list<CpuSet::online>},
    FileRule{"/sys/devices/system/node/node{node}/meminfo", 0444, read_node_meminfo},
    FileRule{"/sys/devices/system/node/node{node}/cpu{present}", 0777, cpu_link, nullptr, kLink},
    FileRule{"/sys/devices/system/node/node{node}/memory{block}", 0777, block_link, nullptr,
             kLink},
};

std::vector<Number> possible_numbers(const Kernel& kernel) {
  std::vector<Number> out(kernel.state.cpus.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
  return out;
}

std::vector<Number> present_numbers(const Kernel& kernel) {
  std::vector<Number> out;
  for (std::size_t i = 0; i < kernel.state.cpus.size(); ++i) {
    if (kernel.state.cpus[i].present) out.push_back(i);
  }
  return out;
}

std::vector<Number> block_numbers(const Kernel& kernel) {
  std::vector<Number> out;
  for (const auto& [number, online] : kernel.state.blocks) out.push_back(number);
  return out;
}

// One node holds everything (see README: NUMA nodes in sysfs are left out).
std::vector<Number> node_numbers(const Kernel&) { return {0}; }

bool is_possible(const Kernel& kernel, Number cpu) { return cpu < kernel.state.cpus.size(); }
bool is_present(const Kernel& kernel, Number cpu) {
  return is_possible(kernel, cpu) && kernel.state.cpus[cpu].present;
}
bool is_block(const Kernel& kernel, Number n) { return kernel.state.blocks.contains(n); }
bool is_node(const Kernel&, Number n) { return n == 0; }

constexpr std::array kWildcards{
    FileWildcard{"{cpu}", possible_numbers, is_possible},
    FileWildcard{"{present}", present_numbers, is_present},
    FileWildcard{"{block}", block_numbers, is_block},
    FileWildcard{"{node}", node_numbers, is_node},
};

}  // namespace

std::span<const FileRule> file_rules() { return kRules; }
std::span<const FileWildcard> file_wildcards() { return kWildcards; }

}  // namespace lparsim::kernel
