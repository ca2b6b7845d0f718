// nvram-fetch and nvram-store (LoPAR 7.3.1): bytes of the partition's own NVRAM, kept across
// restart and power-off. What they mean (chapter 8) is the OS's.
#include <algorithm>
#include <array>
#include <string_view>

#include "firmware/rtas/buffers.hpp"

namespace lparsim::firmware {
namespace {

struct NvramPartition {
  std::uint8_t signature;
  std::uint32_t bytes;                 // with its header
  std::string_view name;
};

// A partition's header: signature, checksum, length in blocks of 16 bytes, name (R1-8.2-1).
void add_header(Bytes& nvram, const NvramPartition& partition) {
  CellWriter out;
  out.u8(partition.signature).u8(0).u16(static_cast<std::uint16_t>(partition.bytes / 16));
  Bytes header = out.take();
  header.insert(header.end(), partition.name.begin(), partition.name.end());
  header.resize(16);
  std::uint32_t sum = 0;
  for (const std::uint8_t byte : header) sum += byte;
  while (sum > 0xff) sum = (sum & 0xff) + (sum >> 8);
  header[1] = static_cast<std::uint8_t>(sum);
  nvram.insert(nvram.end(), header.begin(), header.end());
}

// What SLOF leaves in the NVRAM of a new partition (chapter 8): two logs of its own, variables, and
// the free rest. The sizes add up to where Linux was recorded to put its own log. PowerVM's
// content was never seen: its NVRAM is empty.
Bytes new_nvram(const FirmwareProfile& profile) {
  constexpr std::array kPartitions{NvramPartition{0x51, 0x1400, "ibm,CPU0log"},
                                   NvramPartition{0x51, 0x1400, "ibm,CPU1log"},
                                   NvramPartition{0x70, 0x1000, "common"}};
  constexpr std::uint32_t kUsed = 0x3800;
  Bytes nvram;
  const std::uint32_t size = profile.services.nvram_bytes;
  if (profile.tree.lopar_properties || size < 2 * kUsed) return nvram;
  for (const NvramPartition& partition : kPartitions) {
    const std::size_t at = nvram.size();
    add_header(nvram, partition);
    nvram.resize(at + partition.bytes);
  }
  add_header(nvram, {0x7f, std::min(size - kUsed, 0xffff0U), "wwwwwwwwwwww"});
  return nvram;
}

Bytes& nvram_of(CallFrame& frame) {
  Bytes& nvram = frame.state().rtas.kept.nvram;
  if (nvram.empty()) nvram = new_nvram(frame.core.profile);
  return nvram;
}

// [index, +length) inside the NVRAM, and the buffer reachable.
bool in_range(const CallFrame& frame) {
  const std::uint64_t index = frame.in[0], length = frame.in[2];
  return index + length <= frame.core.profile.services.nvram_bytes &&
         reachable(frame, frame.in[1], length);
}

void nvram_fetch(CallFrame& frame) {
  if (!in_range(frame)) return frame.answer(kRtasParameterError);
  const Bytes& nvram = nvram_of(frame);
  Bytes out(frame.in[2], 0);
  for (std::size_t i = 0; i < out.size() && frame.in[0] + i < nvram.size(); ++i) {
    out[i] = nvram[frame.in[0] + i];
  }
  if (!write_buffer(frame, frame.in[1], out)) return frame.answer(kRtasParameterError);
  frame.out[1] = frame.in[2];
}

void nvram_store(CallFrame& frame) {
  const auto data = in_range(frame) ? read_buffer(frame, frame.in[1], frame.in[2]) : std::nullopt;
  if (!data) return frame.answer(kRtasParameterError);
  frame.out[1] = frame.in[2];
  if (data->empty()) return;
  Bytes& nvram = nvram_of(frame);
  nvram.resize(std::max<std::size_t>(nvram.size(), frame.in[0] + data->size()));
  std::copy(data->begin(), data->end(), nvram.begin() + frame.in[0]);
}

constexpr std::array kStatuses{kNormal, kHardware, kParameter};

constexpr std::array kRows{
    CallRow{"nvram-fetch", "rtas.nvram-fetch", 3, 3, 2, 2, false, Subject::input0, nvram_fetch,
            nullptr, kStatuses},
    CallRow{"nvram-store", "rtas.nvram-store", 3, 3, 2, 2, false, Subject::input0, nvram_store,
            nullptr, kStatuses},
};

}  // namespace

std::span<const CallRow> nvram_rows() { return kRows; }

}  // namespace lparsim::firmware
