// The whole firmware of one managed system: inventory and ledger, and per partition the DRCs, the
// device tree, RTAS, hcalls and events. Reactive: every call answers at once with a status and a
// latency, nothing here ever waits. State is values: snapshot() is a copy.
//
// This is the one class that the models see; the parts live in the folders beside this file.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/device_tree/cas.hpp"
#include "firmware/events/event_types.hpp"
#include "firmware/guest_memory.hpp"
#include "firmware/platform/platform_config.hpp"
#include "sim/base/cells.hpp"
#include "sim/base/choices.hpp"
#include "sim/base/event_log.hpp"
#include "sim/base/ids.hpp"
#include "sim/base/result.hpp"
#include "sim/base/time.hpp"

namespace lparsim::firmware {

struct FirmwareProfile;  // firmware/profiles/profile.hpp
class Mobility;          // firmware/mobility/mobility.hpp

struct Services {
  const Clock& clock;
  Choices& choices;
  EventLog& log;
};

// What firmware tells the shell; called during a commit, never re-entered.
class HypervisorEvents {
 public:
  virtual ~HypervisorEvents() = default;
  // start-cpu: hardware thread `server` begins at `entry` with R3.
  virtual void cpu_started(PartitionId partition, ServerNumber server, std::uint64_t entry,
                           std::uint64_t r3) = 0;
  virtual void interrupt(PartitionId partition, std::uint32_t source) = 0;
  // The partition ended by itself: last stop-self, power-off, system-reboot, os-term.
  virtual void partition_ended(PartitionId partition, bool restart) = 0;
  // A hardware thread that a hypervisor call has parked goes on (HcallReply::park).
  virtual void thread_ready(PartitionId, ServerNumber) {}
  // An event waits that no interrupt announces: event-scan hands it out.
  virtual void event_waits(PartitionId) {}
};

// An RTAS call is entry, commit, reply (design: "State, actors, time"). The caller waits
// `latency` between enter() and commit().
struct RtasEntry {
  PartitionId partition;
  ServerNumber server;
  GuestAddress arguments;
  std::uint16_t call = 0;        // row of the call table; kUnknownCall when there is none
  Duration latency{};
  std::uint32_t boot = 0;        // the partition's boot that it belongs to
  bool overlaps = false;         // another processor's call kept it out (R1-7.2.3-1)
};

struct RtasReply {
  std::int32_t status = 0;       // what was written to the first output cell
  bool parks = false;            // the calling thread does not come back (stop-self, power-off)
  Duration latency{};            // between commit and reply, where the profile puts it there
};

// The bits of the caller's MSR that a hypervisor call looks at.
struct CallerState {
  bool problem_state = false;        // MSR[PR]
  bool external_interrupts = false;  // MSR[EE]
};

// What a parked thread waits for: an interrupt or prod, a prod alone, others having had their turn.
enum class ParkUntil : std::uint8_t { nothing, event, prod, turn };

// A parked caller comes back when thread_ready() names it, or by itself: after `at_most` (0: no
// limit), or when its own decrementer says so.
struct HcallReply {
  std::int64_t status = 0;
  Duration latency{};
  ParkUntil park = ParkUntil::nothing;
  Duration at_most{};
};

// H_SET_MODE: how interrupts find the operating system.
struct InterruptMode {
  bool little_endian = false;
  std::uint8_t location = 0;         // AIL: 0, 2, 3
};

// State of one DRC as DRC.md names it. Logical: L1b not allocatable, L1a allocatable, L1x and L1r
// on offer for exchange and recovery, L2..L4 owned. Physical slot: P0 below a logical SLOT that is
// not owned, P5 off, P6 on and isolated, P7 unisolated, P8 configured.
enum class DrcState : std::uint8_t {
  unallocatable, allocatable, for_exchange, for_recovery, available, unisolated, configured,
  foreign, powered_off, powered_on, slot_unisolated, slot_configured,
};
inline constexpr std::size_t kDrcStateCount = 12;
std::string_view to_string(DrcState state);   // "L1b", "L1a", "L1x", "L1r", "L2" .. "P8"
enum class DrcType : std::uint8_t {
  cpu, mem, phb, slot, mem_region, port, facility, function, hot_plug,
};
std::string_view to_string(DrcType type);     // "CPU", "MEM", "PHB", "SLOT", "MEM-n", "PORT", ...

struct DrcView {
  DrcIndex index;
  DrcType type{};
  std::string name;              // "CPU 1", "LMB 12", location code
  DrcState state{};
  std::uint8_t number = 0;       // n of MEM-n, 1..30 of a physical slot (table B-2); else 0
};
std::string drc_type_text(const DrcView& drc);   // as in ibm,drc-types: "CPU", "MEM-2", "28"

// A hot-plug slot as somebody who stands before the machine sees it.
struct HotPlugSlotView {
  DrcIndex drc;                  // physical connector
  DrcState state{};              // of the partition that has the SLOT above, else foreign
  bool card = false;
  bool power_led = false;        // green: follows slot power (R1-13.5.1-9)
  std::uint8_t indicator = 0;    // amber, as 9002 set it: inactive, active, identify, action
};
enum class Offer : std::uint8_t { exchange, recovery };

enum class PowerState : std::uint8_t { off, on };

struct PartitionView {
  PartitionConfig config;                        // current configuration (curr_*)
  PowerState power = PowerState::off;
  std::int32_t pending_procs = 0;                // targets (pend_*)
  ProcUnits pending_units;
  std::int32_t pending_uncap_weight = 0;
  std::uint32_t pending_lmbs = 0;
  std::int32_t owned_procs = 0;                  // DRCs in L2..L4; off: those of the configuration
  std::uint32_t owned_lmbs = 0;                  // boot memory (no DRC) included
  ProcUnits entitled_units;                      // what H_SET_PPP last set, what H_GET_PPP tells
  std::int32_t running_threads = 0;              // hardware threads that are not stopped
  ClientIdentity client;                         // what its OS said of itself
};

// The ledger's sums; for every kind: installed = firmware + deconfigured + free + all partitions'.
struct LedgerView {
  ProcUnits configurable_units, free_units;
  std::uint32_t configurable_lmbs = 0, firmware_lmbs = 0, free_lmbs = 0;
  struct Share {
    PartitionId partition;
    ProcUnits units;             // assigned or owned
    std::uint32_t lmbs = 0;      // assigned or owned
    std::uint32_t slots = 0;
  };
  std::vector<Share> shares;     // ascending partition id
};

enum class AssignStatus : std::uint8_t {
  done, no_such_partition, not_enough_processors, not_enough_memory, no_such_slot, slot_owned,
  wrong_state,
};
struct AssignAnswer {
  AssignStatus status = AssignStatus::done;
  std::int64_t limit = 0;        // the largest target possible: hundredths of a unit, procs or LMBs
};

enum class PciError : std::uint8_t { stopped, recovering, unavailable };
// ibm,client-architecture-support (LoPAR B.5.2.3).
enum class CasOutcome : std::uint8_t {
  accepted,
  refused,                       // err TRUE: malformed, or several threads run; nothing changed
  boot_failure,                  // the method does not return
  reboot,                        // the partition was started anew with what was agreed; call again
};
struct CasAnswer {
  CasOutcome outcome = CasOutcome::accepted;
  std::string_view reason;       // of a boot failure
};

class Hypervisor {
 public:
  Hypervisor(PlatformConfig config, const FirmwareProfile& profile, Services services,
             HypervisorEvents& events);
  ~Hypervisor();

