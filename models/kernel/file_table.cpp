#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/kernel/cpu.hpp"
#include "models/kernel/dlpar.hpp"
#include "models/kernel/error_log.hpp"
#include "models/kernel/files.hpp"
#include "models/kernel/linux.hpp"
#include "models/kernel/memblock.hpp"
#include "models/kernel/pci.hpp"
#include "models/kernel/rpadlpar.hpp"
#include "models/kernel/rtas.hpp"
#include "models/kernel/mobility.hpp"

namespace lparsim::kernel {
namespace {

using Number = std::uint64_t;

template <CpuSet Set>
std::string read_cpu_list(Kernel& kernel, Number) {
  return cpu_list(kernel, Set);
}

std::string read_kernel_max(Kernel& kernel, Number) {
  return fmt::format("{}\n", std::max<std::size_t>(kernel.state.cpus.size(), 1) - 1);
}

std::string read_dlpar(Kernel& kernel, Number) {
  return kernel.has(Switch::dt_requests) ? "memory,cpu,dt\n" : "memory,cpu\n";
}
std::int64_t write_dlpar(Kernel& kernel, Number, std::string_view data) {
  return dlpar_write(kernel, data);
}

std::string read_rmo_buffer(Kernel&, Number) {
  return fmt::format("{:016x} {:x}\n", kUserBuffer, kUserBufferSize);
}

std::string read_one(Kernel&, Number) { return "1\n"; }
std::string read_zero(Kernel&, Number) { return "0\n"; }
std::string read_auto_online(Kernel& kernel, Number) {
  return kernel.level.config.auto_online ? "online\n" : "offline\n";
}

std::string powerpc_link(Kernel&, Number) { return "powerpc"; }
std::string cpu_link(Kernel&, Number cpu) { return fmt::format("../../cpu/cpu{}", cpu); }
std::string block_link(Kernel&, Number n) { return fmt::format("../../memory/memory{}", n); }

bool has_rpadlpar(const Kernel& kernel) { return kernel.state.io.rpadlpar_io; }
bool has_suspend_me(const Kernel& kernel) { return has_service(kernel, "ibm,suspend-me"); }
template <Switch S>
bool without(const Kernel& kernel) {
  return !kernel.has(S);
}
bool has_probe(const Kernel& kernel) { return kernel.level.config.cpu_probe_release; }
bool has_lparcfg(const Kernel& kernel) { return kernel.level.config.lparcfg; }

constexpr FileType kLink = FileType::link;
constexpr FileType kFolder = FileType::directory;   // whose files are left out

constexpr std::array kRules{
    FileRule{"/proc/cpuinfo", 0444, read_cpuinfo},
    FileRule{"/proc/meminfo", 0444, read_meminfo},
    FileRule{"/proc/modules", 0444, read_modules},
    FileRule{"/proc/ppc64", 0777, powerpc_link, nullptr, kLink},
    FileRule{"/proc/powerpc/lparcfg", 0644, read_lparcfg, write_lparcfg, FileType::file,
             has_lparcfg},
    FileRule{"/proc/powerpc/ofdt", 0200, nullptr, write_ofdt},
    FileRule{"/proc/powerpc/rtas/error_log", 0400, nullptr, nullptr, FileType::file,
             has_error_log, ask_error_log},
    FileRule{"/proc/powerpc/rtas/rmo_buffer", 0400, read_rmo_buffer},
    FileRule{"/sys/kernel/dlpar", 0644, read_dlpar, write_dlpar, FileType::file,
             without<Switch::no_dlpar_file>},
    FileRule{"/sys/kernel/mobility/api_version", 0444, read_mobility_version, nullptr,
             FileType::file, without<Switch::no_mobility_files>},
    FileRule{"/sys/kernel/mobility/migration", 0200, nullptr, write_migration, FileType::file,
             without<Switch::no_mobility_files>},
    FileRule{"/sys/kernel/debug/memblock/memory", 0444, read_memblock},

    FileRule{"/sys/devices/system/cpu/online", 0444, read_cpu_list<CpuSet::online>},
    FileRule{"/sys/devices/system/cpu/offline", 0444, read_cpu_list<CpuSet::offline>},
    FileRule{"/sys/devices/system/cpu/present", 0444, read_cpu_list<CpuSet::present>},
    FileRule{"/sys/devices/system/cpu/possible", 0444, read_cpu_list<CpuSet::possible>},
    FileRule{"/sys/devices/system/cpu/kernel_max", 0444, read_kernel_max},
    FileRule{"/sys/devices/system/cpu/cpufreq", 0755, nullptr, nullptr, kFolder},
    FileRule{"/sys/devices/system/cpu/cpuidle", 0755, nullptr, nullptr, kFolder},
    FileRule{"/sys/devices/system/cpu/hotplug", 0755, nullptr, nullptr, kFolder},
    FileRule{"/sys/devices/system/cpu/power", 0755, nullptr, nullptr, kFolder},
    FileRule{"/sys/devices/system/cpu/smt", 0755, nullptr, nullptr, kFolder},
    FileRule{"/sys/devices/system/cpu/vulnerabilities", 0755, nullptr, nullptr, kFolder},
    FileRule{"/sys/devices/system/cpu/probe", 0200, nullptr, write_cpu_probe, FileType::file,
             has_probe},
    FileRule{"/sys/devices/system/cpu/release", 0200, nullptr, write_cpu_release, FileType::file,
             has_probe},
    FileRule{"/sys/devices/system/cpu/cpu{cpu}/online", 0644, read_cpu_online, write_cpu_online},
    FileRule{"/sys/devices/system/cpu/cpu{cpu}/physical_id", 0444, read_physical_id},

    // Reading tells that the kernel updates its tree itself; hibernating is left out.
    FileRule{"/sys/devices/system/power/hibernate", 0644, read_one, nullptr, FileType::file,
             has_suspend_me},

    FileRule{"/sys/devices/system/memory/block_size_bytes", 0444, read_block_size},
    FileRule{"/sys/devices/system/memory/auto_online_blocks", 0444, read_auto_online},
    FileRule{"/sys/devices/system/memory/probe", 0200, nullptr, write_memory_probe},
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

    FileRule{"/sys/bus/pci/slots/control/add_slot", 0644, read_slot_control, write_add_slot,
             FileType::file, has_rpadlpar},
    FileRule{"/sys/bus/pci/slots/control/remove_slot", 0644, read_slot_control,
             write_remove_slot, FileType::file, has_rpadlpar},
    FileRule{"/sys/bus/pci/slots/{slot}/adapter", 0444, nullptr, nullptr, FileType::file, nullptr,
             ask_slot_adapter},
    FileRule{"/sys/bus/pci/slots/{slot}/address", 0444, read_slot_address},
    FileRule{"/sys/bus/pci/slots/{slot}/attention", 0644, read_slot_attention,
             write_slot_attention},
    FileRule{"/sys/bus/pci/slots/{slot}/cur_bus_speed", 0444, read_bus_speed},
    FileRule{"/sys/bus/pci/slots/{slot}/max_bus_speed", 0444, read_bus_speed},
    FileRule{"/sys/bus/pci/slots/{slot}/power", 0644, nullptr, write_slot_power, FileType::file,
             nullptr, ask_slot_power},
    FileRule{"/sys/bus/pci/devices/{pci}", 0777, pci_device_link, nullptr, kLink},
    FileRule{"/sys/bus/pci/rescan", 0200, nullptr, write_pci_rescan},
    FileRule{"/sys/bus/vio/devices/{vio}", 0777, vio_device_link, nullptr, kLink},
    FileRule{"/sys/devices/pci{root}/{pci0}/devspec", 0444, read_pci_devspec},
    FileRule{"/sys/devices/pci{root}/{pci0}/remove", 0220, nullptr, write_pci_remove},
    FileRule{"/sys/devices/pci{root}/{pci0}/{pci1}/devspec", 0444, read_pci_devspec},
    FileRule{"/sys/devices/pci{root}/{pci0}/{pci1}/remove", 0220, nullptr, write_pci_remove},
    FileRule{"/sys/devices/vio/{vio}/devspec", 0444, read_vio_devspec},
    FileRule{"/sys/devices/vio/{vio}/name", 0444, read_vio_name},
};

template <class List>
std::vector<Number> positions(const List& list) {
  std::vector<Number> out(list.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
  return out;
}

std::vector<Number> slot_numbers(const Kernel& kernel) { return positions(kernel.state.io.slots); }
std::vector<Number> pci_numbers(const Kernel& kernel) {
  return positions(kernel.state.io.devices);
}
std::vector<Number> vio_numbers(const Kernel& kernel) { return positions(kernel.state.io.vio); }
std::vector<Number> root_numbers(const Kernel& kernel) {
  auto out = positions(kernel.state.io.buses);
  std::erase_if(out, [&](Number n) { return kernel.state.io.buses[n].parent != 0; });
  return out;
}

std::string_view slot_name(const Kernel& kernel, Number n) { return kernel.state.io.slots[n].name; }
std::string_view pci_name(const Kernel& kernel, Number n) {
  return kernel.state.io.devices[n].name;
}
std::string_view vio_name(const Kernel& kernel, Number n) { return kernel.state.io.vio[n].name; }
std::string_view root_name(const Kernel& kernel, Number n) {
  return kernel.state.io.buses[n].address;
}

bool below_root(const Kernel& kernel, Number device, Number root) {
  return kernel.state.io.devices[device].bus == kernel.state.io.buses[root].id;
}
bool below_bridge(const Kernel& kernel, Number device, Number bridge) {
  const PciBus* bus = find_bus(kernel, kernel.state.io.devices[device].bus);
  return bus != nullptr && bus->parent != 0 && bus->node == kernel.state.io.devices[bridge].node;
}

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
    FileWildcard{"{slot}", slot_numbers, nullptr, slot_name},
    FileWildcard{"{vio}", vio_numbers, nullptr, vio_name},
    FileWildcard{"{pci}", pci_numbers, nullptr, pci_name},
    FileWildcard{"{root}", root_numbers, nullptr, root_name},
    FileWildcard{"{pci0}", pci_numbers, nullptr, pci_name, below_root},
    FileWildcard{"{pci1}", pci_numbers, nullptr, pci_name, below_bridge},
};

}  // namespace

std::span<const FileRule> file_rules() { return kRules; }
std::span<const FileWildcard> file_wildcards() { return kWildcards; }

}  // namespace lparsim::kernel
