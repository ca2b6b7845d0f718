#include "firmware/device_tree/cas.hpp"

#include <algorithm>

#include "firmware/platform/platform_config.hpp"
#include "firmware/profiles/profile.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::size_t kMaxPvrs = 512;      // a list that never ends is garbage
constexpr std::size_t kOv2 = 2, kOv4 = 4, kOv5 = 5, kOv6 = 6, kOv7 = 7;

// One option: where vector 5 carries it, whether the platform can, and where it is kept.
struct OptionBit {
  std::size_t byte;
  std::uint8_t mask;
  bool Supported::*supported;
  bool Options::*granted;
};

constexpr std::array kOptionBits{
    OptionBit{2, 0x80, &Supported::answers_lpar_bits, &Options::lpar},
    OptionBit{2, 0x40, &Supported::answers_lpar_bits, &Options::splpar},
    OptionBit{2, 0x20, nullptr, &Options::dynamic_memory},   // every platform has the table
    OptionBit{2, 0x10, &Supported::answers_lpar_bits, &Options::large_pages},
    OptionBit{2, 0x02, &Supported::answers_lpar_bits, &Options::donates},
    OptionBit{2, 0x01, &Supported::answers_lpar_bits, &Options::msi},
    OptionBit{5, 0x80, &Supported::form1_affinity, &Options::form1_affinity},
    OptionBit{5, 0x40, &Supported::prrn, &Options::prrn},
    OptionBit{5, 0x20, &Supported::form2_affinity, &Options::form2_affinity},
    OptionBit{6, 0x04, &Supported::hot_plug_interrupts, &Options::hot_plug_interrupts},
    OptionBit{6, 0x01, &Supported::hpt_resize, &Options::hpt_resize},
    OptionBit{22, 0x80, &Supported::memory_v2, &Options::memory_v2},
    OptionBit{22, 0x40, &Supported::drc_info, &Options::drc_info},
};

constexpr std::uint8_t kChoice = 0xc0;     // bytes 23 and 24, bits 0:1
constexpr std::uint8_t kNewOnly = 0x40;    // XIVE, radix
constexpr std::uint8_t kEither = 0x80;
constexpr std::uint8_t kRadixGtse = 0x40;  // byte 26

bool wants_new(std::uint8_t byte) {
  return (byte & kChoice) == kNewOnly || (byte & kChoice) == kEither;
}

