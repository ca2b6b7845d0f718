// What the firmware is told about the machine: plain values, validated before they come here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/pci/adapter.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

enum class OsType : std::uint8_t { aixlinux, vioserver, os400 };

struct ProcessorShape {           // the machine's processors
  std::string chip = "POWER10";  // node name PowerPC,<chip>@n
  std::uint32_t pvr = 0x0f000006; // cpu-version (logical PVR)
  std::uint8_t threads = 8;       // hardware threads per core: 1, 2, 4, 8
  std::uint32_t clock_hz = 3'425'000'000U;
  std::uint32_t timebase_hz = 512'000'000U;
};

// How a card gets on with the slot it sits in: what firmware finds out (13.5.3.2-3, 13.5.3.4-4,
// table 13-8).
enum class CardFit : std::uint8_t {
  fits, changes_bus_frequency, harmful, not_in_this_system, not_in_this_connector,
};
// What dr-entity-sense needs of a physical connector that is no PCI slot (R1-13.5.3.3-3).
enum class SenseNeeds : std::uint8_t { nothing, power, power_and_unisolate };

inline constexpr std::uint32_t kLiveInsertion = 0xffff'ffffU;   // power domain -1

struct HotPlugConfig {            // the physical connector below a logical SLOT
  DrcIndex drc;                   // unlike any other of the machine
  std::uint8_t type = 28;         // table B-2: 1..8, 11..30
  std::uint32_t power_domain = kLiveInsertion;   // its own; never 0, the root domain
  bool card = true;               // something is plugged when the machine starts
  CardFit fit = CardFit::fits;
  SenseNeeds sense_needs = SenseNeeds::nothing;
  std::uint8_t endpoints = 1;     // partitionable ones; several: only for a trusted partition
};

struct SlotConfig {               // a physical I/O slot
  DrcIndex drc;                   // 0x21SSBBBB
  std::string location;           // U787F.001.DPM0XLZ-P1-C4
  PartitionId owner;              // kNoPartition: free
  AdapterConfig adapter{};        // what is plugged in
  std::optional<HotPlugConfig> hot_plug{};   // absent: the adapter is built in
};

// A logical connector beyond processors, LMBs, PHBs and slots (table B-2).
enum class ResourceKind : std::uint8_t { memory_region, port, facility, function };
struct ResourceConfig {
  ResourceKind kind{};
  DrcIndex drc;
  std::string name;               // "LMB 3", "Port 1", location code
  std::uint8_t number = 0;        // n of MEM-n, 1 and up
  DrcIndex parent;                // PORT: SLOT of its adapter; COPLATFUN: its facility
  PartitionId owner;              // kNoPartition: free
  std::uint64_t address = 0, bytes = 0;      // memory region
};

inline constexpr std::uint16_t kAnySlot = 0xffff;

struct VirtualSlotConfig {
  std::uint16_t slot = 0;         // slot number
  std::string kind;               // "serial", "eth", "scsi", "fc"
  bool server = false;            // the side that serves: v-scsi-host, vfc-server, vty-server
  PartitionId partner = kNoPartition;   // whose adapter is at the other end; else any client
  std::uint16_t partner_slot = kAnySlot;
  std::uint16_t vlan = 1;         // eth: the port's VLAN

  bool operator==(const VirtualSlotConfig&) const = default;
};

// What a dedicated partition does with its idle processors; firmware only carries it for the HMC.
enum class IdleSharing : std::uint8_t { keep, share, share_active, share_always };

// Memory from a pool that several partitions share (CMO); not shared: dedicated memory.
struct MemoryShare {
  bool shared = false;
  std::uint64_t entitled_bytes = 0;       // may be I/O mapped
  std::uint8_t weight = 0;
  std::uint16_t pool_id = 0;

  bool operator==(const MemoryShare&) const = default;
};

// Where a partition was first powered on: its uuid, MAC addresses and port names are made from it
// and stay when it migrates. Without a machine: here, by its present number.
struct Birth {
  std::string machine;            // type, model and serial number
  PartitionId id;
  bool operator==(const Birth&) const = default;
};

struct PartitionConfig {
  PartitionId id;
  std::string name;
  OsType os = OsType::aixlinux;
  bool configured = false;        // resource_config=1: holds the resources below, running or not

  bool dedicated = true;
  std::int32_t min_procs = 0, procs = 0, max_procs = 0;          // processors or virtual ones
  ProcUnits min_units, units, max_units;                         // shared only
  std::int32_t uncap_weight = 0;
  bool uncapped = false;
  IdleSharing idle_sharing = IdleSharing::keep;                  // dedicated only
  std::int32_t pool_id = 0;
  std::uint32_t min_lmbs = 0, lmbs = 0, max_lmbs = 0;

  MemoryShare memory;
  bool performance_collection = false;    // may see the processor pool (H_PIC)
  std::uint16_t max_virtual_slots = 10;
  std::vector<VirtualSlotConfig> virtual_slots;
  Birth birth;

  bool operator==(const PartitionConfig&) const = default;
};

inline PartitionId birth_id(const PartitionConfig& partition) {
  return partition.birth.machine.empty() ? partition.id : partition.birth.id;
}

struct PlatformConfig {
  std::string type_model;          // "9105-22A"
  std::string serial;              // "7812340"
  std::string name;
  std::uint64_t lmb_bytes = 256ULL << 20;
  std::uint32_t installed_lmbs = 0, configurable_lmbs = 0, firmware_lmbs = 0;
  ProcUnits installed_units, configurable_units;
  ProcessorShape processor;
  std::uint16_t cores_per_chip = 10;                             // for NUMA: chip = node
  std::vector<SlotConfig> slots;
  std::vector<PartitionConfig> partitions;
  std::vector<ResourceConfig> resources{};
  PartitionId error_injection = kNoPartition;   // who may inject errors (R1-14.10-34)
};

}  // namespace lparsim::firmware
