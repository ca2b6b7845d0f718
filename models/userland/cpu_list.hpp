// drmgr's picture of the CPUs: all connectors of /cpus, which of them have a node, and the logical
// CPUs ("threads") of sysfs that belong to them (drmgr.md 2.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/userland/session.hpp"

namespace lparsim::userland {

struct CpuThread {
  std::uint32_t id = 0;         // logical number
  long physical_id = -1;        // hardware thread number when the list was read
  std::optional<std::size_t> cpu;
};

struct Cpu {
  std::string drc_name;
  std::uint32_t drc_index = 0;
  std::string node;                     // "PowerPC,POWER9@8"; empty: none
  std::vector<std::uint32_t> servers;
  std::uint32_t l2_cache = 0xffffffff;  // phandle
  std::vector<std::size_t> threads;     // into CpuList::threads
  bool owned = false;
  bool unusable = false;                // failed before in this run
};

struct CpuCache {
  std::string name;
  std::uint32_t phandle = 0;
  std::uint32_t l2_cache = 0xffffffff;
  bool removed = false;                 // in this run
};

struct CpuList {
  std::vector<CpuThread> threads;
  std::vector<Cpu> cpus;     // the last connector first, the order in which drmgr walks them
  std::vector<CpuCache> caches;
};

// Reads everything; nullopt after a message. One bad node makes the whole list bad.
std::optional<CpuList> read_cpus(Session& session);

// After an add: reads the node of this connector, which is then owned, and all caches, as some may
// have come with it.
void refresh_cpu(Session& session, CpuList& list, std::size_t cpu);

// State of a logical CPU from sysfs: 0, 1, or nullopt.
std::optional<long> thread_state(Session& session, const CpuThread& thread);
// [blocks] Writes the wanted state and reads it again. False after a message.
bool set_thread_state(Session& session, const CpuThread& thread, bool online);
// [blocks] Brings all threads of a CPU online; when no logical CPU is known to be its, the first
// free ones. False when one of them stays offline.
bool online_cpu(Session& session, CpuList& list, std::size_t cpu);
// [blocks] The reverse, without such a guess.
bool offline_cpu(Session& session, CpuList& list, std::size_t cpu);

// [blocks] drmgr -p smt_threads: 0 or -1.
int change_smt_threads(Session& session, CpuList& list);

}  // namespace lparsim::userland
