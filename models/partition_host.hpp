// The machine below one running kernel: KernelHost over the partition's RTAS path, memory, actors
// and choices. One per boot; it lives as long as any actor that runs the kernel's code.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "firmware/hypervisor.hpp"
#include "models/context.hpp"
#include "models/kernel/guest_kernel.hpp"
#include "models/kernel/kernel_host.hpp"
#include "models/rmo_memory.hpp"

namespace lparsim::models {

// What the host needs from the partition's SystemC module.
class PartitionShell {
 public:
  virtual ~PartitionShell() = default;
  // [blocks] An RTAS call through the TLM socket.
  virtual firmware::RtasReply call_rtas(ServerNumber server, GuestAddress arguments) = 0;
  // Of the machine on which the partition is now.
  virtual firmware::Hypervisor& hypervisor() const = 0;
  // The kernel stopped for good (BUG, oops).
  virtual void crashed(const char* text) = 0;
};

class PartitionHost final : public kernel::KernelHost,
                            public std::enable_shared_from_this<PartitionHost> {
 public:
  PartitionHost(Context context, PartitionId partition, RmoMemory& memory, PartitionShell& shell);
  ~PartitionHost() override;

  // The kernel that stands on this host; the two live together.
  std::unique_ptr<kernel::GuestKernel> kernel;

  // An actor of this partition that runs kernel code: keeps host and kernel alive.
  ActorId spawn_actor(const std::string& name, std::function<void(PartitionHost&)> body);
  void thread_ready(ServerNumber server);  // a hypervisor call that parked it is over
  void forget_locks() { held_.clear(); }   // a snapshot was restored: nobody holds any

  void rtas(std::uint32_t server, std::uint64_t arguments) override;
  std::int64_t hcall(std::uint32_t server, std::uint64_t opcode,
                     std::uint64_t registers[9]) override;
  std::uint8_t* rmo(std::uint64_t real_address, std::uint64_t size) override;
  int rmo_file() const { return memory_.file_descriptor(); }
  bool memory_usable(std::uint64_t real_address, std::uint64_t size) override;
  std::uint64_t now_ns() override;
  void sleep_ns(std::uint64_t nanoseconds) override;
  bool block(std::uint64_t key, std::uint64_t timeout_ns) override;
  void wake(std::uint64_t key) override;
  void lock(std::uint32_t id) override;
  void unlock(std::uint32_t id) override;
  void spawn(const char* name, void (*entry)(void*), void* argument) override;
  bool allocation_fails(const char* site) override;
  std::uint32_t fault_point(const char* site, std::uint64_t argument, const char* const* outcomes,
                            std::uint32_t count) override;
  void log(int level, const char* text, std::size_t length) override;
  [[noreturn]] void bug(const char* text) override;
  void cpu_online(std::uint32_t server, std::uint32_t logical, bool online) override;
  void memory_online(std::uint64_t address, std::uint64_t size, bool online) override;
  void tree_changed(const char* path, const char* property, int change) override;

 private:
  Context context_;
  PartitionId partition_;
  RmoMemory& memory_;
  PartitionShell& shell_;
  // Ids of the locks that are held, a handful at most; its address is their key space.
  std::vector<std::uint32_t> held_;
  char parked_ = 0;                // its address is the key space of parked hardware threads
};

}  // namespace lparsim::models
