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
// `ask` stands in for `read` where reading can fail: 0 or a negative errno. It may block.
struct FileRule {
  std::string_view path;
  std::uint32_t mode;
  std::string (*read)(Kernel&, std::uint64_t number) = nullptr;
  std::int64_t (*write)(Kernel&, std::uint64_t number, std::string_view data) = nullptr;
  FileType type = FileType::file;       // link: read gives the target
  bool (*exists)(const Kernel&) = nullptr;
  int (*ask)(Kernel&, std::uint64_t number, std::string& text) = nullptr;
};
std::span<const FileRule> file_rules();

// Which numbers a wildcard stands for at present.
struct FileWildcard {
  std::string_view name;                // with braces
  std::vector<std::uint64_t> (*numbers)(const Kernel&);
  bool (*contains)(const Kernel&, std::uint64_t number);
  // For what is called by a name, not by its number: the whole rest of the segment.
  std::string_view (*name_of)(const Kernel&, std::uint64_t number) = nullptr;
  // Whether a number belongs below that of the wildcard above it in the path.
  bool (*below)(const Kernel&, std::uint64_t number, std::uint64_t above) = nullptr;
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
std::int64_t write_memory_probe(Kernel& kernel, std::uint64_t, std::string_view data);
std::string read_block_state(Kernel& kernel, std::uint64_t block);
std::int64_t write_block_state(Kernel& kernel, std::uint64_t block, std::string_view data);
std::string read_phys_index(Kernel& kernel, std::uint64_t block);
std::string read_node_meminfo(Kernel& kernel, std::uint64_t node);
std::string read_meminfo(Kernel& kernel, std::uint64_t);

std::int64_t write_ofdt(Kernel& kernel, std::uint64_t, std::string_view data);
std::string read_modules(Kernel& kernel, std::uint64_t);
std::string read_slot_control(Kernel& kernel, std::uint64_t);
int ask_slot_adapter(Kernel& kernel, std::uint64_t slot, std::string& text);
int ask_slot_power(Kernel& kernel, std::uint64_t slot, std::string& text);
std::int64_t write_slot_power(Kernel& kernel, std::uint64_t slot, std::string_view data);
std::string read_slot_address(Kernel& kernel, std::uint64_t slot);
std::string read_slot_attention(Kernel& kernel, std::uint64_t slot);
std::int64_t write_slot_attention(Kernel& kernel, std::uint64_t slot, std::string_view data);
std::string read_bus_speed(Kernel& kernel, std::uint64_t slot);
std::string read_pci_devspec(Kernel& kernel, std::uint64_t device);
std::int64_t write_pci_remove(Kernel& kernel, std::uint64_t device, std::string_view data);
std::int64_t write_pci_rescan(Kernel& kernel, std::uint64_t, std::string_view data);
std::string pci_device_link(Kernel& kernel, std::uint64_t device);
std::string read_vio_devspec(Kernel& kernel, std::uint64_t device);
std::string read_vio_name(Kernel& kernel, std::uint64_t device);
std::string vio_device_link(Kernel& kernel, std::uint64_t device);

std::string read_lparcfg(Kernel& kernel, std::uint64_t);
std::int64_t write_lparcfg(Kernel& kernel, std::uint64_t, std::string_view data);

}  // namespace lparsim::kernel
