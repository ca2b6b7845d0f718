// The kernel on firmware without SystemC: a CPU that goes and comes, and partitions that boot.
#pragma once

#include <memory>
#include <vector>

#include "firmware/hypervisor.hpp"
#include "sim/base/choices.hpp"
#include "sim/base/event_log.hpp"
#include "sim/base/time.hpp"

namespace lparsim::bench {

// Partitions of 8 processors (SMT 8) and 256 LMBs on one machine, each with a kernel of its own.
class KernelCrowd final : public firmware::HypervisorEvents {
 public:
  explicit KernelCrowd(std::size_t partitions);
  ~KernelCrowd() override;
  KernelCrowd(const KernelCrowd&) = delete;
  KernelCrowd& operator=(const KernelCrowd&) = delete;

  void boot();                         // all of them; adds up kernel_bytes()
  // What boot allocates for one partition's kernel, firmware's part left out.
  double kernel_bytes() const { return kernel_bytes_; }

  // Of the first partition: a core removed and added again through /sys/kernel/dlpar ...
  void cpu_pair();
  // ... and the RTAS calls of that alone, as they were recorded: the floor.
  void record_calls();
  void calls_alone();

  void cpu_started(PartitionId, ServerNumber, std::uint64_t entry, std::uint64_t r3) override;
  void interrupt(PartitionId, std::uint32_t) override {}
  void partition_ended(PartitionId, bool) override {}

 private:
  class Guest;

  ManualClock clock_;
  NormalChoices choices_;
  EventLog log_{clock_, 1024};
  firmware::Hypervisor hypervisor_;
  std::vector<std::unique_ptr<Guest>> guests_;
  double kernel_bytes_ = 0;
};

}  // namespace lparsim::bench
