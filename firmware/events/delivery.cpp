#include "firmware/events/delivery.hpp"

#include <bit>
#include <chrono>

#include "firmware/hcall/interrupts.hpp"

namespace lparsim::firmware {
namespace {

enum class Way : std::uint8_t { scan, interrupt, machine_check };

struct Route {
  Way way = Way::scan;
  std::uint32_t class_bit = 0;       // bit of the mask that asks for it
  std::uint32_t source = 0;          // interrupt only
};

// Errors that the OS must know at once are never left for event-scan (10.2, note).
bool above_warning(LogSeverity severity) {
  return severity == LogSeverity::error_sync || severity == LogSeverity::error ||
         severity == LogSeverity::fatal;
}

Route route_of(const Core& core, const PartitionState& p, LogType type, LogSeverity severity) {
  switch (type) {
    case LogType::hot_plug:
      if (p.options.hot_plug_interrupts) return {Way::interrupt, kHotPlug, kHotPlugSource};
      if (core.profile.events.hot_plug_falls_back_to_epow) {
        return {Way::interrupt, kEnvironmentalAndPower, kEpowSource};
      }
      return {Way::scan, kHotPlug, 0};
    case LogType::epow: return {Way::interrupt, kEnvironmentalAndPower, kEpowSource};
    case LogType::io: return {Way::interrupt, kIoEvents, kIoSource};
    case LogType::prrn: return {Way::scan, kHotPlug, 0};
    case LogType::platform_error:
    case LogType::information:
    case LogType::deallocation:
    case LogType::dump: break;
  }
  return {above_warning(severity) ? Way::machine_check : Way::scan, kInternalErrors, 0};
}

Route route_of(const Core& core, const PartitionState& p, const QueuedEvent& event) {
  return route_of(core, p, event.type, event.severity);
}

// Whether the numbers mean something; a log must also fit into rtas-error-log-max.
bool sound(const PlatformEvent& event) {
  constexpr std::size_t kLongestName = 255;
  if (const auto* epow = std::get_if<EpowEvent>(&event)) {
    const bool known = epow->code <= 5 || epow->code == 7;
    return known && epow->modifier <= (epow->code == 3 ? 4 : 0);
  }
  if (const auto* plug = std::get_if<HotPlugEvent>(&event)) {
    return plug->name.size() <= kLongestName;
  }
  return true;
}

// Events about the platform itself, which the next boot must learn of, too.
bool survives_reset(const PlatformEvent& event) {
  switch (type_of(event)) {
    case LogType::epow: return !std::get<EpowEvent>(event).partition_only;
    case LogType::platform_error:
    case LogType::information:
    case LogType::deallocation:
    case LogType::dump: return true;
    case LogType::hot_plug:
    case LogType::io:
    case LogType::prrn: break;
  }
  return false;
}

bool offered(const Core& core, const PartitionState& p, const PlatformEvent& event) {
  const EventLayout& layout = core.profile.events;
  const LogType type = type_of(event);
  if (!has_shape(layout, type)) return false;
  if (type == LogType::prrn && !p.options.prrn) return false;        // R1-15.6-2
  const Route route = route_of(core, p, type, severity_of(layout, event));
  return route.way != Way::scan || layout.scan_returns_logs;
}

std::uint8_t detail_of(const PlatformEvent& event) {
  if (const auto* plug = std::get_if<HotPlugEvent>(&event)) {
    return static_cast<std::uint8_t>(plug->action);
  }
  const auto* epow = std::get_if<EpowEvent>(&event);
  return epow == nullptr ? std::uint8_t{0} : epow->code;
}

std::uint32_t limit_of(const QueueLimits& limits, std::uint32_t class_bit) {
  switch (class_bit) {
    case kEnvironmentalAndPower: return limits.epow;
    case kHotPlug: return limits.hot_plug;
    case kIoEvents: return limits.io;
    default: return limits.internal;
  }
}

bool make_room(const Core& core, EventQueue& queue, const QueuedEvent& event) {
  const auto same_class = [&](const QueuedEvent& e) { return e.class_bit == event.class_bit; };
  if (queue.count(same_class) < limit_of(core.profile.events.limits, event.class_bit)) return true;
  if (event.type != LogType::epow) return false;
  return queue
      .take([&](const QueuedEvent& e) {
        return e.type == LogType::epow && e.detail < event.detail;
      })
      .has_value();
}

// Code 0 takes back all warnings of its scope; any other adds one.
void note_condition(EventState& events, const EpowEvent& epow) {
  std::uint8_t& conditions = epow.partition_only ? events.own_epow : events.system_epow;
  conditions = epow.code == 0 ? std::uint8_t{0}
                              : static_cast<std::uint8_t>(conditions | 1U << epow.code);
}

// LMBs that the OS may now isolate, under a profile in which that needs a request.
void note_removal(PartitionState& p, const HotPlugEvent& event) {
  if (event.resource != HotPlugResource::memory || event.action != HotPlugAction::remove) return;
  const bool counted = event.identifier == HotPlugIdentifier::count_indexed;
  const std::size_t count = std::min<std::size_t>(counted ? event.count : 1, p.lmbs.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    p.remove_requested.push_back(DrcIndex{event.index.value + i});
  }
}

// All but the number and the bytes of the log.
QueuedEvent describe(const EventLayout& layout, const PlatformEvent& event) {
  const LogType type = type_of(event);
  QueuedEvent queued;
  queued.type = type;
  queued.severity = severity_of(layout, event);
  queued.class_bit = class_of(type);
  queued.detail = detail_of(event);
  queued.survives_reset = survives_reset(event);
  return queued;
}

}  // namespace

LogStamp next_stamp(Core& core, std::size_t partition) {
  const auto now = core.services.clock.now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  const std::uint32_t number = core.at(partition).events.logs++;
  return {core.profile.events.first_log_id + number, static_cast<std::uint64_t>(seconds)};
}

bool queue_event(Core& core, std::size_t partition, const PlatformEvent& event) {
  PartitionState& p = core.at(partition);
  const EventLayout& layout = core.profile.events;
  if (p.power == PowerState::off && !survives_reset(event)) return false;
  if (!sound(event) || !offered(core, p, event)) return false;
  if (const auto* epow = std::get_if<EpowEvent>(&event)) note_condition(p.events, *epow);
  QueuedEvent queued = describe(layout, event);
  if (!make_room(core, p.events.queue, queued)) {
    ++p.events.lost;
    core.services.log.add(EventKind::event_lost, p.config.id, queued.class_bit, queued.detail);
    return false;
  }
  if (const auto* plug = std::get_if<HotPlugEvent>(&event)) note_removal(p, *plug);
  const LogStamp stamp = next_stamp(core, partition);
  queued.log_id = stamp.platform_log_id;
  queued.log = log_of(layout, event, stamp);
  core.services.log.add(EventKind::event_queued, p.config.id, queued.class_bit, queued.detail,
                        queued.log_id);
  const Route route = route_of(core, p, queued);
  p.events.queue.push(std::move(queued));
  if (p.power == PowerState::on && route.way == Way::interrupt) {
    raise_interrupt(core, partition, route.source);
  }
  if (p.power == PowerState::on && route.way == Way::scan) core.events.event_waits(p.config.id);
  return true;
}

std::optional<QueuedEvent> next_scanned(Core& core, std::size_t partition, std::uint32_t mask) {
  PartitionState& p = core.at(partition);
  std::optional<QueuedEvent> event;
  if (p.events.scan_left > 0) {
    event = p.events.queue.take([&](const QueuedEvent& e) {
      const Route route = route_of(core, p, e);
      return route.way == Way::scan && (route.class_bit & mask) != 0;
    });
  }
  if (event) {
    --p.events.scan_left;
  } else {
    end_scan_sequence(p);
  }
  return event;
}

void end_scan_sequence(PartitionState& p) { p.events.scan_left = 1; }

std::optional<QueuedEvent> next_exception(Core& core, std::size_t partition, std::uint32_t mask) {
  PartitionState& p = core.at(partition);
  auto event = p.events.queue.take([&](const QueuedEvent& e) {
    const Route route = route_of(core, p, e);
    return route.way != Way::scan && (route.class_bit & mask) != 0;
  });
  if (!event) return event;
  const Route from = route_of(core, p, *event);
  const auto more = p.events.queue.count([&](const QueuedEvent& e) {
    const Route route = route_of(core, p, e);
    return route.way == Way::interrupt && route.source == from.source;
  });
  if (from.way == Way::interrupt && more > 0) raise_interrupt(core, partition, from.source);
  return event;
}

void repeat_interrupts(Core& core, std::size_t partition) {
  const PartitionState& p = core.at(partition);
  for (const std::uint32_t source : {kEpowSource, kHotPlugSource, kIoSource}) {
    const auto waiting = p.events.queue.count([&](const QueuedEvent& e) {
      const Route route = route_of(core, p, e);
      return route.way == Way::interrupt && route.source == source;
    });
    if (waiting > 0) raise_interrupt(core, partition, source);
  }
}

std::uint32_t epow_sensor(const PartitionState& p) {
  const unsigned conditions = p.events.system_epow | p.events.own_epow;
  return conditions == 0 ? 0U : static_cast<std::uint32_t>(std::bit_width(conditions) - 1);
}

EventState after_reset(EventState events) {
  events.queue.drop([](const QueuedEvent& e) { return !e.survives_reset; });
  events.scan_left = EventState{}.scan_left;
  events.own_epow = 0;
  events.last_error.reset();
  return events;
}

void drop_tree_events(PartitionState& p) {
  p.events.queue.drop([](const QueuedEvent& e) {
    return e.type == LogType::hot_plug || e.type == LogType::prrn;
  });
  p.remove_requested.clear();
}

}  // namespace lparsim::firmware
