// ibm,get-system-parameter and ibm,set-system-parameter (LoPAR 7.3.16): the buffers; the
// parameters themselves are in system_parameters.
#include "firmware/rtas/buffers.hpp"
#include "firmware/rtas/system_parameters.hpp"

#include <algorithm>

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kLengthField = 2;

std::int32_t code(ParameterStatus status) { return static_cast<std::int32_t>(status); }

// Length of the value, then the value, cut at the end of the buffer. A buffer of no length only
// asks (R1-7.3.16-10).
void get_system_parameter(CallFrame& frame) {
  constexpr std::size_t kLongest = 4000;   // R1-7.3.16-12
  const ParameterAnswer answer = get_parameter(frame.core, frame.partition, frame.in[0]);
  const std::uint32_t length = frame.in[2];
  if (answer.status != ParameterStatus::success) return frame.answer(code(answer.status));
  if (length == 0) return;
  CellWriter out;
  out.u16(static_cast<std::uint16_t>(std::min(answer.value.size(), kLongest)));
  Bytes bytes = out.bytes(answer.value).take();
  if (bytes.size() > length) bytes.resize(length);
  if (length < kLengthField || !write_buffer(frame, frame.in[1], bytes)) {
    frame.answer(code(ParameterStatus::parameter_error));
  }
}

void set_system_parameter(CallFrame& frame) {
  const ParameterStatus allowed = set_parameter(frame.core, frame.partition, frame.in[0], {});
  if (allowed != ParameterStatus::success) return frame.answer(code(allowed));
  const auto length = read_buffer(frame, frame.in[1], kLengthField);
  if (!length) return frame.answer(code(ParameterStatus::parameter_error));
  const auto data =
      read_buffer(frame, frame.in[1] + std::uint64_t{kLengthField}, load_be16(length->data()));
  if (!data) return frame.answer(code(ParameterStatus::parameter_error));
  frame.answer(code(set_parameter(frame.core, frame.partition, frame.in[0], *data)));
}

constexpr std::array kStatuses{kNormal,
                               kHardware,
                               kBusy,
                               kParameter,
                               Outcome{"not_authorized", -9002},
                               Outcome{"bad_parameter", -9999},
                               LPARSIM_EXTENDED_DELAYS};

constexpr std::array kRows{
    CallRow{"ibm,get-system-parameter", "rtas.ibm,get-system-parameter", 3, 3, 1, 1, true,
            Subject::input0, get_system_parameter, nullptr, kStatuses},
    CallRow{"ibm,set-system-parameter", "rtas.ibm,set-system-parameter", 2, 2, 1, 1, true,
            Subject::input0, set_system_parameter, nullptr, kStatuses},
};

}  // namespace

std::span<const CallRow> parameter_rows() { return kRows; }

}  // namespace lparsim::firmware
