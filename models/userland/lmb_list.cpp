#include "models/userland/lmb_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

constexpr std::uint32_t kAssigned = 0x8;
constexpr std::uint32_t kMostLmbs = 1U << 24;

struct Flat {  // one LMB as a property describes it
  std::uint64_t address = 0;
  std::uint32_t drc_index = 0, associativity = 0, flags = 0;
};

std::vector<Flat> parse_v1(const Bytes& value) {
  CellReader reader(value);
  std::vector<Flat> all;
  for (std::uint32_t left = reader.u32(); left > 0; --left) {
    Flat lmb;
    lmb.address = reader.u64();
    lmb.drc_index = reader.u32();
    reader.u32();  // reserved
    lmb.associativity = reader.u32();
    lmb.flags = reader.u32();
    if (!reader.ok()) break;
    all.push_back(lmb);
  }
  return all;
}

std::vector<Flat> parse_v2(const Bytes& value, std::uint64_t lmb_size) {
  CellReader reader(value);
  std::vector<Flat> all;
  for (std::uint32_t sets = reader.u32(); sets > 0; --sets) {
    const std::uint32_t count = reader.u32();
    Flat lmb;
    lmb.address = reader.u64();
    lmb.drc_index = reader.u32();
    lmb.associativity = reader.u32();
    lmb.flags = reader.u32();
    if (!reader.ok() || count > kMostLmbs) break;
    for (std::uint32_t i = 0; i < count; ++i) {
      all.push_back(lmb);
      lmb.address += lmb_size;
      ++lmb.drc_index;
    }
  }
  return all;
}

std::optional<std::vector<Flat>> read_property(Session& session, std::uint64_t lmb_size,
                                               LmbProperty which) {
  const bool v1 = exists(session.files, memory_property("ibm,dynamic-memory"));
  const bool v2 = which == LmbProperty::either &&
                  exists(session.files, memory_property("ibm,dynamic-memory-v2"));
  if (!v1 && !v2) {
    session.say(kError, "No dynamic reconfiguration LMBs found\n");
    return std::nullopt;
  }
  const auto value = property(session.files, memory_property(v1 ? "ibm,dynamic-memory"
                                                          : "ibm,dynamic-memory-v2"));
  if (!value) {
    session.say(kDebug, "Could not retrieve dynamic reconfigurable memory property\n");
    return std::nullopt;
  }
  return v1 ? parse_v1(*value) : parse_v2(*value, lmb_size);
}

}  // namespace

std::string memory_property(std::string_view name) {
  return fmt::format("{}/{}", kMemoryNode, name);
}

std::string block_path(std::uint64_t block) {
  return fmt::format("/sys/devices/system/memory/memory{}", block);
}

namespace {

// Every memory@ node with a connector is taken for an LMB: one that is none, a region of memory for
// example, spoils the list.
bool nodes_are_listed(Session& session, const LmbList& list) {
  std::vector<DirectoryEntry> entries;
  session.files.list(kTree, entries);
  for (const DirectoryEntry& entry : entries) {
    if (!entry.name.starts_with("memory@")) continue;
    const auto drc = cell_property(session.files, std::string(kTree) + "/" + entry.name +
                                                      "/ibm,my-drc-index");
    if (!drc) continue;
    const bool known = std::any_of(list.lmbs.begin(), list.lmbs.end(),
                                   [&](const Lmb& lmb) { return lmb.drc_index == *drc; });
    if (known) continue;
    session.say(kDebug, fmt::format("Could not find LMB with drc-index of {:x}\n", *drc));
    return false;
  }
  return true;
}

}  // namespace

void read_lmb_blocks(Session& session, const LmbList& list, Lmb& lmb) {
  // The old levels kept the size in 32 bits, so that an LMB of 4 GiB has no blocks.
  const std::uint64_t size = session.has(Switch::lmb_size_32_bits)
                                 ? static_cast<std::uint32_t>(list.lmb_size)
                                 : list.lmb_size;
  lmb.blocks.clear();
  for (std::uint64_t done = 0; done < size; done += list.block_size) {
    lmb.blocks.insert(lmb.blocks.begin(), (lmb.address + done) / list.block_size);
  }
  lmb.removable = !lmb.blocks.empty();
  for (const std::uint64_t block : lmb.blocks) {
    const std::string path = block_path(block);
    if (!exists(session.files, path)) continue;
    if (int_attribute(session.files, path + "/removable").value_or(0) == 0) lmb.removable = false;
  }
}

std::optional<LmbList> read_lmbs(Session& session, LmbProperty which) {
  const auto block = read_text(session.files, "/sys/devices/system/memory/block_size_bytes");
  if (!block) {
    session.say(kDebug, "Could not determine block size bytes for memory.\n");
    return std::nullopt;
  }
  LmbList list;
  list.block_size = std::strtoull(block->c_str(), nullptr, 16);
  const auto size = property(session.files, memory_property("ibm,lmb-size"), 8);
  if (!size || size->size() < 8 || list.block_size == 0) {
    session.say(kDebug, "Could not retrieve drconf LMB size\n");
    return std::nullopt;
  }
  list.lmb_size = load_be64(size->data());
  const auto flat = read_property(session, list.lmb_size, which);
  if (!flat) return std::nullopt;
  for (const Flat& entry : *flat) {
    Lmb lmb;
    lmb.drc_index = entry.drc_index;
    lmb.address = entry.address;
    lmb.associativity_index = entry.associativity;
    lmb.owned = (entry.flags & kAssigned) != 0;
    if (lmb.owned) read_lmb_blocks(session, list, lmb);
    list.lmbs.push_back(std::move(lmb));
  }
  session.say(kInfo, fmt::format("Found {} LMBs currently allocated\n", list.lmbs.size()));
  if (!nodes_are_listed(session, list)) return std::nullopt;
  return list;
}

std::optional<AssociativityArrays> read_associativity(Session& session) {
  const auto value = property(session.files, memory_property("ibm,associativity-lookup-arrays"));
  if (!value) return std::nullopt;
  CellReader reader(*value);
  AssociativityArrays arrays;
  arrays.count = reader.u32();
  arrays.size = reader.u32();
  if (!reader.ok()) return std::nullopt;
  while (reader.left() >= 4) arrays.cells.push_back(reader.u32());
  return arrays;
}

}  // namespace lparsim::userland
