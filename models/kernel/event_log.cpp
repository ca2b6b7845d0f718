#include "models/kernel/event_log.hpp"

#include <algorithm>
#include <array>

namespace lparsim::kernel {
namespace {

constexpr std::size_t kFixedPart = 8;              // RTAS error log header
constexpr std::size_t kCompanyAt = kFixedPart + 12;
constexpr std::size_t kSectionsAt = kFixedPart + 16;
constexpr std::uint8_t kFormat = 14;
constexpr std::uint8_t kExtendedPresent = 0x04;    // in byte 1

}  // namespace

std::vector<std::uint32_t> event_sources(const Kernel& kernel, std::string_view path) {
  constexpr std::size_t kMaxSources = 16;
  std::vector<std::uint32_t> sources;
  const LiveTree& tree = kernel.state.tree;
  const NodeId node = tree.find(path);
  const Bytes* value = node == kNoNode ? nullptr : tree.property(node, "interrupts");
  if (value == nullptr) return sources;
  // Pairs of source and sense (#interrupt-cells is 2).
  for (CellReader in(*value); in.left() >= 8 && sources.size() < kMaxSources;) {
    sources.push_back(in.u32());
    in.u32();
  }
  return sources;
}

ByteView logged(ByteView buffer) {
  const bool extended = (buffer[1] & kExtendedPresent) != 0;
  const std::size_t length = kFixedPart + (extended ? load_be32(buffer.data() + 4) : 0);
  return buffer.first(std::min(length, buffer.size()));
}

ByteView find_section(ByteView log, std::uint16_t id) {
  if (log.size() < kSectionsAt || (log[kFixedPart + 2] & 0x0f) != kFormat) return {};
  constexpr std::array<std::uint8_t, 4> kCompany{'I', 'B', 'M', 0};
  for (std::size_t i = 0; i < kCompany.size(); ++i) {
    if (log[kCompanyAt + i] != kCompany[i]) return {};
  }
  for (std::size_t at = kSectionsAt; at + 8 <= log.size();) {
    const std::size_t length = load_be16(&log[at + 2]);
    if (length < 8 || at + length > log.size()) return {};
    if (load_be16(&log[at]) == id) return log.subspan(at, length);
    at += length;
  }
  return {};
}

}  // namespace lparsim::kernel
