// A guest kernel as the machine above sees it: the upper half of the border (see kernel_host.hpp).
// One instance per partition, no globals. errno values are negative, as in the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/cells.hpp"

namespace lparsim::kernel {

// Woken when an event came that /proc/powerpc/rtas/error_log gives to user space.
inline constexpr std::uint64_t kErrorLogKey = 0x400000000U;

enum class FileType : std::uint8_t { file, directory, link };

struct FileStat {
  FileType type = FileType::file;
  std::uint32_t mode = 0444;   // permission bits
  std::uint64_t size = 0;      // exact for everything below /proc; 4096 for sysfs attributes
};

struct DirectoryEntry {
  std::string name;
  FileType type = FileType::file;
};

// One logical CPU as the kernel sees it, for inspection from outside.
struct CpuView {
  std::uint32_t logical = 0;
  std::uint32_t server = 0;     // hardware thread number
  bool present = false;
  bool online = false;
};

struct LmbView {
  std::uint64_t address = 0;
  std::uint32_t drc_index = 0;
  std::uint32_t associativity_index = 0;
  std::uint32_t flags = 0;      // as in ibm,dynamic-memory
  bool online = false;
};

// What invariants compare with firmware and HMC. Not part of what a guest program can see.
struct KernelView {
  std::vector<CpuView> cpus;               // by logical number, only those present
  std::vector<LmbView> lmbs;               // table order
  std::uint64_t lmb_size = 0;
  std::uint64_t boot_memory_bytes = 0;     // memory@ nodes (RMA included)
  std::vector<std::uint32_t> cpu_drcs;     // ibm,my-drc-index of the CPU nodes in the live tree
  std::uint64_t allocations = 0;           // live objects, for REF
  std::uint64_t queued_work = 0;
  std::uint64_t unread_events = 0;         // of /proc/powerpc/rtas/error_log
  bool crashed = false;
};

class GuestKernel {
 public:
  virtual ~GuestKernel() = default;

  // What the OS hands to ibm,client-architecture-support: an ibm,architecture.vec (LoPAR B.6.2.3).
  virtual Bytes architecture_vector() const = 0;

  // [blocks] Boots from the flattened tree in RMO memory, on the boot thread. 0 or -errno.
  virtual int boot(std::uint64_t fdt_real_address, std::uint64_t fdt_size) = 0;
  // [blocks] A hardware thread that start-cpu released arrives at `entry` with R3.
  virtual void cpu_enter(std::uint32_t server, std::uint64_t entry, std::uint64_t r3) = 0;
  // [blocks] The end of this kernel, as a program asks for it with reboot(2): the other CPUs are
  // stopped, then firmware turns the partition off or, with `restart`, off and on. Returns only
  // when firmware refuses: -errno, and the other CPUs stay stopped.
  virtual int shut_down(bool restart) = 0;
  // An external interrupt of this source. Does not block: work is queued.
  virtual void interrupt(std::uint32_t source) = 0;
  // An event waits that only event-scan hands out; an OS that does so asks in its next round.
  virtual void events_wait() {}

  // The file surface (drmgr.md section 2). Absolute paths; /proc/device-tree, /proc/ppc64,
  // /sys/kernel/dlpar, /sys/devices/system/{cpu,memory,node}, ... as this kernel level has them.
  virtual int stat(std::string_view path, FileStat& out) = 0;
  virtual int list(std::string_view path, std::vector<DirectoryEntry>& out) = 0;
  // [blocks] The whole content: some attributes of slots are asked from firmware.
  virtual int read(std::string_view path, Bytes& out) = 0;
  virtual int read_link(std::string_view path, std::string& out) = 0;
  virtual std::int64_t write(std::string_view path, ByteView data) = 0;  // [blocks] bytes or -errno

  // [blocks] The rtas system call: 76 bytes, big-endian: token, nargs, nret, 16 arguments.
  // 0 or -errno.
  virtual int rtas_syscall(std::uint8_t block[76]) = 0;

  // [blocks] What /sbin/modprobe does: loads a module with those that it needs. 0 or -errno,
  // -ENOENT for a module that there is not.
  virtual int load_module(std::string_view) { return -ENOENT; }

  virtual KernelView view() const = 0;

  // A value of the whole kernel state, taken at rest; restore() makes it current again.
  class Snapshot {
   public:
    virtual ~Snapshot() = default;
  };
  virtual std::unique_ptr<Snapshot> snapshot() const = 0;
  virtual void restore(const Snapshot& snapshot) = 0;
};

}  // namespace lparsim::kernel
