// ibm,platform-dump (LoPAR 7.3.3.4.1): a dump of the platform fetched in pieces by the partition
// that was told of it. The sequence number is the offset of the next byte; a closing call without
// buffer gives the dump up. Its contents are whoever added it's (Hypervisor::add_platform_dump).
#include <algorithm>

#include "firmware/rtas/buffers.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kContinue = 1, kNotAuthorized = -9002;

std::uint64_t pair(const CallFrame& frame, std::size_t hi) {
  return std::uint64_t{frame.in[hi]} << 32 | frame.in[hi + 1];
}

void put_pair(CallFrame& frame, std::size_t hi, std::uint64_t value) {
  frame.out[hi] = static_cast<std::uint32_t>(value >> 32);
  frame.out[hi + 1] = static_cast<std::uint32_t>(value);
}

// A tag of nobody's is one that the caller has no right to (R1-7.3.3.4.1-3).
void platform_dump(CallFrame& frame) {
  std::vector<PlatformDump>& dumps = frame.core.state.rtas.dumps;
  const PartitionId caller = frame.state().config.id;
  const auto dump = std::find_if(dumps.begin(), dumps.end(), [&](const PlatformDump& d) {
    return d.tag == pair(frame, 0) && d.partition == caller;
  });
  if (dump == dumps.end()) return frame.answer(kNotAuthorized);
  const std::uint64_t sequence = pair(frame, 2);
  if (frame.in[4] == 0 && frame.in[5] == 0 && dump->complete) {
    dumps.erase(dump);
    return;
  }
  const std::uint64_t size = dump->data.size();
  const std::uint64_t piece = sequence <= size ? std::min<std::uint64_t>(frame.in[5],
                                                                         size - sequence) : 0;
  const auto data = ByteView{dump->data}.subspan(piece == 0 ? 0 : sequence, piece);
  if (piece == 0 || !write_buffer(frame, frame.in[4], data)) {
    // DEVIATION(LoPAR table 7-16): it has no status for bad arguments; the general one of 7.2.7.
    return frame.answer(kRtasParameterError);
  }
  dump->complete = sequence + piece == size;
  put_pair(frame, 1, sequence + piece);
  put_pair(frame, 3, piece);
  frame.answer(dump->complete ? kRtasSuccess : kContinue);
}

constexpr std::array kStatuses{kNormal, kHardware, kBusy, kParameter,
                               Outcome{"not_authorized", kNotAuthorized}, LPARSIM_EXTENDED_DELAYS};

constexpr std::array kRows{
    CallRow{"ibm,platform-dump", "rtas.ibm,platform-dump", 6, 6, 5, 5, true, Subject::input1,
            platform_dump, nullptr, kStatuses},
};

}  // namespace

std::span<const CallRow> platform_dump_rows() { return kRows; }

}  // namespace lparsim::firmware
