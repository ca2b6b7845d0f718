// The hash page table of a running partition.
#pragma once

#include "firmware/hcall/hash_table.hpp"
#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// Sized at first use as ibm,pft-size says.
HashTable& hash_table(Core& core, std::size_t partition);

}  // namespace lparsim::firmware
