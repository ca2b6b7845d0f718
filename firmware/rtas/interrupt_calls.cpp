// ibm,get-xive, ibm,set-xive, ibm,int-on, ibm,int-off (LoPAR 7.3.10.1-4): where an interrupt source
// goes and how urgent it is. Re-entrant on all processors.
#include "firmware/platform/interrupt_sources.hpp"
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {
namespace {

// Whether the call is over: there is no such source, or it is another partition's; that is no
// error, and nothing is done (R1-14.10-20 to -24).
bool answered(CallFrame& frame) {
  const InterruptSource source = find_source(frame.core, frame.partition, frame.in[0]);
  const bool routed = source.kind != SourceKind::interprocessor;   // those go where they are sent
  if (!routed || source.holder == SourceHolder::nobody) frame.answer(kRtasParameterError);
  return !routed || source.holder != SourceHolder::caller;
}

// Reserved for the platform: ibm,plat-res-int-priorities; 0xff masks and is the OS's too.
bool priority_allowed(const CallFrame& frame, std::uint32_t priority) {
  const ServiceProfile& profile = frame.core.profile.services;
  const std::uint32_t first = profile.first_reserved_priority;
  return priority <= kLeastFavoured &&
         (priority < first || priority - first >= profile.reserved_priorities);
}

bool server_exists(CallFrame& frame, std::uint32_t server) {
  const PartitionState& p = frame.state();
  const std::uint32_t threads = frame.core.platform.processor.threads;
  if (server == frame.core.profile.services.global_server) return true;
  return server < p.threads.size() && p.cpus[server / threads] >= DrcState::unisolated;
}

void get_xive(CallFrame& frame) {
  frame.out[2] = kLeastFavoured;     // of another partition's source
  if (answered(frame)) return;
  const RoutedSource now = routing_of(frame.state(), frame.in[0]);
  frame.out[1] = now.server;
  frame.out[2] = now.priority;
}

void set_xive(CallFrame& frame) {
  if (answered(frame)) return;
  if (!server_exists(frame, frame.in[1]) || !priority_allowed(frame, frame.in[2])) {
    return frame.answer(kRtasParameterError);
  }
  const auto priority = static_cast<std::uint8_t>(frame.in[2]);
  const bool withheld = routing_of(frame.state(), frame.in[0]).withheld;
  set_routing(frame.core, frame.partition,
              {frame.in[0], frame.in[1], priority, priority, withheld});
}

void int_off(CallFrame& frame) {
  if (answered(frame)) return;
  RoutedSource now = routing_of(frame.state(), frame.in[0]);
  now.priority = kLeastFavoured;
  set_routing(frame.core, frame.partition, now);
}

void int_on(CallFrame& frame) {
  if (answered(frame)) return;
  RoutedSource now = routing_of(frame.state(), frame.in[0]);
  now.priority = now.saved;
  set_routing(frame.core, frame.partition, now);
}

constexpr std::array kStatuses{kNormal, kHardware, kParameter};

constexpr std::array kRows{
    CallRow{"ibm,get-xive", "rtas.ibm,get-xive", 1, 1, 3, 3, false, Subject::input0, get_xive,
            nullptr, kStatuses},
    CallRow{"ibm,set-xive", "rtas.ibm,set-xive", 3, 3, 1, 1, false, Subject::input0, set_xive,
            nullptr, kStatuses},
    CallRow{"ibm,int-off", "rtas.ibm,int-off", 1, 1, 1, 1, false, Subject::input0, int_off,
            nullptr, kStatuses},
    CallRow{"ibm,int-on", "rtas.ibm,int-on", 1, 1, 1, 1, false, Subject::input0, int_on, nullptr,
            kStatuses},
};

}  // namespace

std::span<const CallRow> interrupt_rows() { return kRows; }

}  // namespace lparsim::firmware
