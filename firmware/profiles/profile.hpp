// What differs between firmware makers, and which of LoPAR's open readings (DRC.md section 10) is
// taken: data, chosen by name or read from a file. The shipped values are in profiles.cpp, those
// never seen are marked there; profile_fields.cpp has a row for every field that a file may set.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/events/event_shape.hpp"
#include "firmware/profiles/mobility_style.hpp"
#include "sim/base/time.hpp"

namespace lparsim::firmware {

struct CallLatency {
  std::string call;                  // name of a call; "set-indicator:mem-isolate" is a part of it
  Duration latency{};

  bool operator==(const CallLatency&) const = default;
};

// Parts of a call and the call that is no RTAS service, as they stand among the latencies.
inline constexpr std::array<std::string_view, 4> kLatencyParts{   // by DrcType
    "set-indicator:cpu-isolate", "set-indicator:mem-isolate", "set-indicator:phb-isolate",
    "set-indicator:slot-isolate"};
inline constexpr std::string_view kCasLatency = "ibm,client-architecture-support";

// Readings of the DRC chapter; a status field is what set-indicator or the sensor answers with.
struct DrcReadings {
  bool unallocatable_sense_fails = false;      // open point 2: L1b senses status -3, else sense 2
  std::int32_t unusable_sense_status = 0;      // 3, 24: -9002 is the legacy way to say "unusable"
  std::int32_t recovery_sense = 4;             // 22: value in L1r, or 3
  bool isolate_unconfigured_allowed = true;    // 8: isolate L3 -> L2, else -3
  std::int32_t isolate_unusable_status = -3;   // 1: isolate in L1; 0 = null transition succeeds
  std::int32_t unusable_null_status = 0;       // 1: 9003=0 in L1
  std::int32_t cpu_running_isolate_status = -1;    // a thread is not stopped; 0 = not checked
  std::int32_t mem_mapped_isolate_status = -9001;  // mapping remains; 0 = not checked
  bool mem_isolate_needs_request = false;      // isolate of an LMB fails with -1 unless requested
  std::int32_t configure_isolated_status = 0;  // 7: configure-connector in L2; 0 or -9003
  bool configured_walks_again = true;          // configure-connector in L4 walks again, else 0
  bool exchange_recover_allowed = true;        // 9003=2 and 9003=3 exist
  std::int32_t unusable_offered_status = 0;    // 1: 9003=0 in L1x and L1r
  std::int32_t wrong_verb_status = -3;         // 20: 9003=1, 2, 3 that the offer is not for
  std::int32_t isolate_offered_status = -3;    // 20: 9001=0 in L1x and L1r
  std::int32_t unisolate_offered_status = -3;  // 20: 9001=1 in L1x and L1r
  bool hmc_assigns_usable = false;             // 21: exclusive model, the HMC's assignment makes L2
  bool offered_below_blocks = true;            // 23: L1x, L1r below a PHB or SLOT blocks isolate
  std::int32_t configure_unknown_status = -3;  // 4: configure-connector with an unknown index
  bool connector_restarts = true;              // 14: first-call format during a sequence, else -1
  bool connector_errors_end = true;            // 15: -9001, -9002, -9003 end a sequence
  bool connector_closes_top_level = false;     // 29: a 4 before the final 0
  bool siblings_through_parent = false;        // 29: 4 and 2 where 1 is meant
  bool configure_passes_owned = false;         // 12: goes on below connectors that are owned
  bool memory_region_node = false;             // 16: fragment ibm,memory-region@, else memory@
  std::int32_t io_mapped_isolate_status = -9001;   // section 7: IOA range or TCEs; 0 = not checked
  std::int32_t virtual_mapped_isolate_status = -9001;  // section 7: TCEs of a virtual adapter
  std::int32_t caller_inside_isolate_status = -1;  // section 7: argument block inside the LMB
  bool extended_delay_everywhere = false;      // 31: 9902... for 9002 and 9003 as well, else -2

