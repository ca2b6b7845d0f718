#include "models/generic_os/os.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "models/generic_os/generic_os.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::generic_os {
namespace {

struct Saved final : kernel::GuestKernel::Snapshot {
  explicit Saved(State of) : state(std::move(of)) {}
  State state;
};

}  // namespace

std::unique_ptr<kernel::GuestKernel> make_generic_os(kernel::KernelHost& host) {
  return std::make_unique<GenericOs>(host);
}

// Starts the first thread of every other processor. Secondary threads stay stopped: nothing that
// the HMC or the platform counts depends on them.
int GenericOs::boot(std::uint64_t fdt_real_address, std::uint64_t fdt_size) {
  const std::uint8_t* flat = host.rmo(fdt_real_address, fdt_size);
  if (flat == nullptr || !read_tree({flat, fdt_size}, state_)) return -EINVAL;
  const CommandLock lock(host);
  state_.threads[state_.boot_server] = {0, true};
  host.cpu_online(state_.boot_server, 0, true);
  for (const Processor& cpu : state_.processors) {
    if (cpu.servers.empty() || state_.threads.contains(cpu.servers.front())) continue;
    bool boots_us = false;
    for (const std::uint32_t server : cpu.servers) boots_us |= server == state_.boot_server;
    std::string why;
    if (!boots_us && !start_thread(cpu.servers.front(), why)) {
      host.log(4, why.data(), why.size());
    }
  }
  return 0;
}

// As on Linux: the other threads spin, firmware ends the partition.
int GenericOs::shut_down(bool restart) {
  const CommandLock lock(host);
  for (auto& [server, thread] : state_.threads) {
    if (!thread.online || server == state_.boot_server) continue;
    thread.online = false;
    host.cpu_online(server, thread.logical, false);
  }
  constexpr std::uint32_t kNoEvent = 0xffffffff;   // nothing turns the partition on again
  const std::int32_t status = restart ? rtas_.call("system-reboot", {})
                                      : rtas_.call("power-off", {kNoEvent, kNoEvent});
  const std::string text = fmt::format("firmware does not end the partition: status {}", status);
  host.log(3, text.data(), text.size());
  return -EIO;
}

int GenericOs::stat(std::string_view, kernel::FileStat&) { return -ENOENT; }
int GenericOs::list(std::string_view, std::vector<kernel::DirectoryEntry>&) { return -ENOENT; }
int GenericOs::read(std::string_view, Bytes&) { return -ENOENT; }
int GenericOs::read_link(std::string_view, std::string&) { return -ENOENT; }
std::int64_t GenericOs::write(std::string_view, ByteView) { return -ENOENT; }
int GenericOs::rtas_syscall(std::uint8_t*) { return -ENOSYS; }

kernel::KernelView GenericOs::view() const {
  kernel::KernelView view;
  view.lmb_size = state_.lmb_size;
  view.boot_memory_bytes = state_.boot_memory_bytes;
  view.queued_work = state_.stopping.size();
  for (const auto& [server, thread] : state_.threads) {
    if (thread.online) view.cpus.push_back({thread.logical, server, true, true});
  }
  for (const Processor& cpu : state_.processors) {
    if (!cpu.node.empty()) view.cpu_drcs.push_back(cpu.drc_index);
  }
  for (const MemoryBlock& block : state_.memory) {
    view.lmbs.push_back({block.address, block.drc_index, block.associativity_index, block.flags,
                         (block.flags & kAssigned) != 0});
  }
  return view;
}

std::unique_ptr<kernel::GuestKernel::Snapshot> GenericOs::snapshot() const {
  return std::make_unique<Saved>(state_);
}

void GenericOs::restore(const Snapshot& snapshot) {
  const auto* saved = dynamic_cast<const Saved*>(&snapshot);
  LPARSIM_ASSERT(saved != nullptr);
  state_ = saved->state;
}

}  // namespace lparsim::generic_os
