// The file surface (drmgr.md section 2): the device tree as files, and a table of the others.
// Results are 0 or a negative errno.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

int file_stat(Kernel& kernel, std::string_view path, FileStat& out);
int file_list(Kernel& kernel, std::string_view path, std::vector<DirectoryEntry>& out);
int file_read(Kernel& kernel, std::string_view path, Bytes& out);
int file_read_link(Kernel& kernel, std::string_view path, std::string& out);
std::int64_t file_write(Kernel& kernel, std::string_view path, std::string_view data);

// One file, or one per number: a path segment may end in a wildcard, "cpu{cpu}" or
// "memory{block}"; the handlers get the number of the last one. Directories follow from the rows.
struct FileRule {
  std::string_view path;
  std::uint32_t mode;
  std::string (*read)(Kernel&, std::uint64_t number) = nullptr;
  std::int64_t (*write)(Kernel&, std::uint64_t number, std::string_view data) = nullptr;
  FileType type = FileType::file;       // link: read gives the target
  bool (*exists)(const Kernel&) = nullptr;
};
std::span<const FileRule> file_rules();

// Which numbers a wildcard stands for at present.
struct FileWildcard {
  std::string_view name;                // with braces
  std::vector<std::uint64_t> (*numbers)(const Kernel&);
  bool (*contains)(const Kernel&, std::uint64_t number);
};
std::span<const FileWildcard> file_wildcards();

// Handlers, by file.
std::string read_cpu_online(Kernel& kernel, std::uint64_t cpu);
std::int64_t write_cpu_online(Kernel& kernel, std::uint64_t cpu, std::string_view data);
std::string read_physical_id(Kernel& kernel, std::uint64_t cpu);
std::int64_t write_cpu_probe(Kernel& kernel, std::uint64_t, std::string_view data);
std::int64_t write_cpu_release(Kernel& kernel, std::uint64_t, std::string_view data);
std::string read_cpuinfo(Kernel& kernel, std::uint64_t);
std::string read_node_cpumap(Kernel& kernel, std::uint64_t node);

std::string read_block_size(Kernel& kernel, std::uint64_t);
std::string read_block_state(Kernel& kernel, std::uint64_t block);
std::int64_t write_block_state(Kernel& kernel, std::uint64_t block, std::string_view data);
std::string read_phys_index(Kernel& kernel, std::uint64_t block);
std::string read_node_meminfo(Kernel& kernel, std::uint64_t node);
std::string read_meminfo(Kernel& kernel, std::uint64_t);

std::string read_lparcfg(Kernel& kernel, std::uint64_t);
std::int64_t write_lparcfg(Kernel& kernel, std::uint64_t, std::string_view data);

}  // namespace lparsim::kernel
