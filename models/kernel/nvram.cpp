#include "models/kernel/nvram.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "models/kernel/linux.hpp"
#include "models/kernel/rtas.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kChunk = 32, kBlock = 16;
constexpr std::size_t kHeader = 16, kName = 12;
constexpr std::uint8_t kFree = 0x7f, kOperatingSystem = 0xa0;

struct Header {
  std::uint32_t at = 0;
  std::uint8_t signature = 0;
  std::uint16_t blocks = 0;
  std::array<std::uint8_t, kName> name{};
};

// Sum of signature, length and name with its carries folded in.
std::uint8_t checksum(const Header& header) {
  std::uint32_t sum = header.signature + (header.blocks >> 8) + (header.blocks & 0xffU);
  for (const std::uint8_t byte : header.name) sum += byte;
  while (sum > 0xff) sum = (sum & 0xff) + (sum >> 8);
  return static_cast<std::uint8_t>(sum);
}

bool write_header(Kernel& kernel, const Header& header) {
  CellWriter out;
  out.u8(header.signature).u8(checksum(header)).u16(header.blocks).bytes(header.name);
  return nvram_write(kernel, header.at, out.take());
}

// "#bytes" of the node of type "nvram", 0 when there is none.
std::uint32_t nvram_size(const LiveTree& tree, NodeId at = kRootNode) {
  if (tree.text(at, "device_type") == "nvram") return tree.word(at, "#bytes").value_or(0);
  for (const NodeId below : tree.at(at).children) {
    if (const std::uint32_t size = nvram_size(tree, below)) return size;
  }
  return 0;
}

// All headers up to the end, or to the first that cannot be one.
std::vector<Header> scan(Kernel& kernel, std::uint32_t size) {
  std::vector<Header> found;
  Bytes bytes(kHeader);
  for (std::uint32_t at = 0; at + kHeader <= size;) {
    if (!nvram_read(kernel, at, bytes)) return found;
    Header header{at, bytes[0], load_be16(&bytes[2]), {}};
    std::copy_n(bytes.begin() + 4, kName, header.name.begin());
    if (header.blocks == 0 || bytes[1] != checksum(header)) return found;
    found.push_back(header);
    at += header.blocks * kBlock;
  }
  return found;
}

std::array<std::uint8_t, kName> padded(std::string_view name) {
  std::array<std::uint8_t, kName> out{};
  std::copy_n(name.begin(), std::min(name.size(), kName), out.begin());
  return out;
}

NvramPartition data_of(const Header& header) {
  return {header.at + static_cast<std::uint32_t>(kHeader), header.blocks * kBlock - kBlock};
}

}  // namespace

std::optional<NvramPartition> os_partition(Kernel& kernel, std::string_view name,
                                           std::uint32_t size) {
  const auto headers = scan(kernel, nvram_size(kernel.state.tree));
  const auto wanted = padded(name);
  for (const Header& header : headers) {
    if (header.signature == kOperatingSystem && header.name == wanted) return data_of(header);
  }
  const auto blocks = static_cast<std::uint16_t>((size + kHeader + kBlock - 1) / kBlock);
  for (Header space : headers) {
    if (space.signature != kFree || space.blocks < blocks) continue;
    const Header made{space.at, kOperatingSystem, blocks, wanted};
    if (!write_header(kernel, made)) return std::nullopt;
    space.at += blocks * kBlock;
    space.blocks = static_cast<std::uint16_t>(space.blocks - blocks);
    if (space.blocks != 0 && !write_header(kernel, space)) return std::nullopt;
    return data_of(made);
  }
  return std::nullopt;
}

bool nvram_read(Kernel& kernel, std::uint32_t at, Bytes& out) {
  const std::uint8_t* buffer = kernel.host.rmo(kNvramBuffer, kChunk);
  if (buffer == nullptr) return false;
  for (std::size_t done = 0; done < out.size();) {
    const auto size = std::min<std::size_t>(kChunk, out.size() - done);
    std::array<std::uint32_t, 1> moved{};
    if (rtas_call(kernel, "nvram-fetch", {at + done, kNvramBuffer, size}, moved) != 0) return false;
    if (moved[0] != size) return false;
    std::copy_n(buffer, size, out.begin() + static_cast<std::ptrdiff_t>(done));
    done += size;
  }
  return true;
}

bool nvram_write(Kernel& kernel, std::uint32_t at, ByteView data) {
  std::uint8_t* buffer = kernel.host.rmo(kNvramBuffer, kChunk);
  if (buffer == nullptr) return false;
  while (!data.empty()) {
    const auto size = std::min<std::size_t>(kChunk, data.size());
    std::copy_n(data.begin(), size, buffer);
    std::array<std::uint32_t, 1> moved{};
    if (rtas_call(kernel, "nvram-store", {at, kNvramBuffer, size}, moved) != 0) return false;
    if (moved[0] != size) return false;
    at += static_cast<std::uint32_t>(size);
    data = data.subspan(size);
  }
  return true;
}

}  // namespace lparsim::kernel
