#include "firmware/profiles/profile_fields.hpp"

#include <algorithm>
#include <array>

namespace lparsim::firmware {
namespace {

using Limits = NumberLimits;
using Kind = NumberLimits::Kind;

constexpr Limits kBoolean{};
constexpr Limits kDuration{Kind::range, 0, kLongestLatency_ns, {}, {}};
constexpr Limits range(std::int64_t min, std::int64_t max) {
  return {Kind::range, min, max, {}, {}};
}
template <std::int64_t... Values>
inline constexpr std::array<std::int64_t, sizeof...(Values)> kValues{Values...};
template <std::int64_t... Values>
constexpr Limits values() {
  return {Kind::values, 0, 0, kValues<Values...>, {}};
}
template <std::size_t N>
constexpr Limits words(const std::array<std::string_view, N>& list) {
  return {Kind::words, 0, static_cast<std::int64_t>(N) - 1, {}, list};
}

constexpr std::array<std::string_view, 2> kCpuNamings{"first_thread_plus_one", "core_id"};
constexpr std::array<std::string_view, 2> kBootMemories{"rma_fixed", "all_fixed"};
constexpr std::array<std::string_view, 3> kEehSupports{"none", "off", "on"};
constexpr std::array<std::string_view, 3> kEehDisables{"nothing_done", "refused", "done"};
constexpr std::array<std::string_view, 2> kAddCounts{"words", "nodes"};
constexpr std::array<std::string_view, 3> kNodeOrders{"tree", "reverse", "phandle"};

std::int64_t as_number(Duration value) { return value.count(); }
template <class T>
std::int64_t as_number(T value) {
  return static_cast<std::int64_t>(value);
}
void assign(Duration& member, std::int64_t value) { member = Duration{value}; }
template <class T>
void assign(T& member, std::int64_t value) {
  member = static_cast<T>(value);
}

#define LPARSIM_ROW(GROUP, NAME, MEMBER, LIMITS, ABOUT)                       \
  NumberField {                                                               \
    GROUP, NAME, LIMITS, ABOUT,                                               \
        [](const FirmwareProfile& p) { return as_number(p.MEMBER); },         \
        [](FirmwareProfile& p, std::int64_t value) { assign(p.MEMBER, value); } \
  }
#define FIELD(GROUP, NAME, LIMITS, ABOUT) LPARSIM_ROW(#GROUP, #NAME, GROUP.NAME, LIMITS, ABOUT)
#define FLAG(GROUP, NAME, ABOUT) FIELD(GROUP, NAME, kBoolean, ABOUT)
#define TIME(GROUP, NAME, ABOUT) \
  LPARSIM_ROW(#GROUP, #NAME "_ns", GROUP.NAME, kDuration, ABOUT)

constexpr std::array kTop{
    LPARSIM_ROW("", "token_base", token_base, range(1, 0x7000'0000), "first RTAS token"),
    LPARSIM_ROW("", "rtas_latency_ns", rtas_latency, range(0, 250'000),
                "an RTAS call that has no entry in latencies; at most 250 us (R1-7.2.4-5)"),
    LPARSIM_ROW("", "hcall_latency_ns", hcall_latency, kDuration, "a hypervisor call"),
    LPARSIM_ROW("", "latency_before_commit", latency_before_commit, kBoolean,
                "a call takes effect at its end, else at its beginning"),
    LPARSIM_ROW("", "hmc_sends_events", hmc_sends_events, kBoolean,
                "a request of the HMC also queues a hot-plug event"),
};

// Numbers are the open points of section 10 of the project's digest of LoPAR chapter 13.
constexpr std::array kDrc{
    FLAG(drc, unallocatable_sense_fails, "2: sense of L1b is status -3, else sense 2"),
    FIELD(drc, unusable_sense_status, (values<0, -9002>()), "3, 24: sense of an unusable DRC"),
    FIELD(drc, recovery_sense, (values<4, 3>()), "22: sense in L1r"),
    FLAG(drc, isolate_unconfigured_allowed, "8: isolate in L3 is allowed, else -3"),
    FIELD(drc, isolate_unusable_status, (values<-3, 0>()), "1: isolate in L1"),
    FIELD(drc, unusable_null_status, (values<0, -3>()), "1: 9003=0 in L1"),
    FIELD(drc, cpu_running_isolate_status, (values<-1, -9001, 0>()),
          "isolate of a CPU with a running thread; 0: not checked"),
    FIELD(drc, mem_mapped_isolate_status, (values<-9001, -1, 0>()),
          "isolate of an LMB with a mapping; 0: not checked"),
    FLAG(drc, mem_isolate_needs_request, "isolate of an LMB fails unless an event asked for it"),
    FIELD(drc, configure_isolated_status, (values<0, -9003>()), "7: configure-connector in L2"),
    FLAG(drc, configured_walks_again, "configure-connector in L4 walks again, else 0 at once"),
    FLAG(drc, exchange_recover_allowed, "9003=2 and 9003=3 exist"),
    FIELD(drc, unusable_offered_status, (values<0, -3>()), "1: 9003=0 in L1x and L1r"),
    FIELD(drc, wrong_verb_status, (values<-3, -1>()), "20: a 9003 that the offer is not for"),
    FIELD(drc, isolate_offered_status, (values<-3, 0>()), "20: isolate in L1x and L1r"),
    FIELD(drc, unisolate_offered_status, (values<-3, 0>()), "20: unisolate in L1x and L1r"),
    FLAG(drc, hmc_assigns_usable, "21: what the HMC assigns is usable at once (L2)"),
    FLAG(drc, offered_below_blocks, "23: L1x, L1r below a PHB or SLOT blocks its isolate"),
    FIELD(drc, configure_unknown_status, (values<-3, -1>()), "4: configure-connector, no such DRC"),
    FLAG(drc, connector_restarts, "14: a first call during a sequence starts anew, else -1"),
    FLAG(drc, connector_errors_end, "15: -9001, -9002, -9003 end a sequence"),
    FLAG(drc, connector_closes_top_level, "29: a 4 before the final 0"),
    FLAG(drc, siblings_through_parent, "29: 4 and 2 where 1 is meant"),
    FLAG(drc, configure_passes_owned, "12: goes on below connectors that are owned"),
    FLAG(drc, memory_region_node, "16: fragments are ibm,memory-region@, else memory@"),
    FIELD(drc, io_mapped_isolate_status, (values<-9001, -1, 0>()),
          "isolate of an I/O resource with translations; 0: not checked"),
    FIELD(drc, virtual_mapped_isolate_status, (values<-9001, -1, 0>()),
          "the same of a virtual adapter"),
    FIELD(drc, caller_inside_isolate_status, (values<-1, -9001, 0>()),
          "isolate of the LMB with the argument block; 0: not checked"),
    FLAG(drc, extended_delay_everywhere, "31: 990x for 9002 and 9003, too, else -2"),
    FIELD(drc, power_off_in_use_status, (values<-1, -3>()), "4: set-power-level 0 in P7, P8"),
    FIELD(drc, power_parameter_status, (values<-3, -1>()), "4: unknown power domain or level"),
    FLAG(drc, live_domain_echoes, "5: set-power-level of domain -1 answers 0 and the level"),
    FIELD(drc, unisolate_empty_off_status, (values<0, -1, -3>()), "19: unisolate in P5, empty"),
    FIELD(drc, unisolate_empty_status, (values<0, -1, -3>()), "unisolate in P6, empty"),
    FIELD(drc, unisolate_off_status, (values<-1, -3>()), "unisolate in P5 with a card"),
    FIELD(drc, harmful_card_status, (values<-9004, -1>()), "11: unisolate of a harmful card"),
    FIELD(drc, configure_off_status, (values<-1, -9003>()), "7: configure-connector in P5"),
    FIELD(drc, configure_isolated_slot_status, (values<0, -9003>()), "7: the same in P6"),
    FLAG(drc, empty_slot_boots_off, "18: an empty slot boots in P5, else P6"),
};

constexpr std::array kDrcTiming{
    TIME(drc_timing, power_on, "set-power-level 100"),
    TIME(drc_timing, power_off, "set-power-level 0"),
    TIME(drc_timing, card_ready, "unisolate of a card"),
    TIME(drc_timing, connector_power_up, "configure-connector of a built-in adapter"),
    TIME(drc_timing, memory_isolate, "isolate of an LMB or region"),
    TIME(drc_timing, allocation, "9003 of any connector"),
    FLAG(drc_timing, plain_busy, "-2 for all of them, else 990x where it is allowed"),
};

constexpr std::array kEvents{
    FLAG(events, fixed_identifier, "HP section always 20 bytes"),
    FIELD(events, disposition, range(0, 3), "bits 11:12 of word 0: 0 FULLY, 2 NOT_RECOVERED"),
    FIELD(events, main_version, range(0, 255), "version byte of PH and UH"),
    FIELD(events, first_log_id, range(0, 0xffff'ffff), "platform log id of the first log"),
    FLAG(events, swapped_log_id, "platform log id in the host's byte order"),
    FLAG(events, scan_returns_logs, "event-scan delivers"),
    FLAG(events, scan_repeats_interrupts, "event-scan raises what waits for check-exception"),
    FLAG(events, hot_plug_falls_back_to_epow, "not negotiated: source and class of EPOW"),
    FLAG(events, shutdown_by_epow, "an OS without RMC is asked to shut down by EPOW"),
    LPARSIM_ROW("events", "limit_internal", events.limits.internal, range(1, 65536),
                "undelivered internal errors of a partition"),
    LPARSIM_ROW("events", "limit_epow", events.limits.epow, range(1, 65536), "EPOW logs"),
    LPARSIM_ROW("events", "limit_hot_plug", events.limits.hot_plug, range(1, 65536),
                "hot-plug logs"),
    LPARSIM_ROW("events", "limit_io", events.limits.io, range(1, 65536), "I/O event logs"),
};

constexpr std::array kTree{
    FIELD(tree, cpu_naming, words(kCpuNamings), "unit address of a CPU node"),
    FLAG(tree, cache_nodes, "l2-cache@ nodes beside the CPUs"),
    FLAG(tree, phandles_are_drc_indexes, "phandles of CPUs and PHBs"),
    FLAG(tree, lopar_properties, "all that LoPAR names; else what QEMU publishes"),
    FLAG(tree, root_lists_lmbs, "LMBs among the connectors of the root"),
    FLAG(tree, qemu_fragments, "fragments of configure-connector as QEMU builds them"),
    FIELD(tree, boot_memory, words(kBootMemories), "which memory has no connectors"),
    FIELD(tree, rma_bytes, range(16LL << 20, 16LL << 30), "real-mode area at boot"),
    FIELD(tree, associativity_levels, (values<5, 2>()), "entries of a CPU's ibm,associativity"),
};

constexpr std::array kSupported{
    FLAG(supported, drc_info, "ibm,drc-info"),
    FLAG(supported, memory_v2, "ibm,dynamic-memory-v2"),
    FLAG(supported, hot_plug_interrupts, "hot-plug events"),
    FLAG(supported, form1_affinity, "form 1 associativity"),
    FLAG(supported, prrn, "platform resource reassignment notification"),
    FLAG(supported, form2_affinity, "form 2 associativity"),
    FLAG(supported, hpt_resize, "hash page table resize"),
    FLAG(supported, radix, "radix MMU"),
    FLAG(supported, xive, "XIVE exploitation"),
    FLAG(supported, answers_lpar_bits, "byte 2 of vector 5: LPAR, SPLPAR, ... are answered"),
    FIELD(supported, facilities, range(0, 255), "byte 17 of vector 5"),
};

constexpr std::array kCas{
    FLAG(cas, reboots, "another representation takes a reboot; else the tree changes"),
    FLAG(cas, checks_sharing, "entitlement per virtual processor, SPLPAR"),
    FLAG(cas, limits_cpus, "bytes 9-12 of vector 5 limit the processors"),
    FIELD(cas, max_cpus_when_unsaid, range(0, 65536), "such a limit that is not given; 0: none"),
};

constexpr std::array kHcall{
    FLAG(hcall, flag_position_told, "H_UNSUPPORTED_FLAG tells the bit"),
    FLAG(hcall, debug_registers, "H_SET_MODE resources 1 and 2"),
    FLAG(hcall, inhibited_reaches_memory, "H_LOGICAL_CI_LOAD and _STORE of memory"),
    FLAG(hcall, console_always_open, "terminals take characters without a session"),
    TIME(hcall, table_making, "H_RESIZE_HPT_PREPARE until the table is ready"),
    TIME(hcall, dispatch_cycle, "of a shared processor"),
};

constexpr std::array kPci{
    FIELD(pci, eeh, words(kEehSupports), "none; off until the OS enables it; on from the start"),
    FIELD(pci, eeh_disable, words(kEehDisables), "ibm,set-eeh-option 0 (R1-7.3.11.1-3)"),
    FLAG(pci, fundamental_reset, "ibm,set-slot-reset 3"),
    FIELD(pci, initial_msis, range(0, 32), "most messages of a function at boot"),
    FIELD(pci, pe_total_msis, range(1, 65536), "ibm,pe-total-#msi"),
    FIELD(pci, extra_msis, range(0, 1 << 20), "of the machine beyond the initial ones"),
    FLAG(pci, dma_windows_change, "ibm,ddw-applicable"),
    FIELD(pci, dma_windows, range(1, 64), "of a PE, the default one included"),
    FIELD(pci, extra_tces, range(0, 1LL << 32), "of a PE beyond the default window's"),
    FIELD(pci, io_page_sizes, range(1, 0xff), "mask of ibm,query-pe-dma-window"),
    FIELD(pci, migratable_page_sizes, range(0, 0xff), "mask of what H_MIGRATE_DMA moves"),
};

constexpr std::array kServices{
    FLAG(services, location_lights, "indicators 9006 and 9007"),
    FLAG(services, refuses_overlap, "a call during another's is refused (R1-7.2.3-1)"),
    FLAG(services, extended_os_term, "ibm,os-term comes back"),
    FLAG(services, short_splpar, "system parameter 20 has four keywords only"),
    FIELD(services, nvram_bytes, range(4096, 1 << 20), "size of the NVRAM"),
    FIELD(services, start_of_time_s, range(0, 4'102'444'800), "time of day at the start, s"),
    FIELD(services, power_on_days_ahead, range(1, 3650), "farthest set-time-for-power-on"),
    FIELD(services, display_lines, range(1, 25), "ibm,display-number-of-lines"),
    FIELD(services, display_columns, range(1, 132), "ibm,display-line-length"),
    FIELD(services, global_server, range(0, 0xffff), "of the global interrupt queue"),
    FIELD(services, first_reserved_priority, range(1, 255), "of interrupts"),
    FIELD(services, reserved_priorities, range(0, 255), "how many"),
    FIELD(services, least_units_per_processor, range(1, 100), "hundredths"),
    FIELD(services, largest_dump_bytes, range(1, 1LL << 40), "system parameter 32"),
};

constexpr std::array kMobility{
    FIELD(mobility, node_order, words(kNodeOrders), "of updated and of added nodes"),
    FIELD(mobility, add_count, words(kAddCounts), "what a list of added nodes counts"),
    FIELD(mobility, operations_per_list, range(0, 65536), "ibm,update-nodes; 0: as many as fit"),
    FIELD(mobility, operations_per_call, range(0, 65536), "the same of a call"),
    FIELD(mobility, property_area_bytes, range(0, 4096), "of 4096 that are filled; 0: all"),
    FIELD(mobility, activation_busy_calls, range(0, 1000), "of ibm,activate-firmware"),
    FIELD(mobility, activation_busy_status, (values<-2, 9900, 9901, 9902, 9903, 9904, 9905>()),
          "what they answer"),
    FIELD(mobility, coprocessor_status, (values<-9006, -9005>()),
          "suspend-me with a coprocessor: table 7-100, or R1-7.3.23-20"),
};

constexpr std::array kTexts{
    TextField{"tree", "root_compatible", "of the root; empty: made from the type and model",
              [](FirmwareProfile& p) -> std::string& { return p.tree.root_compatible; }},
    TextField{"tree", "root_model", "of the root; empty: made from the type and model",
              [](FirmwareProfile& p) -> std::string& { return p.tree.root_model; }},
    TextField{"tree", "openprom_model", "of /openprom",
              [](FirmwareProfile& p) -> std::string& { return p.tree.openprom_model; }},
};

using Texts = std::vector<std::string>;
constexpr std::array kTextLists{
    TextListField{"", "absent_calls", "RTAS calls that this firmware does not have",
                  [](FirmwareProfile& p) -> Texts& { return p.absent_calls; }},
    TextListField{"tree", "hypertas_functions", "sets of hypervisor calls, in their order",
                  [](FirmwareProfile& p) -> Texts& { return p.tree.hypertas_functions; }},
    TextListField{"services", "calls", "RTAS calls in the order of their tokens; empty: all",
                  [](FirmwareProfile& p) -> Texts& { return p.services.calls; }},
};

using Numbers = std::vector<std::uint32_t>;
constexpr std::array kNumberLists{
    NumberListField{"tree", "reference_points", 1, 5, "ibm,associativity-reference-points",
                    [](FirmwareProfile& p) -> Numbers& { return p.tree.reference_points; }},
    NumberListField{"tree", "form0_reference_points", 1, 5, "the same of form 0",
                    [](FirmwareProfile& p) -> Numbers& { return p.tree.form0_reference_points; }},
    NumberListField{"services", "parameters", 0, 255, "system parameters that exist",
                    [](FirmwareProfile& p) -> Numbers& { return p.services.parameters; }},
    NumberListField{"services", "fixed_indicators", 1, 9999, "of types 1, 2, 9, 9000, 9005",
                    [](FirmwareProfile& p) -> Numbers& { return p.services.fixed_indicators; }},
    NumberListField{"services", "cede_latencies_us", 0, 1'000'000, "by hint from 0",
                    [](FirmwareProfile& p) -> Numbers& { return p.services.cede_latencies_us; }},
};

#undef TIME
#undef FLAG
#undef FIELD
#undef LPARSIM_ROW

std::vector<NumberField> all_numbers() {
  std::vector<NumberField> all;
  const auto add = [&](std::span<const NumberField> more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  for (const std::span<const NumberField> group :
       {std::span<const NumberField>(kTop), std::span<const NumberField>(kDrc),
        std::span<const NumberField>(kDrcTiming), std::span<const NumberField>(kEvents),
        std::span<const NumberField>(kTree), std::span<const NumberField>(kSupported),
        std::span<const NumberField>(kCas), std::span<const NumberField>(kHcall),
        std::span<const NumberField>(kPci), std::span<const NumberField>(kServices),
        std::span<const NumberField>(kMobility)}) {
    add(group);
  }
  return all;
}

}  // namespace

bool NumberLimits::allows(std::int64_t value) const {
  if (kind == Kind::values) return std::find(values.begin(), values.end(), value) != values.end();
  return value >= min && value <= max;
}

std::span<const NumberField> number_fields() {
  static const std::vector<NumberField> kAll = all_numbers();   // a constant, put together once
  return kAll;
}

std::span<const TextField> text_fields() { return kTexts; }
std::span<const TextListField> text_list_fields() { return kTextLists; }
std::span<const NumberListField> number_list_fields() { return kNumberLists; }

}  // namespace lparsim::firmware