  // -- partition life cycle --------------------------------------------------------------------
  // New current configuration of a partition that is off; its old resources go back first. Exactly
  // what is asked for, or as much of it as is free, down to its minimum, as an activation takes it.
  enum class Amount : std::uint8_t { exact, from_minimum };
  AssignAnswer configure(PartitionId partition, const PartitionConfig& config,
                         Amount amount = Amount::exact);
  // Gives up the configuration of a partition that is off (resource_config=0).
  void release_configuration(PartitionId partition);
  // Powers on with the current configuration: DRCs of owned resources become L4 (R1-13.5.2-1).
  AssignAnswer power_on(PartitionId partition, GuestMemory& memory);
  // ibm,client-architecture-support: parses the vector and decides the representations. An empty
  // vector stands for a client that does not call the method: the platform's defaults.
  CasAnswer architecture_support(PartitionId partition, ByteView architecture_vector);
  // The same through all reboots that it takes; the flattened tree to start with, empty when the
  // boot fails.
  Bytes client_architecture_support(PartitionId partition, ByteView architecture_vector);
  // The boot thread of a partition that has just been powered on (it runs without start-cpu).
  ServerNumber boot_server(PartitionId partition) const;
  // Back to off; resources stay with the configuration: what is pending or half-way is settled.
  void power_off(PartitionId partition);
  // Migration and hibernation, firmware activation, resource reassignment.
  Mobility& mobility();

