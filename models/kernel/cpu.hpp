// Logical CPUs: numbers, online and offline of one hardware thread (kernel.md 1.6, 1.8, 2.2).
// Nothing here touches a DRC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

// At boot: possible CPUs from ibm,lrdr-capacity, present ones from the tree.
void setup_cpus(Kernel& kernel, std::uint32_t boot_server);
// [blocks] At boot: starts the other present threads.
void boot_secondaries(Kernel& kernel);

// ibm,ppc-interrupt-server#s of a CPU node; empty for other nodes.
std::vector<std::uint32_t> thread_servers(const LiveTree& tree, NodeId node);
std::optional<std::uint32_t> logical_of(const Kernel& kernel, std::uint32_t server);
std::size_t online_count(const Kernel& kernel);

// Gives the threads of a new node the lowest free aligned run of logical ids. 0 or -ENOSPC.
int register_threads(Kernel& kernel, NodeId node);
void unregister_threads(Kernel& kernel, NodeId node);

// [blocks] 0, 1 = it was already so, or a negative errno. The caller holds kHotplugLock.
int cpu_up(Kernel& kernel, std::uint32_t logical);
int cpu_down(Kernel& kernel, std::uint32_t logical);

// A started thread arrives (GuestKernel::cpu_enter).
void cpu_called_in(Kernel& kernel, std::uint32_t server);

// "0-3,8\n" of the CPUs that `want` accepts.
enum class CpuSet { online, present, possible, offline };
std::string cpu_list(const Kernel& kernel, CpuSet set);

}  // namespace lparsim::kernel
