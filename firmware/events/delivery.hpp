// Which event goes out when and by which call (LoPAR 7.3.3, 10.2, 15.6; EVENTS.md 1). An event of a
// class with an interrupt comes by check-exception, any other by event-scan, never by both
// (R1-7.3.3-1).
#pragma once

#include <optional>

#include "firmware/platform/core.hpp"

namespace lparsim::firmware {

// Sources in /event-sources; an interrupt specifier is (source, 0 = edge).
inline constexpr std::uint32_t kEpowSource = 0x1000;
inline constexpr std::uint32_t kHotPlugSource = 0x1001;
inline constexpr std::uint32_t kIoSource = 0x1002;

// Number and time of the next log of this partition; each number is given once.
LogStamp next_stamp(Core& core, std::size_t partition);

// Queues the log of `event` and raises the interrupt of its class. False when the partition is off
// (and the event concerns its boot), the profile or the negotiation has no such event, a field is
// out of its range, or the queue of the class is full: then nothing changes but the count of lost
// events and what sensor 9 says. A full queue never keeps out a warning of a higher code
// (R1-10.2.2-5): an older and lower one makes room.
bool queue_event(Core& core, std::size_t partition, const PlatformEvent& event);

// The next event for event-scan: two in the first sequence after boot, then one in each, of at most
// severity WARNING (R1-7.3.3.1-8). nullopt ends the sequence.
std::optional<QueuedEvent> next_scanned(Core& core, std::size_t partition, std::uint32_t mask);
void end_scan_sequence(PartitionState& partition);
// The next event for check-exception; the source is raised again while it has more (R1-10.2-10).
std::optional<QueuedEvent> next_exception(Core& core, std::size_t partition, std::uint32_t mask);
// Raises every source that has something to tell.
void repeat_interrupts(Core& core, std::size_t partition);

// Sensor 9: the highest code that holds (R1-10.2.2-2).
std::uint32_t epow_sensor(const PartitionState& partition);

// What a reset leaves: events about the platform; those of the ended boot are gone.
EventState after_reset(EventState events);
// The OS takes over with a tree that tells the state of all resources: older events about them are
// outdated.
void drop_tree_events(PartitionState& partition);

}  // namespace lparsim::firmware
