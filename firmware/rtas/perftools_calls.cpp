// ibm,lpar-perftools (LoPAR 7.3.22): the name of the hypervisor's routine at an address. The model
// has no hypervisor code, so that every address is one outside of it (R1-7.3.22-3).
#include "firmware/rtas/buffers.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kBufferTooSmall = -5;

void lpar_perftools(CallFrame& frame) {
  constexpr std::uint32_t kConvertAddress = 1, kAddressSize = 8;
  constexpr std::string_view kNoSuchAddress = "not a hypervisor address";
  const std::uint64_t area = std::uint64_t{frame.in[1]} << 32 | frame.in[2];
  const std::uint32_t size = frame.in[3];
  // One call gives all: no other sequence number was ever handed out.
  if (frame.in[0] != kConvertAddress || frame.in[4] != 1 || size < kAddressSize ||
      !reachable(frame, area, size)) {
    return frame.answer(kRtasParameterError);
  }
  const Bytes answer = CellWriter{}.u64(0).str(kNoSuchAddress).take();
  if (answer.size() > size) return frame.answer(kBufferTooSmall);
  if (!write_buffer(frame, area, answer)) return frame.answer(kRtasParameterError);
  frame.out[1] = 1;
}

constexpr std::array kStatuses{kNormal,
                               kHardware,
                               kBusy,
                               kParameter,
                               Outcome{"buffer_too_small", kBufferTooSmall},
                               Outcome{"not_authorized", -9002},
                               LPARSIM_EXTENDED_DELAYS};

constexpr std::array kRows{
    CallRow{"ibm,lpar-perftools", "rtas.ibm,lpar-perftools", 5, 5, 2, 2, true, Subject::input0,
            lpar_perftools, nullptr, kStatuses},
};

}  // namespace

std::span<const CallRow> perftools_rows() { return kRows; }

}  // namespace lparsim::firmware
