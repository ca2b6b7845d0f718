// What sits in a PCI slot, as its maker describes it: plain values, part of the machine.
#pragma once

#include <cstdint>
#include <vector>

namespace lparsim::firmware {

struct PciFunction {               // one function; the defaults are a plain Ethernet port
  std::uint16_t vendor = 0x14e4, device = 0x1657;
  std::uint16_t subsystem_vendor = 0x1014, subsystem = 0x0420;
  std::uint8_t revision = 1;
  std::uint32_t class_code = 0x02'0000;            // 24 bits
  std::vector<std::uint64_t> bars{65'536, 65'536, 65'536};   // bytes of each 64-bit memory range
  std::uint16_t msi = 1, msi_x = 17;               // interrupts asked for; 0: no such capability
  bool lsi = true;                                 // has an interrupt pin
  bool operator==(const PciFunction&) const = default;
};
inline constexpr std::size_t kMostFunctions = 8, kMostBars = 3;

struct AdapterConfig {             // all functions of an adapter are one partitionable endpoint
  std::vector<PciFunction> functions{PciFunction{}};   // none: the slot is empty
  bool bridge = false;             // the functions lie behind a bridge on the adapter
  bool fundamental_reset = true;   // knows a fundamental reset beside the hot one
  bool function_level_reset = false;   // the platform resets it so (ibm,pe-reset-is-flr)
  bool operator==(const AdapterConfig&) const = default;
};

}  // namespace lparsim::firmware
