// Why a command of the HMC failed: from the log of a run, the chain from what the operator read
// down to the answer of firmware that began it.
#pragma once

#include <cstdint>
#include <string>

#include "sim/base/event_log.hpp"

namespace lparsim::report {

// One paragraph for each command since `first_event` that ended with another status than 0, in
// their order; empty when there is none. What the ring of the log holds no more is left out.
//
//   chhwres -r proc -m small -o a -p alpha --procs 1
//     exit status 1: HSCL294E The dynamic addition ...
//     <- OS return code 1 of "drmgr -c cpu -a -q 1 -w 5 -d 0"
//     <- drmgr wrote: ...
//     <- write of "cpu add index 0x10000010" to /sys/kernel/dlpar: -5 (EIO)
//       <- kernel: pseries-hotplug-cpu: Failed to acquire DRC, rc: -5, drc index: 10000010
//         <- RTAS set-indicator 0x2329 0x10000010: -1 (hardware error), a fault of the scenario
std::string explain_failures(const EventLog& log, std::uint64_t first_event);

}  // namespace lparsim::report
