// The two shipped firmware profiles. Evidence marks:
//   [seen]     in recorded traffic or trees, or in public material (DEVICE_TREE.md 12, EVENTS.md)
//   [text]     LoPAR says so
//   [inferred] nobody was seen to publish it; a reasoned choice
#include <algorithm>
#include <array>

#include "firmware/profiles/profile.hpp"

namespace lparsim::firmware {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

struct KnownLatency {
  std::string_view call;
  Duration latency;
};

// The lists are constants of the program; a profile owns its own, since a file may change them.
std::vector<CallLatency> list(std::span<const KnownLatency> known) {
  std::vector<CallLatency> latencies;
  for (const auto& [call, latency] : known) latencies.push_back({std::string(call), latency});
  return latencies;
}
std::vector<std::string> list(std::span<const std::string_view> words) {
  return {words.begin(), words.end()};
}
std::vector<std::uint32_t> list(std::span<const std::uint32_t> numbers) {
  return {numbers.begin(), numbers.end()};
}

// All [inferred]: a hypervisor's internals were never seen. LoPAR only bounds a call without a
// busy status at 250 us (R1-7.2.4-5).
constexpr std::array kPhypLatencies{
    KnownLatency{"ibm,configure-connector", microseconds{5}},
    KnownLatency{"set-indicator:cpu-isolate", microseconds{20}},
    KnownLatency{"set-indicator:mem-isolate", microseconds{50}},
    KnownLatency{"set-indicator:phb-isolate", microseconds{100}},
    KnownLatency{"set-indicator:slot-isolate", microseconds{100}},
    KnownLatency{"start-cpu", microseconds{10}},
    KnownLatency{"ibm,client-architecture-support", milliseconds{1}},
};

// [inferred] scale only: an emulated call returns without hardware work.
constexpr std::array kQemuLatencies{
    KnownLatency{"ibm,configure-connector", microseconds{5}},
    KnownLatency{"start-cpu", microseconds{10}},
};

// [seen] as what Linux found on a POWER9 E980 (DEVICE_TREE.md 12), and the strings that Linux
// does not test but whose calls exist (from join on: [inferred]).
// hcall-best-energy-1 was seen, too; its call is not modelled, so that its set is left out.
constexpr auto kPhypHypertas = std::to_array<std::string_view>({
    "hcall-pft",     "hcall-tce",     "hcall-sprg0",   "hcall-copy",         "hcall-debug",
    "hcall-interrupt", "hcall-migrate", "hcall-perfmon", "hcall-crq",        "hcall-vio",
    "hcall-rdma",    "hcall-lLAN",    "hcall-bulk",    "hcall-multi-tce",    "hcall-splpar",
    "hcall-vphn",    "hcall-set-mode", "hcall-block-remove",
    "hcall-join",    "hcall-vasi",    "hcall-suspend", "hcall-poll-pending", "hcall-pic",
    "hcall-cmo",     "hcall-xlates-limited", "hcall-clr-hpt",
    "hcall-term",    "hcall-vty",     "hcall-vioctl",  "hcall-sub-crq",      "hcall-ILAN",
    "hcall-illan-options", "hcall-slr"});

// [seen] in every recorded tree, in this order.
constexpr auto kQemuHypertas = std::to_array<std::string_view>({
    "hcall-pft",      "hcall-term",  "hcall-dabr",  "hcall-interrupt", "hcall-tce",
    "hcall-vio",      "hcall-splpar", "hcall-join", "hcall-bulk",      "hcall-set-mode",
    "hcall-sprg0",    "hcall-copy",  "hcall-debug", "hcall-vphn",      "hcall-multi-tce",
    "hcall-hpt-resize", "hcall-watchdog"});

// [inferred] from distances 10, 20 within a drawer, 40 beyond: node level, then drawer level.
constexpr auto kPhypReferencePoints = std::to_array<std::uint32_t>({4, 2});
constexpr auto kPhypForm0Points = std::to_array<std::uint32_t>({3, 2});            // [inferred]
constexpr auto kQemuReferencePoints = std::to_array<std::uint32_t>({1});          // [seen]

// [text] table 7-79; which of them a PowerVM partition has: [inferred].
constexpr auto kPhypParameters = std::to_array<std::uint32_t>({
    0,  20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 36, 40, 42, 43, 44, 45, 55});
constexpr auto kQemuParameters = std::to_array<std::uint32_t>({20, 42, 48});      // [seen]
constexpr auto kPhypIndicators = std::to_array<std::uint32_t>({1, 2, 9, 9000, 9005});
constexpr auto kPhypCede = std::to_array<std::uint32_t>({1, 10});                 // [inferred]

// [seen] the tokens of recorded trees, in their order; what is not modelled only takes its number.
constexpr auto kQemuCalls = std::to_array<std::string_view>({
    "display-character", "get-time-of-day", "set-time-of-day", "power-off", "system-reboot",
    "query-cpu-stopped-state", "start-cpu", "stop-self", "ibm,get-system-parameter",
    "ibm,set-system-parameter", "ibm,set-xive", "ibm,get-xive", "ibm,int-off", "ibm,int-on",
    "check-exception", "event-scan", "ibm,set-tce-bypass", "quiesce", "nvram-fetch",
    "nvram-store", "read-pci-config", "write-pci-config", "ibm,read-pci-config",
    "ibm,write-pci-config", "ibm,query-interrupt-source-number", "ibm,change-msi",
    "set-indicator", "set-power-level", "get-power-level", "get-sensor-state",
    "ibm,configure-connector", "ibm,os-term", "ibm,set-eeh-option", "ibm,get-config-addr-info2",
    "ibm,read-slot-reset-state2", "ibm,set-slot-reset", "ibm,configure-pe",
    "ibm,slot-error-detail", "ibm,query-pe-dma-window", "ibm,create-pe-dma-window",
    "ibm,remove-pe-dma-window", "ibm,reset-pe-dma-window", "ibm,suspend-me", "ibm,nmi-register",
    "ibm,nmi-interlock"});

FirmwareProfile make_phyp() {
  FirmwareProfile p;
  p.name = "phyp";
  p.token_base = 1;                          // [inferred] small integers were seen, not which
  p.mobility.activation_busy_calls = 2;      // [inferred] that it is busy: [text] R1-7.3.7.6-1
  p.mobility.add_count = AddCount::nodes;    // [inferred] what Linux reads
  p.mobility.coprocessor_status = -9006;     // [text] table 7-100
  p.latencies = list(kPhypLatencies);
  p.hmc_sends_events = false;                // [seen] every public trace starts from RMC and drmgr
  p.drc.unallocatable_sense_fails = false;   // [inferred] figure 13-2 shows both
  p.drc.isolate_unconfigured_allowed = true; // [inferred] needed for error recovery
  p.drc.isolate_unusable_status = -3;        // [text] R1-13.5.3.4-5
  p.drc.unusable_null_status = 0;            // [text] null transition
  p.drc.cpu_running_isolate_status = -1;     // [inferred] 13.7.4.1.1: unpredictable
  p.drc.mem_mapped_isolate_status = -9001;   // [text] R1-13.7.4.1.2-2
  p.drc.configure_isolated_status = 0;       // [text] R1-13.7.4.3-1
  p.drc.configured_walks_again = true;       // [inferred] unpredictable by the text
  p.drc_timing.power_on = milliseconds{500};            // [inferred] reset time and ramp of a slot
  p.drc_timing.power_off = milliseconds{100};           // [inferred]
  p.drc_timing.card_ready = milliseconds{250};          // [inferred] 100 ms to 1 s after reset
  p.events.fixed_identifier = false;         // [text] table 10-22
  p.events.disposition = 0;                  // [text] table 10-4
  p.events.main_version = 1;                 // [seen] all 17 IBM logs
  p.events.shapes = kPhypShapes;
  p.tree.cpu_naming = CpuNaming::first_thread_plus_one;  // [seen]
  p.tree.cache_nodes = true;                             // [seen]
  p.tree.phandles_are_drc_indexes = true;                // [seen] CPUs and PHBs
  p.tree.root_lists_lmbs = false;                        // [inferred] open point 26
  p.tree.boot_memory = BootMemory::rma_fixed;            // [text] R1-13.7.2-4
  p.tree.rma_bytes = 512ULL << 20;                       // [inferred] Linux asks for 512 MB
  p.tree.openprom_model = "IBM,FW1060.00 (NH1060_012)";  // [seen]
  p.tree.associativity_levels = 5;                       // [seen]
  p.tree.reference_points = list(kPhypReferencePoints);
  p.tree.form0_reference_points = list(kPhypForm0Points);
  p.tree.hypertas_functions = list(kPhypHypertas);
  p.pci.eeh = EehSupport::on;                // [text] R1-5.1-8, R1-14.3-2
  p.pci.initial_msis = 1;                    // [inferred] table 6-1 asks for one or more
  p.pci.pe_total_msis = 256;                 // [inferred]
  p.pci.extra_msis = 4096;                   // [inferred]
  p.pci.extra_tces = 1U << 20;               // [inferred] 64 GiB in pages of 64 KiB
  p.pci.io_page_sizes = 0x47;                // [inferred] 4K, 64K, 16M, 256M
  p.supported.radix = false;                 // [seen] granted: hash MMU (DEVICE_TREE.md 12)
  p.supported.xive = true;                   // [inferred]
  p.supported.hot_plug_interrupts = true;    // [inferred]
  p.services.parameters = list(kPhypParameters);
  p.services.fixed_indicators = list(kPhypIndicators);
  p.services.cede_latencies_us = list(kPhypCede);
  p.services.nvram_bytes = 15360;            // [seen] DEVICE_TREE.md 12
  p.cas = {};                                // [text] B.5.2.3, reboots [inferred]
  return p;
}

// Everything of `qemu` is [seen] in recorded sessions or read from QEMU 7.2 unless marked.
constexpr DrcReadings qemu_drc() {
  DrcReadings drc;
  drc.unallocatable_sense_fails = false;
  drc.isolate_unconfigured_allowed = false;
  drc.isolate_unusable_status = 0;
  drc.unusable_null_status = 0;
  drc.cpu_running_isolate_status = 0;
  drc.mem_mapped_isolate_status = 0;
  drc.mem_isolate_needs_request = true;
  drc.configure_isolated_status = -9003;
  drc.configured_walks_again = true;
  drc.exchange_recover_allowed = false;    // [inferred]
  drc.live_domain_echoes = true;
  drc.siblings_through_parent = true;
  drc.io_mapped_isolate_status = 0;
  drc.virtual_mapped_isolate_status = 0;
  drc.caller_inside_isolate_status = 0;
  drc.unisolate_empty_status = -3;
  drc.unisolate_empty_off_status = -3;
  drc.configure_isolated_slot_status = -9003;
  return drc;
}

FirmwareProfile make_qemu() {
  FirmwareProfile p;
  p.name = "qemu";
  p.token_base = 0x2000;
  p.latencies = list(kQemuLatencies);
  p.hmc_sends_events = false;                // who plugs at its monitor sends the event himself
  p.drc = qemu_drc();
  p.events.fixed_identifier = true;
  p.events.disposition = 2;
  p.events.main_version = 0;
  p.events.shapes = kQemuShapes;
  p.events.first_log_id = 0;
  p.events.swapped_log_id = true;
  p.events.scan_returns_logs = false;
  p.events.scan_repeats_interrupts = true;
  p.events.hot_plug_falls_back_to_epow = true;
  p.events.limits = {64, 64, 1024, 64};      // [inferred] it has no limit
  p.tree.cpu_naming = CpuNaming::core_id;
  p.tree.cache_nodes = false;
  p.tree.phandles_are_drc_indexes = false;
  p.tree.lopar_properties = false;
  p.tree.root_lists_lmbs = true;
  p.tree.qemu_fragments = true;
  p.tree.boot_memory = BootMemory::all_fixed;
  p.tree.root_compatible = "qemu,pseries";
  p.tree.root_model = "IBM pSeries (emulated by qemu)";
  p.tree.openprom_model = "SLOF,HEAD";
  p.tree.associativity_levels = 2;
  p.tree.reference_points = list(kQemuReferencePoints);
  p.tree.form0_reference_points = list(kQemuReferencePoints);   // [inferred]
  p.tree.hypertas_functions = list(kQemuHypertas);
  p.pci.eeh = EehSupport::none;              // its emulated devices are in no PE
  p.pci.initial_msis = 0;                    // pins until the OS asks
  p.supported.drc_info = false;
  p.supported.prrn = false;
  p.supported.form2_affinity = true;
  p.supported.hpt_resize = true;
  p.supported.answers_lpar_bits = false;
  p.hcall.flag_position_told = false;
  p.hcall.debug_registers = false;
  p.hcall.inhibited_reaches_memory = true;
  p.hcall.console_always_open = true;
  p.services.calls = list(kQemuCalls);
  p.services.parameters = list(kQemuParameters);
  p.services.location_lights = false;
  p.services.refuses_overlap = false;        // one lock around every call
  p.services.short_splpar = true;
  p.services.nvram_bytes = 64U << 10;
  p.services.global_server = 0;
  p.services.reserved_priorities = 0;
  p.supported.facilities = 0;
  p.cas.reboots = false;
  p.cas.checks_sharing = false;
  p.cas.limits_cpus = false;
  p.cas.max_cpus_when_unsaid = 0;
  return p;
}

const std::vector<FirmwareProfile>& profiles() {
  static const std::vector<FirmwareProfile> kProfiles{make_phyp(), make_qemu()};   // constants
  return kProfiles;
}

}  // namespace

Duration FirmwareProfile::latency_of(std::string_view call) const {
  const auto entry = std::find_if(latencies.begin(), latencies.end(),
                                  [&](const CallLatency& l) { return l.call == call; });
  return entry == latencies.end() ? rtas_latency : entry->latency;
}

const FirmwareProfile* find_profile(std::string_view name) {
  const auto found = std::find_if(profiles().begin(), profiles().end(),
                                  [&](const FirmwareProfile& p) { return p.name == name; });
  return found == profiles().end() ? nullptr : &*found;
}

std::vector<std::string_view> profile_names() {
  std::vector<std::string_view> names;
  for (const FirmwareProfile& profile : profiles()) names.push_back(profile.name);
  return names;
}

}  // namespace lparsim::firmware
