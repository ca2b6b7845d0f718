// Bus numbers and memory addresses that firmware gives to the functions of an adapter at boot; the
// device tree tells them and configuration space holds them.
#pragma once

#include <cstdint>
#include <vector>

#include "firmware/pci/adapter.hpp"

namespace lparsim::firmware {

inline constexpr std::uint32_t kBehindBridge = 1;          // bus number behind an adapter's bridge
// The PHB's 32-bit memory window as its children see it.
inline constexpr std::uint32_t kWindow32 = 0xb800'0000U, kWindow32Bytes = 128U << 20;

// Address of each range of each function.
std::vector<std::vector<std::uint64_t>> assigned_addresses(const AdapterConfig& adapter,
                                                           std::uint32_t phb);
// config_addr of a function, register 0.
inline std::uint32_t function_address(const AdapterConfig& adapter, std::size_t function) {
  return (adapter.bridge ? kBehindBridge << 16 : 0) | static_cast<std::uint32_t>(function) << 8;
}

}  // namespace lparsim::firmware
