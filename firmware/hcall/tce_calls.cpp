// Translation control entries: H_GET_TCE, H_PUT_TCE, H_STUFF_TCE, H_PUT_TCE_INDIRECT (LoPAR
// 14.5.4.2). A list of tables in one call (MTT option) is not offered.
#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/mappings.hpp"
#include "firmware/hcall/sharing.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kMostEntries = 512;

// H_Success: the partition may give this page to its devices; a page fault entry always.
std::int64_t mappable(const HcallFrame& frame, const TceTable& window, std::uint64_t tce) {
  if ((tce & kTceAccess) == 0) return kHSuccess;
  const Core& core = frame.core;
  const std::uint64_t bytes = std::uint64_t{1} << window.page_shift;
  const std::uint64_t page = tce & ~(bytes - 1);
  if (!memory_usable(core, frame.partition, page, bytes)) {
    return bad_address(core, frame.partition, page, bytes);
  }
  const Grant* grant =
      accepted_range(core, frame.state().config.id, SharedKind::memory, page, bytes);
  if (grant == nullptr) return kHSuccess;
  const bool inhibited = ((tce & kTceRead) != 0 && (grant->inhibited & kNoRead) != 0) ||
                         ((tce & kTceWrite) != 0 && (grant->inhibited & kNoWrite) != 0);
  return inhibited ? kHParameter : kHSuccess;
}

std::int64_t h_get_tce(HcallFrame& frame) {
  const TceTable* window = find_tce_table(frame.core, frame.partition, frame.r[0]);
  const auto page = window != nullptr ? window->page_of(frame.r[1]) : std::nullopt;
  if (!page) return kHParameter;
  const auto entry = window->entries.find(*page);
  if (entry == window->entries.end()) {
    frame.r[0] = 0;
    return kHSuccess;
  }
  frame.r[0] = entry->second.tce;
  if (entry->second.lender == kNoPartition) return kHSuccess;
  frame.r[0] |= ~(kPageBytes - 1);   // whose page it is stays hidden
  return kHPartial;
}

std::int64_t h_put_tce(HcallFrame& frame) {
  TceTable* window = find_tce_table(frame.core, frame.partition, frame.r[0]);
  const auto page = window != nullptr ? window->page_of(frame.r[1]) : std::nullopt;
  if (!page) return kHParameter;
  if (const auto status = mappable(frame, *window, frame.r[2])) return status;
  set_tce(frame.core, frame.partition, *window, *page, {frame.r[2]});
  return kHSuccess;
}

std::int64_t h_stuff_tce(HcallFrame& frame) {
  TceTable* window = find_tce_table(frame.core, frame.partition, frame.r[0]);
  const std::uint64_t count = frame.r[3];
  if (window == nullptr || !window->page_of(frame.r[1])) return kHParameter;
  if (count > kMostEntries) return kHP4;
  const auto page = window->page_of(frame.r[1], count);
  if (!page) return kHParameter;
  if (const auto status = mappable(frame, *window, frame.r[2])) return status;
  for (std::uint64_t i = 0; i < count; ++i) {
    set_tce(frame.core, frame.partition, *window, *page + i, {frame.r[2]});
  }
  return kHSuccess;
}

// All entries are checked before the first is stored.
std::int64_t h_put_tce_indirect(HcallFrame& frame) {
  const std::uint64_t count = frame.r[3];
  if (static_cast<std::int64_t>(frame.r[0]) < 0) return kHFunction;
  if (count > kMostEntries) return kHParameter;
  TceTable* window = find_tce_table(frame.core, frame.partition, frame.r[0]);
  const auto page = window != nullptr ? window->page_of(frame.r[1], count) : std::nullopt;
  Bytes list(count * 8);
  if (!page || frame.r[2] % kPageBytes != 0 ||
      !memory_usable(frame.core, frame.partition, frame.r[2], kPageBytes) ||
      !read_guest(frame.core, frame.partition, frame.r[2], list)) {
    return kHParameter;
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    if (const auto status = mappable(frame, *window, load_be64(list.data() + 8 * i))) {
      return status;
    }
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    set_tce(frame.core, frame.partition, *window, *page + i, {load_be64(list.data() + 8 * i)});
  }
  return kHSuccess;
}

constexpr auto& kGet = kHcallOutcomes<kHParameter, kHRescinded>;
constexpr auto& kPut = kHcallOutcomes<kHParameter, kHRescinded>;
constexpr auto& kStuff = kHcallOutcomes<kHParameter, kHRescinded, kHP4>;
constexpr auto& kIndirect = kHcallOutcomes<kHParameter, kHRescinded, kHFunction>;
constexpr std::array kRows{
    HcallRow{"hcall.H_GET_TCE", 0x1c, "hcall-tce", h_get_tce, kGet},
    HcallRow{"hcall.H_PUT_TCE", 0x20, "hcall-tce", h_put_tce, kPut},
    HcallRow{"hcall.H_STUFF_TCE", 0x138, "hcall-multi-tce", h_stuff_tce, kStuff},
    HcallRow{"hcall.H_PUT_TCE_INDIRECT", 0x13c, "hcall-multi-tce", h_put_tce_indirect, kIndirect},
};

}  // namespace

std::span<const HcallRow> tce_rows() { return kRows; }

}  // namespace lparsim::firmware
