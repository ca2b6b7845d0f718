#include "models/userland/cpu_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "models/userland/drc_list.hpp"
#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kCpus = "/proc/device-tree/cpus";
constexpr std::string_view kCpuSysfs = "/sys/devices/system/cpu";
constexpr std::size_t kMostServers = 8;

std::string thread_path(std::uint32_t id) {
  return std::string(kCpuSysfs).append("/cpu").append(std::to_string(id));
}

// Logical CPUs must be numbered without a gap: the scan ends at the first missing one.
bool read_threads(Session& session, CpuList& list) {
  const auto subdirectories = directories(session.files, kCpuSysfs);
  if (!subdirectories) {
    session.say(kError, fmt::format("Cannot gather CPU thread information,\nstat(\"{}\"): {}\n",
                                    kCpuSysfs, errno_text(ENOENT)));
    return false;
  }
  for (std::uint32_t id = 0;; ++id) {
    const std::string path = thread_path(id);
    if (!exists(session.files, path)) break;
    const auto physical = int_attribute(session.files, path + "/physical_id");
    if (!physical) {
      session.say(kError, fmt::format("Could not get \"physical_id\" of thread {}\n", path));
      return false;
    }
    list.threads.push_back({id, *physical, std::nullopt});
  }
  // "Expected" are the subdirectories of the folder (links less two), whatever they are.
  session.say(kExtraDebug, fmt::format("Expecting {} threads...found {}.\n",
                                       subdirectories->size(), list.threads.size()));
  return true;
}

// A free logical CPU of an old kernel has physical id 0, which only cpu0 has in earnest.
bool belongs(const CpuThread& thread, const Cpu& cpu) {
  if (thread.physical_id == 0 && thread.id != 0) return false;
  return std::any_of(cpu.servers.begin(), cpu.servers.end(),
                     [&](std::uint32_t server) { return long{server} == thread.physical_id; });
}

bool read_node(Session& session, CpuList& list, std::size_t number, const std::string& node) {
  Cpu& cpu = list.cpus[number];
  const std::string path = fmt::format("{}/{}", kCpus, node);
  cpu.node = node;
  const auto servers =
      property(session.files, path + "/ibm,ppc-interrupt-server#s", kMostServers * 4);
  if (!servers) {
    session.say(kError, fmt::format("Could not retrieve ibm,ppc-interrupt-server#s property for "
                                    "{}\n", node));
    return false;
  }
  if (!cell_property(session.files, path + "/reg")) {
    session.say(kError, fmt::format("Could not retrieve reg property for {}\n", node));
    return false;
  }
  cpu.servers.clear();
  CellReader reader(*servers);
  while (reader.left() >= 4) cpu.servers.push_back(reader.u32());
  cpu.l2_cache = cell_property(session.files, path + "/l2-cache").value_or(0xffffffff);
  cpu.threads.clear();
  for (std::size_t i = 0; i < list.threads.size(); ++i) {
    if (!belongs(list.threads[i], cpu)) continue;
    cpu.threads.push_back(i);
    list.threads[i].cpu = number;
  }
  cpu.owned = true;
  return true;
}

bool read_nodes(Session& session, CpuList& list) {
  const auto nodes = directories(session.files, kCpus);
  if (!nodes) {
    session.say(kError, fmt::format("Could not open {}: {}\n", kCpus, errno_text(ENOENT)));
    return false;
  }
  for (const std::string& node : *nodes) {
    if (!node.starts_with("PowerPC")) continue;
    const std::string path = fmt::format("{}/{}", kCpus, node);
    const auto index = cell_property(session.files, path + "/ibm,my-drc-index");
    if (!index) {
      session.say(kError, fmt::format("Could not retrieve drc index for {}\n", path));
      return false;
    }
    const auto at = std::find_if(list.cpus.begin(), list.cpus.end(),
                                 [&](const Cpu& cpu) { return cpu.drc_index == *index; });
    if (at == list.cpus.end()) {
      session.say(kError, fmt::format("Could not find cpu with drc index {:x}\n", *index));
      return false;
    }
    if (!read_node(session, list, std::size_t(at - list.cpus.begin()), node)) return false;
    session.say(kExtraDebug, fmt::format("Found cpu {}\n", node));
  }
  return true;
}

bool read_caches(Session& session, CpuList& list) {
  for (const std::string& node : directories(session.files, kCpus).value_or(
           std::vector<std::string>{})) {
    if (node.find("-cache@") == std::string::npos) continue;
    const std::string path = fmt::format("{}/{}", kCpus, node);
    const auto phandle = cell_property(session.files, path + "/ibm,phandle");
    if (!phandle) {
      session.say(kError, fmt::format("Could not retreive ibm,phandle property for {}\n", path));
      return false;
    }
    const auto l2_cache = cell_property(session.files, path + "/l2-cache");
    list.caches.insert(list.caches.begin(), {node, *phandle, l2_cache.value_or(0xffffffff)});
    session.say(kExtraDebug, fmt::format("Found cache {}\n", node));
  }
  return true;
}

