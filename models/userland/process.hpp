// What a program in a partition stands on: files, the rtas system call, its streams and time.
// The same surface that a real program has, so that the real drmgr can stand in for ours.
// Calls marked [blocks] may let simulated time pass and may throw ActorEnded.
#pragma once

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/kernel/guest_kernel.hpp"
#include "models/userland/version.hpp"
#include "sim/base/cells.hpp"
#include "sim/base/time.hpp"

namespace lparsim::userland {

using kernel::DirectoryEntry;
using kernel::FileStat;
using kernel::FileType;

// The files of one partition: kernel files go to its kernel, others (/var/log/drmgr,
// /var/lock/dr_config_lock, /etc/drmgr.d) to a small file system of the partition.
class PartitionFiles {
 public:
  virtual ~PartitionFiles() = default;
  virtual int stat(std::string_view path, FileStat& out) = 0;
  virtual int list(std::string_view path, std::vector<DirectoryEntry>& out) = 0;
  virtual int read(std::string_view path, Bytes& out) = 0;                // [blocks]
  virtual int read_link(std::string_view, std::string&) { return -EINVAL; }
  virtual std::int64_t write(std::string_view path, ByteView data) = 0;   // [blocks]
  virtual std::int64_t append(std::string_view path, ByteView data) = 0;  // plain files only
  virtual int remove(std::string_view path) = 0;                          // plain files only
  // Advisory lock on a whole file, held by process `pid`. 0, or -EAGAIN when another holds it.
  virtual int lock(std::string_view path, std::uint32_t pid) = 0;
  virtual void unlock_all(std::uint32_t pid) = 0;
};

// A running program. stdout and stderr are kept apart and whole.
class Process {
 public:
  virtual ~Process() = default;
  virtual std::uint32_t pid() const = 0;
  virtual PartitionFiles& files() = 0;
  // [blocks] 76 bytes as in GuestKernel::rtas_syscall; 0 or -errno.
  virtual int rtas(std::uint8_t block[76]) = 0;
  // [blocks] reboot(2): as GuestKernel::shut_down.
  virtual int shut_down(bool restart) = 0;
  // [blocks] What modprobe asks the kernel for: as GuestKernel::load_module.
  virtual int load_module(std::string_view name) = 0;
  // The memory behind /proc/ppc64/rtas/rmo_buffer, or nullptr outside of it.
  virtual std::uint8_t* rmo(std::uint64_t real_address, std::uint64_t size) = 0;
  // The file whose first page is real address 0; -1: there is none. For a real program's mmap.
  virtual int rmo_file() const { return -1; }
  virtual TimePoint now() const = 0;
  virtual void sleep(Duration how_long) = 0;                              // [blocks]
  virtual void out(std::string_view text) = 0;
  virtual void err(std::string_view text) = 0;
  // [blocks] The next character of stdin, -1 at its end. Without a user there is none.
  virtual int read_character() { return -1; }
  // Which powerpc-utils the partition has.
  virtual const Version& version() const { return default_version(); }
};

// A program: argv[0] is its name. Returns the exit status 0..255.
using Program = int (*)(Process& process, const std::vector<std::string>& argv);

// The programs of a userland profile by name; nullptr when there is none ("command not found").
Program find_program(std::string_view name);

}  // namespace lparsim::userland
