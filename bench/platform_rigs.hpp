// Firmware without SystemC: trees of any size, and many partitions on one machine.
#pragma once

#include <memory>
#include <vector>

#include "firmware/device_tree/builder.hpp"
#include "firmware/hypervisor.hpp"
#include "sim/base/choices.hpp"
#include "sim/base/event_log.hpp"

namespace lparsim::bench {

// A machine of `partitions` partitions with so many processors (SMT 8) and LMBs each.
firmware::PlatformConfig machine(std::size_t partitions, std::int32_t cpus, std::uint32_t lmbs);
std::size_t allocated();             // bytes that the process has from malloc now

// The tree of a partition with so many processors that it has about `nodes` nodes; and the floor,
// its properties written one after the other with libfdt.
class TreeRig {
 public:
  explicit TreeRig(std::size_t nodes);
  TreeRig(const TreeRig&) = delete;
  TreeRig& operator=(const TreeRig&) = delete;

  std::size_t nodes() const { return nodes_; }
  firmware::Node build() const { return firmware::build_tree(shape_); }
  void write();                      // libfdt alone, into a buffer that is there already

 private:
  void write_node(const firmware::Node& node);

  firmware::PlatformConfig platform_;
  firmware::TreeShape shape_;
  firmware::Node tree_;              // made before the measurement
  std::size_t nodes_ = 0;
  Bytes buffer_;
};

// `partitions` of `cpus` processors and `lmbs` LMBs each.
class CrowdRig final : public firmware::HypervisorEvents {
 public:
  CrowdRig(std::size_t partitions, std::int32_t cpus, std::uint32_t lmbs);
  ~CrowdRig() override;
  void power_on();                   // all of them
  firmware::Hypervisor& hypervisor() { return *hypervisor_; }

  void cpu_started(PartitionId, ServerNumber, std::uint64_t, std::uint64_t) override {}
  void interrupt(PartitionId, std::uint32_t) override {}
  void partition_ended(PartitionId, bool) override {}

 private:
  class Memory;
  class StoppedClock final : public Clock {
   public:
    TimePoint now() const override { return {}; }
  };

  StoppedClock clock_;
  NormalChoices choices_;
  EventLog log_{clock_, 1024};
  std::unique_ptr<Memory> memory_;   // nobody reads or writes it
  std::unique_ptr<firmware::Hypervisor> hypervisor_;
};

// Bytes that power-on allocates for each DRC of 1,000 partitions with 256 processors and 4,096
// LMBs: what they take beyond 1,000 partitions with one processor and one LMB.
double bytes_per_drc();

}  // namespace lparsim::bench
