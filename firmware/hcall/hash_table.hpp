// The hash page table of a partition (LoPAR 14.5.4.1) as values: only valid entries are kept.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "sim/base/time.hpp"

namespace lparsim::firmware {

struct HashEntry {
  std::uint64_t high = 0, low = 0;   // as the operating system gave them, with logical addresses

  bool operator==(const HashEntry&) const = default;
};

struct HashTable {
  std::uint8_t shift = 0;            // log2 of its bytes; 0: as ibm,pft-size says at power-on
  std::map<std::uint64_t, HashEntry> entries;   // by PTE index

  bool operator==(const HashTable&) const = default;
};

// H_RESIZE_HPT_PREPARE: the table that is being made.
struct PendingTable {
  std::uint8_t shift = 0;
  TimePoint ready_at{};

  bool operator==(const PendingTable&) const = default;
};

inline constexpr std::uint64_t kPteValid = 1, kPteLarge = 4, kPteSecondary = 2, kPteBolted = 0x10;

// log2 of the page size that the entry maps; nothing for an encoding that the processor has not
// (ibm,segment-page-sizes).
std::optional<std::uint8_t> page_shift_of(const HashEntry& entry);
// Logical address of the page; its size must be known.
std::uint64_t page_address(const HashEntry& entry, std::uint8_t page_shift);

// Where an entry of a table of 2^from bytes stands in one of 2^to bytes: same slot of its group.
std::uint64_t rehashed_index(std::uint64_t index, const HashEntry& entry, std::uint8_t from,
                             std::uint8_t to);

}  // namespace lparsim::firmware
