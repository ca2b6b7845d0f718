// The guest memory of a partition as hypervisor calls reach it: only what the partition may use now
// and what has bytes behind it (guest_memory.hpp: the real-mode area).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "firmware/platform/core.hpp"
#include "sim/base/cells.hpp"

namespace lparsim::firmware {

inline constexpr std::uint64_t kPageBytes = 4096;

constexpr bool within_page(std::uint64_t address, std::uint64_t bytes) {
  return address % kPageBytes + bytes <= kPageBytes;
}

// False, and nothing copied, when any byte is out of reach.
bool read_guest(const Core& core, std::size_t partition, std::uint64_t address,
                std::span<std::uint8_t> to);
bool write_guest(Core& core, std::size_t partition, std::uint64_t address, ByteView from);

std::optional<std::uint64_t> read_guest64(const Core& core, std::size_t partition,
                                          std::uint64_t address);
std::optional<std::uint32_t> read_guest32(const Core& core, std::size_t partition,
                                          std::uint64_t address);
std::optional<std::uint16_t> read_guest16(const Core& core, std::size_t partition,
                                          std::uint64_t address);
void write_guest64(Core& core, std::size_t partition, std::uint64_t address, std::uint64_t value);
void write_guest32(Core& core, std::size_t partition, std::uint64_t address, std::uint32_t value);

}  // namespace lparsim::firmware
