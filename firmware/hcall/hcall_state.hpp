// What hypervisor calls leave behind in one partition, as values. Empty while the partition is off,
// and grown only by use: a partition that makes no call costs nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "firmware/hcall/hash_table.hpp"
#include "firmware/hcall/tce_table.hpp"
#include "firmware/hcall/vio_state.hpp"
#include "sim/base/time.hpp"

namespace lparsim::firmware {

// Why a hardware thread is not dispatched.
enum class ThreadWait : std::uint8_t {
  none,
  ceded,               // H_CEDE: until interrupt, decrementer or prod
  conferred,           // H_CONFER to itself: until prod; interrupts only with MSR[EE]
  conferred_to_all,    // H_CONFER(-1)
  conferred_to_one,    // H_CONFER to another thread
  joined,              // H_JOIN: until prod
};

struct RegisteredArea {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;

  bool operator==(const RegisteredArea&) const = default;
};

struct HcallThread {
  std::optional<RegisteredArea> vpa, dispatch_log, slb_shadow;
  bool prodded = false;
  ThreadWait wait = ThreadWait::none;
  bool interruptible = false;              // the wait ends with an interrupt, too
  std::uint32_t dispatches = 0;            // as at VPA 0x100: even while dispatched
  std::uint64_t log_entries = 0;           // as at VPA 0x218
  TimePoint waits_since{};
  Duration waited{};                       // all waits that are over
  std::uint8_t cppr = 0, mfrr = 0xff;      // R1-14.6-2
  std::vector<std::uint32_t> pending;      // sources not yet accepted, XIVE legacy mode
  std::uint64_t sprg0 = 0, dabr = 0, dabrx = 0;
  std::uint64_t breakpoint = 0, watchpoint = 0, watch_conditions = 0;

  bool operator==(const HcallThread&) const = default;
};

struct ThreadStart {                       // when start-cpu started the thread
  std::uint32_t server = 0;
  TimePoint at{};

  bool operator==(const ThreadStart&) const = default;
};

enum class SharedKind : std::uint8_t { memory, io };
// What a grantee may not do (H_GRANT_LOGICAL flags bits 16-18).
inline constexpr std::uint8_t kNoRead = 8, kNoWrite = 4, kNoRegrant = 2;

enum class GrantState : std::uint8_t {
  granted,             // not in the grantee's map
  accepted,
  returning,           // out of the map, but still translated to
};

struct Grant {                             // of one cookie, H_GRANT_LOGICAL
  std::uint64_t cookie = 0;                // never used twice
  PartitionId owner, grantee;
  std::uint16_t slot = 0;                  // the owner's adapter, which named the grantee
  SharedKind kind{};
  std::uint64_t address = 0, bytes = 0;    // in the owner's address space
  std::uint8_t inhibited = 0;
  std::uint64_t parent = 0;                // cookie by which the owner has it; 0: it is its own
  PartitionId root;                        // whose own it is, and where it lies there
  std::uint64_t root_address = 0;
  GrantState state{};
  std::uint64_t at = 0;                    // in the grantee's, unless granted
  std::optional<TimePoint> recovered_at;   // the owner ended

  bool operator==(const Grant&) const = default;
};

struct RescindedRange {                    // by force; bytes == 0: it had not been accepted
  std::uint64_t cookie = 0, address = 0, bytes = 0;

  bool operator==(const RescindedRange&) const = default;
};

struct HcallState {
  TimePoint powered_on_at{};
  std::vector<ThreadStart> starts;         // one a thread; the others started at power-on
  std::vector<HcallThread> threads;        // by server number; see hcall_thread()
  bool little_endian = false;              // H_SET_MODE resource 4
  std::uint8_t interrupt_location = 0;     // H_SET_MODE resource 3
  std::uint64_t perfmon_modes = 0;         // H_PERFMON
  HashTable hpt;                           // see hash_table()
  std::optional<PendingTable> pending_table;
  std::list<TceTable> tce_tables;          // those that have been used; they stay in place
  std::vector<std::uint32_t> lmb_mappings; // translations to each LMB, of both kinds
  std::uint64_t mapping_entitlement = 0;   // H_SET_MPP; shared memory only
  std::uint8_t memory_weight = 0;
  std::map<std::uint16_t, AdapterState> adapters;   // by slot; those that have been used
  std::deque<RescindedRange> rescinded;    // the latest ones, see sharing.cpp

  bool operator==(const HcallState&) const = default;
};

struct HcallSystemState {
  Duration consumed_before{};              // by shared processors of partitions that are off again
  std::uint64_t loans = 0;                 // entries that H_PUT_RTCE has ever lent
  std::vector<Grant> grants;               // ascending by cookie
  std::uint64_t cookies = 0;               // how many there ever were

  bool operator==(const HcallSystemState&) const = default;
};

}  // namespace lparsim::firmware
