#include "firmware/device_tree/numbering.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace lparsim::firmware {

namespace {
constexpr std::uint32_t kCpuBase = 0x1000'0000U;
constexpr std::uint32_t kPhbBase = 0x2000'0000U;
constexpr std::uint32_t kVirtualSlotBase = 0x3000'0000U;
constexpr std::uint32_t kLmbBase = 0x8000'0000U;
constexpr std::uint32_t kBusMask = 0xffffU;
constexpr VirtualSources kLoparSources{0x2000, 0, 1};
constexpr VirtualSources kQemuSources{0x1101, 0xef, 0xff};   // as recorded: slot 0 has 0x11f0
}  // namespace

const VirtualSources& virtual_sources(const FirmwareProfile& profile) {
  return profile.tree.lopar_properties ? kLoparSources : kQemuSources;
}

std::uint32_t virtual_source(const FirmwareProfile& profile, std::uint16_t slot) {
  const auto& [base, first, round] = virtual_sources(profile);
  return base + (slot < round ? (first + slot) % round : slot);
}

std::optional<std::uint16_t> slot_of_source(const FirmwareProfile& profile, std::uint32_t source) {
  const auto& [base, first, round] = virtual_sources(profile);
  if (source < base || source - base > 0xffff) return std::nullopt;
  const std::uint32_t offset = source - base;
  return static_cast<std::uint16_t>(offset < round ? (offset + round - first) % round : offset);
}

ServerNumber cpu_first_server(std::uint32_t n, std::uint8_t threads) {
  return ServerNumber{n * threads};
}

DrcIndex cpu_drc_index(std::uint32_t n, std::uint8_t threads) {
  return DrcIndex{kCpuBase + cpu_first_server(n, threads).value};
}

std::string cpu_drc_name(const FirmwareProfile& profile, std::uint32_t n, std::uint8_t threads) {
  const bool plus_one = profile.tree.cpu_naming == CpuNaming::first_thread_plus_one;
  return fmt::format("CPU {}", cpu_first_server(n, threads).value + (plus_one ? 1U : 0U));
}

DrcIndex lmb_drc_index(std::uint32_t n) { return DrcIndex{kLmbBase + n}; }

std::string lmb_drc_name(std::uint32_t n) { return fmt::format("LMB {}", n); }

std::vector<std::uint32_t> phb_numbers(const std::vector<SlotConfig>& slots) {
  std::set<std::uint32_t> taken;
  std::vector<std::uint32_t> numbers(slots.size(), 0);
  std::vector<std::size_t> shared;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    numbers[i] = slots[i].drc.value & kBusMask;
    if (!taken.insert(numbers[i]).second) shared.push_back(i);
  }
  std::uint32_t next = 0;
  for (const std::size_t i : shared) {
    while (!taken.insert(next).second) ++next;
    numbers[i] = next;
  }
  return numbers;
}

DrcIndex phb_drc_index(std::uint32_t phb) { return DrcIndex{kPhbBase + phb}; }

std::string phb_drc_name(std::uint32_t phb) { return fmt::format("PHB {}", phb); }

std::string phb_node_name(std::uint32_t phb) {
  return fmt::format("pci@8000000{:08x}", kPhbBase + phb);
}

DrcIndex virtual_slot_drc_index(std::uint16_t slot) { return DrcIndex{kVirtualSlotBase + slot}; }

std::string virtual_slot_location(const PlatformConfig& platform, PartitionId partition,
                                  std::uint16_t slot) {
  std::string type_model = platform.type_model;   // "9105-22A" is written 9105.22A here
  std::replace(type_model.begin(), type_model.end(), '-', '.');
  return fmt::format("U{}.{}-V{}-C{}", type_model, platform.serial, partition.value, slot);
}

std::uint32_t virtual_slot_count(const PartitionConfig& partition) {
  std::uint32_t count = partition.max_virtual_slots;
  for (const VirtualSlotConfig& slot : partition.virtual_slots) {
    count = std::max<std::uint32_t>(count, slot.slot + 1U);
  }
  return count;
}

std::uint8_t log2_hash_table_bytes(std::size_t lmbs, std::uint64_t lmb_bytes) {
  std::uint8_t log2 = 18;
  while ((std::uint64_t{1} << log2) < lmbs * lmb_bytes / 128) ++log2;
  return log2;
}

std::uint32_t lmbs_without_connector(const FirmwareProfile& profile, std::uint64_t lmb_bytes,
                                     std::uint32_t boot_lmbs, std::uint64_t client_rma_bytes) {
  if (profile.tree.boot_memory == BootMemory::all_fixed) return boot_lmbs;
  const std::uint64_t bytes = std::max(profile.tree.rma_bytes, client_rma_bytes);
  const std::uint64_t rma = (bytes + lmb_bytes - 1) / lmb_bytes;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(rma, boot_lmbs));
}

}  // namespace lparsim::firmware