  // -- guest side ------------------------------------------------------------------------------
  RtasEntry rtas_enter(PartitionId partition, ServerNumber server, GuestAddress arguments);
  RtasReply rtas_commit(const RtasEntry& entry);
  HcallReply hcall(PartitionId partition, ServerNumber server, std::uint64_t opcode,
                   std::array<std::uint64_t, 9>& registers, CallerState caller = {});

  // A translation (page table, TCE) to this resource exists or is gone: isolate answers -9001 while
  // it exists (R1-13.7.4.1.2-2, R1-13.7.4.1.3-2). False, and nothing noted: no such connector, or
  // the resource is not usable (R1-13.5.3.4-7).
  bool set_mapped(PartitionId partition, DrcIndex index, bool mapped);

  // An error at the adapter in this slot (LoPAR 7.3.11). stopped: the PE is frozen; recovering: the
  // platform resets it and it is back, stopped, after `time`. False: nobody has the adapter
  // unisolated, or EEH does not catch errors there.
  bool pci_error(DrcIndex slot, PciError error, Duration time = {});

  // -- HMC side: absolute targets, see hmc/ports.hpp ---------------------------------------------
  AssignAnswer set_processors(PartitionId partition, std::int32_t procs);
  AssignAnswer set_units(PartitionId partition, ProcUnits units);
  AssignAnswer set_uncap_weight(PartitionId partition, std::int32_t weight);
  AssignAnswer set_lmbs(PartitionId partition, std::uint32_t lmbs);
  // Processors or LMBs by name, as one who plugs devices gives them to a running partition and
  // wants them back (firmware/platform/named_targets.hpp). No event: see hot_plug_event.
  AssignAnswer assign_connectors(PartitionId partition, DrcIndex first, std::uint32_t count);
  AssignAnswer unassign_connectors(PartitionId partition, DrcIndex first, std::uint32_t count);
  bool wanted_back(PartitionId partition, DrcIndex connector) const;
  void keep_connectors(PartitionId partition, DrcIndex first, std::uint32_t count);
  // Gives a physical slot (with its PHB) to a partition that may then acquire it, or takes it away
  // (kNoPartition): at once when nobody has acquired it, else when the OS releases it.
  AssignAnswer assign_slot(DrcIndex slot, PartitionId owner);
  // The same for the connectors of PlatformConfig::resources (MEM-n, PORT, COPLATFAC, COPLATFUN).
  AssignAnswer assign_resource(DrcIndex resource, PartitionId owner);
  // Defines a virtual adapter in a free slot, or takes it out: at once when the OS has not acquired
  // it (or the partition is off), else when the OS releases it.
  AssignAnswer assign_virtual_adapter(PartitionId partition, const VirtualSlotConfig& adapter);
  AssignAnswer unassign_virtual_adapter(PartitionId partition, std::uint16_t slot);
  // Puts a connector that the running partition does not own on offer (senses 3 or 4) and takes the
  // offer back. CPU, MEM: from L1b, taken out of what is free; all others: from L1a.
  AssignAnswer offer(PartitionId partition, DrcIndex drc, Offer offer);
  AssignAnswer withdraw_offer(PartitionId partition, DrcIndex drc);
  // Somebody works on the machine: `slot` names the SLOT or its physical connector. wrong_state:
  // already a card, or none, or a built-in adapter whose SLOT belongs to a partition (13.7).
  AssignAnswer insert_card(DrcIndex slot, CardFit fit = CardFit::fits);
  AssignAnswer pull_card(DrcIndex slot);
  // A power fault switches the slot off, and its indicator (R1-13.5.2-2).
  AssignAnswer slot_power_fault(DrcIndex slot);
  std::optional<HotPlugSlotView> hot_plug_slot(DrcIndex slot) const;
  // New microcode of a coherent facility: later fragments show it (R1-13.7.4.3-8).
  AssignAnswer set_facility_revision(DrcIndex facility, std::uint32_t revision);
  // Names the one partition whose /rtas has the error injection calls from its next boot on
  // (R1-14.10-34); kNoPartition: none. An opening in another one ends.
  void set_error_injection(PartitionId partition);
  void restore_processors(PartitionId partition);
  void restore_lmbs(PartitionId partition);
  // Queues a hot-plug event (EVENTS.md 4) and raises the interrupt when it was negotiated.
  // action 1 add, 2 remove. False: queue full or partition off.
  bool hot_plug_event(PartitionId partition, DrcType type, int action, DrcIndex index);
  bool hot_plug_event_count(PartitionId partition, DrcType type, int action, std::uint32_t count,
                            DrcIndex first);
  // Queues the log of any event for one partition, or with kNoPartition for each that can take it,
  // and raises the interrupt of its class. False: nobody took it (firmware/events/delivery.hpp).
  bool raise(PartitionId partition, const PlatformEvent& event);
  // Asks the OS to shut down by a power warning (EPOW 3, normal, this partition), where the
  // profile's platform does so. False: it cannot be asked in this way.
  bool request_shutdown(PartitionId partition);

