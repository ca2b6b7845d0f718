// Hot-plug events: interrupt, check-exception, "HP" section, work queue (kernel.md 5, LoPAR 10.3).
// The interrupt and the work queue have a thread each, which exists while there is something to do.
#include <optional>
#include <utility>

#include "models/kernel/dlpar.hpp"
#include "models/kernel/error_log.hpp"
#include "models/kernel/event_log.hpp"
#include "models/kernel/linux.hpp"
#include "models/kernel/rtas.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kHotplugClass = 0x10000000;
constexpr std::uint16_t kHotplugSection = 0x4850;  // "HP"

std::optional<DlparRequest> request_in(ByteView section) {
  CellReader in(section.subspan(8));
  DlparRequest request;
  request.resource = static_cast<Resource>(in.u8());
  request.action = static_cast<Action>(in.u8());
  request.id_type = static_cast<IdType>(in.u8());
  in.u8();   // capability
  if (request.id_type == IdType::index) {
    request.index = in.u32();
  } else {
    request.count = in.u32();
    if (request.id_type == IdType::indexed_count) request.index = in.u32();
  }
  if (!in.ok()) return std::nullopt;
  return request;
}

bool handled_by_kernel(Resource resource) {
  return resource == Resource::cpu || resource == Resource::memory || resource == Resource::pmem;
}

void run_worker(void* argument) {
  Kernel& kernel = *static_cast<Kernel*>(argument);
  const RunningFlag running(kernel.state.worker_running);
  while (!kernel.state.work.empty()) {
    const DlparRequest request = kernel.state.work.front();
    handle_request(kernel, request);   // nobody waits for the result (kernel.md 11, 16)
    kernel.state.work.erase(kernel.state.work.begin());
  }
}

void queue_work(Kernel& kernel, const DlparRequest& request) {
  if (kernel.has(Switch::event_lost_on_oom) &&
      kernel.host.allocation_fails("kernel.hotplug_work")) {
    return;
  }
  kernel.state.work.push_back(request);
  if (std::exchange(kernel.state.worker_running, true)) return;
  kernel.host.spawn("pseries hotplug workqueue", run_worker, &kernel);
}

void fetch_event(Kernel& kernel, std::uint32_t source) {
  const LockGuard guard(kernel, kEventLock);
  const std::uint8_t* buffer = kernel.host.rmo(kEventBuffer, kEventBufferSize);
  if (buffer == nullptr) return;
  const auto status = rtas_call(
      kernel, "check-exception",
      {kExternalInterrupt, source, kHotplugClass, 0, kEventBuffer, kEventBufferSize});
  const bool trusting = kernel.has(Switch::stale_event_runs);
  if (status != 0 && !trusting) return;
  if (status != 0 && !kernel.state.event_seen) {
    kernel.bug("bad access: no hot-plug section in the event buffer");
  }
  const ByteView section = find_section(logged({buffer, kEventBufferSize}), kHotplugSection);
  if (section.empty()) {
    if (trusting) kernel.bug("bad access: no hot-plug section in the event log");
    return;
  }
  kernel.state.event_seen = true;
  const auto request = request_in(section);
  // PHB, PCI and VIO slots only go to the error log, which rtas_errd reads.
  if (request && handled_by_kernel(request->resource)) return queue_work(kernel, *request);
  const ByteView log = logged({buffer, kEventBufferSize});
  log_event(kernel, Bytes(log.begin(), log.end()));
}

void run_interrupts(void* argument) {
  Kernel& kernel = *static_cast<Kernel*>(argument);
  const RunningFlag running(kernel.state.interrupt_running);
  while (!kernel.state.pending_interrupts.empty()) {
    const std::uint32_t source = kernel.state.pending_interrupts.front();
    kernel.state.pending_interrupts.erase(kernel.state.pending_interrupts.begin());
    fetch_event(kernel, source);
  }
}

}  // namespace

void hotplug_interrupt(Kernel& kernel, std::uint32_t source) {
  for (const std::uint32_t known : kernel.state.hotplug_sources) {
    if (known != source) continue;
    kernel.state.pending_interrupts.push_back(source);
    if (std::exchange(kernel.state.interrupt_running, true)) return;
    kernel.host.spawn("hot-plug interrupt", run_interrupts, &kernel);
    return;
  }
}

void setup_hotplug(Kernel& kernel) {
  if (kernel.has(Switch::no_hotplug_events)) return;
  kernel.state.hotplug_sources = event_sources(kernel, "/event-sources/hot-plug-events");
}

}  // namespace lparsim::kernel
