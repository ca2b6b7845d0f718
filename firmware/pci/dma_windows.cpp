#include "firmware/pci/dma_windows.hpp"

#include <algorithm>
#include <array>

namespace lparsim::firmware {
namespace {

// A window's number stands in its LIOBN above the PHB's number; 0 is the default window.
constexpr std::uint32_t kLiobnBase = 0x8000'0000U, kNumberShift = 16;
// Where created windows lie: first beyond all addresses of 32-bit adapters, then in the place of
// the default window once that is gone.
struct Place {
  std::uint32_t number;
  std::uint64_t start;
};
constexpr std::array kPlaces{Place{1, 1ULL << 59}, Place{2, 0}};
constexpr std::uint32_t kLargestShift = 59;      // so that no two places overlap

// I/O Page Sizes of ibm,query-pe-dma-window: bit 31 is 4 KB, and so on.
constexpr std::array<std::uint32_t, 8> kPageShifts{12, 16, 24, 25, 26, 27, 28, 34};

bool page_size_offered(std::uint32_t shift, std::uint32_t mask) {
  const auto* const found = std::find(kPageShifts.begin(), kPageShifts.end(), shift);
  return found != kPageShifts.end() && (mask >> (found - kPageShifts.begin()) & 1U) != 0;
}

std::uint64_t all_tces(const PciReadings& profile) {
  return (kDefaultWindowBytes >> kDefaultPageShift) + profile.extra_tces;
}

struct Gap {
  std::uint64_t first = 0, count = 0;
};
// Free runs of the PE's table, ascending.
std::vector<Gap> gaps(std::vector<DmaWindow> windows, std::uint64_t total) {
  std::sort(windows.begin(), windows.end(),
            [](const DmaWindow& a, const DmaWindow& b) { return a.first_tce < b.first_tce; });
  std::vector<Gap> free;
  std::uint64_t at = 0;
  for (const DmaWindow& window : windows) {
    if (window.first_tce > at) free.push_back({at, window.first_tce - at});
    at = window.first_tce + window.tces();
  }
  if (total > at) free.push_back({at, total - at});
  return free;
}

const Place* free_place(const std::vector<DmaWindow>& windows) {
  for (const Place& place : kPlaces) {
    if (std::none_of(windows.begin(), windows.end(),
                     [&](const DmaWindow& w) { return w.start == place.start; })) {
      return &place;
    }
  }
  return nullptr;
}

}  // namespace

std::uint32_t default_liobn(std::uint32_t phb) { return kLiobnBase + phb; }

DmaWindow default_window(std::uint32_t phb) {
  return {default_liobn(phb), 0, kDefaultWindowBytes, kDefaultPageShift, 0};
}

std::uint32_t windows_available(const std::vector<DmaWindow>& windows,
                                const PciReadings& profile) {
  const auto used = static_cast<std::uint32_t>(windows.size());
  return used >= profile.dma_windows ? 0 : profile.dma_windows - used;
}

std::uint64_t largest_tce_block(const std::vector<DmaWindow>& windows,
                                const PciReadings& profile) {
  std::uint64_t largest = 0;
  for (const Gap& gap : gaps(windows, all_tces(profile))) largest = std::max(largest, gap.count);
  return largest;
}

std::optional<DmaWindow> create_window(std::vector<DmaWindow>& windows, std::uint32_t phb,
                                       std::uint32_t page_shift, std::uint32_t size_shift,
                                       const PciReadings& profile) {
  const Place* const place = free_place(windows);
  const bool sound = page_size_offered(page_shift, profile.io_page_sizes) &&
                     size_shift >= page_shift && size_shift <= kLargestShift;
  if (!sound || place == nullptr || windows_available(windows, profile) == 0) return std::nullopt;
  const std::uint64_t wanted = 1ULL << (size_shift - page_shift);
  for (const Gap& gap : gaps(windows, all_tces(profile))) {
    if (gap.count < wanted) continue;
    windows.push_back({(kLiobnBase | place->number << kNumberShift) + phb, place->start,
                       1ULL << size_shift, static_cast<std::uint8_t>(page_shift), gap.first});
    return windows.back();
  }
  return std::nullopt;
}

bool remove_window(std::vector<DmaWindow>& windows, std::uint32_t phb, std::uint32_t liobn) {
  if (std::erase_if(windows, [&](const DmaWindow& w) { return w.liobn == liobn; }) == 0) {
    return false;
  }
  if (windows.empty() && liobn != default_liobn(phb)) windows.push_back(default_window(phb));
  return true;
}

}  // namespace lparsim::firmware
