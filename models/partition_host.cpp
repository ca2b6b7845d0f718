#include "models/partition_host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

#include "firmware/mobility/mobility.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::models {
namespace {

constexpr std::array<Outcome, 2> kAllocation{{{"normal", 0}, {"enomem", -12}}};
constexpr std::size_t kMostOutcomes = 32;

Duration from_ns(std::uint64_t nanoseconds) {
  return Duration{static_cast<Duration::rep>(nanoseconds)};
}

}  // namespace

PartitionHost::PartitionHost(Context context, PartitionId partition, RmoMemory& memory,
                             PartitionShell& shell)
    : context_(context), partition_(partition), memory_(memory), shell_(shell) {}

PartitionHost::~PartitionHost() = default;

ActorId PartitionHost::spawn_actor(const std::string& name,
                                   std::function<void(PartitionHost&)> body) {
  return context_.actors.spawn(
      name, partition_, [self = shared_from_this(), body = std::move(body)] { body(*self); });
}

void PartitionHost::rtas(std::uint32_t server, std::uint64_t arguments) {
  const auto reply = shell_.call_rtas(ServerNumber{server}, GuestAddress{arguments});
  if (!reply.parks) return;
  // ibm,suspend-me comes back with the partition, here or on another machine; stop-self does not.
  const auto state = shell_.hypervisor().mobility().state(partition_);
  if (state != firmware::VasiState::suspended) throw ActorEnded{};
  context_.actors.block({&parked_, server});
}

std::int64_t PartitionHost::hcall(std::uint32_t server, std::uint64_t opcode,
                                  std::uint64_t registers[9]) {
  std::array<std::uint64_t, 9> values{};
  std::copy_n(registers, values.size(), values.begin());
  const auto reply = shell_.hypervisor().hcall(partition_, ServerNumber{server}, opcode, values);
  std::copy(values.begin(), values.end(), registers);
  if (reply.park != firmware::ParkUntil::nothing) {
    std::optional<Duration> at_most;
    if (reply.at_most > Duration::zero()) at_most = reply.at_most;
    context_.actors.block({&parked_, server}, at_most);
  }
  if (reply.latency > Duration::zero()) context_.actors.sleep(reply.latency);
  return reply.status;
}

void PartitionHost::thread_ready(ServerNumber server) {
  context_.actors.wake({&parked_, server.value});
}

std::uint8_t* PartitionHost::rmo(std::uint64_t real_address, std::uint64_t size) {
  return memory_.pointer(real_address, size);
}

bool PartitionHost::memory_usable(std::uint64_t real_address, std::uint64_t size) {
  return shell_.hypervisor().lmb_usable(partition_, real_address, size);
}

std::uint64_t PartitionHost::now_ns() {
  return static_cast<std::uint64_t>(context_.clock.now().time_since_epoch().count());
}

void PartitionHost::sleep_ns(std::uint64_t nanoseconds) {
  context_.actors.sleep(from_ns(nanoseconds));
}

bool PartitionHost::block(std::uint64_t key, std::uint64_t timeout_ns) {
  std::optional<Duration> timeout;
  if (timeout_ns != 0) timeout = from_ns(timeout_ns);
  return context_.actors.block({this, key}, timeout) == Woken::by_key;
}

void PartitionHost::wake(std::uint64_t key) { context_.actors.wake({this, key}); }

void PartitionHost::lock(std::uint32_t id) {
  while (std::ranges::find(held_, id) != held_.end()) context_.actors.block({&held_, id});
  held_.push_back(id);
}

void PartitionHost::unlock(std::uint32_t id) {
  LPARSIM_ASSERT(std::erase(held_, id) == 1);
  context_.actors.wake({&held_, id});
}

void PartitionHost::spawn(const char* name, void (*entry)(void*), void* argument) {
  spawn_actor(fmt::format("p{}:{}", partition_.value, name),
              [entry, argument](PartitionHost&) { entry(argument); });
}

bool PartitionHost::allocation_fails(const char* site) {
  return context_.choices.pick({ChoiceClass::fault, site, partition_, 0}, kAllocation) != 0;
}

std::uint32_t PartitionHost::fault_point(const char* site, std::uint64_t argument,
                                         const char* const* outcomes, std::uint32_t count) {
  LPARSIM_ASSERT(count > 0 && count <= kMostOutcomes);
  std::array<Outcome, kMostOutcomes> named;
  for (std::uint32_t i = 0; i < count; ++i) named[i] = {outcomes[i], i};
  return static_cast<std::uint32_t>(context_.choices.pick(
      {ChoiceClass::fault, site, partition_, argument}, std::span(named).first(count)));
}

void PartitionHost::log(int level, const char* text, std::size_t length) {
  context_.log.add(EventKind::kernel_message, partition_, static_cast<std::uint64_t>(level),
                   context_.log.text({text, length}));
}

void PartitionHost::bug(const char* text) {
  context_.log.add(EventKind::kernel_bug, partition_, context_.log.text(text));
  shell_.crashed(text);     // ends this actor, too
  context_.actors.yield();  // throws ActorEnded
  LPARSIM_ASSERT(false);
  std::abort();
}

void PartitionHost::cpu_online(std::uint32_t server, std::uint32_t logical, bool online) {
  context_.log.add(online ? EventKind::cpu_online : EventKind::cpu_offline, partition_, server,
                   logical);
}

void PartitionHost::memory_online(std::uint64_t address, std::uint64_t size, bool online) {
  context_.log.add(online ? EventKind::memory_online : EventKind::memory_offline, partition_,
                   address, size);
  if (!online || memory_usable(address, size)) return;
  const auto text = fmt::format("memory at {:#x} is online but isolated", address);
  context_.log.add(EventKind::violation, partition_, context_.log.text("NOUSE"),
                   context_.log.text(text));
}

void PartitionHost::tree_changed(const char* path, const char* property, int change) {
  constexpr std::array kKinds{EventKind::tree_add, EventKind::tree_remove, EventKind::tree_update};
  context_.log.add(kKinds.at(static_cast<std::size_t>(change)), partition_, context_.log.text(path),
                   property == nullptr ? 0 : context_.log.text(property));
}

}  // namespace lparsim::models
