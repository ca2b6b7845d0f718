// What a guest kernel needs from the machine below it: the lower half of the border between the
// kernel-side library and the world. Every type here has a C equivalent (integers, addresses,
// lengths), so that another implementation of GuestKernel, written in C, can stand on a table of
// these functions.
//
// Calls marked [blocks] may let simulated time pass and may throw ActorEnded.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lparsim::kernel {

class KernelHost {
 public:
  virtual ~KernelHost() = default;

  // [blocks] Calls RTAS on hardware thread `server`: R3 = real address of the argument block
  // (big-endian cells, LoPAR 7.2). stop-self does not return: it throws ActorEnded.
  virtual void rtas(std::uint32_t server, std::uint64_t arguments_real_address) = 0;

  // [blocks] registers: in R4..R12, out R4..R12; the result is R3 (LoPAR chapter 14 status).
  virtual std::int64_t hcall(std::uint32_t server, std::uint64_t opcode,
                             std::uint64_t registers[9]) = 0;

  // Memory below the RMO limit, or nullptr when [real_address, +size) is not inside it.
  virtual std::uint8_t* rmo(std::uint64_t real_address, std::uint64_t size) = 0;
  // Whether the partition may use this memory now: every LMB is reached through this check.
  virtual bool memory_usable(std::uint64_t real_address, std::uint64_t size) = 0;

  virtual std::uint64_t now_ns() = 0;
  virtual void sleep_ns(std::uint64_t nanoseconds) = 0;                        // [blocks]
  // [blocks] Until wake(key) or the timeout (0 = none). False: the timeout came first.
  virtual bool block(std::uint64_t key, std::uint64_t timeout_ns) = 0;
  virtual void wake(std::uint64_t key) = 0;
  // [blocks] A sleeping lock of this kernel; the ids are the kernel's own.
  virtual void lock(std::uint32_t id) = 0;
  virtual void unlock(std::uint32_t id) = 0;
  // Starts a kernel thread; it runs `entry(argument)` as an actor of this partition.
  virtual void spawn(const char* name, void (*entry)(void* argument), void* argument) = 0;

  // True: this allocation fails (the kernel sees ENOMEM). site names the place.
  virtual bool allocation_fails(const char* site) = 0;
  // A named place where the world may refuse. outcomes[0] is normal; returns the index picked.
  virtual std::uint32_t fault_point(const char* site, std::uint64_t argument,
                                    const char* const* outcomes, std::uint32_t count) = 0;

  // The kernel log; level as in printk (3 error, 4 warning, 6 info).
  virtual void log(int level, const char* text, std::size_t length) = 0;
  // [blocks] BUG or oops: stops this partition with the text as its trace. Does not return.
  [[noreturn]] virtual void bug(const char* text) = 0;

  // What an invariant checker and the event log want to know; no effect on the guest.
  virtual void cpu_online(std::uint32_t server, std::uint32_t logical, bool online) = 0;
  virtual void memory_online(std::uint64_t address, std::uint64_t size, bool online) = 0;
  virtual void tree_changed(const char* path, const char* property, int change) = 0;
};

// tree_changed: change.
enum TreeChange : int { kNodeAdded, kNodeRemoved, kPropertyUpdated };

}  // namespace lparsim::kernel
