// The logical memory blocks of ibm,dynamic-memory or ibm,dynamic-memory-v2 with their memory blocks
// in sysfs (drmgr.md 2.3). memory@ nodes with a DRC of their own (systems before drconf) are left
// out: no firmware here makes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/userland/session.hpp"

namespace lparsim::userland {

inline constexpr std::uint32_t kNoAssociativity = 0xffffffff;

inline constexpr std::string_view kMemoryNode =
    "/proc/device-tree/ibm,dynamic-reconfiguration-memory";
std::string memory_property(std::string_view name);      // path of a property of that node
std::string block_path(std::uint64_t block);             // folder of a memory block in sysfs

struct Lmb {
  std::uint32_t drc_index = 0;
  std::uint64_t address = 0;
  std::uint32_t associativity_index = kNoAssociativity;
  bool owned = false;                     // assigned flag
  bool removable = false;                 // every present memory block says so
  std::vector<std::uint64_t> blocks;      // numbers of its memory blocks, the last one first
};

struct LmbList {
  std::uint64_t lmb_size = 0;
  std::uint64_t block_size = 0;           // of sysfs
  std::vector<Lmb> lmbs;                  // order of the property
};

// Which property is read: v1 wins when both are there; without help of the kernel only v1 is known.
enum class LmbProperty { either, first_version };
// nullopt after a message.
std::optional<LmbList> read_lmbs(Session& session, LmbProperty which = LmbProperty::either);
// The memory blocks of an LMB, and whether all that are there can go.
void read_lmb_blocks(Session& session, const LmbList& list, Lmb& lmb);

// ibm,associativity-lookup-arrays: `count` lists of `size` cells.
struct AssociativityArrays {
  std::uint32_t count = 0;
  std::uint32_t size = 0;
  std::vector<std::uint32_t> cells;
};
std::optional<AssociativityArrays> read_associativity(Session& session);

}  // namespace lparsim::userland
