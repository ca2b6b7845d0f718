// Between firmware and shell: what the shell is told may also end the wait of a hardware thread.
#pragma once

#include "firmware/hcall/hcalls.hpp"

namespace lparsim::firmware {

class WakingEvents final : public HypervisorEvents {
 public:
  // `core` may still be under construction; it is used when events come.
  WakingEvents(HypervisorEvents& out, Core& core) : out_(out), core_(core) {}

  void cpu_started(PartitionId partition, ServerNumber server, std::uint64_t entry,
                   std::uint64_t r3) override {
    thread_started(core_, core_.find(partition), server.value);
    out_.cpu_started(partition, server, entry, r3);
  }
  void interrupt(PartitionId partition, std::uint32_t source) override {
    out_.interrupt(partition, source);
    dispatch_interrupted(core_, core_.find(partition));
  }
  void partition_ended(PartitionId partition, bool restart) override {
    out_.partition_ended(partition, restart);
  }
  void thread_ready(PartitionId partition, ServerNumber server) override {
    out_.thread_ready(partition, server);
  }
  void event_waits(PartitionId partition) override { out_.event_waits(partition); }

 private:
  HypervisorEvents& out_;
  Core& core_;
};

}  // namespace lparsim::firmware
