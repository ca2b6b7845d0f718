// Return codes of hypervisor calls (LoPAR table 14-5) and the words that scenarios script them by.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/base/choices.hpp"

namespace lparsim::firmware {

inline constexpr std::int64_t kHSuccess = 0, kHBusy = 1, kHClosed = 2, kHNotAvailable = 3,
                              kHConstrained = 4, kHPartial = 5, kHInProgress = 14,
                              kHPageRegistered = 15, kHPartialStore = 16, kHPending = 17,
                              kHContinue = 18, kHLongBusy1ms = 9900, kHLongBusy10ms = 9901,
                              kHLongBusy100ms = 9902, kHLongBusy1s = 9903, kHLongBusy10s = 9904,
                              kHLongBusy100s = 9905;
inline constexpr std::int64_t kHHardware = -1, kHFunction = -2, kHPrivilege = -3, kHParameter = -4,
                              kHBadMode = -5, kHPtegFull = -6, kHNotFound = -7,
                              kHReservedDabr = -8, kHNoMem = -9, kHAuthority = -10,
                              kHPermission = -11, kHDropped = -12, kHSParm = -13, kHDParm = -14,
                              kHRParm = -15, kHResource = -16, kHMLengthParm = -27,
                              kHMemParm = -28, kHRescinded = -46, kHAborted = -54, kHP2 = -55,
                              kHP3 = -56, kHP4 = -57, kHP5 = -58, kHNoop = -63, kHTooBig = -64,
                              kHUnsupported = -67, kHState = -75, kHInUse = -77,
                              kHUnsupportedFlag = -256;

struct HcallWord {
  std::int64_t status;
  std::string_view word;
};
inline constexpr std::array kHcallWords{
    HcallWord{kHBusy, "busy"}, HcallWord{kHClosed, "closed"},
    HcallWord{kHNotAvailable, "not_available"}, HcallWord{kHConstrained, "constrained"},
    HcallWord{kHPartial, "partial"}, HcallWord{kHInProgress, "in_progress"},
    HcallWord{kHPageRegistered, "page_registered"}, HcallWord{kHPending, "pending"},
    HcallWord{kHContinue, "continue"}, HcallWord{kHLongBusy1ms, "long_busy_1ms"},
    HcallWord{kHLongBusy10ms, "long_busy_10ms"}, HcallWord{kHLongBusy100ms, "long_busy_100ms"},
    HcallWord{kHLongBusy1s, "long_busy_1s"}, HcallWord{kHLongBusy10s, "long_busy_10s"},
    HcallWord{kHLongBusy100s, "long_busy_100s"}, HcallWord{kHFunction, "function"},
    HcallWord{kHParameter, "parameter"}, HcallWord{kHBadMode, "bad_mode"},
    HcallWord{kHPtegFull, "pteg_full"}, HcallWord{kHNotFound, "not_found"},
    HcallWord{kHReservedDabr, "reserved_dabr"}, HcallWord{kHNoMem, "no_memory"},
    HcallWord{kHAuthority, "authority"}, HcallWord{kHPermission, "permission"},
    HcallWord{kHDropped, "dropped"}, HcallWord{kHSParm, "source_parameter"},
    HcallWord{kHDParm, "destination_parameter"}, HcallWord{kHRParm, "remote_parameter"},
    HcallWord{kHResource, "resource"}, HcallWord{kHMLengthParm, "memory_length"},
    HcallWord{kHMemParm, "memory_parameter"}, HcallWord{kHRescinded, "rescinded"},
    HcallWord{kHAborted, "aborted"}, HcallWord{kHP2, "parameter_2"},
    HcallWord{kHP3, "parameter_3"}, HcallWord{kHP4, "parameter_4"},
    HcallWord{kHP5, "parameter_5"}, HcallWord{kHNoop, "no_operation"},
    HcallWord{kHTooBig, "too_big"}, HcallWord{kHUnsupported, "unsupported"},
    HcallWord{kHState, "state"}, HcallWord{kHInUse, "in_use"},
    HcallWord{kHUnsupportedFlag, "unsupported_flag"},
};

// Outcome of a choice point; a status without a word does not compile.
consteval Outcome hcall_outcome(std::int64_t status) {
  for (const HcallWord& entry : kHcallWords) {
    if (entry.status == status) return {entry.word, status};
  }
  throw "no word for this status";
}

// What a call may answer: normal, hardware (every call may, R1-14.5.3-12) and those listed.
template <std::int64_t... Statuses>
inline constexpr std::array<Outcome, 2 + sizeof...(Statuses)> kHcallOutcomes{
    Outcome{"normal", kHSuccess}, Outcome{"hardware", kHHardware}, hcall_outcome(Statuses)...};

}  // namespace lparsim::firmware
