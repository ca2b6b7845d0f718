// The hash page table as a whole: H_RESIZE_HPT_PREPARE, H_RESIZE_HPT_COMMIT, H_CLEAR_HPT (LoPAR
// 14.5.4.1.9, 14.5.4.6.2).
#include "firmware/device_tree/numbering.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/mappings.hpp"
#include "firmware/hcall/page_table.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint64_t kSmallest = 18, kLargest = 46;

// The OS must have asked for resizing (OV5 byte 6 bit 7), and there is none without a table.
std::int64_t may_resize(const HcallFrame& frame) {
  const Options& options = frame.state().options;
  if (!options.hpt_resize) return kHAuthority;
  return options.radix ? kHNotAvailable : kHSuccess;
}

// As QEMU sizes it: up to twice what the present memory would get.
std::uint64_t largest_allowed(const HcallFrame& frame) {
  const PartitionState& p = frame.state();
  std::size_t lmbs = 0;
  for (const DrcState state : p.lmbs) lmbs += is_owned(state) ? 1 : 0;
  return log2_hash_table_bytes(lmbs, frame.core.platform.lmb_bytes) + 1;
}

std::int64_t progress_of(const HcallFrame& frame, const PendingTable& pending) {
  const Duration left = pending.ready_at - frame.core.services.clock.now();
  if (left <= Duration::zero()) return kHSuccess;
  constexpr std::array kOrders{kHLongBusy1ms, kHLongBusy10ms, kHLongBusy100ms, kHLongBusy1s,
                               kHLongBusy10s};
  Duration order{1'000'000};
  std::size_t i = 0;
  while (i + 1 < kOrders.size() && order < left) {
    order *= 10;
    ++i;
  }
  return kOrders[i];
}

std::int64_t h_resize_hpt_prepare(HcallFrame& frame) {
  const std::uint64_t flags = frame.r[0], shift = frame.r[1];
  if (const std::int64_t status = may_resize(frame); status != kHSuccess) return status;
  auto& pending = frame.state().hcalls.pending_table;
  if (pending && flags == 0 && pending->shift == shift) return progress_of(frame, *pending);
  pending.reset();
  if (flags != 0) return kHParameter;
  if (shift == 0) return kHSuccess;
  if (shift < kSmallest || shift > kLargest) return kHParameter;
  if (shift > largest_allowed(frame)) return kHResource;
  pending = PendingTable{static_cast<std::uint8_t>(shift),
                         frame.core.services.clock.now() + frame.core.profile.hcall.table_making};
  return progress_of(frame, *pending);
}

// The bolted entries in their new places; nothing when two want the same.
std::optional<HashTable> resized(const HashTable& old, std::uint8_t shift) {
  HashTable table{shift, {}};
  for (const auto& [index, entry] : old.entries) {
    if ((entry.high & kPteBolted) == 0) continue;
    const std::uint64_t to = rehashed_index(index, entry, old.shift, shift);
    if (!table.entries.emplace(to, entry).second) return std::nullopt;
  }
  return table;
}

void count_table(HcallFrame& frame, const HashTable& table, int change) {
  for (const auto& [index, entry] : table.entries) {
    const std::uint8_t shift = page_shift_of(entry).value_or(12);
    count_mapping(frame.core, frame.partition, page_address(entry, shift),
                  std::uint64_t{1} << shift, change);
  }
}

std::int64_t h_resize_hpt_commit(HcallFrame& frame) {
  if (const std::int64_t status = may_resize(frame); status != kHSuccess) return status;
  auto& pending = frame.state().hcalls.pending_table;
  if (!pending || frame.r[0] != 0 || frame.r[1] != pending->shift) return kHClosed;
  if (progress_of(frame, *pending) != kHSuccess) return kHBusy;
  HashTable& table = hash_table(frame.core, frame.partition);
  auto moved = resized(table, pending->shift);
  if (!moved) return kHPtegFull;
  count_table(frame, table, -1);
  table = std::move(*moved);
  count_table(frame, table, 1);
  pending.reset();
  return kHSuccess;
}

std::int64_t h_clear_hpt(HcallFrame& frame) {
  HashTable& table = hash_table(frame.core, frame.partition);
  count_table(frame, table, -1);
  table.entries.clear();
  return kHSuccess;
}

constexpr auto& kPrepare =
    kHcallOutcomes<kHAuthority, kHNotAvailable, kHParameter, kHResource, kHPtegFull, kHLongBusy1ms,
                   kHLongBusy10ms, kHLongBusy100ms, kHLongBusy1s, kHLongBusy10s, kHLongBusy100s>;
constexpr auto& kCommit =
    kHcallOutcomes<kHAuthority, kHNotAvailable, kHClosed, kHPtegFull, kHBusy>;
constexpr std::array kRows{
    HcallRow{"hcall.H_CLEAR_HPT", 0x358, "hcall-clr-hpt", h_clear_hpt, kHcallOutcomes<kHContinue>},
    HcallRow{"hcall.H_RESIZE_HPT_PREPARE", 0x36c, "hcall-hpt-resize", h_resize_hpt_prepare,
             kPrepare},
    HcallRow{"hcall.H_RESIZE_HPT_COMMIT", 0x370, "hcall-hpt-resize", h_resize_hpt_commit, kCommit},
};

}  // namespace

std::span<const HcallRow> page_table_size_rows() { return kRows; }

HashTable& hash_table(Core& core, std::size_t partition) {
  PartitionState& p = core.at(partition);
  HashTable& table = p.hcalls.hpt;
  if (table.shift == 0) {
    table.shift = log2_hash_table_bytes(p.config.max_lmbs, core.platform.lmb_bytes);
  }
  return table;
}

}  // namespace lparsim::firmware
