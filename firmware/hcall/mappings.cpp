#include "firmware/hcall/mappings.hpp"

#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/hcall/adapters.hpp"
#include "firmware/hcall/sharing.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

// The windows that there are: one pane an adapter with DMA, and those of the PEs.
std::optional<TceTable> default_table(const Core& core, const PartitionState& p,
                                        std::uint32_t liobn) {
  TceTable window;
  window.liobn = liobn;
  for (std::size_t i = 0; i < core.phbs.size(); ++i) {
    if (!is_usable(p.phbs, i)) continue;
    for (const DmaWindow& pe : core.state.pci[i].windows) {
      if (pe.liobn != liobn) continue;
      return TceTable{liobn, pe.start, pe.bytes, pe.page_shift,
                      drc_index(core, {DrcArray::phbs, i}), {}};
    }
  }
  const std::uint32_t slot = liobn - virtual_liobn(0);
  if (!is_usable(p.virtual_slots, slot)) return std::nullopt;
  const VirtualSlotConfig* config = configured_slot(p, slot);
  if (config == nullptr || config->kind == "serial") return std::nullopt;
  window.bytes = kVirtualWindowBytes;
  window.owner = virtual_slot_drc_index(static_cast<std::uint16_t>(slot));
  return window;
}

// Whether the connector that the window goes with may be used: its own state, and for a PHB's
// default window the slot behind it.
bool table_usable(const Core& core, const PartitionState& p, const TceTable& window) {
  const auto place = find_drc(core, p, window.owner);
  return place && is_usable(states(p, place->array), place->position);
}

bool belongs_to(const Core& core, const TceTable& window, DrcPlace place) {
  if (window.owner == drc_index(core, place)) return true;
  // The window of a PHB serves the slot below it.
  return place.array == DrcArray::slots &&
         window.owner == drc_index(core, {DrcArray::phbs, place.position});
}

// [begin, end) of a partition's address space.
struct Range {
  std::uint64_t begin = 0, end = 0;
};

Range range_of(const Core& core, DrcPlace place) {
  if (place.array == DrcArray::lmbs) {
    return {place.position << core.lmb_shift, (place.position + 1) << core.lmb_shift};
  }
  const std::uint64_t begin = phb_io_address(core.phbs[place.position]);
  return {begin, begin + kPhbIoBytes};
}

bool shareable(DrcPlace place) {
  return place.array == DrcArray::lmbs || place.array == DrcArray::phbs;
}

SharedKind shared_kind(DrcPlace place) {
  return place.array == DrcArray::lmbs ? SharedKind::memory : SharedKind::io;
}

}  // namespace

bool mapped_in(const Core& core, std::size_t partition, std::uint64_t begin, std::uint64_t end) {
  const PartitionState& p = core.at(partition);
  const auto inside = [&](std::uint64_t address, std::uint64_t bytes) {
    return address < end && address + bytes > begin;
  };
  for (const auto& [index, entry] : p.hcalls.hpt.entries) {
    const auto shift = page_shift_of(entry).value_or(12);
    if (inside(page_address(entry, shift), std::uint64_t{1} << shift)) return true;
  }
  for (const TceTable& window : p.hcalls.tce_tables) {
    const std::uint64_t bytes = std::uint64_t{1} << window.page_shift;
    for (const auto& [page, tce] : window.entries) {
      if (tce.lender == kNoPartition && inside(tce.tce & ~kTceAccess, bytes)) return true;
    }
  }
  return false;
}

void drop_mappings_in(Core& core, std::size_t partition, std::uint64_t begin, std::uint64_t end) {
  PartitionState& p = core.at(partition);
  for (auto entry = p.hcalls.hpt.entries.begin(); entry != p.hcalls.hpt.entries.end();) {
    const auto shift = page_shift_of(entry->second);
    const std::uint64_t address = page_address(entry->second, shift.value_or(12));
    const std::uint64_t bytes = std::uint64_t{1} << shift.value_or(12);
    const bool inside = address < end && address + bytes > begin;
    if (inside) count_mapping(core, partition, address, bytes, -1);
    entry = inside ? p.hcalls.hpt.entries.erase(entry) : std::next(entry);
  }
  for (TceTable& window : p.hcalls.tce_tables) {
    for (auto entry = window.entries.begin(); entry != window.entries.end();) {
      const auto [page, tce] = *entry++;
      const std::uint64_t address = tce.tce & ~kTceAccess;
      if (tce.lender != kNoPartition || address < begin || address >= end) continue;
      set_tce(core, partition, window, page, {});
    }
  }
}

