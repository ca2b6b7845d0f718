// Configuration space of a function or a bridge: bytes, and for every bit whether it can be written
// or is cleared by writing a one (PCI Local Bus and PCI Express specifications). Modelled are the
// header, power management, MSI, MSI-X, PCI Express and advanced error reporting; everything else
// reads 0 and keeps nothing. Left out: expansion ROM, I/O ranges, per-vector masks.
#pragma once

#include <array>
#include <cstdint>

#include "firmware/pci/adapter.hpp"

namespace lparsim::firmware {

// The registers that hold something; the rest of the 4096 bytes is reserved.
inline constexpr std::uint32_t kModelledConfig = 0x140, kConfigBytes = 4096;

namespace config_register {
inline constexpr std::uint32_t kVendor = 0x00, kCommand = 0x04, kStatus = 0x06, kClass = 0x08,
                               kHeaderType = 0x0e, kFirstBar = 0x10, kPrimaryBus = 0x18,
                               kSecondaryBus = 0x19, kSubordinateBus = 0x1a, kBridgeMemory = 0x20,
                               kSubsystem = 0x2c, kCapabilities = 0x34, kInterruptPin = 0x3d,
                               kPowerCapability = 0x40, kMsiCapability = 0x50,
                               kMsiXCapability = 0x60, kExpressCapability = 0x70,
                               kErrorReporting = 0x100, kUncorrectableStatus = 0x104,
                               kCorrectableStatus = 0x110;
}  // namespace config_register

// Bits of the command register.
inline constexpr std::uint32_t kIoSpace = 0x1, kMemorySpace = 0x2, kBusMaster = 0x4,
                               kInterruptDisable = 0x400;

struct ConfigSpace {
  std::array<std::uint8_t, kModelledConfig> bytes{};
  bool operator==(const ConfigSpace&) const = default;
};

struct ConfigLayout {              // what a reset leaves, and how each bit behaves
  ConfigSpace reset;
  std::array<std::uint8_t, kModelledConfig> writable{}, cleared_by_one{};
};
ConfigLayout function_layout(const PciFunction& function, bool multifunction);
ConfigLayout bridge_layout();

// Little-endian registers as values; offset + size <= 4096.
std::uint32_t read_config(const ConfigSpace& space, std::uint32_t offset, std::uint32_t size);
void write_config(const ConfigLayout& layout, ConfigSpace& space, std::uint32_t offset,
                  std::uint32_t size, std::uint32_t value);
// Sets a register as the hardware's owner does, whatever its bits are.
void set_config(ConfigSpace& space, std::uint32_t offset, std::uint32_t size, std::uint32_t value);

// A reset: everything as at power-on but the sticky error bits.
void reset_config(const ConfigLayout& layout, ConfigSpace& space);

}  // namespace lparsim::firmware
