#include "firmware/hcall/guest_access.hpp"

#include <array>

#include "firmware/hcall/sharing.hpp"

namespace lparsim::firmware {
namespace {

// A grant under which the partition reaches this, when it is not memory of its own.
const Grant* lent(const Core& core, std::size_t partition, std::uint64_t address,
                  std::uint64_t bytes) {
  if (core.state.hcalls.grants.empty()) return nullptr;
  return accepted_range(core, core.at(partition).config.id, SharedKind::memory, address, bytes);
}

}  // namespace

bool read_guest(const Core& core, std::size_t partition, std::uint64_t address,
                std::span<std::uint8_t> to) {
  if (const Grant* grant = lent(core, partition, address, to.size())) {
    const auto place = behind(core, *grant, address);
    return place && (grant->inhibited & kNoRead) == 0 &&
           read_guest(core, place->partition, place->address, to);
  }
  const GuestMemory* memory = core.memories[partition];
  return memory != nullptr && memory_usable(core, partition, address, to.size()) &&
         memory->read(GuestAddress{address}, to);
}

bool write_guest(Core& core, std::size_t partition, std::uint64_t address, ByteView from) {
  if (const Grant* grant = lent(core, partition, address, from.size())) {
    const auto place = behind(core, *grant, address);
    return place && (grant->inhibited & kNoWrite) == 0 &&
           write_guest(core, place->partition, place->address, from);
  }
  GuestMemory* memory = core.memories[partition];
  return memory != nullptr && memory_usable(core, partition, address, from.size()) &&
         memory->write(GuestAddress{address}, from);
}

std::optional<std::uint64_t> read_guest64(const Core& core, std::size_t partition,
                                          std::uint64_t address) {
  std::array<std::uint8_t, 8> bytes{};
  if (!read_guest(core, partition, address, bytes)) return std::nullopt;
  return load_be64(bytes.data());
}

std::optional<std::uint32_t> read_guest32(const Core& core, std::size_t partition,
                                          std::uint64_t address) {
  std::array<std::uint8_t, 4> bytes{};
  if (!read_guest(core, partition, address, bytes)) return std::nullopt;
  return load_be32(bytes.data());
}

std::optional<std::uint16_t> read_guest16(const Core& core, std::size_t partition,
                                          std::uint64_t address) {
  std::array<std::uint8_t, 2> bytes{};
  if (!read_guest(core, partition, address, bytes)) return std::nullopt;
  return load_be16(bytes.data());
}

void write_guest64(Core& core, std::size_t partition, std::uint64_t address, std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes{};
  store_be64(bytes.data(), value);
  write_guest(core, partition, address, bytes);
}

void write_guest32(Core& core, std::size_t partition, std::uint64_t address, std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  store_be32(bytes.data(), value);
  write_guest(core, partition, address, bytes);
}

}  // namespace lparsim::firmware
