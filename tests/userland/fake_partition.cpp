#include "tests/userland/fake_partition.hpp"

#include <algorithm>
#include <set>

#include "models/userland/shell.hpp"

namespace lparsim::userland::testing {
namespace {

const std::string kTreeRoot = "/proc/device-tree";
const std::string kMemoryNode = kTreeRoot + "/ibm,dynamic-reconfiguration-memory";

}  // namespace

void FakePartition::set_cells(const std::string& path, const std::vector<std::uint32_t>& cells) {
  CellWriter writer;
  for (const std::uint32_t cell : cells) writer.u32(cell);
  files[path] = writer.take();
}

void FakePartition::set_hex(const std::string& path, const std::string& hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  files[path] = bytes;
}

void FakePartition::remove_tree(const std::string& path) {
  std::erase_if(files, [&](const auto& entry) {
    return entry.first == path || entry.first.starts_with(path + "/");
  });
}

std::string FakePartition::text(const std::string& path) const {
  const auto at = files.find(path);
  return at == files.end() ? "" : std::string(at->second.begin(), at->second.end());
}

int FakePartition::stat(std::string_view path, FileStat& out) {
  const auto at = files.find(path);
  if (at != files.end()) {
    out = {FileType::file, 0644, at->second.size()};
    return 0;
  }
  const std::string below = std::string(path) + "/";
  const auto first = files.lower_bound(below);
  if (first == files.end() || !first->first.starts_with(below)) return -ENOENT;
  out = {FileType::directory, 0755, 0};
  return 0;
}

int FakePartition::list(std::string_view path, std::vector<DirectoryEntry>& out) {
  const std::string below = std::string(path) + "/";
  std::set<std::string> names;
  for (const auto& [name, content] : files) {
    if (!name.starts_with(below)) continue;
    const std::string rest = name.substr(below.size());
    const std::size_t slash = rest.find('/');
    if (!names.insert(rest.substr(0, slash)).second) continue;
    out.push_back({rest.substr(0, slash),
                   slash == std::string::npos ? FileType::file : FileType::directory});
  }
  if (names.empty()) return -ENOENT;
  const auto rank = [&](const DirectoryEntry& entry) {
    return std::find(directory_order.begin(), directory_order.end(), entry.name);
  };
  std::stable_sort(out.begin(), out.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return 0;
}

int FakePartition::read(std::string_view path, Bytes& out) {
  const auto at = files.find(path);
  if (at == files.end()) return -ENOENT;
  out = at->second;
  return 0;
}

std::int64_t FakePartition::write(std::string_view path, ByteView data) {
  const std::string text(data.begin(), data.end());
  const auto hook = hooks.find(path);
  if (hook != hooks.end()) return hook->second(text);
  if (!files.contains(path) && (path.starts_with("/proc") || path.starts_with("/sys"))) {
    return -ENOENT;
  }
  files[std::string(path)] = Bytes(data.begin(), data.end());
  return std::int64_t(data.size());
}

std::int64_t FakePartition::append(std::string_view path, ByteView data) {
  Bytes& file = files[std::string(path)];
  file.insert(file.end(), data.begin(), data.end());
  return std::int64_t(data.size());
}

int FakePartition::remove(std::string_view path) {
  return files.erase(std::string(path)) == 1 ? 0 : -ENOENT;
}

int FakePartition::lock(std::string_view path, std::uint32_t pid) {
  const auto [at, taken] = locks.try_emplace(std::string(path), pid);
  return taken || at->second == pid ? 0 : -EAGAIN;
}

void FakePartition::unlock_all(std::uint32_t pid) {
  std::erase_if(locks, [&](const auto& entry) { return entry.second == pid; });
}

Ran run(FakePartition& partition, const std::string& command_line) {
  FakeProcess process(partition);
  const int status = run_shell(process, command_line);
  return {status, process.output, process.error};
}

void add_cpu_node(FakePartition& partition, std::uint32_t number) {
  const std::string node = kTreeRoot + "/cpus/PowerPC,POWER9@" + std::to_string(number);
  partition.set_cells(node + "/ibm,my-drc-index", {0x10000000 + number});
  partition.set_cells(node + "/reg", {number});
  partition.set_cells(node + "/ibm,ppc-interrupt-server#s", {number});
  partition.set(node + "/device_type", std::string("cpu") + '\0');
}

void set_thread(FakePartition& partition, std::uint32_t logical, int physical, bool online) {
  const std::string cpu = "/sys/devices/system/cpu/cpu" + std::to_string(logical);
  partition.set(cpu + "/physical_id", std::to_string(physical) + "\n");
  partition.set(cpu + "/online", online ? "1\n" : "0\n");
}

FakePartition power9_partition() {
  FakePartition partition;
  partition.set("/proc/cpuinfo", "platform\t: pSeries\n");
  partition.set(kTreeRoot + "/device_type", std::string_view("chrp\0", 5));
  const std::string cpus = kTreeRoot + "/cpus";
  partition.set_cells(cpus + "/ibm,drc-indexes", {4, 0x10000003, 0x10000000, 0x10000001,
                                                  0x10000002});
  partition.set_cells(cpus + "/ibm,drc-power-domains", {4, ~0U, ~0U, ~0U, ~0U});
  partition.set(cpus + "/ibm,drc-names",
                std::string_view("\0\0\0\4CPU 3\0CPU 0\0CPU 1\0CPU 2\0", 28));
  partition.set(cpus + "/ibm,drc-types",
                std::string_view("\0\0\0\4CPU\0CPU\0CPU\0CPU\0", 20));
  add_cpu_node(partition, 0);
  set_thread(partition, 0, 0, true);
  for (std::uint32_t i = 1; i < 4; ++i) set_thread(partition, i, -1, false);
  // As in the recorded system: six more folders beside the four CPUs.
  for (const char* folder : {"cpufreq", "cpuidle", "hotplug", "power", "smt", "vulnerabilities"}) {
    partition.set(std::string("/sys/devices/system/cpu/") + folder + "/x", "");
  }
  partition.set("/sys/devices/system/cpu/online", "0\n");
  partition.set("/sys/devices/system/memory/block_size_bytes", "10000000\n");
  partition.set(kMemoryNode + "/ibm,lmb-size", std::string_view("\0\0\0\0\x10\0\0\0", 8));
  partition.set_hex(kMemoryNode + "/ibm,dynamic-memory-v2",
                    "0000000200000004000000000000000000000000ffffffff000000a0"
                    "0000000c000000004000000080000004ffffffff00000000");
  partition.set_cells(kMemoryNode + "/ibm,associativity-lookup-arrays", {1, 1, 0});
  partition.set_hex(kTreeRoot + "/chosen/ibm,architecture-vec-5", "1900200000a00500");
  partition.set_cells(kTreeRoot + "/rtas/ibm,associativity-reference-points", {1});
  partition.set("/sys/devices/system/node/node0/cpumap", "00000001\n");
  partition.set("/sys/kernel/dlpar", "memory,cpu\n");
  // readdir's order in the recorded system: the newest node first.
  partition.directory_order = {"PowerPC,POWER9@3", "PowerPC,POWER9@2", "PowerPC,POWER9@1"};
  return partition;
}

}  // namespace lparsim::userland::testing
