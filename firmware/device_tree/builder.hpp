// Builds the device tree of one partition from a description of what it owns (LoPAR app. B, C and
// chapters 13, 15, 17; reference DEVICE_TREE.md). Pure: the same shape gives the same bytes.
// Left out: real adapters' FCode properties, platform facilities, PCI interrupt maps.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "firmware/device_tree/cas.hpp"
#include "firmware/device_tree/tree.hpp"
#include "firmware/platform/platform_config.hpp"
#include "firmware/profiles/profile.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

struct CpuShape {                    // a CPU connector; position n in TreeShape::cpus = its number
  bool owned = false;                // has a node under /cpus
  std::uint32_t core = 0;            // physical core, last number of ibm,associativity
  std::uint32_t domain = 0;          // NUMA node number
};

enum class LmbState : std::uint8_t {
  unassigned,                        // connector, no memory
  assigned,                          // connector and memory
  fixed,                             // boot memory without a connector
};

struct LmbShape {                    // position n in TreeShape::lmbs = address / LMB size
  LmbState state = LmbState::unassigned;
  std::uint16_t domain = 0;          // row of TreeShape::domains; of no meaning when unassigned
};

struct PhbShape {                    // one PHB connector at the root with the slot behind it
  std::uint32_t phb = 0;             // PHB number (numbering.hpp)
  DrcIndex slot;                     // connector of the slot below the PHB
  std::string location;              // its location code
  bool owned = false;                // has a node below the root
  bool adapter = true;               // the slot's adapter has a node too; only while owned
  const HotPlugConfig* hot_plug = nullptr;   // the slot's node is a bridge with this connector
  bool card = false;                 // the card behind it has a node; only with hot_plug
};

struct VirtualSlotShape {            // an owned virtual adapter; the DRC lists cover all slots
  std::uint16_t slot = 0;
  std::string kind;                  // "serial", "eth", "scsi", "fc" as in VirtualSlotConfig
};

struct TokenShape {
  std::string name;                  // property name of the call below /rtas
  RtasToken token;
};

// What every node is made from. The sub-tree of one connector needs no more than this, so that its
// cost does not grow with the partition.
struct TreeBasis {
  const PlatformConfig* platform = nullptr;      // never null while building
  const PartitionConfig* partition = nullptr;
  const FirmwareProfile* profile = nullptr;
  Options options;
  std::span<const TokenShape> tokens;            // in the order they are to appear
  std::span<const std::uint32_t> phb_of_slot;    // by position in platform->slots; empty: computed
  std::span<const std::uint32_t> revisions;      // of platform->resources; empty: 1 each
  const FirmwareProfile* rtas_profile = nullptr; // whose hcall sets; nullptr: profile
};

struct TreeShape : TreeBasis {
  std::vector<CpuShape> cpus;                    // max_procs entries
  std::vector<LmbShape> lmbs;                    // max_lmbs entries; [0] is fixed
  std::vector<std::uint32_t> domains{0};         // NUMA node number of each associativity row
  std::vector<PhbShape> phbs;                    // ascending PHB number
  std::vector<VirtualSlotShape> virtual_slots;   // ascending slot number, owned ones
  std::uint32_t cas_reboots = 0;                 // in this boot sequence; 0: the first boot
  std::vector<bool> resources;                   // which of platform->resources have a node
  std::uint32_t rtas_base = 0;                   // real address of the RTAS area and its entry
  std::uint32_t rtas_entry = 0;
};

// Fills platform, partition, profile, options, cpus, lmbs, domains, phbs and virtual slots as they
// are at power-on with `partition`'s current configuration (tokens and RTAS area stay empty).
TreeShape boot_shape(const PlatformConfig& platform, const PartitionConfig& partition,
                     const FirmwareProfile& profile, const Options& options);

// Connector `n` as it is at power-on: its core and its NUMA node.
CpuShape cpu_shape(const TreeBasis& basis, std::uint32_t n);
std::uint32_t chip_count(const PlatformConfig& platform);              // at least 1; chip = node
// NUMA node of the LMB at n * LMB size: memory lies on the chips in equal, adjoining parts.
std::uint32_t lmb_domain(const PlatformConfig& platform, std::uint32_t n);

Node build_tree(const TreeShape& shape);

}  // namespace lparsim::firmware
