// ibm,get-xive, ibm,set-xive, ibm,int-on, ibm,int-off (LoPAR 7.3.10.1-4): where an interrupt source
// goes and how urgent it is. Re-entrant on all processors. Values only: no interrupt controller is
// modelled, the shell delivers what firmware raises.
#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/drc/drc_space.hpp"
#include "firmware/events/delivery.hpp"
#include "firmware/events/log_writer.hpp"
#include "firmware/pci/msi.hpp"
#include "firmware/rtas/call_table.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint8_t kLeastFavoured = 0xff;

// A pin of a function of the partition's, or one of its messages.
bool adapter_has(const CallFrame& frame, std::size_t slot, std::uint32_t source) {
  const auto& functions = frame.core.state.pci[slot].functions;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    const auto& messages = functions[i].sources;
    if (lsi_source(slot, i) == source ||
        std::find(messages.begin(), messages.end(), source) != messages.end()) {
      return true;
    }
  }
  return false;
}

// The partition has its event sources and those of its slots. Numbers of PCI slots are the
// machine's; what another partition has is no error, and nothing is done (R1-14.10-20 to -24).
enum class Holder : std::uint8_t { nobody, caller, other };

Holder holder_of(CallFrame& frame, std::uint32_t source) {
  const PartitionState& p = frame.state();
  const auto own = [](bool there) { return there ? Holder::caller : Holder::nobody; };
  if (source == kEpowSource) return Holder::caller;
  if (source == kHotPlugSource) return own(p.options.hot_plug_interrupts);
  if (source == kIoSource) return own(has_shape(frame.core.profile.events, LogType::io));
  for (std::size_t i = 0; i < p.slots.size(); ++i) {
    if (!adapter_has(frame, i, source)) continue;
    if (p.slots[i] >= DrcState::unisolated) return Holder::caller;
    return frame.core.state.slots[i].owner == p.config.id ? Holder::nobody : Holder::other;
  }
  const auto slot = slot_of_source(frame.core.profile, source);
  return own(slot && is_usable(p.virtual_slots, *slot));
}

// Whether the call is over: there is no such source, or it is another partition's.
bool answered(CallFrame& frame) {
  const Holder holder = holder_of(frame, frame.in[0]);
  if (holder == Holder::nobody) frame.answer(kRtasParameterError);
  return holder != Holder::caller;
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

// As set last, or as at boot: the first server, least favoured.
RoutedSource routing(CallFrame& frame, std::uint32_t source) {
  for (const RoutedSource& known : frame.state().rtas.boot.sources) {
    if (known.source == source) return known;
  }
  return {source, 0, kLeastFavoured, kLeastFavoured};
}

void route(CallFrame& frame, const RoutedSource& wanted) {
  auto& sources = frame.state().rtas.boot.sources;
  const auto at = std::lower_bound(
      sources.begin(), sources.end(), wanted.source,
      [](const RoutedSource& known, std::uint32_t source) { return known.source < source; });
  if (at != sources.end() && at->source == wanted.source) {
    *at = wanted;
  } else {
    sources.insert(at, wanted);
  }
}

void get_xive(CallFrame& frame) {
  frame.out[2] = kLeastFavoured;     // of another partition's source
  if (answered(frame)) return;
  const RoutedSource now = routing(frame, frame.in[0]);
  frame.out[1] = now.server;
  frame.out[2] = now.priority;
}

void set_xive(CallFrame& frame) {
  if (answered(frame)) return;
  if (!server_exists(frame, frame.in[1]) || !priority_allowed(frame, frame.in[2])) {
    return frame.answer(kRtasParameterError);
  }
  const auto priority = static_cast<std::uint8_t>(frame.in[2]);
  route(frame, {frame.in[0], frame.in[1], priority, priority});
}

void int_off(CallFrame& frame) {
  if (answered(frame)) return;
  RoutedSource now = routing(frame, frame.in[0]);
  now.priority = kLeastFavoured;
  route(frame, now);
}

void int_on(CallFrame& frame) {
  if (answered(frame)) return;
  RoutedSource now = routing(frame, frame.in[0]);
  now.priority = now.saved;
  route(frame, now);
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
