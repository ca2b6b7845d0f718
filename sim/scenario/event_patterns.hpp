// Looking for ordered event patterns in the log.
#pragma once

#include <vector>

#include "sim/base/event_log.hpp"
#include "sim/report/result.hpp"
#include "sim/scenario/scenario.hpp"

namespace lparsim::scenario {

// Each pattern must match an event after the one that its predecessor matched; others may lie
// between. The first pattern without a match is the failure.
void check_events(const std::vector<EventPattern>& patterns, const EventLog& log,
                  std::uint64_t first_event, std::vector<report::Failure>& failures);

// A field as the exports print it: text, decimal, or hexadecimal with 0x.
std::string field_text(const EventLog& log, const EventRecord& record, std::size_t field);

}  // namespace lparsim::scenario
