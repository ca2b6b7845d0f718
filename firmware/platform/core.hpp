// What all parts of the firmware work on: the platform, the profile, the services and the state.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "firmware/device_tree/connector_nodes.hpp"
#include "firmware/hypervisor.hpp"
#include "firmware/platform/partition_state.hpp"
#include "firmware/profiles/profile.hpp"

namespace lparsim::firmware {

struct LogTexts {                    // interned once
  std::array<TextId, kDrcStateCount> drc_states{};
  TextId processors = 0, units = 0, lmbs = 0, slot = 0;
};

struct Core {
  Core(PlatformConfig platform, const FirmwareProfile& profile, Services services,
       HypervisorEvents& events);

  static constexpr std::size_t kNowhere = ~std::size_t{0};
  // Position of a partition in the platform's list, or kNowhere.
  std::size_t find(PartitionId id) const {
    return id.value < position_of.size() ? position_of[id.value] : kNowhere;
  }
  PartitionState& at(std::size_t partition) { return state.partitions[partition]; }
  const PartitionState& at(std::size_t partition) const { return state.partitions[partition]; }
  void log_assign(const PartitionState& partition, TextId what, std::int64_t from,
                  std::int64_t to) const;

  const PlatformConfig platform;
  const FirmwareProfile& profile;
  Services services;
  HypervisorEvents& events;
  LogTexts texts;
  std::vector<std::size_t> position_of;          // by partition id
  std::vector<std::uint32_t> phbs;               // PHB number of each slot
  const int lmb_shift;                           // LMB number = address >> lmb_shift
  std::vector<GuestMemory*> memories;            // of partitions that were powered on; not state
  CpuCommons cpu_commons;                        // made once, never changed: not state
  SystemState state;
};

// Whether the partition may touch all of [address, +size) now: its LMBs are owned and not isolated.
bool memory_usable(const Core& core, std::size_t partition, std::uint64_t address,
                   std::uint64_t size);
// What the nodes of the partition are made from; good while the partition's configuration stays.
TreeBasis tree_basis(const Core& core, std::size_t partition);
// The partition's tree shape as it is now; the RTAS area is the caller's to fill.
TreeShape tree_shape(const Core& core, std::size_t partition);

}  // namespace lparsim::firmware
