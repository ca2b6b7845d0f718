#include "firmware/drc/busy.hpp"

#include <algorithm>

namespace lparsim::firmware {
namespace {

constexpr std::int32_t kBusy = -2, kShortestDelay = 9900, kLongestDelay = 9905;

}  // namespace

std::int32_t extended_delay_status(Duration remaining) {
  std::int32_t status = kShortestDelay;
  for (Duration step = std::chrono::milliseconds{10}; step <= remaining && status < kLongestDelay;
       step *= 10) {
    ++status;
  }
  return status;
}

std::int32_t busy_status(std::vector<BusyDrc>& list, DrcIndex drc, DrcCall call, Duration needed,
                         TimePoint now, bool extended) {
  if (needed <= Duration{}) {
    give_up(list, drc);
    return 0;
  }
  auto open = std::find_if(list.begin(), list.end(),
                           [&](const BusyDrc& busy) { return busy.drc == drc; });
  if (open == list.end()) open = list.insert(list.end(), {drc, call, now});
  // Started by another call, or in an episode whose clock stood later: it begins anew.
  if (open->call != call || open->since > now) *open = {drc, call, now};
  const Duration passed = now - open->since;
  if (passed >= needed) {
    list.erase(open);
    return 0;
  }
  return extended ? extended_delay_status(needed - passed) : kBusy;
}

void give_up(std::vector<BusyDrc>& list, DrcIndex drc) {
  std::erase_if(list, [&](const BusyDrc& busy) { return busy.drc == drc; });
}

}  // namespace lparsim::firmware
