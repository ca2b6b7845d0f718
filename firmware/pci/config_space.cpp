#include "firmware/pci/config_space.hpp"

#include <algorithm>
#include <bit>
#include <span>

#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

using namespace config_register;

struct Field {                     // offset from the start of its structure
  std::uint16_t offset;
  std::uint8_t size;
  std::uint32_t reset, writable, cleared_by_one;
};

constexpr std::array kHeader{
    Field{kCommand, 2, 0x0000, 0x0547, 0},        // I/O, memory, master, parity, SERR, INTx off
    Field{kStatus, 2, 0x0010, 0, 0xf900},         // has a list of capabilities
    Field{0x0c, 1, 0, 0xff, 0},                   // cache line size
    Field{0x3c, 1, 0, 0xff, 0},                   // interrupt line
};
constexpr std::array kBridgeHeader{
    Field{kPrimaryBus, 1, 0, 0xff, 0},
    Field{kSecondaryBus, 1, 0, 0xff, 0},
    Field{kSubordinateBus, 1, 0, 0xff, 0},
    Field{0x1e, 2, 0, 0, 0xf900},                 // secondary status
    Field{kBridgeMemory, 4, 0, 0xfff0'fff0U, 0},
    Field{0x24, 4, 0x0001'0001, 0xfff0'fff0U, 0}, // prefetchable, 64 bits wide
    Field{0x28, 4, 0, 0xffff'ffffU, 0},
    Field{0x2c, 4, 0, 0xffff'ffffU, 0},
    Field{0x3e, 2, 0, 0x005b, 0},                 // bridge control
};
constexpr std::array kPower{
    Field{2, 2, 0x0003, 0, 0},
    Field{4, 2, 0x0008, 0x0003, 0},               // no soft reset
};
// Address and data of the message are firmware's: no guest changes them (R1-14.10-10).
constexpr std::array kMsi{
    Field{2, 2, 0x0080, 0x0071, 0},               // 64-bit address; number filled in
    Field{4, 4, 0, 0, 0},
    Field{8, 4, 0, 0, 0},
    Field{12, 2, 0, 0, 0},
};
constexpr std::array kMsiX{
    Field{2, 2, 0, 0xc000, 0},                    // table size filled in
    Field{4, 4, 0x0000'0002, 0, 0},               // table at the start of the second range
    Field{8, 4, 0x0000'8002, 0, 0},
};
constexpr std::array kExpress{
    Field{2, 2, 0x0002, 0, 0},                    // version 2
    Field{4, 4, 0x1000'8fe2U, 0, 0},              // device capabilities: function-level reset too
    Field{8, 2, 0x2810, 0x7fff, 0},               // device control
    Field{10, 2, 0, 0, 0x000f},                   // device status
    Field{12, 4, 0x0000'0c42U, 0, 0},             // link capabilities
    Field{16, 2, 0, 0x01fb, 0},
    Field{18, 2, 0x0042, 0, 0},                   // link status
};
constexpr std::array kErrors{
    Field{0, 4, 0x0002'0001, 0, 0},
    Field{4, 4, 0, 0, 0x003f'f030},               // uncorrectable status
    Field{8, 4, 0, 0x003f'f030, 0},
    Field{12, 4, 0x0006'2030, 0x003f'f030, 0},
    Field{16, 4, 0, 0, 0x0000'f1c1},              // correctable status
    Field{20, 4, 0x0000'2000, 0x0000'f1c1, 0},
    Field{24, 4, 0x0000'00a0, 0x0000'0140, 0},
};
constexpr std::uint8_t kPowerId = 0x01, kMsiId = 0x05, kExpressId = 0x10, kMsiXId = 0x11;

template <class Array>
void put(Array& bytes, std::uint32_t offset, std::uint32_t size, std::uint32_t value) {
  for (std::uint32_t i = 0; i < size; ++i) {
    bytes[offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

void place(ConfigLayout& layout, std::uint32_t base, std::span<const Field> fields) {
  for (const Field& field : fields) {
    put(layout.reset.bytes, base + field.offset, field.size, field.reset);
    put(layout.writable, base + field.offset, field.size, field.writable);
    put(layout.cleared_by_one, base + field.offset, field.size, field.cleared_by_one);
  }
}

void place_bars(ConfigLayout& layout, const PciFunction& function) {
  constexpr std::uint32_t kMemory64 = 0x4;
  LPARSIM_ASSERT(function.bars.size() <= kMostBars);
  for (std::uint32_t i = 0; i < function.bars.size(); ++i) {
    const std::uint64_t address_bits = ~(function.bars[i] - 1);
    const std::uint32_t at = kFirstBar + 8 * i;
    put(layout.reset.bytes, at, 4, kMemory64);
    put(layout.writable, at, 4, static_cast<std::uint32_t>(address_bits) & ~0xfU);
    put(layout.writable, at + 4, 4, static_cast<std::uint32_t>(address_bits >> 32));
  }
}

class CapabilityList {             // each capability points to the next one
 public:
  explicit CapabilityList(ConfigLayout& layout) : layout_(layout) {}
  void add(std::uint8_t id, std::uint32_t at, std::span<const Field> fields) {
    place(layout_, at, fields);
    put(layout_.reset.bytes, at, 1, id);
    put(layout_.reset.bytes, link_, 1, at);
    link_ = at + 1;
  }

 private:
  ConfigLayout& layout_;
  std::uint32_t link_ = kCapabilities;
};

}  // namespace

ConfigLayout function_layout(const PciFunction& function, bool multifunction) {
  ConfigLayout layout;
  ConfigSpace& space = layout.reset;
  place(layout, 0, kHeader);
  place_bars(layout, function);
  put(space.bytes, kVendor, 4, std::uint32_t{function.device} << 16 | function.vendor);
  put(space.bytes, kClass, 4, function.class_code << 8 | function.revision);
  put(space.bytes, kHeaderType, 1, multifunction ? 0x80 : 0x00);
  put(space.bytes, kSubsystem, 4,
      std::uint32_t{function.subsystem} << 16 | function.subsystem_vendor);
  put(space.bytes, kInterruptPin, 1, function.lsi ? 1 : 0);
  CapabilityList capabilities(layout);
  capabilities.add(kPowerId, kPowerCapability, kPower);
  if (function.msi > 0) {
    capabilities.add(kMsiId, kMsiCapability, kMsi);
    const auto vectors = static_cast<std::uint32_t>(std::bit_width(std::uint32_t{function.msi}));
    const bool power_of_two = std::has_single_bit(std::uint32_t{function.msi});
    put(space.bytes, kMsiCapability + 2, 2, 0x80 | (power_of_two ? vectors - 1 : vectors) << 1);
  }
  if (function.msi_x > 0) {
    capabilities.add(kMsiXId, kMsiXCapability, kMsiX);
    put(space.bytes, kMsiXCapability + 2, 2, function.msi_x - 1U);
  }
  capabilities.add(kExpressId, kExpressCapability, kExpress);
  place(layout, kErrorReporting, kErrors);
  return layout;
}

ConfigLayout bridge_layout() {
  constexpr std::uint32_t kSwitch = 0x8747'10b5U, kBridgeClass = 0x0604'00caU;
  constexpr std::uint32_t kUpstreamPort = 0x0052;
  ConfigLayout layout;
  place(layout, 0, kHeader);
  place(layout, 0, kBridgeHeader);
  put(layout.reset.bytes, kVendor, 4, kSwitch);
  put(layout.reset.bytes, kClass, 4, kBridgeClass);
  put(layout.reset.bytes, kHeaderType, 1, 0x01);
  CapabilityList capabilities(layout);
  capabilities.add(kPowerId, kPowerCapability, kPower);
  capabilities.add(kExpressId, kExpressCapability, kExpress);
  put(layout.reset.bytes, kExpressCapability + 2, 2, kUpstreamPort);
  place(layout, kErrorReporting, kErrors);
  return layout;
}

std::uint32_t read_config(const ConfigSpace& space, std::uint32_t offset, std::uint32_t size) {
  std::uint32_t value = 0;
  for (std::uint32_t i = 0; i < size && offset + i < kModelledConfig; ++i) {
    value |= std::uint32_t{space.bytes[offset + i]} << (8 * i);
  }
  return value;
}

void write_config(const ConfigLayout& layout, ConfigSpace& space, std::uint32_t offset,
                  std::uint32_t size, std::uint32_t value) {
  for (std::uint32_t i = 0; i < size && offset + i < kModelledConfig; ++i) {
    const std::uint32_t at = offset + i;
    const auto byte = static_cast<std::uint8_t>(value >> (8 * i));
    const std::uint8_t kept = space.bytes[at] & static_cast<std::uint8_t>(~layout.writable[at]);
    space.bytes[at] = static_cast<std::uint8_t>(kept | (byte & layout.writable[at]));
    space.bytes[at] &= static_cast<std::uint8_t>(~(byte & layout.cleared_by_one[at]));
  }
}

void set_config(ConfigSpace& space, std::uint32_t offset, std::uint32_t size,
                std::uint32_t value) {
  LPARSIM_ASSERT(offset + size <= kModelledConfig);
  put(space.bytes, offset, size, value);
}

void reset_config(const ConfigLayout& layout, ConfigSpace& space) {
  const std::uint32_t uncorrectable = read_config(space, kUncorrectableStatus, 4);
  const std::uint32_t correctable = read_config(space, kCorrectableStatus, 4);
  space = layout.reset;
  set_config(space, kUncorrectableStatus, 4, uncorrectable);
  set_config(space, kCorrectableStatus, 4, correctable);
}

}  // namespace lparsim::firmware
