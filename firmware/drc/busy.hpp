// Transitions that take their time (DRC.md 9): the first call starts one; until it is done every
// repetition of the same call is answered -2 or 990x while the state stays (R1-13.5.3.2-2,
// R1-13.5.3.4-3). What is under way is part of the partition's state.
#pragma once

#include <cstdint>
#include <vector>

#include "firmware/drc/drc_call.hpp"
#include "firmware/profiles/profile.hpp"
#include "sim/base/ids.hpp"
#include "sim/base/time.hpp"

namespace lparsim::firmware {

struct BusyDrc {
  DrcIndex drc;
  DrcCall call{};
  TimePoint since;

  bool operator==(const BusyDrc&) const = default;
};

// 990x for what is left: the largest 10^x ms that is not longer, 9900 below 1 ms.
std::int32_t extended_delay_status(Duration remaining);

// 0: done (or `needed` is 0); else -2 or 990x. A transition of the same connector that another call
// started is given up.
std::int32_t busy_status(std::vector<BusyDrc>& list, DrcIndex drc, DrcCall call, Duration needed,
                         TimePoint now, bool extended);

// The opposite call came, or the connector went away.
void give_up(std::vector<BusyDrc>& list, DrcIndex drc);

}  // namespace lparsim::firmware
