// nvram-fetch and nvram-store (LoPAR 7.3.1): bytes of the partition's own NVRAM, kept across
// restart and power-off. What they mean (chapter 8) is the OS's.
#include <algorithm>

#include "firmware/rtas/buffers.hpp"

namespace lparsim::firmware {
namespace {

// [index, +length) inside the NVRAM, and the buffer reachable.
bool in_range(const CallFrame& frame) {
  const std::uint64_t index = frame.in[0], length = frame.in[2];
  return index + length <= frame.core.profile.services.nvram_bytes &&
         reachable(frame, frame.in[1], length);
}

void nvram_fetch(CallFrame& frame) {
  if (!in_range(frame)) return frame.answer(kRtasParameterError);
  const Bytes& nvram = frame.state().rtas.kept.nvram;
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
  Bytes& nvram = frame.state().rtas.kept.nvram;
  frame.out[1] = frame.in[2];
  if (data->empty()) return;
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
