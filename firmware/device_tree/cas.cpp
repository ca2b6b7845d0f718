#include "firmware/device_tree/cas.hpp"

#include "firmware/profiles/profile.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::size_t kMaxPvrs = 512;      // a list that never ends is garbage
constexpr std::size_t kOv5 = 5;

// One option: where vector 5 carries it, whether the platform can, and where it is kept.
struct OptionBit {
  std::size_t byte;
  std::uint8_t mask;
  bool Supported::*supported;
  bool Options::*granted;
};

constexpr std::array kOptionBits{
    OptionBit{5, 0x80, &Supported::form1_affinity, &Options::form1_affinity},
    OptionBit{5, 0x40, &Supported::prrn, &Options::prrn},
    OptionBit{5, 0x20, &Supported::form2_affinity, &Options::form2_affinity},
    OptionBit{6, 0x04, &Supported::hot_plug_interrupts, &Options::hot_plug_interrupts},
    OptionBit{6, 0x01, &Supported::hpt_resize, &Options::hpt_resize},
    OptionBit{22, 0x80, &Supported::memory_v2, &Options::memory_v2},
    OptionBit{22, 0x40, &Supported::drc_info, &Options::drc_info},
};

constexpr std::uint8_t kLpar = 0x80, kSplpar = 0x40, kDynamicMemory = 0x20, kMsi = 0x01;
constexpr std::uint8_t kChoice = 0xc0;     // bytes 23 and 24, bits 0:1
constexpr std::uint8_t kNewOnly = 0x40;    // XIVE, radix
constexpr std::uint8_t kEither = 0x80;
constexpr std::uint8_t kRadixGtse = 0x40;  // byte 26

bool wants_new(std::uint8_t byte) {
  return (byte & kChoice) == kNewOnly || (byte & kChoice) == kEither;
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

Options default_options(const FirmwareProfile& profile) {
  Options options;                         // four DRC lists, v1 memory, no hot-plug interrupts
  options.form1_affinity = profile.supported.form1_affinity;
  return options;
}

Options negotiate(const FirmwareProfile& profile, const ClientVectors& offered) {
  if (!offered.valid || offered.vectors.size() < kOv5) return default_options(profile);
  Options options;
  for (const OptionBit& bit : kOptionBits) {
    const bool asked = (offered.byte(kOv5, bit.byte) & bit.mask) != 0;
    options.*bit.granted = asked && profile.supported.*bit.supported;
  }
  options.dynamic_memory = (offered.byte(kOv5, 2) & kDynamicMemory) != 0;
  options.memory_v2 = options.memory_v2 && options.dynamic_memory;
  options.xive = wants_new(offered.byte(kOv5, 23)) && profile.supported.xive;
  options.radix = wants_new(offered.byte(kOv5, 24)) && profile.supported.radix;
  for (std::size_t byte = 9; byte <= 12; ++byte) {
    options.max_cpus = (options.max_cpus << 8) | offered.byte(kOv5, byte);
  }
  return options;
}

Bytes vector5_answer(const FirmwareProfile& profile, const Options& options) {
  // 26 vector bytes reach the MMU and interrupt choices, 22 the last byte of LoPAR's own.
  const std::size_t vector_bytes = options.radix || options.xive ? 26 : 22;
  Bytes out(1 + vector_bytes, 0);
  const auto set = [&](std::size_t byte, std::uint8_t mask) {
    out[byte] = static_cast<std::uint8_t>(out[byte] | mask);
  };
  out[0] = static_cast<std::uint8_t>(vector_bytes - 1);
  for (const OptionBit& bit : kOptionBits) {
    if (options.*bit.granted) set(bit.byte, bit.mask);
  }
  if (options.dynamic_memory) set(2, kDynamicMemory);
  if (profile.supported.answers_lpar_bits) set(2, kLpar | kSplpar | kMsi);
  if (options.xive) set(23, kNewOnly);
  if (options.radix) {
    set(24, kNewOnly);
    set(26, kRadixGtse);
  }
  return out;
}

}  // namespace lparsim::firmware
