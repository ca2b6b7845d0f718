// Acquiring and releasing processors and LMBs (LoPAR 13.7.3.1 and 13.7.3.2, DRC.md section 8).
#include <fmt/format.h>

#include <algorithm>

#include "models/generic_os/os.hpp"

namespace lparsim::generic_os {
namespace {

constexpr std::uint64_t kEntry = 0x100;                      // where a started thread arrives
constexpr std::uint64_t kCallInTimeout = 5'000'000'000;      // ns
constexpr std::uint64_t kStopPoll = 1'000'000;               // ns between two queries
constexpr int kStopPolls = 5000;
constexpr std::uint32_t kStopped = 0;
constexpr std::uint64_t kCallInKey = std::uint64_t{1} << 32;  // | server

std::string refused(std::uint32_t drc, std::string_view step, std::int64_t status) {
  return fmt::format("connector {:08x}: {} ended with status {}", drc, step, status);
}

}  // namespace

std::optional<Connected> GenericOs::acquire(std::uint32_t drc, std::string& why) {
  std::uint32_t sense = 0;
  std::int32_t status = rtas_.call("get-sensor-state", {kAllocationState, drc}, &sense);
  if (status != 0 || sense != kSenseUnusable) {
    why = status != 0 ? refused(drc, "entity sense", status)
                      : fmt::format("connector {:08x}: entity sense is {}", drc, sense);
    return std::nullopt;
  }
  status = rtas_.set_indicator(kAllocationState, drc, 1);
  if (status != 0) {
    why = refused(drc, "set usable", status);
    return std::nullopt;
  }
  status = rtas_.set_indicator(kIsolationState, drc, 1);
  if (status != 0) {
    why = refused(drc, "unisolate", status);
    rtas_.set_indicator(kAllocationState, drc, 0);
    return std::nullopt;
  }
  std::optional<Connected> connected = rtas_.configure(drc, status);
  if (connected) return connected;
  why = refused(drc, "configure", status);
  rtas_.set_indicator(kIsolationState, drc, 0);
  rtas_.set_indicator(kAllocationState, drc, 0);
  return std::nullopt;
}

// On a refusal the connector is configured again, so that its owner can go on using it.
bool GenericOs::release(std::uint32_t drc, std::string& why) {
  std::int32_t status = rtas_.set_indicator(kIsolationState, drc, 0);
  if (status != 0) {
    why = refused(drc, "isolate", status);
    return false;
  }
  status = rtas_.set_indicator(kAllocationState, drc, 0);
  if (status == 0) return true;
  why = refused(drc, "set unusable", status);
  std::int32_t again = rtas_.set_indicator(kIsolationState, drc, 1);
  if (again == 0) rtas_.configure(drc, again);
  return false;
}

std::uint32_t GenericOs::free_logical() const {
  std::uint32_t logical = 0;
  const auto taken = [&] {
    return std::any_of(state_.threads.begin(), state_.threads.end(), [&](const auto& entry) {
      return entry.second.online && entry.second.logical == logical;
    });
  };
  while (taken()) ++logical;
  return logical;
}

void GenericOs::cpu_enter(std::uint32_t server, std::uint64_t, std::uint64_t r3) {
  state_.threads[server] = {static_cast<std::uint32_t>(r3), true};
  host.cpu_online(server, static_cast<std::uint32_t>(r3), true);
  host.wake(kCallInKey | server);
}

bool GenericOs::start_thread(std::uint32_t server, std::string& why) {
  state_.threads[server].online = false;
  const std::int32_t status = rtas_.call(
      "start-cpu", {server, static_cast<std::uint32_t>(kEntry), free_logical()});
  if (status != 0) {
    why = fmt::format("thread {}: start-cpu ended with status {}", server, status);
    state_.threads.erase(server);
    return false;
  }
  // It may have arrived while the call was still on its way back.
  if (!state_.threads[server].online) host.block(kCallInKey | server, kCallInTimeout);
  if (state_.threads[server].online) return true;
  why = fmt::format("thread {}: did not start", server);
  return false;
}

// The thread that is to stop makes the call itself, in an actor of its own.
void GenericOs::run_stop(void* self) {
  auto& os = *static_cast<GenericOs*>(self);
  if (os.state_.stopping.empty()) return;
  const std::uint32_t server = os.state_.stopping.front();
  os.state_.stopping.erase(os.state_.stopping.begin());
  os.rtas_.stop_self(server);
}

bool GenericOs::stop_thread(std::uint32_t server, std::string& why) {
  state_.stopping.push_back(server);
  host.spawn("stop-thread", run_stop, this);
  for (int i = 0; i < kStopPolls; ++i) {
    host.sleep_ns(kStopPoll);
    std::uint32_t stopped = ~0U;
    const std::int32_t status = rtas_.call("query-cpu-stopped-state", {server}, &stopped);
    if (status != 0) {
      why = fmt::format("thread {}: query of its state ended with status {}", server, status);
      return false;
    }
    if (stopped != kStopped) continue;
    host.cpu_online(server, state_.threads[server].logical, false);
    state_.threads.erase(server);
    return true;
  }
  why = fmt::format("thread {}: did not stop", server);
  return false;
}

bool GenericOs::add_processor(std::string& why) {
  why = "no processor connector is left";
  for (Processor& cpu : state_.processors) {
    if (!cpu.node.empty()) continue;
    std::optional<Connected> connected = acquire(cpu.drc_index, why);
    if (!connected) continue;
    cpu.node = connected->node;
    cpu.servers = connected->servers;
    host.tree_changed(("/cpus/" + cpu.node).c_str(), nullptr, kernel::kNodeAdded);
    if (!cpu.servers.empty() && start_thread(cpu.servers.front(), why)) return true;
    if (cpu.servers.empty()) why = refused(cpu.drc_index, "configure (no threads)", 0);
    std::string ignored;
    take_down(cpu, ignored);
  }
  return false;
}

// Stops the threads and gives the connector back; what was stopped is started again on a refusal.
bool GenericOs::take_down(Processor& cpu, std::string& why) {
  std::vector<std::uint32_t> stopped;
  bool gone = true;
  for (const std::uint32_t server : cpu.servers) {
    const auto thread = state_.threads.find(server);
    if (thread == state_.threads.end() || !thread->second.online) continue;
    gone = stop_thread(server, why);
    if (!gone) break;
    stopped.push_back(server);
  }
  if (gone && release(cpu.drc_index, why)) {
    host.tree_changed(("/cpus/" + cpu.node).c_str(), nullptr, kernel::kNodeRemoved);
    cpu.node.clear();
    cpu.servers.clear();
    return true;
  }
  std::string ignored;
  for (const std::uint32_t server : stopped) start_thread(server, ignored);
  return false;
}

// The last connector goes first. The processor that we booted on stays.
bool GenericOs::remove_processor(std::string& why) {
  why = "no processor can be given up";
  for (auto cpu = state_.processors.rbegin(); cpu != state_.processors.rend(); ++cpu) {
    const auto& servers = cpu->servers;
    const bool boots_us =
        std::find(servers.begin(), servers.end(), state_.boot_server) != servers.end();
    if (cpu->node.empty() || boots_us || cpu->drc_index == 0) continue;
    if (take_down(*cpu, why)) return true;
  }
  return false;
}

bool GenericOs::add_memory(std::string& why) {
  why = "no memory connector is left";
  for (MemoryBlock& block : state_.memory) {
    if ((block.flags & (kAssigned | kDrcInvalid | kReserved)) != 0) continue;
    if (!acquire(block.drc_index, why)) continue;
    block.flags |= kAssigned;
    host.memory_online(block.address, state_.lmb_size, true);
    return true;
  }
  return false;
}

// Pages are taken out of use first: after the isolate nobody may touch them.
bool GenericOs::remove_memory(std::string& why) {
  why = "no memory can be given up";
  for (auto block = state_.memory.rbegin(); block != state_.memory.rend(); ++block) {
    if ((block->flags & (kAssigned | kDrcInvalid | kReserved)) != kAssigned) continue;
    host.memory_online(block->address, state_.lmb_size, false);
    if (release(block->drc_index, why)) {
      block->flags &= ~std::uint32_t{kAssigned};
      return true;
    }
    host.memory_online(block->address, state_.lmb_size, true);
  }
  return false;
}

}  // namespace lparsim::generic_os
