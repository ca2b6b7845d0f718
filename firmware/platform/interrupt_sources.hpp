// Which interrupt sources there are, whose they are, and where they go (LoPAR 6.2, 7.3.10,
// 14.5.4.7): the one place where the number of a source becomes what it stands for.
#pragma once

#include <cstdint>

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

inline constexpr std::uint8_t kLeastFavoured = 0xff;     // masked (R1-6.2.1-15)

enum class SourceKind : std::uint8_t { none, interprocessor, event, pci, virtual_adapter };
// Numbers of PCI slots are the machine's; all others are the partition's own.
enum class SourceHolder : std::uint8_t { nobody, caller, other };

struct InterruptSource {
  SourceKind kind = SourceKind::none;
  SourceHolder holder = SourceHolder::nobody;
  VirtualInterrupt* adapter = nullptr;   // of a virtual adapter's queue that has been used
};

InterruptSource find_source(Core& core, std::size_t partition, std::uint32_t source);

// As ibm,set-xive set it last; nullptr: the OS has not touched the source in this boot.
RoutedSource* touched_source(PartitionState& partition, std::uint32_t source);
// The same, or as at boot: the first server, least favoured (R1-6.2.1-13).
RoutedSource routing_of(PartitionState& partition, std::uint32_t source);
// What was withheld while the source was masked is raised now.
void set_routing(Core& core, std::size_t partition, const RoutedSource& wanted);

}  // namespace lparsim::firmware
