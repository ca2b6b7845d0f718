// The calls that end a partition: power-off, system-reboot, ibm,os-term (LoPAR 7.3.9).
#include "firmware/platform/targets.hpp"
#include "firmware/rtas/buffers.hpp"
#include "firmware/rtas/call_table.hpp"
#include "firmware/rtas/kernel_dump.hpp"
#include "firmware/rtas/system_parameters.hpp"

namespace lparsim::firmware {

void end_partition(CallFrame& frame, bool restart) {
  const PartitionId id = frame.state().config.id;
  frame.parks = true;
  settle_off(frame.core, frame.partition);
  frame.core.events.partition_ended(id, restart);
}

namespace {

void power_off_call(CallFrame& frame) { end_partition(frame, false); }
void system_reboot(CallFrame& frame) { end_partition(frame, true); }

// The text becomes the partition's reference code and surveillance ends. A registered kernel dump
// is taken and the partition restarts; else the call comes back where it is the extended one, or
// partition_auto_restart says what follows (R1-7.3.9.1-1 to -5).
void os_term(CallFrame& frame) {
  constexpr std::size_t kLongest = 255;
  const auto text = read_text(frame, frame.in[0], kLongest);
  // DEVIATION(LoPAR table 7-49): a text that is not there; it has no -3 of its own.
  if (!text) return frame.answer(kRtasParameterError);
  frame.state().rtas.reference_code = *text;
  frame.state().rtas.boot.surveillance = std::uint8_t{0};
  if (take_kernel_dump(frame)) return end_partition(frame, true);
  if (frame.core.profile.services.extended_os_term) return;
  end_partition(frame, byte_parameter(frame.core, frame.partition, kPartitionAutoRestart) != 0);
}

constexpr std::array kHardwareOnly{kNormal, kHardware};
constexpr std::array kTerm{kNormal, kHardware, kBusy};

constexpr std::array kRows{
    CallRow{"power-off", "rtas.power-off", 2, 2, 1, 1, false, Subject::nothing, power_off_call,
            nullptr, kHardwareOnly},
    CallRow{"system-reboot", "rtas.system-reboot", 0, 0, 1, 1, false, Subject::nothing,
            system_reboot, nullptr, kHardwareOnly},
    CallRow{"ibm,power-off-ups", "rtas.ibm,power-off-ups", 0, 0, 1, 1, false, Subject::nothing,
            power_off_call, nullptr, kHardwareOnly},
    CallRow{"ibm,os-term", "rtas.ibm,os-term", 1, 1, 1, 1, true, Subject::nothing, os_term, nullptr,
            kTerm},
};

}  // namespace

std::span<const CallRow> ending_rows() { return kRows; }

}  // namespace lparsim::firmware
