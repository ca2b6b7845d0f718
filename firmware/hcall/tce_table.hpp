// Windows of I/O bus addresses and their translation entries (TCEs; LoPAR 14.5.4.2). Every window
// belongs to a connector and goes with it: those that the device tree gives an adapter or PHB, and
// those that ibm,create-pe-dma-window makes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "sim/base/ids.hpp"

namespace lparsim::firmware {

inline constexpr std::uint64_t kTceRead = 1, kTceWrite = 2, kTceAccess = kTceRead | kTceWrite;

struct TceEntry {
  std::uint64_t tce = 0;             // logical page address and access bits, never 0
  PartitionId lender = kNoPartition; // redirected: whose page it is, the window's owner's else
  std::uint64_t remote = 0;          // redirected: LIOBN << 32 | bus page that it was copied from

  bool operator==(const TceEntry&) const = default;
};

struct TceTable {
  std::uint32_t liobn = 0;
  std::uint64_t first = 0, bytes = 0;        // I/O bus addresses
  std::uint8_t page_shift = 12;
  DrcIndex owner;                            // slot, PHB or virtual slot
  std::map<std::uint64_t, TceEntry> entries; // by page of the window; absent: page fault

  // Page number of a bus address, or nothing when [address, +pages) is not inside.
  std::optional<std::uint64_t> page_of(std::uint64_t address, std::uint64_t pages = 1) const {
    if (address < first || address - first >= bytes) return std::nullopt;
    const std::uint64_t page = (address - first) >> page_shift;
    if (pages > (bytes >> page_shift) - page) return std::nullopt;
    return page;
  }

  bool operator==(const TceTable&) const = default;
};

// Where a stretch of bus addresses lies in memory.
struct DmaPiece {
  PartitionId lender = kNoPartition;
  std::uint64_t address = 0, bytes = 0;
};

// The memory behind [address, +bytes), page by page; nothing when any page has no entry with the
// wanted access (kTceRead, kTceWrite).
std::optional<std::vector<DmaPiece>> translate(const TceTable& window, std::uint64_t address,
                                               std::uint64_t bytes, std::uint64_t access);

}  // namespace lparsim::firmware
