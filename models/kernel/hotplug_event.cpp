// Hot-plug events: interrupt, check-exception, "HP" section, work queue (kernel.md 5, LoPAR 10.3).
// The interrupt and the work queue have a thread each, which exists while there is something to do.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "models/kernel/dlpar.hpp"
#include "models/kernel/linux.hpp"
#include "models/kernel/rtas.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::uint32_t kExternalInterrupt = 0x500;
constexpr std::uint32_t kHotplugClass = 0x10000000;
constexpr std::uint32_t kBufferSize = 2048;
constexpr std::size_t kFixedPart = 8;              // RTAS error log header
constexpr std::size_t kCompanyAt = kFixedPart + 12;
constexpr std::size_t kSectionsAt = kFixedPart + 16;
constexpr std::uint16_t kHotplugSection = 0x4850;  // "HP"
constexpr std::uint8_t kFormat = 14;

// Clears a running flag when its thread ends, however it ends.
class RunningFlag {
 public:
  explicit RunningFlag(bool& flag) : flag_(flag) {}
  ~RunningFlag() { flag_ = false; }
  RunningFlag(const RunningFlag&) = delete;
  RunningFlag& operator=(const RunningFlag&) = delete;

 private:
  bool& flag_;
};

ByteView find_section(ByteView log, std::uint16_t id) {
  if (log.size() < kSectionsAt || (log[kFixedPart + 2] & 0x0f) != kFormat) return {};
  constexpr std::array<std::uint8_t, 4> kCompany{'I', 'B', 'M', 0};
  for (std::size_t i = 0; i < kCompany.size(); ++i) {
    if (log[kCompanyAt + i] != kCompany[i]) return {};
  }
  for (std::size_t at = kSectionsAt; at + 8 <= log.size();) {
    const std::size_t length = load_be16(&log[at + 2]);
    if (length < 8 || at + length > log.size()) return {};
    if (load_be16(&log[at]) == id) return log.subspan(at, length);
    at += length;
  }
  return {};
}

// The extended log's length is in the second word of the header.
ByteView logged(ByteView buffer) {
  const std::size_t length = kFixedPart + load_be32(buffer.data() + 4);
  return buffer.first(std::min(length, buffer.size()));
}

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
  return resource == Resource::cpu || resource == Resource::memory;
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
  const std::uint8_t* buffer = kernel.host.rmo(kEventBuffer, kBufferSize);
  if (buffer == nullptr) return;
  const auto status = rtas_call(
      kernel, "check-exception",
      {kExternalInterrupt, source, kHotplugClass, 0, kEventBuffer, kBufferSize});
  const bool trusting = kernel.has(Switch::stale_event_runs);
  if (status != 0 && !trusting) return;
  if (status != 0 && !kernel.state.event_seen) {
    kernel.bug("bad access: no hot-plug section in the event buffer");
  }
  const ByteView section = find_section(logged({buffer, kBufferSize}), kHotplugSection);
  if (section.empty()) {
    if (trusting) kernel.bug("bad access: no hot-plug section in the event log");
    return;
  }
  kernel.state.event_seen = true;
  const auto request = request_in(section);
  // PHB, PCI and VIO slots only go to the error log, which rtas_errd reads.
  if (request && handled_by_kernel(request->resource)) queue_work(kernel, *request);
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
  constexpr std::size_t kMaxSources = 16;
  kernel.state.hotplug_sources.clear();
  const LiveTree& tree = kernel.state.tree;
  const NodeId node = tree.find("/event-sources/hot-plug-events");
  const Bytes* value = node == kNoNode ? nullptr : tree.property(node, "interrupts");
  if (value == nullptr) return;
  // Pairs of source and sense (#interrupt-cells is 2).
  for (CellReader in(*value); in.left() >= 8;) {
    if (kernel.state.hotplug_sources.size() == kMaxSources) return;
    kernel.state.hotplug_sources.push_back(in.u32());
    in.u32();
  }
}

}  // namespace lparsim::kernel
