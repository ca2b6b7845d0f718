// Everything that changes in one partition, as values. Off: no DRCs, no threads, no events.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/device_tree/cas.hpp"
#include "firmware/drc/busy.hpp"
#include "firmware/events/event_state.hpp"
#include "firmware/hcall/hcall_state.hpp"
#include "firmware/hypervisor.hpp"
#include "firmware/pci/pci_state.hpp"
#include "firmware/platform/architecture.hpp"
#include "firmware/mobility/mobility_state.hpp"
#include "firmware/platform/ledger.hpp"
#include "firmware/rtas/connector_walk.hpp"
#include "firmware/rtas/rtas_state.hpp"

namespace lparsim::firmware {

enum class ThreadState : std::uint8_t { stopped, running };

struct ObtainedDrc {
  DrcIndex drc;
  Offer by{};

  bool operator==(const ObtainedDrc&) const = default;
};

struct PartitionState {
  PartitionConfig config;            // limits, and the amounts held while off
  PowerState power = PowerState::off;
  std::int32_t pending_procs = 0, pending_weight = 0;
  ProcUnits pending_units, entitled;
  std::uint32_t pending_lmbs = 0;

  // One byte per DRC, by number; phbs, slots and hot_plug by position in PlatformConfig::slots,
  // resources by position in PlatformConfig::resources.
  std::vector<DrcState> cpus, lmbs, phbs, slots, virtual_slots, hot_plug, resources;
  std::uint32_t fixed_lmbs = 0;      // boot memory without connectors: LMBs 0 .. fixed_lmbs-1
  std::vector<ThreadState> threads;  // by server number
  std::int32_t running_threads = 0;
  std::vector<DrcIndex> mapped;            // DRCs with a translation (R1-13.7.4.1.2-2)
  std::vector<ObtainedDrc> obtained;       // owned by exchange or recovery
  std::vector<BusyDrc> busy;               // transitions that take their time
  std::vector<std::uint16_t> leaving_adapters;   // undefined when the OS releases their slot
  std::vector<DrcIndex> remove_requested;  // LMBs that a hot-plug event asked to remove
  std::vector<DrcIndex> wanted_back;       // named by who wants them (named_targets.hpp)

  Options options;
  bool handed_over = false;          // the OS of this boot has its tree
  EventState events;
  CasState cas;
  std::vector<ConnectorContext> connectors;
  std::uint32_t connector_ids = 0;
  HcallState hcalls;
  RtasState rtas;
  MobilityState mobility;
  std::shared_ptr<const RtasLevel> rtas_level;   // the calls it is offered; nullptr while off

  bool operator==(const PartitionState&) const = default;
};

struct SlotState {
  PartitionId owner;
  bool leaving = false;              // goes back to the platform when the OS releases it
  bool card = true;
  CardFit fit = CardFit::fits;
  std::uint8_t indicator = 0;        // dr-indicator

  bool operator==(const SlotState&) const = default;
};

struct ResourceState {
  PartitionId owner;
  bool leaving = false;

  bool operator==(const ResourceState&) const = default;
};

// What all partitions share, but for who owns how much.
struct SharedState {
  std::vector<SlotState> slots;
  HcallSystemState hcalls;
  std::vector<PciSlotState> pci;            // as slots
  std::vector<ResourceState> resources;
  std::vector<std::uint32_t> revisions;     // of the resources' microcode
  PlatformServices rtas;
  std::shared_ptr<const RtasLevel> firmware;   // what a partition gets at power-on

  bool operator==(const SharedState&) const = default;
};

struct SystemState : SharedState {
  Ledger ledger;
  std::vector<PartitionState> partitions;   // as in PlatformConfig

  bool operator==(const SystemState&) const = default;
};

}  // namespace lparsim::firmware
