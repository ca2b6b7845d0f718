// ibm,suspend-me, ibm,update-nodes, ibm,update-properties and ibm,activate-firmware (LoPAR 7.3.7.6,
// 7.3.23 to 7.3.25); what they do is in firmware/mobility.
#include "firmware/mobility/reports.hpp"
#include "firmware/mobility/rtas_level.hpp"
#include "firmware/mobility/suspend.hpp"
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::array kSuspend{kNormal,
                              kHardware,
                              Outcome{"suspension_aborted", kSuspensionAborted},
                              Outcome{"not_suspendable", kNotSuspendable},
                              Outcome{"threads_active", kThreadsActive},
                              Outcome{"coprocessor_operations", -9006}};
constexpr std::array kReport{kNormal, kHardware, kBusy, kParameter};
constexpr std::array kActivate{kNormal,    kHardware,
                               kBusy,      kParameter,
                               Outcome{"nothing_to_activate", -9001}, LPARSIM_EXTENDED_DELAYS};

constexpr std::array kRows{
    CallRow{"ibm,suspend-me", "rtas.ibm,suspend-me", 0, 0, 1, 1, false, Subject::caller, suspend_me,
            nullptr, kSuspend},
    CallRow{"ibm,update-nodes", "rtas.ibm,update-nodes", 2, 2, 1, 1, true, Subject::input1,
            update_nodes, nullptr, kReport},
    CallRow{"ibm,update-properties", "rtas.ibm,update-properties", 2, 2, 1, 1, true,
            Subject::input1, update_properties, nullptr, kReport},
    CallRow{"ibm,activate-firmware", "rtas.ibm,activate-firmware", 0, 0, 1, 1, true,
            Subject::nothing, activate_firmware, nullptr, kActivate},
};

}  // namespace

std::span<const CallRow> mobility_rows() { return kRows; }

}  // namespace lparsim::firmware
