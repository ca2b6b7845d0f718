// What of a partition's memory and slots is mapped, by its hash page table and by its DMA windows:
// isolating it is refused while it is (R1-13.7.4.1.2-2), and giving it back ends what is left.
#pragma once

#include <cstdint>

#include "firmware/drc/drc_space.hpp"
#include "firmware/hcall/tce_table.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// The window of this LIOBN, when the partition has one and may use it now; else nullptr.
TceTable* find_tce_table(Core& core, std::size_t partition, std::uint64_t liobn);

// Drops the entries of windows of PEs that ibm,remove-pe-dma-window or a reset has taken away.
void forget_removed_windows(Core& core, std::size_t partition);

// Whether [address, +bytes) lies in the memory-mapped I/O space of a PHB that the partition owns.
bool io_space(const Core& core, const PartitionState& partition, std::uint64_t address,
              std::uint64_t bytes);

// Translations of the partition, of both kinds, to a part of [begin, end).
bool mapped_in(const Core& core, std::size_t partition, std::uint64_t begin, std::uint64_t end);
void drop_mappings_in(Core& core, std::size_t partition, std::uint64_t begin, std::uint64_t end);

// Counts of translations to an LMB.
void count_mapping(Core& core, std::size_t partition, std::uint64_t address, std::uint64_t bytes,
                   int change);
// Sets or clears (tce.tce == 0) an entry and keeps the counts; the page must be in the window.
void set_tce(Core& core, std::size_t partition, TceTable& window, std::uint64_t page,
             TceEntry entry);

void clear_table(Core& core, std::size_t partition, TceTable& table);

bool has_mappings(const Core& core, const PartitionState& partition, DrcPlace place);
// 9003=unusable: translations to it, its windows and what its adapter has registered are gone.
void drop_mappings(Core& core, std::size_t partition, DrcPlace place);

}  // namespace lparsim::firmware
