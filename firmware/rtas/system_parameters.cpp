#include "firmware/rtas/system_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lparsim::firmware {
namespace {

enum class Keeper : std::uint8_t {
  firmware,        // made when it is asked for
  partition,       // each partition has its own
  platform,        // one of the machine; one partition may set it, all may read
  service,         // one of the machine; one partition may read and set it
};

struct ParameterRow {
  std::uint32_t token;
  Keeper keeper;
  std::uint8_t size;               // bytes of a number; 0: a text
  std::uint64_t least, most, initial;
  Bytes (*make)(const Core&, std::size_t);   // Keeper::firmware only
};

Bytes text_bytes(const std::string& text) { return CellWriter{}.str(text).take(); }

Bytes number(std::uint64_t value, std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[size - 1 - i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  return bytes;
}

// R1-7.3.16.3-2, -3: printable text; no console's address is told to firmware.
Bytes console_parameters(const Core&, std::size_t) {
  constexpr std::string_view kText = "HscIPAddr=;RMCKey=;";
  return {kText.begin(), kText.end()};
}

// Appendix A. Limits as configured, desired amounts as the HMC last set them.
Bytes splpar_characteristics(const Core& core, std::size_t partition) {
  const PartitionState& p = core.at(partition);
  const PartitionConfig& c = p.config;
  const std::uint64_t lmb_mb = core.platform.lmb_bytes >> 20;
  const std::int32_t cores = core.platform.installed_units.hundredths / 100;
  if (core.profile.services.short_splpar) {
    return text_bytes(fmt::format("MaxEntCap={},DesMem={},DesProcs={},MaxPlatProcs={}",
                                  c.max_procs, p.pending_lmbs * lmb_mb, p.pending_procs,
                                  c.max_procs));
  }
  const bool shared = !c.dedicated;
  const auto capacity = [&](ProcUnits units, std::int32_t procs) {
    return shared ? units.hundredths : procs * 100;
  };
  constexpr std::uint32_t kDispatchesPerSecond = 100;   // the wheel turns in 10 ms
  const std::uint32_t wheel =
      shared ? core.platform.processor.timebase_hz / kDispatchesPerSecond : 0;
  return text_bytes(fmt::format(
      "BoundThrds=1,CapInc={},DisWheRotPer={},MinEntCap={},MinEntCapPerVP={},MinMem={},"
      "MinProcs={},MaxEntCap={},MaxPlatProcs={},DesEntCap={},DesMem={},DesProcs={},"
      "DesVarCapWt={},DedDonMode={}",
      shared ? 1 : 100, wheel, capacity(c.min_units, c.min_procs),
      shared ? core.profile.services.least_units_per_processor : 100, c.min_lmbs * lmb_mb,
      c.min_procs, capacity(c.max_units, c.max_procs), cores,
      capacity(p.pending_units, p.pending_procs), p.pending_lmbs * lmb_mb, p.pending_procs,
      shared && c.uncapped ? p.pending_weight : 0,
      !shared && c.idle_sharing != IdleSharing::keep ? 1 : 0));
}

// R1-7.3.16.17-1: one type of module; a socket holds one chip.
Bytes processor_modules(const Core& core, std::size_t) {
  const std::uint32_t cores =
      static_cast<std::uint32_t>(core.platform.installed_units.hundredths) / 100U;
  const std::uint32_t per_chip = core.platform.cores_per_chip;
  const std::uint32_t sockets = std::max(1U, (cores + per_chip - 1) / per_chip);
  return CellWriter{}
      .u16(1)
      .u16(static_cast<std::uint16_t>(sockets))
      .u16(1)
      .u16(core.platform.cores_per_chip)
      .take();
}

// No partition pages for this one (-1).
Bytes memory_overcommitment(const Core&, std::size_t) {
  return text_bytes("CMOPageSize=12,PrPSP=-1,SecPSP=-1");
}

// Size of a record, then records of (hint, latency in time base ticks, wakes on interrupts).
Bytes cede_latencies(const Core& core, std::size_t) {
  constexpr std::uint8_t kRecord = 10;
  CellWriter out;
  out.u8(kRecord);
  const std::uint64_t ticks_per_us = core.platform.processor.timebase_hz / 1'000'000U;
  const auto& latencies = core.profile.services.cede_latencies_us;
  for (std::size_t hint = 0; hint < latencies.size(); ++hint) {
    out.u8(static_cast<std::uint8_t>(hint)).u64(ticks_per_us * latencies[hint]).u8(1);
  }
  return out.take();
}

Bytes partition_name(const Core& core, std::size_t partition) {
  return text_bytes(core.at(partition).config.name);
}

Bytes machine_uuid(const Core&, std::size_t) { return Bytes(16, 0); }   // none was given

// token, keeper, bytes, least, most, initial value
constexpr std::array kParameters{
    ParameterRow{0, Keeper::firmware, 0, 0, 0, 0, console_parameters},
    ParameterRow{20, Keeper::firmware, 0, 0, 0, 0, splpar_characteristics},
    ParameterRow{kPartitionAutoRestart, Keeper::partition, 1, 0, 1, 0, nullptr},
    ParameterRow{kPlatformAutoPowerRestart, Keeper::service, 1, 0, 1, 0, nullptr},
    ParameterRow{23, Keeper::service, 1, 0, 1, 0, nullptr},            // sp-remote-pon
    ParameterRow{24, Keeper::service, 1, 0, 255, 0, nullptr},          // sp-rb4-pon
    ParameterRow{25, Keeper::service, 0, 0, 0, 0, nullptr},            // sp-snoop-str
    ParameterRow{26, Keeper::service, 1, 0, 1, 0, nullptr},            // sp-serial-snoop
    ParameterRow{kSurveillanceOn, Keeper::partition, 1, 0, 1, 0, nullptr},
    ParameterRow{kSurveillanceMinutes, Keeper::partition, 1, 1, 255, 5, nullptr},
    ParameterRow{29, Keeper::partition, 1, 1, 120, 10, nullptr},       // sp-sdel, minutes
    ParameterRow{30, Keeper::service, 1, 0, 1, 0, nullptr},            // call home
    ParameterRow{31, Keeper::firmware, 0, 0, 0, 0,                     // temporary flash side
                 [](const Core&, std::size_t) { return Bytes{1}; }},
    ParameterRow{32, Keeper::firmware, 0, 0, 0, 0,                     // largest platform dump
                 [](const Core& core, std::size_t) {
                   return number(core.profile.services.largest_dump_bytes, 8);
                 }},
    ParameterRow{33, Keeper::platform, 2, 0, 65535, 0, nullptr},       // epow3-quiesce-time
    ParameterRow{34, Keeper::platform, 2, 0, 65535, 0, nullptr},       // preservation boot time
    ParameterRow{36, Keeper::firmware, 0, 0, 0, 0,                     // AIX support
                 [](const Core&, std::size_t) { return text_bytes("support=yes"); }},
    ParameterRow{40, Keeper::firmware, 0, 0, 0, 0,                     // logs are service actions
                 [](const Core&, std::size_t) { return Bytes{0}; }},
    ParameterRow{42, Keeper::platform, 1, 0, 3, 0, nullptr},           // diagnostics run mode
    ParameterRow{43, Keeper::firmware, 0, 0, 0, 0, processor_modules},
    ParameterRow{44, Keeper::firmware, 0, 0, 0, 0, memory_overcommitment},
    ParameterRow{45, Keeper::firmware, 0, 0, 0, 0, cede_latencies},
    ParameterRow{48, Keeper::firmware, 0, 0, 0, 0, machine_uuid},
    ParameterRow{55, Keeper::firmware, 0, 0, 0, 0, partition_name},
};

const ParameterRow* find_row(const Core& core, std::uint32_t token) {
  const auto& offered = core.profile.services.parameters;
  if (std::find(offered.begin(), offered.end(), token) == offered.end()) return nullptr;
  const auto* const row =
      std::find_if(kParameters.begin(), kParameters.end(),
                   [&](const ParameterRow& r) { return r.token == token; });
  return row == kParameters.end() ? nullptr : row;
}

// Note 1 of table 7-79 and R1-7.3.16.3-1: a set is refused, supported or not.
bool never_set(std::uint32_t token) {
  constexpr std::array<std::uint32_t, 11> kNever{18, 19, 20, 37, 38, 39, 43, 44, 52, 53, 55};
  constexpr std::uint32_t kLastOfConsole = 15;
  return token <= kLastOfConsole || std::find(kNever.begin(), kNever.end(), token) != kNever.end();
}

// R1-7.3.16.5.2-2: at most one; ours is the one with the lowest id.
bool is_service_partition(const Core& core, std::size_t partition) {
  return std::all_of(core.platform.partitions.begin(), core.platform.partitions.end(),
                     [&](const PartitionConfig& other) {
                       return core.at(partition).config.id <= other.id;
                     });
}

const std::map<std::uint32_t, Bytes>& kept_in(const Core& core, std::size_t partition,
                                              const ParameterRow& row) {
  return row.keeper == Keeper::partition ? core.at(partition).rtas.kept.parameters
                                         : core.state.rtas.parameters;
}

Bytes value_of(const Core& core, std::size_t partition, const ParameterRow& row) {
  if (row.make != nullptr) return row.make(core, partition);
  const auto& kept = kept_in(core, partition, row);
  const auto found = kept.find(row.token);
  if (found != kept.end()) return found->second;
  return row.size == 0 ? Bytes{0} : number(row.initial, row.size);
}

bool in_range(const ParameterRow& row, ByteView data) {
  if (row.size == 0) return std::find(data.begin(), data.end(), 0) != data.end();
  if (data.size() < row.size) return false;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < row.size; ++i) value = value << 8 | data[i];
  return value >= row.least && value <= row.most;
}

}  // namespace

