// DMA windows of one PE (LoPAR 7.3.27): the default one of ibm,dma-window and those that the OS
// makes out of the translation entries (TCEs) that belong to the PE. Pure: values in, values out.
// The entries themselves are the business of H_PUT_TCE; here is only which windows there are.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "firmware/profiles/profile.hpp"

namespace lparsim::firmware {

struct DmaWindow {
  std::uint32_t liobn = 0;
  std::uint64_t start = 0, bytes = 0;      // on the I/O bus
  std::uint8_t page_shift = 12;
  std::uint64_t first_tce = 0;             // place in the PE's table
  std::uint64_t tces() const { return bytes >> page_shift; }
  bool operator==(const DmaWindow&) const = default;
};

inline constexpr std::uint64_t kDefaultWindowBytes = 0x4000'0000;   // R1-14.3-6: 256 MB or more
inline constexpr std::uint8_t kDefaultPageShift = 12;
std::uint32_t default_liobn(std::uint32_t phb);
DmaWindow default_window(std::uint32_t phb);

// How many windows can still be made, and the largest run of entries for one.
std::uint32_t windows_available(const std::vector<DmaWindow>& windows, const PciReadings& profile);
std::uint64_t largest_tce_block(const std::vector<DmaWindow>& windows, const PciReadings& profile);

// nullopt, and nothing made: page size not offered, too large, or no window left.
std::optional<DmaWindow> create_window(std::vector<DmaWindow>& windows, std::uint32_t phb,
                                       std::uint32_t page_shift, std::uint32_t size_shift,
                                       const PciReadings& profile);
// False: no such window. The last one to go brings the default one back (R1-7.3.27.3-3) unless it
// is the default one itself.
bool remove_window(std::vector<DmaWindow>& windows, std::uint32_t phb, std::uint32_t liobn);

}  // namespace lparsim::firmware