  // Physical slots (DRC.md 6).
  std::int32_t power_off_in_use_status = -1;   // 4: set-power-level 0 in P7, P8
  std::int32_t power_parameter_status = -3;    // 4: unknown domain or level
  bool live_domain_echoes = false;             // 5: set-power-level(-1, n) answers 0 and n
  std::int32_t unisolate_empty_off_status = 0; // 19: 9001=1 in P5, empty
  std::int32_t unisolate_empty_status = 0;     // R1-13.6.3-2: 9001=1 in P6, empty
  std::int32_t unisolate_off_status = -1;      // 9001=1 in P5 with a card: never 0
  std::int32_t harmful_card_status = -9004;    // 11: unlike all other codes (R1-13.5.3.4-4)
  std::int32_t configure_off_status = -1;      // 7: configure-connector in P5
  std::int32_t configure_isolated_slot_status = 0;   // 7: in P6; 0 or -9003
  bool empty_slot_boots_off = true;            // 18: owned and empty at boot: P5, else P6
};

// How long a transition keeps answering -2 or 990x until it is done; 0: at once.
struct DrcTiming {
  Duration power_on{};               // set-power-level 100: ramp and reset of a slot
  Duration power_off{};
  Duration card_ready{};             // 9001=1: until a card answers configuration cycles
  Duration connector_power_up{};     // configure-connector of a SLOT with a built-in adapter
  Duration memory_isolate{};         // 9001=0 of MEM and MEM-n
  Duration allocation{};             // 9003 of any connector
  bool plain_busy = false;           // -2 for all of them, else 990x where it is allowed
};

struct QueueLimits {                 // undelivered logs of a class, per partition
  std::uint32_t internal = 32, epow = 16, hot_plug = 64, io = 32;
};

// Event logs and their delivery (EVENTS.md 1-6).
struct EventLayout {
  std::span<const EventShape> shapes;  // the types that exist, and what their common parts contain
  bool fixed_identifier = false;     // HP section always 20 bytes, unused part 0
  std::uint8_t disposition = 0;      // bits 11:12 of word 0: 0 FULLY_RECOVERED, 2 NOT_RECOVERED
  std::uint8_t main_version = 1;     // version byte of PH and UH
  std::uint32_t first_log_id = 1;
  bool swapped_log_id = false;       // platform log id in the host's byte order
  bool scan_returns_logs = true;     // else nothing is made that only event-scan could deliver
  bool scan_repeats_interrupts = false;      // event-scan raises what waits for check-exception
  bool hot_plug_falls_back_to_epow = false;  // not negotiated: source and class of EPOW
  bool shutdown_by_epow = true;      // how an OS that RMC does not reach is asked to shut down
  QueueLimits limits;
};

enum class CpuNaming : std::uint8_t { first_thread_plus_one, core_id };
enum class BootMemory : std::uint8_t {
  rma_fixed,                         // RMA without connectors, the rest assigned and removable
  all_fixed,                         // one reserved run with false indexes
};

struct TreeStyle {
  CpuNaming cpu_naming = CpuNaming::first_thread_plus_one;
  bool cache_nodes = true;           // l2-cache@2000 ... beside the CPUs
  bool phandles_are_drc_indexes = true;
  bool lopar_properties = true;      // all that LoPAR names; else only what QEMU publishes
  bool root_lists_lmbs = false;      // MEM entries at the root beside the DRM node
  bool qemu_fragments = false;       // configure-connector: fragments as QEMU builds them
  BootMemory boot_memory = BootMemory::rma_fixed;
  std::uint64_t rma_bytes = 512ULL << 20;
  std::string root_compatible;       // "" = made from the platform's type
  std::string root_model;
  std::string openprom_model;
  std::uint32_t associativity_levels = 5;      // entries of a CPU's ibm,associativity
  std::vector<std::uint32_t> reference_points;         // form 1 and form 2
  std::vector<std::uint32_t> form0_reference_points;   // SMP level, processor group
  std::vector<std::string> hypertas_functions;
};

// What the platform can grant at ibm,client-architecture-support.
struct Supported {
  bool drc_info = true, memory_v2 = true, hot_plug_interrupts = true;
  bool form1_affinity = true, prrn = true, form2_affinity = false;
  bool hpt_resize = false, radix = true, xive = true;
  bool answers_lpar_bits = true;     // byte 2: LPAR, SPLPAR, ... are echoed, not only DRCONF
  std::uint8_t facilities = 0xe0;    // byte 17: random numbers, compression, encryption
};

// ibm,client-architecture-support: what follows from the client's vectors.
struct CasPolicy {
  bool reboots = true;               // another representation takes a reboot; else the tree changes
  bool checks_sharing = true;        // entitlement per virtual processor (OV4), SPLPAR (OV5)
  bool limits_cpus = true;           // OV5 bytes 9-12 limit the processors that the client gets
  std::uint32_t max_cpus_when_unsaid = 64;
};

// Readings and choices of the hypervisor calls (HCALLS.md).
struct HcallReadings {
  bool flag_position_told = true;    // H_UNSUPPORTED_FLAG is -256 minus the bit's position
  bool debug_registers = true;       // H_SET_MODE resources 1 and 2
  bool inhibited_reaches_memory = false;   // H_LOGICAL_CI_LOAD and _STORE of system memory
  bool console_always_open = false;  // terminals take characters without a console session
  Duration table_making{50'000'000};       // H_RESIZE_HPT_PREPARE until the table is ready
  Duration dispatch_cycle{10'000'000};
};

enum class EehSupport : std::uint8_t {
  none,                              // addresses are in no PE
  off,                               // the OS enables it (function 1), and must before it uses a PE
  on,                                // enabled from the start (R1-5.1-8)
};
enum class EehDisable : std::uint8_t { nothing_done, refused, done };   // R1-7.3.11.1-3

// PCI: LoPAR 7.3.4, 7.3.10.5, 7.3.11, 7.3.27.
struct PciReadings {
  EehSupport eeh = EehSupport::on;
  EehDisable eeh_disable = EehDisable::nothing_done;
  bool fundamental_reset = true;     // ibm,set-slot-reset function 3 exists
  std::uint32_t initial_msis = 1;    // most messages that a function has at boot
  std::uint32_t pe_total_msis = 256; // ibm,pe-total-#msi
  std::uint32_t extra_msis = 4096;   // of the machine, beyond the initial ones
  bool dma_windows_change = true;    // ibm,ddw-applicable
  std::uint32_t dma_windows = 2;     // of a PE, the default one included
  std::uint64_t extra_tces = 1U << 20;       // of a PE, beyond those of the default window
  std::uint32_t io_page_sizes = 0x7;         // as in ibm,query-pe-dma-window: 4K, 64K, 16M
  std::uint32_t migratable_page_sizes = 0x3; // H_MIGRATE_DMA
};

// The platform services of RTAS (RTAS.md 2).
struct ServiceProfile {
  std::vector<std::string> calls;    // those of /rtas in token order; none named: all
  std::vector<std::uint32_t> parameters;            // system parameters that exist
  std::vector<std::uint32_t> fixed_indicators;      // of types 1, 2, 9, 9000, 9005
  std::vector<std::uint32_t> cede_latencies_us;     // parameter 45, by hint from 0
  bool location_lights = true;       // 9006 and 9007 by location code
  bool refuses_overlap = true;       // a call while another's is under way is refused
  bool extended_os_term = true;      // ibm,os-term comes back unless a kernel dump is registered
  bool short_splpar = false;         // parameter 20 has four keywords only
  std::uint32_t nvram_bytes = 15360;
  std::int64_t start_of_time_s = 1'767'225'600;   // since 1970, at the start of the simulation
  std::uint32_t power_on_days_ahead = 366;        // farthest set-time-for-power-on
  std::uint32_t display_lines = 2, display_columns = 16;
  std::uint32_t global_server = 0xffff;           // number of the global interrupt queue
  std::uint8_t first_reserved_priority = 7, reserved_priorities = 0xf8;
  std::int32_t least_units_per_processor = 5;     // MinEntCapPerVP, hundredths
  std::uint64_t largest_dump_bytes = 64ULL << 20; // parameter 32
};

struct FirmwareProfile {
  std::string name;
  std::uint32_t token_base = 1;      // first RTAS token
  // Calls that this firmware does not have: no token below /rtas, and -3 for who tries.
  std::vector<std::string> absent_calls;
  MobilityStyle mobility;
  Duration rtas_latency{2'000};      // a call without an entry in latencies
  Duration hcall_latency{0};
  std::vector<CallLatency> latencies;
  bool latency_before_commit = true; // else between commit and reply
  bool hmc_sends_events = false;     // an HMC request also queues a hot-plug event
  DrcReadings drc;
  DrcTiming drc_timing;
  EventLayout events;
  TreeStyle tree;
  Supported supported;
  HcallReadings hcall;
  PciReadings pci;
  ServiceProfile services;
  CasPolicy cas;

  // Latency of a call by name; rtas_latency when it has no entry.
  Duration latency_of(std::string_view call) const;
};

// A shipped profile; nullptr when there is no such one.
const FirmwareProfile* find_profile(std::string_view name);
std::vector<std::string_view> profile_names();   // default first

}  // namespace lparsim::firmware
