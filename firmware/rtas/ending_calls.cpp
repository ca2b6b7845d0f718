// The calls that end a partition: power-off, system-reboot, ibm,os-term (LoPAR 7.3.9).
#include "firmware/platform/targets.hpp"
#include "firmware/rtas/call_table.hpp"

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
// What follows is the platform's policy; ours leaves the partition off.
void os_term(CallFrame& frame) { end_partition(frame, false); }

constexpr std::array kHardwareOnly{kNormal, kHardware};
constexpr std::array kTerm{kNormal, kHardware, kBusy};

constexpr std::array kRows{
    CallRow{"power-off", "rtas.power-off", 2, 2, 1, 1, false, Subject::nothing, power_off_call,
            nullptr, kHardwareOnly},
    CallRow{"system-reboot", "rtas.system-reboot", 0, 0, 1, 1, false, Subject::nothing,
            system_reboot, nullptr, kHardwareOnly},
    CallRow{"ibm,os-term", "rtas.ibm,os-term", 1, 1, 1, 1, true, Subject::nothing, os_term, nullptr,
            kTerm},
};

}  // namespace

std::span<const CallRow> ending_rows() { return kRows; }

}  // namespace lparsim::firmware
