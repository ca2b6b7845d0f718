// Names, indexes and addresses of connectors: computed, never stored (DEVICE_TREE.md section 12).
// The DRC table and the tree builder both take them from here, so that they cannot disagree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/platform/platform_config.hpp"
#include "firmware/profiles/profile.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

// Processor `n` of a partition, counted from 0; `threads` hardware threads per core.
DrcIndex cpu_drc_index(std::uint32_t n, std::uint8_t threads);
ServerNumber cpu_first_server(std::uint32_t n, std::uint8_t threads);
std::string cpu_drc_name(const FirmwareProfile& profile, std::uint32_t n, std::uint8_t threads);

// LMB `n` = logical address / LMB size.
DrcIndex lmb_drc_index(std::uint32_t n);
std::string lmb_drc_name(std::uint32_t n);                                // "LMB n"

// PHB number of every physical slot, in the order of `slots`: the bus part (low 16 bits) of the
// slot's DRC index; where two slots share it, the later ones get the lowest numbers still free.
std::vector<std::uint32_t> phb_numbers(const std::vector<SlotConfig>& slots);
DrcIndex phb_drc_index(std::uint32_t phb);
std::string phb_drc_name(std::uint32_t phb);                              // "PHB n", decimal
std::string phb_node_name(std::uint32_t phb);                             // pci@800000020000018

// Virtual slot of a partition: unit address 0x30000000 + slot is also the DRC index.
DrcIndex virtual_slot_drc_index(std::uint16_t slot);
std::string virtual_slot_location(const PlatformConfig& platform, PartitionId partition,
                                  std::uint16_t slot);                    // U9105.22A.7812340-V1-C2

// LIOBNs of the windows that the tree gives: the first pane of a virtual adapter, the second pane
// of one that serves (its partner's first), and the window of a PHB.
inline constexpr std::uint64_t kVirtualWindowBytes = 0x1000'0000, kPhbWindowBytes = 0x4000'0000;
constexpr std::uint32_t virtual_liobn(std::uint16_t slot) { return 0x1000'0000U + slot; }
constexpr std::uint32_t remote_liobn(std::uint16_t slot) { return 0x1100'0000U + slot; }
constexpr std::uint32_t phb_liobn(std::uint32_t phb) { return 0x8000'0000U + phb; }
// Interrupt sources of the virtual slots' first queues, in the tree and in all calls. They begin at
// `base`; the first `round` slots have those below base + round, slot 0 the one at base + first and
// the next ones on from there, round to base; the rest follow in order.
struct VirtualSources {
  std::uint32_t base, first, round;
};
// The source of QEMU's NVRAM device, which is no slot's.
inline constexpr std::uint32_t kQemuNvramSource = 0x1100;
const VirtualSources& virtual_sources(const FirmwareProfile& profile);
// The source of a slot; and the slot of a source, when it may be one's.
std::uint32_t virtual_source(const FirmwareProfile& profile, std::uint16_t slot);
std::optional<std::uint16_t> slot_of_source(const FirmwareProfile& profile, std::uint32_t source);
// First world-wide port name of a virtual Fibre Channel client; the second is one more.
constexpr std::uint64_t port_name(PartitionId partition, std::uint16_t slot) {
  return 0xc050'7600'0000'0000ULL | std::uint64_t{slot} << 8 |
         std::uint64_t{partition.value} << 24;
}
// Memory-mapped I/O space of a PHB.
inline constexpr std::uint64_t kPhbIoBytes = 0x10'0000'0000ULL;
constexpr std::uint64_t phb_io_address(std::uint32_t phb) {
  return 0x400'0000'0000ULL + phb * kPhbIoBytes;
}

// Hash table: 1/128 of the largest memory, a power of two, at least 256 KiB (40 GiB gives 0x1d).
std::uint8_t log2_hash_table_bytes(std::size_t lmbs, std::uint64_t lmb_bytes);

// Slots 0 .. count-1 have a connector: the maximum, or more when a configured slot lies beyond it.
std::uint32_t virtual_slot_count(const PartitionConfig& partition);

// How many LMBs of boot memory have no connector: the RMA (the platform's, or the client's larger
// one), or all boot memory where the profile says so; never more than `boot_lmbs`.
std::uint32_t lmbs_without_connector(const FirmwareProfile& profile, std::uint64_t lmb_bytes,
                                     std::uint32_t boot_lmbs, std::uint64_t client_rma_bytes);

}  // namespace lparsim::firmware
