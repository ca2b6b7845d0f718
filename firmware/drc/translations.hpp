// Translations that lead to a connector's resource: page table entries and TCEs as the hypervisor
// calls make them (hcall/mappings), and what is noted one connector at a time (set_mapped):
// adapters' registers that are mapped, processes on a coherent function.
#pragma once

#include <cstddef>

#include "firmware/drc/drc_space.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// R1-13.7.4.1.2-2, R1-13.7.4.1.3-2.
bool has_translations(const Core& core, const PartitionState& partition, DrcPlace place);
// 9003=unusable unmaps what is left (R1-13.5.3.4-6).
void drop_translations(Core& core, std::size_t partition, DrcPlace place);
// False: no such connector in the partition, or its resource is not usable (R1-13.5.3.4-7).
bool note_translation(Core& core, std::size_t partition, DrcIndex drc, bool mapped);

}  // namespace lparsim::firmware