// Logical PVRs and the bit of vector 1 that stands for their architecture level.
struct Level {
  std::uint32_t pvr;
  std::size_t byte;
  std::uint8_t mask;
  std::uint32_t real_pvr;                  // version half of the chips that have it; 0: several
};
constexpr std::array kLevels{
    Level{0x0f00'0006U, 3, 0x40, 0x0080'0000U},     // 3.1, POWER10
    Level{0x0f00'0005U, 3, 0x80, 0x004e'0000U},     // 3.00, POWER9
    Level{0x0f00'0004U, 2, 0x01, 0x004d'0000U},     // 2.07, POWER8
    Level{0x0f10'0003U, 2, 0x02, 0x004a'0000U},     // 2.06 enhanced, POWER7+
    Level{0x0f00'0003U, 2, 0x02, 0x003f'0000U},     // 2.06, POWER7
    Level{0x0f00'0002U, 2, 0x04, 0x003e'0000U},     // 2.05, POWER6
    Level{0x0f00'0001U, 2, 0x08, 0},                // 2.04
};
constexpr std::uint32_t kVersionHalf = 0xffff'0000U;
// 0x0f100003 lies between 0x0f000003 and 0x0f000004.
constexpr std::uint32_t rank(std::uint32_t logical_pvr) {
  return (logical_pvr & 0xffU) * 2 + ((logical_pvr & 0x0010'0000U) != 0 ? 1 : 0);
}

bool listed(const ClientVectors& offered, std::uint32_t pvr, std::uint32_t significant) {
  return std::any_of(offered.pvrs.begin(), offered.pvrs.end(), [&](const auto& entry) {
    const std::uint32_t mask = entry[0] & significant;
    return (pvr & mask) == (entry[1] & mask);
  });
}

}  // namespace

std::uint8_t ClientVectors::byte(std::size_t vector, std::size_t byte) const {
  if (vector == 0 || vector > vectors.size() || byte == 0) return 0;
  const Bytes& data = vectors[vector - 1];
  return byte > data.size() ? std::uint8_t{0} : data[byte - 1];
}

ClientVectors parse_architecture_vector(ByteView bytes) {
  ClientVectors out;
  CellReader in(bytes);
  bool ended = false;
  while (!ended && out.pvrs.size() < kMaxPvrs) {
    const std::uint32_t mask = in.u32();
    const std::uint32_t value = in.u32();
    if (!in.ok()) return out;
    ended = (~mask & value) != 0;
    out.pvrs.push_back({mask, value});
  }
  if (!ended) return out;
  const std::size_t count = std::size_t{in.u8()} + 1;
  if (!in.ok()) return out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = std::size_t{in.u8()} + 1;
    if (!in.ok() || in.left() < length) return out;
    Bytes vector(length);
    for (std::uint8_t& b : vector) b = in.u8();
    out.vectors.push_back(std::move(vector));
  }
  out.valid = true;
  return out;
}

std::size_t ClientVectors::size(std::size_t vector) const {
  return vector == 0 || vector > vectors.size() ? 0 : vectors[vector - 1].size();
}

std::uint32_t ClientVectors::word(std::size_t vector, std::size_t at) const {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = (value << 8) | byte(vector, i);
  return value;
}

Options default_options(const FirmwareProfile& profile) {
  Options options;                         // four DRC lists, v1 memory, no hot-plug interrupts
  options.form1_affinity = profile.supported.form1_affinity;
  return options;
}

Options negotiate(const FirmwareProfile& profile, const ClientVectors& offered) {
  if (!offered.valid || offered.vectors.size() < kOv5 || offered.ignores(kOv5)) {
    return default_options(profile);
  }
  Options options;
  for (const OptionBit& bit : kOptionBits) {
    const bool asked = (offered.byte(kOv5, bit.byte) & bit.mask) != 0;
    options.*bit.granted =
        asked && (bit.supported == nullptr || profile.supported.*bit.supported);
  }
  // Without an answer in byte 2 the platform's own settings hold, not "not granted".
  options.splpar = options.splpar || !profile.supported.answers_lpar_bits;
  options.memory_v2 = options.memory_v2 && options.dynamic_memory;
  options.xive = wants_new(offered.byte(kOv5, 23)) && profile.supported.xive;
  options.radix = wants_new(offered.byte(kOv5, 24)) && profile.supported.radix;
  options.max_cpus = offered.word(kOv5, 9);
  if (options.max_cpus == 0) options.max_cpus = profile.cas.max_cpus_when_unsaid;
  if (profile.supported.answers_lpar_bits) {
    options.level = static_cast<std::uint16_t>(offered.byte(kOv5, 13) << 8 |
                                               offered.byte(kOv5, 14));
  }
  options.facilities = offered.byte(kOv5, 17) & profile.supported.facilities;
  options.reported = true;
  return options;
}

ClientIdentity identity_of(const ClientVectors& offered) {
  constexpr std::size_t kLongest = 256;
  ClientIdentity who;
  who.os = offered.byte(kOv6, 3);
  for (std::size_t i = 1; i <= kLongest && offered.byte(kOv7, i) != 0; ++i) {
    who.text.push_back(static_cast<char>(offered.byte(kOv7, i)));
  }
  return who;
}

std::uint32_t match_pvr(std::uint32_t own, const ClientVectors& offered) {
  constexpr std::uint32_t kAll = 0xffff'ffffU;
  const bool by_level = !offered.ignores(1) && offered.size(1) >= 2;
  const auto knows = [&](const Level& level) {
    return !by_level || (offered.byte(1, level.byte) & level.mask) != 0;
  };
  for (const Level& level : kLevels) {
    if (rank(level.pvr) <= rank(own) && listed(offered, level.pvr, kAll) && knows(level)) {
      return level.pvr;
    }
  }
  const auto* const chip = std::find_if(kLevels.begin(), kLevels.end(),
                                        [&](const Level& level) { return level.pvr == own; });
  const bool real = chip != kLevels.end() && chip->real_pvr != 0 && knows(*chip) &&
                    listed(offered, chip->real_pvr, kVersionHalf);
  return real ? own : 0;
}

namespace {

// OV2: the larger of both minima; at most what the partition has.
std::uint64_t wanted_rma(const PlatformConfig& platform, const PartitionConfig& partition,
                         const ClientVectors& offered) {
  if (offered.ignores(kOv2)) return 0;
  const std::uint32_t megabytes = offered.word(kOv2, 24);
  const std::uint64_t memory = partition.lmbs * platform.lmb_bytes;
  const std::uint64_t minimum =
      megabytes == 0xffff'ffffU ? 0 : std::uint64_t{megabytes} << 20;
  const std::uint64_t share = memory / 100 * std::min<std::uint32_t>(offered.byte(kOv2, 32), 100);
  return std::min(std::max(minimum, share), memory);
}

const char* why_not(const PartitionConfig& partition, const FirmwareProfile& profile,
                    const ClientVectors& offered, const Options& options) {
  if (options.logical_pvr == 0) return "the processor is not in the client's PVR list";
  if (partition.dedicated || !profile.cas.checks_sharing) return nullptr;
  const std::uint8_t asked = offered.byte(kOv4, 2);
  const std::int32_t percent = asked == 0 ? 10 : asked;
  if (partition.units.hundredths < percent * partition.procs) {
    return "less entitlement for a virtual processor than the client needs";
  }
  // Shared processors are the one option that runs whether the client claims it or not.
  if (!options.splpar && offered.ceases(kOv5)) return "the client knows no shared processors";
  return nullptr;
}

}  // namespace

CasVerdict judge_client(const PlatformConfig& platform, const PartitionConfig& partition,
                        const FirmwareProfile& profile, const ClientVectors& offered) {
  CasVerdict verdict{negotiate(profile, offered), nullptr};
  Options& options = verdict.options;
  options.logical_pvr = match_pvr(platform.processor.pvr, offered);
  if (rank(options.logical_pvr) < rank(0x0f00'0005U)) options.radix = options.xive = false;
  options.rma_bytes = wanted_rma(platform, partition, offered);
  const std::uint8_t hash_table = offered.ignores(kOv2) ? std::uint8_t{0} : offered.byte(kOv2, 33);
  options.max_hash_table = hash_table >= 18 && hash_table <= 45 ? hash_table : std::uint8_t{0};
  verdict.failure = why_not(partition, profile, offered, options);
  return verdict;
}

Bytes vector5_answer(const FirmwareProfile& profile, const Options& options) {
  // 26 vector bytes reach the MMU and interrupt choices, 22 the last byte of LoPAR's own.
  const std::size_t vector_bytes = options.radix || options.xive ? 26 : 22;
  Bytes out(1 + vector_bytes, 0);
  const auto set = [&](std::size_t byte, std::uint8_t mask) {
    out[byte] = static_cast<std::uint8_t>(out[byte] | mask);
  };
  out[0] = static_cast<std::uint8_t>(vector_bytes - 1);
  const bool answers = profile.supported.answers_lpar_bits;
  for (const OptionBit& bit : kOptionBits) {
    const bool theirs = bit.supported == &Supported::answers_lpar_bits && !answers;
    if (options.*bit.granted && !theirs) set(bit.byte, bit.mask);
  }
  if (answers) {
    store_be32(out.data() + 9, options.max_cpus);
    store_be16(out.data() + 13, options.level);
  }
  out[17] = options.facilities;
  if (options.xive) set(23, kNewOnly);
  if (options.radix) {
    set(24, kNewOnly);
    set(26, kRadixGtse);
  }
  return out;
}

}  // namespace lparsim::firmware