ParameterAnswer get_parameter(const Core& core, std::size_t partition, std::uint32_t token) {
  const ParameterRow* row = find_row(core, token);
  if (row == nullptr) return {ParameterStatus::not_supported, {}};
  if (row->keeper == Keeper::service && !is_service_partition(core, partition)) {
    return {ParameterStatus::not_authorized, {}};
  }
  return {ParameterStatus::success, value_of(core, partition, *row)};
}

ParameterStatus set_parameter(Core& core, std::size_t partition, std::uint32_t token,
                              ByteView data) {
  constexpr std::size_t kLongest = 1024;   // R1-7.3.16-12
  if (never_set(token)) return ParameterStatus::not_authorized;
  const ParameterRow* row = find_row(core, token);
  if (row == nullptr) return ParameterStatus::not_supported;
  const bool everybody = row->keeper == Keeper::partition;
  if (row->make != nullptr || (!everybody && !is_service_partition(core, partition))) {
    return ParameterStatus::not_authorized;
  }
  if (data.empty()) return ParameterStatus::success;   // R1-7.3.16-11
  if (data.size() > kLongest || !in_range(*row, data)) return ParameterStatus::parameter_error;
  auto& kept = everybody ? core.at(partition).rtas.kept.parameters : core.state.rtas.parameters;
  const auto size = row->size == 0 ? data.size() : std::size_t{row->size};
  kept[token] = Bytes(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size));
  return ParameterStatus::success;
}

std::uint8_t byte_parameter(const Core& core, std::size_t partition, std::uint32_t token) {
  const ParameterRow* row = find_row(core, token);
  return row == nullptr ? std::uint8_t{0} : value_of(core, partition, *row).front();
}

}  // namespace lparsim::firmware
