// H_EOI, H_CPPR, H_IPI, H_IPOLL, H_XIRR, H_XIRR-X (LoPAR 14.5.4.7): one presentation controller a
// hardware thread. Not in XIVE exploitation mode, which has no calls here. A source goes where
// ibm,set-xive says. DEVIATION(LoPAR R1-6.2.1-13): one that the OS has not touched is no masked one
// but goes to the boot thread, since the kernels that are modelled have no interrupt controller.
#include <algorithm>

#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/interrupts.hpp"
#include "firmware/platform/interrupt_sources.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::uint32_t kIpiSource = 2;
constexpr std::uint8_t kSourcePriority = 5;      // of a source that the OS has not touched

struct Best {
  std::uint32_t source = 0;
  std::uint8_t priority = 0xff;
};

// The most favoured interrupt that the thread's priority lets through.
Best best_pending(PartitionState& p, const HcallThread& thread) {
  Best best;
  if (thread.mfrr < thread.cppr) best = {kIpiSource, thread.mfrr};
  for (const std::uint32_t source : thread.pending) {
    const RoutedSource* known = touched_source(p, source);
    const std::uint8_t priority = known == nullptr ? kSourcePriority : known->priority;
    if (priority < thread.cppr && priority < best.priority) best = {source, priority};
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
  const Best best = best_pending(frame.state(), thread);
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
  frame.r[0] = xirr(target.cppr, best_pending(frame.state(), target).source);
  frame.r[1] = target.mfrr;
  return kHSuccess;
}

std::int64_t h_eoi(HcallFrame& frame) {
  if (!legacy(frame)) return kHFunction;
  HcallThread& thread = own_thread(frame);
  const auto source = static_cast<std::uint32_t>(frame.r[0] & 0xff'ffff);
  const auto cppr = static_cast<std::uint8_t>(frame.r[0] >> 24);
  const InterruptSource found = find_source(frame.core, frame.partition, source);
  if (cppr < thread.cppr || found.holder != SourceHolder::caller) return kHParameter;
  thread.cppr = cppr;
  if (found.adapter != nullptr) found.adapter->outstanding = false;
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
    RoutedSource* known = touched_source(p, source);
    if (known != nullptr && known->priority == kLeastFavoured) {   // R1-6.2.1-15
      known->withheld = true;
      return;
    }
    const bool has_server = known != nullptr && known->server < p.threads.size();
    auto& pending = hcall_thread(p, has_server ? known->server : 0).pending;
    if (std::find(pending.begin(), pending.end(), source) == pending.end()) {
      pending.push_back(source);
    }
  }
  core.events.interrupt(p.config.id, source);
}

}  // namespace lparsim::firmware
