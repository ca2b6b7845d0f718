#include "firmware/hcall/hash_table.hpp"

#include <algorithm>
#include <array>

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kRpn = 0x0fff'ffff'ffff'f000ULL;
constexpr std::uint64_t kGroupSlots = 8;
constexpr int kGroupShift = 7;       // 128 bytes a group

struct PageEncoding {                // low bits of the page number of a large page
  std::uint8_t shift, code, base_shift;
};
constexpr std::array kEncodings{
    PageEncoding{16, 1, 16}, PageEncoding{16, 7, 12},    PageEncoding{24, 0, 24},
    PageEncoding{24, 8, 16}, PageEncoding{24, 0x38, 12}, PageEncoding{34, 3, 34},
};

const PageEncoding* encoding_of(const HashEntry& entry) {
  for (const PageEncoding& encoding : kEncodings) {
    const int bits = std::min<int>(encoding.shift, 20) - 12;
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    if ((entry.low >> 12 & mask) == (encoding.code & mask)) return &encoding;
  }
  return nullptr;
}

std::uint8_t base_shift_of(const HashEntry& entry) {
  if ((entry.high & kPteLarge) == 0) return 12;
  const PageEncoding* encoding = encoding_of(entry);
  return encoding == nullptr ? std::uint8_t{12} : encoding->base_shift;
}

}  // namespace

std::optional<std::uint8_t> page_shift_of(const HashEntry& entry) {
  if ((entry.high & kPteLarge) == 0) return 12;
  const PageEncoding* encoding = encoding_of(entry);
  if (encoding == nullptr) return std::nullopt;
  return encoding->shift;
}

// The code of a large page stands in the low bits of the page number, above bit 12, below bit 20.
std::uint64_t page_address(const HashEntry& entry, std::uint8_t page_shift) {
  const int code_bits = std::min<int>(page_shift, 20);
  return (entry.low & kRpn) >> code_bits << code_bits;
}

// The hash of Power ISA book III. The virtual page number keeps 23 bits less than an address has;
// what is missing for small pages is in the number of the group where the entry stands.
std::uint64_t rehashed_index(std::uint64_t index, const HashEntry& entry, std::uint8_t from,
                             std::uint8_t to) {
  constexpr std::uint64_t kAvpn = 0x001f'ffff'ffff'ff80ULL;
  const std::uint64_t old_mask = (std::uint64_t{1} << (from - kGroupShift)) - 1;
  const std::uint64_t new_mask = (std::uint64_t{1} << (to - kGroupShift)) - 1;
  const bool secondary = (entry.high & kPteSecondary) != 0;
  const std::uint64_t group = (secondary ? ~(index / kGroupSlots) : index / kGroupSlots) & old_mask;
  const std::uint64_t avpn = (entry.high & kAvpn) >> 7;
  const bool terabyte = entry.high >> 62 == 1;
  const int offset_bits = terabyte ? 17 : 5;
  const std::uint64_t segment = avpn >> offset_bits;
  const std::uint64_t segment_hash = terabyte ? segment ^ segment << 25 : segment;
  const int base = base_shift_of(entry);
  std::uint64_t offset = (avpn & ((std::uint64_t{1} << offset_bits) - 1)) << 23;
  if (base < 23) offset |= ((segment_hash ^ group) & old_mask) << base & 0x7f'ffffULL;
  const std::uint64_t hash = segment_hash ^ offset >> base;
  const std::uint64_t new_group = (secondary ? ~hash : hash) & new_mask;
  return new_group * kGroupSlots + index % kGroupSlots;
}

}  // namespace lparsim::firmware