void show_list(Session& session, const CpuList& list) {
  if (session.shown < kExtraDebug) return;
  session.say(kExtraDebug, "Start CPU List.\n");
  for (const Cpu& cpu : list.cpus) {
    session.say(kExtraDebug, fmt::format("{:x} : {}\n", cpu.drc_index, cpu.drc_name));
    for (const std::size_t i : cpu.threads) {
      const CpuThread& thread = list.threads[i];
      session.say(kExtraDebug, fmt::format("\tthread: {}: {}\n", thread.physical_id,
                                           thread_path(thread.id)));
    }
  }
  session.say(kExtraDebug, "Done.\n");
}

}  // namespace

std::optional<CpuList> read_cpus(Session& session) {
  CpuList list;
  if (!read_threads(session, list)) return std::nullopt;
  const auto connectors = read_connectors(session.files, std::string(kCpus));
  if (!connectors) {
    session.say(kError, fmt::format("Could not get drc information for {}\n", kCpus));
    return std::nullopt;
  }
  for (auto drc = connectors->rbegin(); drc != connectors->rend(); ++drc) {
    Cpu cpu;
    cpu.drc_name = drc->name;
    cpu.drc_index = drc->index;
    list.cpus.push_back(std::move(cpu));
  }
  if (!read_nodes(session, list) || !read_caches(session, list)) return std::nullopt;
  show_list(session, list);
  return list;
}

void refresh_cpu(Session& session, CpuList& list, std::size_t cpu) {
  std::string found;
  for (const std::string& node : directories(session.files, kCpus).value_or(
           std::vector<std::string>{})) {
    if (!node.starts_with("PowerPC")) continue;
    const std::string path = fmt::format("{}/{}", kCpus, node);
    const auto index = cell_property(session.files, path + "/ibm,my-drc-index");
    if (!index) session.say(kDebug, fmt::format("Could not retrieve drc_index for {}\n", path));
    if (index == list.cpus[cpu].drc_index) found = node;
  }
  // Without a node the property below is missing and says so; drmgr goes on all the same.
  read_node(session, list, cpu, found);
  list.caches.clear();
  read_caches(session, list);
}

std::optional<long> thread_state(Session& session, const CpuThread& thread) {
  return int_attribute(session.files, thread_path(thread.id) + "/online");
}

bool set_thread_state(Session& session, const CpuThread& thread, bool online) {
  session.say(kDebug, fmt::format("{}lining thread id {}\n", online ? "On" : "Off", thread.id));
  const std::string path = thread_path(thread.id) + "/online";
  write_text(session.files, path, online ? "1" : "0");
  if (thread_state(session, thread) == (online ? 1 : 0)) return true;
  session.say(kError, fmt::format("Failure setting thread state for {}\n", path));
  return false;
}

namespace {

// Kernels that tell the hardware number of a thread only once it is online. Whether the threads
// came up is not looked at.
bool online_first_free(Session& session, const CpuList& list, std::size_t count) {
  for (std::size_t i = 0; i < list.threads.size(); ++i) {
    const CpuThread& first = list.threads[i];
    if (first.physical_id != -1 && first.physical_id != 0) continue;
    if (thread_state(session, first) != 0) continue;
    const std::size_t end = std::min(i + count, list.threads.size());
    for (; i < end; ++i) set_thread_state(session, list.threads[i], true);
    return true;
  }
  session.say(kError, "Could not find any threads to online\n");
  return false;
}

}  // namespace

bool offline_cpu(Session& session, CpuList& list, std::size_t number) {
  const Cpu& cpu = list.cpus[number];
  session.say(kDebug, fmt::format("Offlining cpu {} ({} threads)\n", cpu.node,
                                  cpu.servers.size()));
  bool all = true;
  for (const std::size_t i : cpu.threads) {
    if (thread_state(session, list.threads[i]) == 0) continue;
    all = set_thread_state(session, list.threads[i], false) && all;
  }
  return all;
}

bool online_cpu(Session& session, CpuList& list, std::size_t number) {
  const Cpu& cpu = list.cpus[number];
  session.say(kDebug, fmt::format("Onlining cpu {} ({} threads)\n", cpu.node,
                                  cpu.servers.size()));
  const bool known = std::any_of(list.threads.begin(), list.threads.end(),
                                 [&](const CpuThread& thread) { return thread.cpu == number; });
  if (!known) return online_first_free(session, list, cpu.servers.size());
  bool all = true;
  for (const std::size_t i : cpu.threads) {
    if (thread_state(session, list.threads[i]) == 1) continue;
    all = set_thread_state(session, list.threads[i], true) && all;
  }
  return all;
}

}  // namespace lparsim::userland
