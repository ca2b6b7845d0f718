#include "models/kernel/host_table.h"

#include "models/kernel/kernel_host.hpp"
#include "sim/base/assert.hpp"

namespace lparsim::kernel {
namespace {

KernelHost& host_of(void* host) { return *static_cast<KernelHost*>(host); }

[[noreturn]] void bug(void* host, const char* text) {
  host_of(host).bug(text);
  assertion_failed("KernelHost::bug returned", __FILE__, __LINE__);
}

}  // namespace

lparsim_kernel_host host_table(KernelHost& host) {
  lparsim_kernel_host t{};
  t.host = &host;
  t.rtas = [](void* h, std::uint32_t server, std::uint64_t at) { host_of(h).rtas(server, at); };
  t.hcall = [](void* h, std::uint32_t server, std::uint64_t opcode, std::uint64_t* registers) {
    return host_of(h).hcall(server, opcode, registers);
  };
  t.rmo = [](void* h, std::uint64_t at, std::uint64_t size) { return host_of(h).rmo(at, size); };
  t.memory_usable = [](void* h, std::uint64_t at, std::uint64_t size) {
    return static_cast<int>(host_of(h).memory_usable(at, size));
  };
  t.now_ns = [](void* h) { return host_of(h).now_ns(); };
  t.sleep_ns = [](void* h, std::uint64_t ns) { host_of(h).sleep_ns(ns); };
  t.block = [](void* h, std::uint64_t key, std::uint64_t timeout_ns) {
    return static_cast<int>(host_of(h).block(key, timeout_ns));
  };
  t.wake = [](void* h, std::uint64_t key) { host_of(h).wake(key); };
  t.lock = [](void* h, std::uint32_t id) { host_of(h).lock(id); };
  t.unlock = [](void* h, std::uint32_t id) { host_of(h).unlock(id); };
  t.spawn = [](void* h, const char* name, void (*entry)(void*), void* argument) {
    host_of(h).spawn(name, entry, argument);
  };
  t.allocation_fails = [](void* h, const char* site) {
    return static_cast<int>(host_of(h).allocation_fails(site));
  };
  t.fault_point = [](void* h, const char* site, std::uint64_t argument,
                     const char* const* outcomes, std::uint32_t count) {
    return host_of(h).fault_point(site, argument, outcomes, count);
  };
  t.log = [](void* h, int level, const char* text, std::size_t length) {
    host_of(h).log(level, text, length);
  };
  t.bug = bug;
  t.cpu_online = [](void* h, std::uint32_t server, std::uint32_t logical, int online) {
    host_of(h).cpu_online(server, logical, online != 0);
  };
  t.memory_online = [](void* h, std::uint64_t address, std::uint64_t size, int online) {
    host_of(h).memory_online(address, size, online != 0);
  };
  t.tree_changed = [](void* h, const char* path, const char* property, int change) {
    host_of(h).tree_changed(path, property, change);
  };
  return t;
}

}  // namespace lparsim::kernel
