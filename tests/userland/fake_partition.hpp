// A partition in memory: files with hooks on writes, and a process on top of it.
#pragma once

#include <cerrno>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/userland/process.hpp"

namespace lparsim::userland::testing {

class FakePartition final : public PartitionFiles {
 public:
  using Hook = std::function<std::int64_t(const std::string& text)>;

  void set(const std::string& path, std::string_view text) {
    files[path] = Bytes(text.begin(), text.end());
  }
  void set_cells(const std::string& path, const std::vector<std::uint32_t>& cells);
  void set_hex(const std::string& path, const std::string& hex);
  void on_write(const std::string& path, Hook hook) { hooks[path] = std::move(hook); }
  void remove_tree(const std::string& path);
  std::string text(const std::string& path) const;

  int stat(std::string_view path, FileStat& out) override;
  int list(std::string_view path, std::vector<DirectoryEntry>& out) override;
  int read(std::string_view path, Bytes& out) override;
  std::int64_t write(std::string_view path, ByteView data) override;
  std::int64_t append(std::string_view path, ByteView data) override;
  int remove(std::string_view path) override;
  int lock(std::string_view path, std::uint32_t pid) override;
  void unlock_all(std::uint32_t pid) override;

  std::map<std::string, Bytes, std::less<>> files;
  std::map<std::string, Hook, std::less<>> hooks;
  std::map<std::string, std::uint32_t, std::less<>> locks;
  std::vector<std::string> modules;   // calls of load_module
  bool no_modules = false;
  std::vector<std::pair<TimePoint, bool>> ends;   // calls of shut_down: when, restart
  int refuses_to_end = 0;                         // its result
  Version version = default_version();            // of the processes
  // The rtas system call; without it there is none. Its work area is at kRmoBuffer.
  std::function<int(std::uint8_t* block)> rtas;
  static constexpr std::uint32_t kRmoBuffer = 0x10000;
  Bytes rmo = Bytes(4096);
  std::vector<std::string> directory_order;   // names that listings show first, in this order
};

class FakeProcess final : public Process {
 public:
  explicit FakeProcess(FakePartition& partition, std::uint32_t number = 100)
      : partition_(partition), pid_(number) {}
  std::uint32_t pid() const override { return pid_; }
  PartitionFiles& files() override { return partition_; }
  int rtas(std::uint8_t* block) override {
    return partition_.rtas ? partition_.rtas(block) : -ENOSYS;
  }
  int shut_down(bool restart) override {
    partition_.ends.push_back({time, restart});
    return partition_.refuses_to_end;
  }
  int load_module(std::string_view name) override {
    partition_.modules.emplace_back(name);
    return partition_.no_modules ? -ENOENT : 0;
  }
  std::uint8_t* rmo(std::uint64_t address, std::uint64_t) override {
    return address == FakePartition::kRmoBuffer ? partition_.rmo.data() : nullptr;
  }
  TimePoint now() const override { return time; }
  void sleep(Duration how_long) override { time += how_long; }
  void out(std::string_view text) override { output += text; }
  void err(std::string_view text) override { error += text; }
  const Version& version() const override { return partition_.version; }

  TimePoint time{};
  std::string output, error;

 private:
  FakePartition& partition_;
  std::uint32_t pid_;
};

struct Ran {
  int status = 0;
  std::string output, error;
};
// Runs a command line as a new process.
Ran run(FakePartition& partition, const std::string& command_line);

// A POWER9 LPAR with four single-thread CPU connectors (in the order CPU 3, 0, 1, 2) of which CPU 0
// is owned, 256 MiB LMBs: four boot LMBs without DRC and twelve connectors, one NUMA node.
FakePartition power9_partition();
void add_cpu_node(FakePartition& partition, std::uint32_t number);
void set_thread(FakePartition& partition, std::uint32_t logical, int physical, bool online);

}  // namespace lparsim::userland::testing
