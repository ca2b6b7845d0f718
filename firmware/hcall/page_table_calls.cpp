// The hash page table of the caller: H_ENTER, H_REMOVE, H_READ, H_CLEAR_MOD, H_CLEAR_REF,
// H_PROTECT, H_BULK_REMOVE, H_BLOCK_REMOVE (LoPAR 14.5.4.1). Nobody translates through it; what
// counts is which memory it maps. No compression (PFO), page usage states (CMO) or instrumentation.
#include "firmware/hcall/page_table.hpp"

#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/mappings.hpp"
#include "firmware/hcall/sharing.hpp"

namespace lparsim::firmware {
namespace {

// Flags, LoPAR table 14-4.
constexpr std::uint64_t kExact = 1ULL << 39, kReadFour = 1ULL << 37, kAvpn = 1ULL << 31,
                        kAndCondition = 1ULL << 30, kInvalidateCache = 1ULL << 23,
                        kSynchronizeCache = 1ULL << 22, kZeroPage = 1ULL << 15,
                        kCompression = 1ULL << 7;
constexpr std::uint64_t kChanged = 1ULL << 7, kReferenced = 1ULL << 8, kWimg = 0x78;
constexpr std::uint64_t kAvpnBits = ~std::uint64_t{0x7f};   // bits 0:56 of the first doubleword
constexpr std::uint64_t kLargestZeroed = 64 << 10;

using Entries = std::map<std::uint64_t, HashEntry>;

HashTable& table_of(HcallFrame& frame) { return hash_table(frame.core, frame.partition); }

bool in_table(const HashTable& table, std::uint64_t index) {
  return index < std::uint64_t{1} << (table.shift - 4);
}

// System memory: WIMG 0010, or 1110 with strong access order; I/O space: 01xx.
bool fits_storage(std::uint64_t wimg, bool memory) {
  if (memory) return wimg == 0x10 || wimg == 0x70;
  return (wimg & 0x60) == 0x20;
}

// Slot for the entry, or the size of the table: the group is full.
std::optional<std::uint64_t> free_slot(const HashTable& table, std::uint64_t flags,
                                       std::uint64_t index) {
  const bool exact = (flags & kExact) != 0;
  const std::uint64_t first = exact ? index : index & ~std::uint64_t{7};
  for (std::uint64_t slot = first; slot < first + (exact ? 1 : 8); ++slot) {
    if (!table.entries.contains(slot)) return slot;
  }
  return std::nullopt;
}

void count_entry(HcallFrame& frame, const HashEntry& entry, int change) {
  const std::uint8_t shift = page_shift_of(entry).value_or(12);
  count_mapping(frame.core, frame.partition, page_address(entry, shift), std::uint64_t{1} << shift,
                change);
}

// Page protection (Power ISA book III, 5.7.12): nobody may store.
bool read_only(const HashEntry& entry) {
  const std::uint64_t pp = (entry.low >> 63) << 2 | (entry.low & 3);
  return pp == 3 || pp == 6;
}

// What a partner lent may come with restrictions (H_GRANT_LOGICAL).
bool permitted(const HcallFrame& frame, const HashEntry& entry, std::uint64_t address,
               std::uint64_t bytes) {
  for (const SharedKind kind : {SharedKind::memory, SharedKind::io}) {
    const Grant* grant =
        accepted_range(frame.core, frame.state().config.id, kind, address, bytes);
    if (grant == nullptr) continue;
    return (grant->inhibited & kNoRead) == 0 &&
           ((grant->inhibited & kNoWrite) == 0 || read_only(entry));
  }
  return true;
}

std::int64_t h_enter(HcallFrame& frame) {
  const std::uint64_t flags = frame.r[0];
  HashEntry entry{frame.r[2], frame.r[3]};
  HashTable& table = table_of(frame);
  if ((flags & kCompression) != 0) return kHFunction;   // no coprocessor is assigned
  if (!in_table(table, frame.r[1])) return kHParameter;
  const auto shift = page_shift_of(entry);
  if (!shift) return kHParameter;
  const std::uint64_t address = page_address(entry, *shift), bytes = std::uint64_t{1} << *shift;
  const bool memory = memory_usable(frame.core, frame.partition, address, bytes);
  if (!memory && !io_space(frame.core, frame.state(), address, bytes)) {
    return bad_address(frame.core, frame.partition, address, bytes);
  }
  if (address % bytes != 0 || !fits_storage(entry.low & kWimg, memory) ||
      !permitted(frame, entry, address, bytes)) {
    return kHParameter;
  }
  const bool touches = (flags & (kZeroPage | kInvalidateCache | kSynchronizeCache)) != 0;
  if (touches && bytes > kLargestZeroed) return kHTooBig;
  const auto slot = free_slot(table, flags, frame.r[1]);
  if (!slot) return kHPtegFull;
  if (memory && (flags & kZeroPage) != 0) {
    write_guest(frame.core, frame.partition, address, Bytes(bytes, 0));
  }
  constexpr std::uint64_t kHypervisorSoftware = 0x60;   // bits 57 and 58
  entry.high = (entry.high | kPteValid) & ~kHypervisorSoftware;
  table.entries.emplace(*slot, entry);
  count_entry(frame, entry, 1);
  frame.r[0] = *slot;
  return kHSuccess;
}

enum class Condition : std::uint8_t { absolute, avpn, and_condition };

Condition condition_of(std::uint64_t flags) {
  if ((flags & kAvpn) != 0) return Condition::avpn;
  return (flags & kAndCondition) != 0 ? Condition::and_condition : Condition::absolute;
}

bool holds(Condition condition, const HashEntry& entry, std::uint64_t avpn) {
  switch (condition) {
    case Condition::avpn: return (entry.high & kAvpnBits) == avpn;
    case Condition::and_condition: return (entry.high & avpn) == 0;
    case Condition::absolute: break;
  }
  return true;
}

// Takes the entry out and returns it; nothing when it is not valid or the condition fails.
std::optional<HashEntry> take_out(HcallFrame& frame, std::uint64_t index, Condition condition,
                                  std::uint64_t avpn) {
  HashTable& table = table_of(frame);
  const auto found = table.entries.find(index);
  if (found == table.entries.end() || !holds(condition, found->second, avpn)) return std::nullopt;
  const HashEntry entry = found->second;
  table.entries.erase(found);
  count_entry(frame, entry, -1);
  return entry;
}

std::int64_t h_remove(HcallFrame& frame) {
  if (!in_table(table_of(frame), frame.r[1])) return kHParameter;
  if ((frame.r[0] & kCompression) != 0) return kHFunction;
  const auto old = take_out(frame, frame.r[1], condition_of(frame.r[0]), frame.r[2]);
  if (!old) return kHNotFound;
  frame.r[0] = old->high;
  frame.r[1] = old->low;
  return kHSuccess;
}

std::int64_t h_read(HcallFrame& frame) {
  const HashTable& table = table_of(frame);
  if (!in_table(table, frame.r[1])) return kHParameter;
  const bool four = (frame.r[0] & kReadFour) != 0;
  const std::uint64_t first = four ? frame.r[1] & ~std::uint64_t{3} : frame.r[1];
  for (std::size_t i = 0; i < (four ? 4 : 1); ++i) {
    const auto found = table.entries.find(first + i);
    const HashEntry entry = found == table.entries.end() ? HashEntry{} : found->second;
    frame.r[2 * i] = entry.high;
    frame.r[2 * i + 1] = entry.low;
  }
  return kHSuccess;
}

// R4: the second doubleword as it was.
std::int64_t clear_bit(HcallFrame& frame, std::uint64_t bit) {
  HashTable& table = table_of(frame);
  if (!in_table(table, frame.r[1])) return kHParameter;
  const auto found = table.entries.find(frame.r[1]);
  if (found == table.entries.end()) return kHNotFound;
  frame.r[0] = found->second.low;
  found->second.low &= ~bit;
  return kHSuccess;
}

std::int64_t h_clear_mod(HcallFrame& frame) { return clear_bit(frame, kChanged); }
std::int64_t h_clear_ref(HcallFrame& frame) { return clear_bit(frame, kReferenced); }

std::int64_t h_protect(HcallFrame& frame) {
  constexpr std::uint64_t kPp0 = 1ULL << 63, kKeyHigh = 3ULL << 60, kKeyLow = 7ULL << 9,
                          kNoExecuteAndPp = 7;
  HashTable& table = table_of(frame);
  if (!in_table(table, frame.r[1])) return kHParameter;
  const auto found = table.entries.find(frame.r[1]);
  if (found == table.entries.end()) return kHNotFound;
  const bool check = (frame.r[0] & kAvpn) != 0;
  if (check && !holds(Condition::avpn, found->second, frame.r[2])) return kHNotFound;
  HashEntry changed = found->second;
  std::uint64_t& low = changed.low;
  low &= ~(kPp0 | kKeyHigh | kKeyLow | kNoExecuteAndPp | kReferenced);
  low |= frame.r[0] << 55 & kPp0;
  low |= frame.r[0] << 48 & kKeyHigh;
  low |= frame.r[0] & (kKeyLow | kNoExecuteAndPp);
  const std::uint8_t shift = page_shift_of(changed).value_or(12);
  if (!permitted(frame, changed, page_address(changed, shift), std::uint64_t{1} << shift)) {
    return kHParameter;
  }
  found->second = changed;
  return kHSuccess;
}

// 14.5.4.1.7: up to four requests; the first byte of each becomes its response.
constexpr std::uint64_t kType = 3ULL << 62, kRequest = 1ULL << 62, kResponse = 2ULL << 62,
                        kEnd = 3ULL << 62, kIndexBits = (1ULL << 56) - 1;

std::uint64_t with_control(std::uint64_t specifier, std::uint64_t control) {
  return (specifier & kIndexBits) | control << 56;
}

std::int64_t h_bulk_remove(HcallFrame& frame) {
  constexpr std::uint64_t kNotFoundControl = 0x90, kParameterControl = 0xa0;
  for (std::size_t i = 0; i < 8; i += 2) {
    std::uint64_t& specifier = frame.r[i];
    if ((specifier & kType) == kEnd) return kHSuccess;
    const std::uint64_t modifier = specifier >> 56 & 3;
    if ((specifier & kType) != kRequest || modifier == 3) return kHParameter;
    const std::uint64_t index = specifier & kIndexBits;
    if (!in_table(table_of(frame), index)) {
      specifier = with_control(specifier, kParameterControl);
      return kHParameter;
    }
    constexpr std::array kConditions{Condition::absolute, Condition::and_condition,
                                     Condition::avpn};
    const auto old = take_out(frame, index, kConditions[modifier], frame.r[i + 1]);
    const std::uint64_t found = 0x80 | (old ? (old->low & kReferenced) >> 5 : 0) |
                                (old ? (old->low & kChanged) >> 5 : 0);
    specifier = with_control(specifier, old ? found : kNotFoundControl);
  }
  return kHSuccess;
}

// 14.5.4.1.8: up to eight entries of one naturally aligned block of eight virtual pages.
struct Block {
  bool anchored = false;
  std::uint64_t pages = 0, sizes = 0;
};

// Response code of one request, 0 when the entry was taken out.
std::uint64_t remove_of_block(HcallFrame& frame, Block& block, std::uint64_t specifier,
                              HashEntry& old) {
  constexpr std::uint64_t kNotFoundCode = 1, kParameterCode = 2, kSizeCode = 3, kBoundaryCode = 5;
  constexpr std::uint64_t kAvpnRequest = 1ULL << 61, kSegmentSize = 3ULL << 62;
  const std::uint64_t index = specifier & kIndexBits;
  const HashTable& table = table_of(frame);
  if (!in_table(table, index)) return kParameterCode;
  const auto found = table.entries.find(index);
  if (found == table.entries.end() || (found->second.high & kPteBolted) != 0) return kNotFoundCode;
  const bool checks = (specifier & kAvpnRequest) != 0;
  if (checks && !holds(Condition::avpn, found->second, frame.r[0])) return kNotFoundCode;
  const std::uint64_t sizes = (found->second.high & (kSegmentSize | kPteLarge)) |
                              page_shift_of(found->second).value_or(0);
  const std::uint64_t pages = (found->second.high & kAvpnBits) >> 7;
  if (!block.anchored) block = {true, pages, sizes};
  if (sizes != block.sizes) return kSizeCode;
  if (pages != block.pages) return kBoundaryCode;
  old = *take_out(frame, index, Condition::absolute, 0);
  return 0;
}

std::int64_t h_block_remove(HcallFrame& frame) {
  std::int64_t status = kHSuccess;
  Block block;
  for (std::size_t i = 1; i < 9; ++i) {
    std::uint64_t& specifier = frame.r[i];
    if ((specifier & kType) == kEnd) return status;
    if ((specifier & kType) != kRequest) return kHParameter;
    HashEntry old;
    const std::uint64_t code = remove_of_block(frame, block, specifier, old);
    if (code != 0) status = kHPartial;
    const std::uint64_t bits = (old.low & (kReferenced | kChanged)) >> 6;
    specifier = with_control(specifier, 0x80 | code << 3 | (code == 0 ? bits : 0));
  }
  return status;
}

constexpr auto& kRemove = kHcallOutcomes<kHRescinded, kHFunction, kHUnsupportedFlag, kHBusy,
                                         kHParameter, kHNotFound>;
constexpr auto& kEnter = kHcallOutcomes<kHRescinded, kHTooBig, kHFunction, kHBusy, kHParameter,
                                        kHPtegFull, kHUnsupportedFlag>;
constexpr auto& kRead = kHcallOutcomes<kHParameter>;
constexpr auto& kChange = kHcallOutcomes<kHParameter, kHNotFound>;
constexpr std::array kRows{
    HcallRow{"hcall.H_REMOVE", 0x4, "hcall-pft", h_remove, kRemove},
    HcallRow{"hcall.H_ENTER", 0x8, "hcall-pft", h_enter, kEnter},
    HcallRow{"hcall.H_READ", 0xc, "hcall-pft", h_read, kRead},
    HcallRow{"hcall.H_CLEAR_MOD", 0x10, "hcall-pft", h_clear_mod, kChange},
    HcallRow{"hcall.H_CLEAR_REF", 0x14, "hcall-pft", h_clear_ref, kChange},
    HcallRow{"hcall.H_PROTECT", 0x18, "hcall-pft", h_protect, kChange},
    HcallRow{"hcall.H_BULK_REMOVE", 0x124, "hcall-bulk", h_bulk_remove, kRead},
    HcallRow{"hcall.H_BLOCK_REMOVE", 0x328, "hcall-block-remove", h_block_remove,
             kHcallOutcomes<>},
};

}  // namespace

std::span<const HcallRow> page_table_rows() { return kRows; }

}  // namespace lparsim::firmware
