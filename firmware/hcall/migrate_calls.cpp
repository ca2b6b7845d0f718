// Emptying an LMB that devices use: H_GET_DMA_XLATES_LIMITED finds the translations, H_MIGRATE_DMA
// moves a page under them (LoPAR 14.5.4.8, 14.5.4.10). Pages are of 4 KB (no I/O super pages).
#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/mappings.hpp"
#include "firmware/hcall/sharing.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kMostTranslations = 256, kTranslationBytes = 16;

struct Translation {
  TceTable* window = nullptr;
  std::uint64_t page = 0;
};

// Entry of the list: LIOBN, four reserved bytes, 64-bit bus address. nullptr: not the caller's, or
// not mapped to a page of its own.
Translation translation_at(HcallFrame& frame, const std::uint8_t* entry) {
  TceTable* window = find_tce_table(frame.core, frame.partition, load_be32(entry));
  if (window == nullptr || window->page_shift != 12) return {};
  const auto page = window->page_of(load_be64(entry + 8));
  if (!page || load_be64(entry + 8) % kPageBytes != 0) return {};
  const auto found = window->entries.find(*page);
  if (found == window->entries.end() || found->second.lender != kNoPartition) return {};
  return {window, *page};
}

std::uint64_t page_behind(const Translation& translation) {
  return translation.window->entries.at(translation.page).tce & ~(kPageBytes - 1);
}

// Memory above the real-mode area has no bytes; then there is nothing to copy.
void copy_page(HcallFrame& frame, std::uint64_t from, std::uint64_t to) {
  Bytes page(kPageBytes);
  if (read_guest(frame.core, frame.partition, from, page)) {
    write_guest(frame.core, frame.partition, to, page);
  }
}

std::int64_t h_migrate_dma(HcallFrame& frame) {
  const std::uint64_t target = frame.r[0], list = frame.r[1], length = frame.r[2];
  if (length < 1 || length > kMostTranslations || target % kPageBytes != 0 ||
      list % kPageBytes != 0) {
    return kHParameter;
  }
  if (!memory_usable(frame.core, frame.partition, target, kPageBytes)) {
    return bad_address(frame.core, frame.partition, target, kPageBytes);
  }
  Bytes entries(length * kTranslationBytes);
  if (!read_guest(frame.core, frame.partition, list, entries)) return kHParameter;
  std::vector<Translation> translations;
  for (std::uint64_t i = 0; i < length; ++i) {
    translations.push_back(translation_at(frame, entries.data() + i * kTranslationBytes));
    const Translation& last = translations.back();
    if (last.window == nullptr || page_behind(last) != page_behind(translations.front())) {
      return kHParameter;
    }
  }
  copy_page(frame, page_behind(translations.front()), target);
  for (const Translation& translation : translations) {
    const std::uint64_t access =
        translation.window->entries.at(translation.page).tce & kTceAccess;
    set_tce(frame.core, frame.partition, *translation.window, translation.page,
            {target | access});
  }
  return kHSuccess;
}

constexpr std::uint64_t kOpenEnd = ~std::uint64_t{0};

bool own_range(const HcallFrame& frame, std::uint64_t begin, std::uint64_t end) {
  return memory_usable(frame.core, frame.partition, begin, end - begin);
}

// LoPAR 14.5.4.10: checks in the order of the text; the search is in bus address order.
std::int64_t h_get_dma_xlates_limited(HcallFrame& frame) {
  const std::uint64_t start = frame.r[1], end = frame.r[2];
  TceTable* window = find_tce_table(frame.core, frame.partition, frame.r[0]);
  if (window == nullptr) return kHParameter;
  if (start % kPageBytes != 0 || !own_range(frame, start, start + kPageBytes)) return kHP2;
  if (end % kPageBytes != 0 || end < kPageBytes || !own_range(frame, end - kPageBytes, end)) {
    return kHP3;
  }
  if (start >= end || !own_range(frame, start, end)) return kHP2;
  const auto first = frame.r[3] == kOpenEnd ? 0 : window->page_of(frame.r[3]);
  if (!first) return kHP4;
  const std::uint64_t pages = window->bytes >> window->page_shift;
  const auto last = frame.r[4] == kOpenEnd ? pages - 1 : window->page_of(frame.r[4]);
  if (!last) return kHP5;
  for (auto entry = window->entries.lower_bound(*first);
       entry != window->entries.end() && entry->first <= *last; ++entry) {
    const std::uint64_t page_bytes = std::uint64_t{1} << window->page_shift;
    const std::uint64_t address = entry->second.tce & ~(page_bytes - 1);
    if (entry->second.lender != kNoPartition || address < start || address >= end) continue;
    frame.r[0] = window->first + (entry->first << window->page_shift);
    frame.r[1] = address;
    return entry->first == *last ? kHPageRegistered : kHPartial;
  }
  return kHSuccess;
}

// H_IN_PROGRESS tells where the search stands: at its beginning.
void search_interrupted(HcallFrame& frame) {
  const TceTable* window = find_tce_table(frame.core, frame.partition, frame.r[0]);
  if (window != nullptr) frame.r[0] = frame.r[3] == kOpenEnd ? window->first : frame.r[3];
}

constexpr auto& kMigrate =
    kHcallOutcomes<kHParameter, kHLongBusy1ms, kHLongBusy10ms, kHFunction, kHRescinded,
                   kHP3, kHResource, kHMemParm, kHAborted>;
constexpr auto& kFind = kHcallOutcomes<kHParameter, kHP2, kHP3, kHP4, kHP5, kHInProgress>;
constexpr std::array kRows{
    HcallRow{"hcall.H_MIGRATE_DMA", 0x78, "hcall-migrate", h_migrate_dma, kMigrate},
    HcallRow{"hcall.H_GET_DMA_XLATES_LIMITED", 0x324, "hcall-xlates-limited",
             h_get_dma_xlates_limited, kFind, search_interrupted},
};

}  // namespace

std::span<const HcallRow> migrate_rows() { return kRows; }

}  // namespace lparsim::firmware
