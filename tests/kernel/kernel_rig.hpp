// A kernel on a scripted firmware: each RTAS call must be the next of the script, and the script
// must be used up. Time is a ManualClock that sleep() moves; spawned threads run inline.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/kernel/linux.hpp"
#include "sim/base/time.hpp"

namespace lparsim::kernel {

// One expected call and its answer. name/value: what configure-connector leaves in its work area
// (value alone: ibm,update-nodes and -properties); event: what check-exception and event-scan leave
// in their buffer.
struct Step {
  std::string call;
  std::vector<std::uint32_t> in;
  std::vector<std::int32_t> out;
  std::string name;
  Bytes value;
  Bytes event;
  // A hypervisor call is named by its number, "hcall 664"; registers: R4 onwards, as many as
  // matter. Its status is out[0], R4 afterwards out[1].
  std::vector<std::uint64_t> registers{};
};
using Script = std::vector<Step>;
Script operator+(Script a, const Script& b);

Script sense(std::uint32_t drc, std::int32_t state, std::int32_t status = 0);
Script allocate(std::uint32_t drc, std::uint32_t value, std::int32_t status = 0);
Script isolate(std::uint32_t drc, std::uint32_t value, std::int32_t status = 0);
Script acquire(std::uint32_t drc);      // sense 2, usable, unisolate
Script release(std::uint32_t drc);      // sense 1, isolate, unusable
Script cpu_connector(std::uint32_t drc, const std::vector<std::uint32_t>& servers,
                     bool with_cache = false);
Script lmb_connector();                 // memory node with ibm,associativity 1: 0
Script connector(std::int32_t status, std::string name = {}, Bytes value = {});
Script power_level(std::uint32_t domain, std::int32_t status = 0);
Script nvram_fetch(std::uint32_t at, Bytes value);
Script nvram_store(std::uint32_t at, std::uint32_t size);
Script start_cpu(std::uint32_t server);
Script stop_cpu(std::uint32_t server, int polls = 1);

class BugHit : public std::exception {};

class ScriptedHost : public KernelHost {
 public:
  ScriptedHost() : memory_(2U << 20) {}

  void rtas(std::uint32_t server, std::uint64_t address) override;
  std::int64_t hcall(std::uint32_t server, std::uint64_t opcode,
                     std::uint64_t registers[9]) override;
  std::uint8_t* rmo(std::uint64_t address, std::uint64_t size) override;
  bool memory_usable(std::uint64_t, std::uint64_t) override { return true; }
  std::uint64_t now_ns() override;
  void sleep_ns(std::uint64_t nanoseconds) override;
  bool block(std::uint64_t key, std::uint64_t timeout_ns) override;
  void wake(std::uint64_t) override {}
  void lock(std::uint32_t id) override;
  void unlock(std::uint32_t id) override;
  void spawn(const char* name, void (*entry)(void*), void* argument) override;
  bool allocation_fails(const char* site) override;
  std::uint32_t fault_point(const char* site, std::uint64_t argument, const char* const* outcomes,
                            std::uint32_t count) override;
  void log(int level, const char* text, std::size_t length) override;
  [[noreturn]] void bug(const char* text) override;
  void cpu_online(std::uint32_t, std::uint32_t, bool) override {}
  void memory_online(std::uint64_t, std::uint64_t, bool) override {}
  void tree_changed(const char* path, const char* property, int change) override;

  void expect(const Script& script) { script_.insert(script_.end(), script.begin(), script.end()); }
  std::size_t left() const { return script_.size() - at_; }
  // After a bug, in a kernel that is not used any more: what is left of the script, and its locks.
  void forget() {
    at_ = script_.size();
    held.clear();
  }
  bool logged(std::string_view text) const;

  GuestKernel* kernel = nullptr;
  bool call_in = true;                              // started threads arrive
  std::map<std::string, std::set<std::uint64_t>> refuse;   // fault point -> arguments
  std::set<std::string> no_memory;                  // allocation sites that fail
  std::vector<std::string> messages;
  std::vector<std::string> tree_events;
  std::map<std::uint64_t, std::vector<std::uint64_t>> hcall_outputs;
  std::vector<std::vector<std::uint64_t>> hcalls;   // opcode and R4..R12
  std::vector<std::uint32_t> hcall_servers;
  std::vector<Bytes> areas;                         // as ibm,update-* found them
  std::int64_t hcall_status = 0;
  std::set<std::uint32_t> held;                     // locks

 private:
  void answer(const Step& step, std::uint8_t* block, std::size_t nargs);

  std::vector<std::uint8_t> memory_;
  ManualClock clock_;
  Script script_;
  std::size_t at_ = 0;
};

// What the boot tree holds.
struct TreeOptions {
  std::uint32_t threads = 1;
  std::uint32_t cores = 1;                          // present; at most 4 are possible
  bool v1 = false;
  bool hole = false;                                // v2: between two runs of 4 LMBs
  bool boot_assigned = false;                       // the 4 boot LMBs are assigned and reserved
  bool last_error = false;                          // /rtas has rtas-last-error
  std::uint32_t possible_cores = 4;
  bool epow = false;                                // /event-sources/epow-events
  bool io = false;                                  // PHB 0, a virtual slot (rig_io.cpp)
  bool bridge = false;                              // with io: a slot below PHB 0, card included
  bool drc_info = false;                            // with io: connectors in ibm,drc-info
  // phandles 1 (root), 0x20 (/cpus), 0x100 + core, 0x30 (l2-cache@30 with l3-cache@31), 0x50
  // (dynamic memory); /ibm,platform-facilities 0x40 with ibm,random-v1 0x41.
  bool phandles = false;
  bool error_log = false;                           // /rtas has event-scan with a rate
  bool no_lmbs = false;                             // memory@ nodes alone, two of 16 MiB at 1 GiB
  std::uint32_t nvram = 0;                          // "#bytes" of the node "nvram", 0: none
};
// CPU DRCs 0x10000000 + first thread; 4 boot LMBs (0xa0), then 8 of 256 MiB from 0x80000004.
Bytes flat_tree(const TreeOptions& options);

class KernelRig : public ::testing::Test {
 protected:
  void start(std::string_view level, const TreeOptions& options = {});
  void start(const KernelLevel& level, const TreeOptions& options = {});
  ~KernelRig() override;
  // Holds what switches_shown.cpp says of this test against the levels that it started.
  void TearDown() override;

  std::int64_t write(std::string_view path, std::string_view text);
  std::int64_t dlpar(std::string_view text) { return write("/sys/kernel/dlpar", text); }
  std::string read(std::string_view path);
  std::uint32_t lmb_flags(std::uint32_t drc) const;
  std::string online() { return read("/sys/devices/system/cpu/online"); }

  ScriptedHost host_;
  KernelLevel level_{};
  std::unique_ptr<GuestKernel> kernel_;

 private:
  bool started_fixed_ = false;
  std::set<Switch> started_alone_;                  // `fixed` but for this one
};

// Which test shows that the switch alone decides between two outcomes.
struct SwitchShown {
  Switch id;
  std::string_view test;                            // "Suite.Name"
};
std::span<const SwitchShown> switches_shown();

// `fixed` with this one switch turned, or as it is.
KernelLevel alone(Switch s, bool there = true);

}  // namespace lparsim::kernel
