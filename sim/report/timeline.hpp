// A run as a picture: lanes for the HMC, RMC, programs, the kernel, firmware and the states of
// connectors, time downwards. One HTML page that needs nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sim/base/event_log.hpp"

namespace lparsim::report {

struct TimelineTitle {
  std::string name;                              // of the scenario
  std::map<PartitionId, std::string> partitions;
};

// The events since `first_event`, as far as the ring of the log still holds them.
std::string timeline_html(const EventLog& log, std::uint64_t first_event,
                          const TimelineTitle& title);

}  // namespace lparsim::report
