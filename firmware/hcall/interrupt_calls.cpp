// H_EOI, H_CPPR, H_IPI, H_IPOLL, H_XIRR, H_XIRR-X (LoPAR 14.5.4.7): one presentation controller a
// hardware thread. Not in XIVE exploitation mode, which has no calls here. Every source goes to the
// boot thread; what ibm,set-xive says is not looked at.
#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/events/delivery.hpp"
#include "firmware/hcall/adapters.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/interrupts.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kIpiSource = 2;
constexpr std::uint8_t kSourcePriority = 5;      // of every source that firmware drives

struct Best {
  std::uint32_t source = 0;
  std::uint8_t priority = 0xff;
};

// The most favoured interrupt that the thread's priority lets through.
Best best_pending(const HcallThread& thread) {
  Best best;
  if (thread.mfrr < thread.cppr) best = {kIpiSource, thread.mfrr};
  for (const std::uint32_t source : thread.pending) {
    if (kSourcePriority < thread.cppr && kSourcePriority < best.priority) {
      best = {source, kSourcePriority};
    }
  }
  return best;
}

std::uint64_t xirr(std::uint8_t cppr, std::uint32_t source) {
  return std::uint64_t{cppr} << 24 | source;
}

bool legacy(const HcallFrame& frame) { return !frame.state().options.xive; }

HcallThread& own_thread(HcallFrame& frame) {
  return hcall_thread(frame.state(), frame.server.value);
}

// Accepts what is pending: the thread's priority becomes that of the interrupt.
std::int64_t h_xirr(HcallFrame& frame) {
  if (!legacy(frame)) return kHFunction;
  HcallThread& thread = own_thread(frame);
  const Best best = best_pending(thread);
  frame.r[0] = xirr(thread.cppr, best.source);
  if (best.source == 0) return kHSuccess;
  thread.cppr = best.priority;
  std::erase(thread.pending, best.source);
  return kHSuccess;
}

std::int64_t h_xirr_x(HcallFrame& frame) {
  if (!legacy(frame)) return kHFunction;
  own_thread(frame).cppr = static_cast<std::uint8_t>(frame.r[0]);
  const std::int64_t status = h_xirr(frame);
  frame.r[1] =
      timebase_ticks(frame.core, frame.core.services.clock.now().time_since_epoch());
  return status;
}

std::int64_t h_cppr(HcallFrame& frame) {
  if (!legacy(frame)) return kHFunction;
  own_thread(frame).cppr = static_cast<std::uint8_t>(frame.r[0]);
  return kHSuccess;
}

std::int64_t h_ipi(HcallFrame& frame) {
  if (!legacy(frame)) return kHFunction;
  if (!owns_thread(frame.core, frame.state(), frame.r[0])) return kHParameter;
  const auto server = static_cast<std::uint32_t>(frame.r[0]);
  HcallThread& target = hcall_thread(frame.state(), server);
  target.mfrr = static_cast<std::uint8_t>(frame.r[1]);
  if (target.mfrr < target.cppr && target.interruptible) {
    dispatch_thread(frame.core, frame.partition, server, DispatchReason::interrupt);
  }
  return kHSuccess;
}

std::int64_t h_ipoll(HcallFrame& frame) {
  if (!legacy(frame)) return kHFunction;
  if (!owns_thread(frame.core, frame.state(), frame.r[0])) return kHParameter;
  const HcallThread& target =
      hcall_thread(frame.state(), static_cast<std::uint32_t>(frame.r[0]));
  frame.r[0] = xirr(target.cppr, best_pending(target).source);
  frame.r[1] = target.mfrr;
  return kHSuccess;
}

// The interrupt of a source that an adapter has; nullptr: of none.
VirtualInterrupt* adapter_interrupt(HcallFrame& frame, std::uint32_t source) {
  for (auto& [slot, state] : frame.state().hcalls.adapters) {
    if (source == virtual_source(frame.core.profile, slot)) return &state.interrupt;
    for (SubQueue& sub : state.sub_queues) {
      if (source == sub_queue_source(slot, sub.number)) return &sub.interrupt;
    }
  }
  return nullptr;
}

bool source_assigned(HcallFrame& frame, std::uint32_t source) {
  const PartitionState& p = frame.state();
  const bool event = source >= kEpowSource && source <= kIoSource;
  if (source == kIpiSource || event) return true;
  const auto slot = slot_of_source(frame.core.profile, source);
  if (slot && *slot < p.virtual_slots.size()) {
    return p.virtual_slots[*slot] >= DrcState::unisolated;
  }
  return adapter_interrupt(frame, source) != nullptr;
}

std::int64_t h_eoi(HcallFrame& frame) {
  if (!legacy(frame)) return kHFunction;
  HcallThread& thread = own_thread(frame);
  const auto source = static_cast<std::uint32_t>(frame.r[0] & 0xff'ffff);
  const auto cppr = static_cast<std::uint8_t>(frame.r[0] >> 24);
  if (cppr < thread.cppr || !source_assigned(frame, source)) return kHParameter;
  thread.cppr = cppr;
  VirtualInterrupt* interrupt = adapter_interrupt(frame, source);
  if (interrupt != nullptr) interrupt->outstanding = false;
  return kHSuccess;
}

constexpr auto& kPlain = kHcallOutcomes<kHResource>;
constexpr auto& kChecked = kHcallOutcomes<kHParameter, kHResource, kHRescinded>;
constexpr auto& kPoll = kHcallOutcomes<kHParameter, kHRescinded>;
constexpr std::array kRows{
    HcallRow{"hcall.H_EOI", 0x64, "hcall-interrupt", h_eoi, kChecked},
    HcallRow{"hcall.H_CPPR", 0x68, "hcall-interrupt", h_cppr, kPlain},
    HcallRow{"hcall.H_IPI", 0x6c, "hcall-interrupt", h_ipi, kChecked},
    HcallRow{"hcall.H_IPOLL", 0x70, "hcall-interrupt", h_ipoll, kPoll},
    HcallRow{"hcall.H_XIRR", 0x74, "hcall-interrupt", h_xirr, kHcallOutcomes<>},
    HcallRow{"hcall.H_XIRR-X", 0x2fc, "hcall-interrupt", h_xirr_x, kHcallOutcomes<>},
};

}  // namespace

std::span<const HcallRow> presentation_rows() { return kRows; }

void raise_interrupt(Core& core, std::size_t partition, std::uint32_t source) {
  PartitionState& p = core.at(partition);
  if (!p.options.xive) {
    auto& pending = hcall_thread(p, 0).pending;
    if (std::find(pending.begin(), pending.end(), source) == pending.end()) {
      pending.push_back(source);
    }
  }
  core.events.interrupt(p.config.id, source);
}

}  // namespace lparsim::firmware
