#include "models/userland/cpu_legacy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/userland/connectors.hpp"
#include "models/userland/ofdt.hpp"

namespace lparsim::userland {
namespace {

constexpr std::uint32_t kNoCache = 0xffffffff;

constexpr std::string_view kCpuNodes = "/proc/device-tree/cpus";
std::string cpus_path(const std::string& node) { return std::string(kCpuNodes) + "/" + node; }

// A CPU that never had a node has no name yet, which C shows like this.
std::string name_of(const Cpu& cpu) { return cpu.node.empty() ? "(null)" : cpu.node; }

int acquire_cpu(Session& session, CpuList& list, std::size_t number) {
  const Cpu& cpu = list.cpus[number];
  if (acquire_connector(session, cpu.drc_index) != 0) {
    session.say(kDebug,
                fmt::format("Could not acquire drc resources for {}\n", name_of(cpu)));
    return -1;
  }
  const auto nodes = configure_connector(session, cpu.drc_index);
  if (!nodes) {
    session.say(kError, fmt::format("Call to configure_connector failed for {}\n", name_of(cpu)));
    release_connector(session, cpu.drc_index, false);
    return -1;
  }
  const int status = add_tree_nodes(session, std::string(kCpuNodes), *nodes);
  if (status != 0) {
    session.say(kError,
                fmt::format("Failure to add device tree nodes for {}\n", name_of(cpu)));
    release_connector(session, cpu.drc_index, false);
    return status;
  }
  refresh_cpu(session, list, number);
  return 0;
}

using Cache = std::vector<CpuCache>::iterator;

Cache cache_of(Session& session, CpuList& list, const Cpu& cpu) {
  const Cache found = std::find_if(list.caches.begin(), list.caches.end(), [&](const auto& c) {
    return !c.removed && c.phandle == cpu.l2_cache;
  });
  if (found != list.caches.end()) {
    session.say(kExtraDebug, fmt::format("found cache {} for cpu {}\n", found->name, cpu.node));
  }
  return found;
}

// The next level of a cache. The old level asks whether the cache names itself.
Cache cache_behind(Session& session, CpuList& list, const CpuCache& cache) {
  const bool itself = session.has(Switch::lsslot_l3_not_found);
  const Cache found = std::find_if(list.caches.begin(), list.caches.end(), [&](const auto& c) {
    return !cache.removed && (itself ? cache.phandle : c.phandle) == cache.l2_cache;
  });
  if (found != list.caches.end()) {
    session.say(kExtraDebug,
                fmt::format("found cache {} for cache {}\n", found->name, cache.name));
  }
  return found;
}

bool is_unused(Session& session, CpuList& list, Cache cache) {
  if (cache == list.caches.end() || cache->removed) return false;
  int count = 0;
  for (const Cpu& cpu : list.cpus) {
    if (!cpu.owned || cache_of(session, list, cpu) != cache) continue;
    session.say(kExtraDebug,
                fmt::format("Cache {} is a dependent of cpu {}\n", cache->name, cpu.node));
    ++count;
  }
  for (const CpuCache& other : list.caches) {
    if (cache_behind(session, list, other) != cache) continue;
    session.say(kExtraDebug,
                fmt::format("Cache {} is a dependent of cache {}\n", cache->name, other.name));
    ++count;
  }
  session.say(kExtraDebug, fmt::format("Cache {} dependency count: {}\n", cache->name, count));
  return count == 0;
}

// Caches that nobody uses go along; what fails here is passed over.
void release_caches(Session& session, CpuList& list, const Cpu& cpu) {
  Cache cache = cache_of(session, list, cpu);
  while (is_unused(session, list, cache)) {
    const Cache behind = cache_behind(session, list, *cache);
    if (remove_tree_nodes(session, cpus_path(cache->name)) != 0) return;
    cache->removed = true;
    if (cache->l2_cache == kNoCache) return;
    cache = behind;
  }
}

int tree_removal_failed(Session& session, const Cpu& cpu, int status) {
  session.say(kError, fmt::format("Could not remove device tree nodes {}\n", cpu.node));
  const auto nodes = configure_connector(session, cpu.drc_index);
  if (nodes) {
    status = add_tree_nodes(session, std::string(kCpuNodes), *nodes);
  } else {
    session.say(kError, fmt::format("Call to configure_connector failed for {}. The device "
                                    "tree\nmay contain invalid data for this cpu and a "
                                    "re-activation of the partition is needed to correct it.\n",
                                    cpu.node));
  }
  acquire_connector(session, cpu.drc_index);
  return status;
}

}  // namespace

int remove_cpu_alone(Session& session, CpuList& list, std::size_t number) {
  const Cpu& cpu = list.cpus[number];
  if (!offline_cpu(session, list, number)) {
    session.say(kError, fmt::format("Could not offline cpu {}\n", cpu.drc_name));
    return -1;
  }
  if (release_connector(session, cpu.drc_index, false) != 0) {
    session.say(kError, fmt::format("Could not release drc resources for {}\n", cpu.node));
    return -1;
  }
  const int status = remove_tree_nodes(session, cpus_path(cpu.node));
  if (status != 0) return tree_removal_failed(session, cpu, status);
  release_caches(session, list, cpu);
  return 0;
}

int add_cpu_alone(Session& session, CpuList& list, std::size_t number) {
  if (const int status = acquire_cpu(session, list, number); status != 0) return status;
  if (online_cpu(session, list, number)) {
    refresh_cpu(session, list, number);
    return 0;
  }
  session.say(kError, fmt::format("Unable to online {}\n", list.cpus[number].drc_name));
  offline_cpu(session, list, number);
  remove_cpu_alone(session, list, number);
  return -1;
}

}  // namespace lparsim::userland
