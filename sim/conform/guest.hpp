// The guest of a replay: KernelHost and Process over our firmware, without an event loop. It writes
// down every RTAS call and every line of the kernel's log.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "firmware/hypervisor.hpp"
#include "models/kernel/linux.hpp"
#include "models/partition_files.hpp"
#include "models/rmo_memory.hpp"
#include "sim/base/choices.hpp"
#include "sim/base/event_log.hpp"
#include "sim/base/time.hpp"
#include "sim/conform/session.hpp"

namespace lparsim::conform {

// The kernel hit a BUG or an oops: nothing of the guest runs any more.
class GuestStopped : public std::exception {};

class Guest final : public kernel::KernelHost, public firmware::HypervisorEvents {
 public:
  Guest(firmware::PlatformConfig platform, const firmware::FirmwareProfile& profile,
        const kernel::KernelLevel& level);

  // Powers on and boots with what `tree` makes of the tree that firmware offers.
  Result<void> boot(const std::function<Result<Bytes>(ByteView)>& tree);
  // Hands the interrupts that have come to the kernel, until there are none.
  void take_interrupts();
  // Runs a command line as a program of the guest.
  Outcome run(const std::string& command_line);
  Outcome write(const std::string& path, const std::string& text);
  Outcome read(const std::string& path);

  firmware::Hypervisor& hypervisor() { return hypervisor_; }
  kernel::GuestKernel& kernel() { return *kernel_; }
  std::vector<Call> take_calls() { return std::exchange(calls_, {}); }
  std::vector<std::string> take_log() { return std::exchange(log_, {}); }
  bool stopped() const { return stopped_; }

  std::set<std::uint64_t> pinned;     // DRC indexes of LMBs that cannot go offline

  // -- KernelHost
  void rtas(std::uint32_t server, std::uint64_t address) override;
  std::int64_t hcall(std::uint32_t server, std::uint64_t opcode, std::uint64_t r[9]) override;
  std::uint8_t* rmo(std::uint64_t address, std::uint64_t size) override;
  bool memory_usable(std::uint64_t address, std::uint64_t size) override;
  std::uint64_t now_ns() override;
  void sleep_ns(std::uint64_t nanoseconds) override;
  bool block(std::uint64_t key, std::uint64_t timeout_ns) override;
  void wake(std::uint64_t) override {}
  void lock(std::uint32_t) override {}      // one runs at a time, to its end
  void unlock(std::uint32_t) override {}
  void spawn(const char* name, void (*entry)(void*), void* argument) override;
  bool allocation_fails(const char*) override { return false; }
  std::uint32_t fault_point(const char* site, std::uint64_t argument, const char* const* outcomes,
                            std::uint32_t count) override;
  void log(int level, const char* text, std::size_t length) override;
  [[noreturn]] void bug(const char* text) override;
  void cpu_online(std::uint32_t, std::uint32_t, bool) override {}
  void memory_online(std::uint64_t, std::uint64_t, bool) override {}
  void tree_changed(const char*, const char*, int) override {}

  // -- HypervisorEvents
  void cpu_started(PartitionId, ServerNumber server, std::uint64_t entry,
                   std::uint64_t r3) override;
  void interrupt(PartitionId, std::uint32_t source) override { sources_.push_back(source); }
  void partition_ended(PartitionId, bool) override { stopped_ = true; }

 private:
  class Program;
  struct Started {
    std::uint32_t server;
    std::uint64_t entry, r3;
  };
  void note(const firmware::RtasEntry& entry, const std::uint8_t* block);

  ManualClock clock_;
  NormalChoices choices_;
  EventLog events_{clock_};
  models::RmoMemory memory_;
  firmware::Hypervisor hypervisor_;
  kernel::KernelLevel level_;
  std::unique_ptr<kernel::GuestKernel> kernel_;
  models::PartitionFiles files_;
  std::vector<std::uint32_t> sources_;
  std::vector<Started> started_;
  std::vector<Call> calls_;
  std::vector<std::string> log_;
  std::string by_ = "kernel";         // who calls RTAS
  std::uint32_t next_pid_ = 100;
  bool stopped_ = false;
};

}  // namespace lparsim::conform