void forget_removed_windows(Core& core, std::size_t partition) {
  PartitionState& p = core.at(partition);
  for (auto table = p.hcalls.tce_tables.begin(); table != p.hcalls.tce_tables.end();) {
    const auto now = default_table(core, p, table->liobn);
    const bool same = now && now->first == table->first && now->bytes == table->bytes &&
                      now->page_shift == table->page_shift;
    // A pane goes with its adapter; only windows of PEs come and go by themselves.
    if (same || (table->owner.value & 0xf000'0000U) == virtual_slot_drc_index(0).value) {
      ++table;
      continue;
    }
    clear_table(core, partition, *table);
    table = p.hcalls.tce_tables.erase(table);
  }
}

TceTable* find_tce_table(Core& core, std::size_t partition, std::uint64_t liobn) {
  forget_removed_windows(core, partition);
  PartitionState& p = core.at(partition);
  if (liobn > 0xffff'ffffULL) return nullptr;
  auto& windows = p.hcalls.tce_tables;
  auto found = std::find_if(windows.begin(), windows.end(),
                            [&](const TceTable& window) { return window.liobn == liobn; });
  if (found == windows.end()) {
    const auto made = default_table(core, p, static_cast<std::uint32_t>(liobn));
    if (!made) return nullptr;
    found = windows.insert(windows.end(), *made);
  }
  return table_usable(core, p, *found) ? &*found : nullptr;
}

bool io_space(const Core& core, const PartitionState& p, std::uint64_t address,
              std::uint64_t bytes) {
  for (std::size_t i = 0; i < core.phbs.size(); ++i) {
    if (!is_usable(p.phbs, i)) continue;
    const std::uint64_t begin = phb_io_address(core.phbs[i]);
    if (address >= begin && address - begin < kPhbIoBytes &&
        bytes <= kPhbIoBytes - (address - begin)) {
      return true;
    }
  }
  return accepted_range(core, p.config.id, SharedKind::io, address, bytes) != nullptr;
}

void count_mapping(Core& core, std::size_t partition, std::uint64_t address, std::uint64_t bytes,
                   int change) {
  PartitionState& p = core.at(partition);
  auto& counts = p.hcalls.lmb_mappings;
  if (counts.size() < p.lmbs.size()) counts.resize(p.lmbs.size());
  const std::uint64_t last = (address + bytes - 1) >> core.lmb_shift;
  for (std::uint64_t lmb = address >> core.lmb_shift; lmb <= last && lmb < counts.size(); ++lmb) {
    LPARSIM_ASSERT(change > 0 || counts[lmb] > 0);
    counts[lmb] += static_cast<std::uint32_t>(change);
  }
}

void set_tce(Core& core, std::size_t partition, TceTable& window, std::uint64_t page,
             TceEntry entry) {
  const std::uint64_t page_bytes = std::uint64_t{1} << window.page_shift;
  const auto old = window.entries.find(page);
  if (old != window.entries.end()) {
    const TceEntry gone = old->second;
    window.entries.erase(old);
    if (gone.lender == kNoPartition) {
      count_mapping(core, partition, gone.tce & ~(page_bytes - 1), page_bytes, -1);
      if (core.state.hcalls.loans > 0) {
        drop_loans(core, core.at(partition).config.id, window.liobn, page);
      }
    }
  }
  if ((entry.tce & kTceAccess) == 0) return;
  if (entry.lender == kNoPartition) {
    count_mapping(core, partition, entry.tce & ~(page_bytes - 1), page_bytes, 1);
  }
  window.entries.emplace(page, entry);
}

void clear_table(Core& core, std::size_t partition, TceTable& table) {
  while (!table.entries.empty()) {
    set_tce(core, partition, table, table.entries.begin()->first, {});
  }
}

bool has_mappings(const Core& core, const PartitionState& p, DrcPlace place) {
  if (place.array == DrcArray::cpus) return false;
  // A grantee's translations are to the same memory.
  if (shareable(place)) {
    const Range range = range_of(core, place);
    if (shared_out(core, p.config.id, shared_kind(place), range.begin, range.end)) return true;
  }
  if (place.array == DrcArray::lmbs) {
    return place.position < p.hcalls.lmb_mappings.size() &&
           p.hcalls.lmb_mappings[place.position] > 0;
  }
  return std::any_of(p.hcalls.tce_tables.begin(), p.hcalls.tce_tables.end(),
                     [&](const TceTable& window) {
                       return !window.entries.empty() && belongs_to(core, window, place);
                     });
}

void drop_mappings(Core& core, std::size_t partition, DrcPlace place) {
  PartitionState& p = core.at(partition);
  if (place.array == DrcArray::cpus) return;
  if (shareable(place) && !core.state.hcalls.grants.empty()) {
    const Range range = range_of(core, place);
    take_back(core, p.config.id, shared_kind(place), range.begin, range.end);
  }
  if (place.array == DrcArray::lmbs) {
    const Range range = range_of(core, place);
    if (has_mappings(core, p, place)) drop_mappings_in(core, partition, range.begin, range.end);
    return;
  }
  if (place.array == DrcArray::virtual_slots) {
    drop_adapter(core, {partition, static_cast<std::uint16_t>(place.position)},
                 kPartnerDeregistered);
  }
  for (TceTable& window : p.hcalls.tce_tables) {
    if (belongs_to(core, window, place)) clear_table(core, partition, window);
  }
  std::erase_if(p.hcalls.tce_tables, [&](const TceTable& window) {
    return window.owner == drc_index(core, place);
  });
}

}  // namespace lparsim::firmware
