// What the HMC needs from the managed system below it. It sees values and refusals, never how the
// hypervisor or an operating system does its part.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/ids.hpp"
#include "sim/base/time.hpp"

namespace lparsim::hmc {

enum class PartitionState {
  not_activated, starting, running, shutting_down, error, open_firmware, not_available,
  migrating_running, migrating_not_active,
};

template <class T>
struct Range {   // the minimum, the present amount and the maximum of one resource
  T min{}, amount{}, max{};
  bool operator==(const Range&) const = default;
};

enum class ProcMode { dedicated, shared };
enum class SharingMode {
  keep_idle_procs, share_idle_procs, share_idle_procs_active, share_idle_procs_always,  // dedicated
  cap, uncap,                                                                           // shared
};

struct ProcessorSetting {
  ProcMode mode = ProcMode::dedicated;
  SharingMode sharing = SharingMode::keep_idle_procs;
  std::int32_t uncap_weight = 0;      // shared only
  std::int32_t pool_id = 0;           // shared only
  Range<ProcUnits> units;             // shared only
  Range<std::int32_t> procs;          // dedicated: processors; shared: virtual processors
  bool operator==(const ProcessorSetting&) const = default;
};

struct MemorySetting {
  Range<std::int64_t> mb;
  bool operator==(const MemorySetting&) const = default;
};

// What chsysstate or a profile asks for.
struct ResourceSetting {
  ProcessorSetting processors;
  MemorySetting memory;
};

// hmc.md 2.2: curr = what the hypervisor has for the partition now, pend = the target, run = what
// its operating system has online (all 0 when not activated).
struct PartitionValues {
  PartitionState state = PartitionState::not_activated;
  ResourceSetting curr, pend;
  ProcUnits run_units;
  std::int32_t run_procs = 0;
  std::int32_t run_uncap_weight = 0;
  std::int64_t run_min_mem_mb = 0;
  std::int64_t run_mem_mb = 0;
};

struct SystemValues {
  ProcUnits installed_units, configurable_units, curr_avail_units, pend_avail_units;
  std::int64_t installed_mem_mb = 0, configurable_mem_mb = 0, firmware_mem_mb = 0;
  std::int64_t curr_avail_mem_mb = 0, pend_avail_mem_mb = 0;
  std::int64_t lmb_mb = 0;            // mem_region_size
};

// Why the hypervisor refuses a new target. `limit` is what would have been possible.
enum class Refusal { none, no_such_partition, not_enough_processors, not_enough_memory,
                     no_such_slot, slot_owned, wrong_state };
struct Answer {
  Refusal refusal = Refusal::none;
  std::int64_t limit = 0;             // hundredths of a processor, processors or MB
  explicit operator bool() const { return refusal == Refusal::none; }
};

enum class RmcState { none, inactive, active, unknown };

struct RmcReply {
  enum Kind { done, no_connection, timed_out } kind = no_connection;
  int exit_status = 0;                // of the command in the partition
  std::string out, err;
};

// How far a migration is (lslparmigr's migration_state): asked for, or the partition suspends.
enum class MigrationState { none, starting, in_progress };

// How a migration, or the check for one, ended. Only `done` and `moved_with_error` leave the
// partition on the other system; otherwise it goes on where it was, as it was.
struct MigrationEnd {
  enum class Result {
    done, moved_with_error,           // its OS failed after it had arrived
    refused,                          // nothing was begun; `why` is the platform's reason
    no_rmc,                           // its OS cannot be told
    os_failed,                        // its OS refused or failed: `os` is what it said
    stopped,                          // by stop_migration
    timed_out, failed,                // the movers gave up: `why`
  };
  Result result = Result::done;
  std::string why;
  RmcReply os;
};

class HypervisorPort {
 public:
  virtual ~HypervisorPort() = default;

  virtual SystemValues system() const = 0;
  virtual PartitionValues partition(PartitionId partition) const = 0;
  virtual std::optional<PartitionId> slot_owner(DrcIndex slot) const = 0;

  // New pending targets, absolute. More than now: the difference is taken from what is free and
  // assigned, so that the operating system may acquire it. Less than now: what the OS releases from
  // then on goes back. A partition that is not activated follows at once (curr = pend).
  // Limits (curr min..max) are the HMC's business; the hypervisor checks only what it has.
  virtual Answer set_processors(PartitionId partition, std::int32_t procs) = 0;
  virtual Answer set_units(PartitionId partition, ProcUnits units) = 0;
  virtual Answer set_uncap_weight(PartitionId partition, std::int32_t weight) = 0;
  virtual Answer set_memory(PartitionId partition, std::int64_t mb) = 0;
  // rsthwres: pending := what the operating system really has.
  virtual void restore_processors(PartitionId partition) = 0;
  virtual void restore_memory(PartitionId partition) = 0;

  // [blocks] Activation. With a setting the partition is configured anew first (a profile), without
  // it starts with its current configuration. Returns when the partition has been started; the OS
  // comes up later (state, RMC).
  virtual Answer power_on(PartitionId partition, const ResourceSetting* setting) = 0;
  // [blocks] Immediate: the partition is stopped. Otherwise its OS is asked to shut down.
  virtual Answer power_off(PartitionId partition, bool immediate, bool restart) = 0;

  // Migration to another managed system of this console, one of these names; a console of one
  // system has none.
  virtual std::vector<std::string> migration_targets() const { return {}; }
  // Whether it could be done now; holds nothing.
  virtual MigrationEnd validate_migration(PartitionId, const std::string&) { return nowhere(); }
  // [blocks] Does all of it: streams on both systems, the OS told by RMC, movers, and what the
  // consoles know of the partition. `deadline`: how long its OS may take for an answer.
  virtual MigrationEnd migrate(PartitionId, const std::string& /*target*/,
                               std::optional<Duration> /*deadline*/) {
    return nowhere();
  }
  // Gives up a migration that another session waits for; false: there is none, or it is too late.
  virtual bool stop_migration(PartitionId) { return false; }
  virtual MigrationState migration(PartitionId) const { return MigrationState::none; }

 private:
  static MigrationEnd nowhere() {
    return {MigrationEnd::Result::refused, "there is no other managed system", {}};
  }
};

class RmcPort {
 public:
  virtual ~RmcPort() = default;
  virtual RmcState state(PartitionId partition) const = 0;
  // [blocks] Runs a command line in the partition through IBM.DRM. `deadline` none = wait for ever.
  virtual RmcReply run(PartitionId partition, const std::string& command,
                       std::optional<Duration> deadline) = 0;
};

}  // namespace lparsim::hmc