  // Keeps a platform dump until `partition` has fetched it with ibm,platform-dump; its tag.
  std::uint64_t add_platform_dump(PartitionId partition, Bytes data);

  // -- the management console's side of a virtual terminal --------------------------------------
  // False: there is no such terminal, it is held by somebody else, or there is no room.
  bool open_console(PartitionId partition, std::uint16_t slot);
  void close_console(PartitionId partition, std::uint16_t slot);
  bool type_console(PartitionId partition, std::uint16_t slot, std::string_view text);
  std::string read_console(PartitionId partition, std::uint16_t slot);  // since the last call

  // -- inspection --------------------------------------------------------------------------------
  std::vector<PartitionId> partitions() const;                        // ascending
  PartitionView partition(PartitionId partition) const;
  LedgerView ledger() const;
  PartitionId slot_owner(DrcIndex slot) const;                        // kNoPartition: free
  std::vector<DrcView> drcs(PartitionId partition, DrcType type) const;
  std::optional<DrcView> drc(PartitionId partition, DrcIndex index) const;
  std::uint32_t undelivered_events(PartitionId partition) const;
  InterruptMode interrupt_mode(PartitionId partition) const;
  std::uint32_t lost_events(PartitionId partition) const;             // refused by a full queue
  // When set-time-for-power-on asked for the partition to be powered on (R1-7.3.2.4-3).
  std::optional<TimePoint> scheduled_power_on(PartitionId partition) const;
  // Where ibm,nmi-register wants (system resets, machine checks); nullopt: not registered.
  std::optional<std::array<std::uint32_t, 2>> nmi_entries(PartitionId partition) const;
  // Lines of the operator display, without trailing empty ones, and the reference code that
  // ibm,os-term left.
  std::vector<std::string> operator_display(PartitionId partition) const;
  std::string reference_code(PartitionId partition) const;
  bool lmb_usable(PartitionId partition, std::uint64_t address, std::uint64_t size) const;
  Bytes flattened_tree(PartitionId partition) const;                  // as it is now
  const PlatformConfig& platform() const;
  // Contradictions of the state with itself (OWN, DRSTATE, DTWF), one line each; empty when sound.
  std::vector<std::string> inconsistencies() const;

  // -- state as a value --------------------------------------------------------------------------
  struct State;
  std::shared_ptr<const State> snapshot() const;
  // Whether the state is the same value now.
  bool is_in(const State& state) const;
  void restore(const std::shared_ptr<const State>& state);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lparsim::firmware
