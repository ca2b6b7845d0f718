#include "firmware/hcall/tce_table.hpp"

#include <algorithm>

namespace lparsim::firmware {

std::optional<std::vector<DmaPiece>> translate(const TceTable& window, std::uint64_t address,
                                               std::uint64_t bytes, std::uint64_t access) {
  const std::uint64_t page_bytes = std::uint64_t{1} << window.page_shift;
  std::vector<DmaPiece> pieces;
  while (bytes > 0) {
    const auto page = window.page_of(address);
    const auto entry = page ? window.entries.find(*page) : window.entries.end();
    if (entry == window.entries.end() || (entry->second.tce & access) != access) {
      return std::nullopt;
    }
    const std::uint64_t offset = (address - window.first) % page_bytes;
    const std::uint64_t take = std::min(bytes, page_bytes - offset);
    const std::uint64_t real = entry->second.tce & ~(page_bytes - 1);
    pieces.push_back({entry->second.lender, real + offset, take});
    address += take;
    bytes -= take;
  }
  return pieces;
}

}  // namespace lparsim::firmware
