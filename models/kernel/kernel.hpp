// The one kernel instance as its parts see it: host, level and the state, which is a value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/kernel/guest_kernel.hpp"
#include "models/kernel/io_state.hpp"
#include "models/kernel/kernel_host.hpp"
#include "models/kernel/level.hpp"
#include "models/kernel/live_tree.hpp"

namespace lparsim::kernel {

inline constexpr std::uint32_t kNoServer = 0xffffffff;

// Sleeping locks and wait keys of this kernel.
enum LockId : std::uint32_t {
  kRtasLock = 1, kWorkAreaLock, kHotplugLock, kEventLock, kSlotLock, kCpuLock,
};
constexpr std::uint64_t call_in_key(std::uint32_t logical) { return 0x100000000U | logical; }
constexpr std::uint64_t dead_key(std::uint32_t logical) { return 0x200000000U | logical; }
inline constexpr std::uint64_t kSuspensionKey = 0x300000000U;

struct LogicalCpu {
  std::uint32_t server = kNoServer;
  bool present = false;
  bool online = false;
  bool called_in = false;     // set by the started thread, cleared before start-cpu
  bool dead = false;          // set by the dying thread just before stop-self
  std::int32_t node = -1;     // the NUMA node this id was last used for, -1 none
};

struct Lmb {
  std::uint64_t address = 0;
  std::uint32_t drc_index = 0;
  std::uint32_t associativity_index = 0xffffffff;
  std::uint32_t flags = 0;
  bool marked = false;        // part of the request in progress, for its undo
};

struct MemoryRange {
  std::uint64_t base = 0, end = 0;
};

enum class Resource : std::uint8_t {
  cpu = 1, memory = 2, slot = 3, phb = 4, pci = 5, pmem = 6, device_tree = 7
};
enum class Action : std::uint8_t { add = 1, remove = 2 };
enum class IdType : std::uint8_t { name = 1, index = 2, count = 3, indexed_count = 4 };

// A DLPAR request, from /sys/kernel/dlpar or from a hot-plug event.
struct DlparRequest {
  Resource resource{};
  Action action{};
  IdType id_type{};
  std::uint32_t index = 0;
  std::uint32_t count = 0;
};

struct KernelState {
  LiveTree tree;
  NodeId rtas_node = kNoNode;

  std::vector<LogicalCpu> cpus;            // all possible ones, by logical number
  std::vector<Lmb> lmbs;
  std::uint64_t lmb_size = 0;
  std::uint64_t block_size = 0;
  std::uint64_t boot_memory = 0;           // memory@ nodes
  std::uint64_t rma_end = 0;               // end of the first memory@ node: never goes offline
  std::map<std::uint64_t, bool> blocks;    // memory block number -> online
  std::vector<MemoryRange> memblock;

  std::vector<std::uint32_t> hotplug_sources;
  std::vector<std::uint32_t> pending_interrupts;
  std::vector<DlparRequest> work;
  bool event_seen = false;                 // the event buffer has held a hot-plug event
  bool interrupt_running = false;
  bool worker_running = false;
  std::vector<std::uint32_t> epow_sources;
  std::vector<std::uint32_t> pending_warnings;
  bool epow_running = false;
  bool scan_pending = false;               // rtasd has something to fetch in its next round
  bool powering_off = false;               // user space stops its services

  IoState io;

  std::uint64_t leaked = 0;                // objects that nobody will ever free
  bool crashed = false;
};

struct Kernel {
  using State = KernelState;

  // What a spawned kernel thread is handed; one per logical CPU, at a fixed address.
  struct CpuThread {
    Kernel* kernel = nullptr;
    std::uint32_t logical = 0;
  };
  // What the CPUs share while they try to suspend the partition (suspension.cpp).
  struct Suspension {
    std::uint32_t cpus = 0, finished = 0;
    bool done = false;                     // the first one is back: those that wake need not join
    int error = 0;
  };

  KernelHost& host;
  const KernelLevel& level;
  State state;
  // Wiring for spawn(), not state: nothing of it matters at rest.
  std::map<std::uint32_t, CpuThread> dying{}, joining{};
  Suspension suspension{};

  bool has(Switch s) const { return level.has(s); }
  void log(int priority, std::string_view text) { host.log(priority, text.data(), text.size()); }
  [[noreturn]] void bug(const std::string& text);
  // The thread that runs kernel code which belongs to no CPU in particular: the lowest online one.
  std::uint32_t running_server() const;
};

inline constexpr int kLogError = 3;
inline constexpr int kLogWarning = 4;
inline constexpr int kLogInfo = 6;

// Holds one of the kernel's locks; released when ActorEnded passes through.
class LockGuard {
 public:
  LockGuard(Kernel& kernel, LockId id) : host_(kernel.host), id_(id) { host_.lock(id_); }
  ~LockGuard() { host_.unlock(id_); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  KernelHost& host_;
  std::uint32_t id_;
};

}  // namespace lparsim::kernel
