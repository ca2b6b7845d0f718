// Shares and measures of processor capacity: H_GET_PPP, H_SET_PPP, H_PURR, H_PIC and the home node
// of a virtual processor (LoPAR 14.11.3, 14.11.4, 14.11.6).
#include "firmware/hcall/performance_calls.hpp"

#include <algorithm>

#include "firmware/device_tree/parts.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/platform/targets.hpp"

namespace lparsim::firmware {
namespace {

std::uint64_t wide(std::int32_t value) { return static_cast<std::uint64_t>(std::max(value, 0)); }

std::int32_t pool_processors(const Core& core) {
  return core.platform.configurable_units.hundredths / 100;
}

// R5: what the HMC promised and the OS has not yet taken. A dedicated partition is in no pool.
std::int64_t h_get_ppp(HcallFrame& frame) {
  const Core& core = frame.core;
  const PartitionState& p = frame.state();
  const auto whole = wide(pool_processors(core));
  const bool dedicated = p.config.dedicated;
  const auto owned = static_cast<std::int32_t>(count_owned(p.cpus));
  const ProcUnits entitled = dedicated ? whole_processors(owned) : p.entitled;
  const ProcUnits promised = dedicated ? entitled : std::max(p.pending_units, entitled);
  const std::uint64_t pool = dedicated ? 0xffff : wide(p.config.pool_id) & 0xffff;
  const bool capped = dedicated || !p.config.uncapped;
  const std::uint64_t weight = dedicated ? 0 : wide(p.config.uncap_weight);
  const std::int32_t spare_weight =
      dedicated ? 0 : std::max(p.pending_weight - p.config.uncap_weight, 0);
  frame.r[0] = wide(entitled.hundredths);
  frame.r[1] = wide((promised - entitled).hundredths);
  frame.r[2] = (std::uint64_t{p.config.id.value} << 16) | pool;
  frame.r[3] = (std::uint64_t{capped} << 48) | (weight << 40) | (wide(spare_weight) << 32) |
               ((dedicated ? 0 : whole) << 16) | whole;
  frame.r[4] = 0;
  if (dedicated) return kHSuccess;
  const ProcUnits entitled_in_pool =
      core.platform.configurable_units - core.state.ledger.free_units();
  frame.r[4] = (whole << 48) | (wide(core.platform.configurable_units.hundredths) << 24) |
               wide(entitled_in_pool.hundredths);
  return kHSuccess;
}

// 14.11.3.7: entitlement between the partition's minimum and the HMC's target, weight up to the
// target; what lies outside is clamped and answered H_Constrained. Repeating the present value is
// always in order, so that one of the two can be set alone.
std::int64_t h_set_ppp(HcallFrame& frame) {
  PartitionState& p = frame.state();
  if (p.config.dedicated) return kHFunction;
  if (frame.r[1] > 255) return kHParameter;
  const std::uint64_t most = wide(frame.core.platform.configurable_units.hundredths);
  ProcUnits units{static_cast<std::int32_t>(std::min(frame.r[0], most + 1))};
  auto weight = static_cast<std::int32_t>(frame.r[1]);
  const ProcUnits least = std::min(p.config.min_units, p.pending_units);
  if (units != p.entitled) units = std::clamp(units, least, p.pending_units);
  if (weight != p.config.uncap_weight) weight = std::min(weight, p.pending_weight);
  const bool exact = wide(units.hundredths) == frame.r[0] && wide(weight) == frame.r[1];
  p.entitled = units;
  p.config.uncap_weight = weight;
  settle_units(frame.core, frame.partition);
  return exact ? kHSuccess : kHConstrained;
}

TimePoint started_at(const HcallState& state, std::uint32_t server) {
  for (const ThreadStart& start : state.starts) {
    if (start.server == server) return start.at;
  }
  return state.powered_on_at;
}

// How long the thread has been dispatched since it was started.
Duration dispatched_time(const Core& core, const PartitionState& p, std::uint32_t server) {
  const TimePoint now = core.services.clock.now();
  Duration time = now - started_at(p.hcalls, server);
  if (server >= p.hcalls.threads.size()) return time;
  const HcallThread& thread = p.hcalls.threads[server];
  time -= thread.waited;
  if (thread.wait != ThreadWait::none) time -= now - thread.waits_since;
  return std::max(time, Duration::zero());
}

std::int64_t h_purr(HcallFrame& frame) {
  frame.r[0] = timebase_ticks(
      frame.core, dispatched_time(frame.core, frame.state(), frame.server.value));
  return kHSuccess;
}

// The caller may see its pool; the platform's sums (R10 to R12) are nobody's.
std::int64_t h_pic(HcallFrame& frame) {
  constexpr std::uint64_t kNotAuthorized = ~std::uint64_t{0};
  const Core& core = frame.core;
  if (!frame.state().config.performance_collection) return kHAuthority;
  Duration consumed = core.state.hcalls.consumed_before;
  for (std::size_t i = 0; i < core.state.partitions.size(); ++i) {
    consumed += consumed_time(core, i);
  }
  const Duration elapsed = core.services.clock.now().time_since_epoch();
  const std::uint64_t total =
      timebase_ticks(core, elapsed) * wide(pool_processors(core));
  const std::uint64_t busy = std::min(timebase_ticks(core, consumed), total);
  const std::uint64_t pool = wide(frame.state().config.pool_id) & 0xffff;
  frame.r = {total - busy, wide(pool_processors(core)), total, busy, busy, pool,
             kNotAuthorized, kNotAuthorized, kNotAuthorized};
  return kHSuccess;
}

// 16-bit fields from the high end of R4: bit 0 set: a 15-bit number, clear: a 31-bit number over
// two fields; what is left is all ones.
void pack_domains(const std::vector<std::uint32_t>& domains, HcallFrame& frame) {
  constexpr std::size_t kFields = 6 * 4;
  std::array<std::uint16_t, kFields> fields{};
  fields.fill(0xffff);
  std::size_t next = 0;
  for (const std::uint32_t domain : domains) {
    if (domain < 0x8000 && next < kFields) {
      fields[next++] = static_cast<std::uint16_t>(0x8000U | domain);
    } else if (next + 1 < kFields) {
      fields[next++] = static_cast<std::uint16_t>(domain >> 16 & 0x7fffU);
      fields[next++] = static_cast<std::uint16_t>(domain);
    }
  }
  for (std::size_t i = 0; i < kFields; ++i) {
    const std::size_t shift = 48 - i % 4 * 16;
    if (i % 4 == 0) frame.r[i / 4] = 0;
    frame.r[i / 4] |= std::uint64_t{fields[i]} << shift;
  }
}

// The list of the processor's ibm,associativity. Processors that are not started, and those that
// are still to be added, have one too (R1-14.11.6-4).
std::int64_t h_home_node_associativity(HcallFrame& frame) {
  constexpr std::uint64_t kByServer = 1, kByProcessorIndex = 2;
  const std::uint64_t flags = frame.r[0], id = frame.r[1];
  if (flags != kByServer && flags != kByProcessorIndex) return kHParameter;
  const TreeShape shape = tree_shape(frame.core, frame.partition);
  const std::uint64_t processor =
      flags == kByServer ? id / frame.core.platform.processor.threads : id;
  if (processor >= shape.cpus.size()) return kHP2;
  pack_domains(cpu_associativity(shape, shape.cpus[processor]), frame);
  return kHSuccess;
}

constexpr auto& kSetPpp = kHcallOutcomes<kHParameter, kHConstrained>;
constexpr auto& kPic = kHcallOutcomes<kHFunction, kHAuthority>;
constexpr auto& kHome = kHcallOutcomes<kHFunction, kHParameter, kHP2>;
constexpr std::array kRows{
    HcallRow{"hcall.H_GET_PPP", 0xec, "hcall-splpar", h_get_ppp, kHcallOutcomes<>},
    HcallRow{"hcall.H_SET_PPP", 0xf0, "hcall-splpar", h_set_ppp, kSetPpp},
    HcallRow{"hcall.H_PURR", 0xf4, "hcall-splpar", h_purr, kHcallOutcomes<>},
    HcallRow{"hcall.H_PIC", 0xf8, "hcall-pic", h_pic, kPic},
    HcallRow{"hcall.H_HOME_NODE_ASSOCIATIVITY", 0x2ec, "hcall-vphn", h_home_node_associativity,
             kHome},
};

}  // namespace

std::span<const HcallRow> performance_rows() { return kRows; }

// A hardware thread accounts for its part of a processor.
Duration consumed_time(const Core& core, std::size_t partition) {
  const PartitionState& p = core.at(partition);
  Duration sum{};
  if (p.power == PowerState::off || p.config.dedicated) return sum;
  for (std::uint32_t server = 0; server < p.threads.size(); ++server) {
    if (p.threads[server] == ThreadState::running) sum += dispatched_time(core, p, server);
  }
  return sum / core.platform.processor.threads;
}

}  // namespace lparsim::firmware
