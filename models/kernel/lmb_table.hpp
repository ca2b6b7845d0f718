// The LMB table: ibm,dynamic-memory (v1) or -v2 as an array, and back (LoPAR 4.2.x, kernel.md 3).
#pragma once

#include <cstdint>
#include <string_view>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

enum LmbFlag : std::uint32_t {
  kLmbAssigned = 0x08,
  kLmbDrcInvalid = 0x20,
  kLmbAssociativityInvalid = 0x40,
  kLmbReserved = 0x80,          // by firmware
  kLmbHotRemovable = 0x100,
};
inline constexpr std::uint32_t kNoAssociativity = 0xffffffff;

// At boot: table and LMB size from the tree. v1 wins when both are there.
void read_lmb_table(Kernel& kernel);
// Writes the table back to the property it came from. 0, -1 or (fixed) -ENOMEM.
int write_lmb_table(Kernel& kernel);
// Somebody else wrote this property: of the table only the associativity indexes follow. On levels
// with drconf_writes the flags do too, and memory with the first LMB that changed; others that
// changed in the same write are not looked at.
void drconf_updated(Kernel& kernel, NodeId node, std::string_view property);

Lmb* find_lmb(Kernel& kernel, std::uint32_t drc_index);

}  // namespace lparsim::kernel
