// One managed system, its partitions and its HMC, running in this process's SystemC simulation;
// or several systems, between which partitions migrate. One console manages them all.
// Built once before the simulation starts; episodes restore a snapshot taken at rest.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/hypervisor.hpp"
#include "hmc/hmc.hpp"
#include "models/kernel/guest_kernel.hpp"
#include "models/kernel/kernel_host.hpp"
#include "models/kernel/level.hpp"
#include "sim/base/actors.hpp"
#include "sim/base/choices.hpp"
#include "sim/base/event_log.hpp"

namespace lparsim::userland {
class Process;
}

namespace lparsim::models {

enum class OsKind { linux, generic };

using KernelMaker = std::function<std::unique_ptr<kernel::GuestKernel>(kernel::KernelHost&)>;

struct OsConfig {
  OsKind kind = OsKind::linux;
  KernelMaker other_kernel;              // linux; in place of ours (docs/kernel-library.md)
  std::shared_ptr<const kernel::KernelLevel> kernel;   // linux; nullptr: 6.1
  std::string userland = "1.3.10";
  // [blocks] linux: runs a command line in place of our own programs; its exit status. Empty: ours.
  std::function<int(userland::Process&, const std::string&)> agent;
  bool powered_on = false;               // running when the simulation starts
  bool rmc = true;                       // RMC comes up some time after boot
};

// Delay and loss of the RMC network; times are simulated.
struct RmcConfig {
  Duration latency = std::chrono::milliseconds(5);
  Duration up_after_boot = std::chrono::seconds(60);
};

struct SystemConfig {
  firmware::PlatformConfig platform;
  std::shared_ptr<const firmware::FirmwareProfile> firmware;   // nullptr: phyp
  hmc::Inventory inventory;
};

// The first system, and others. No partition id and no name occurs twice: a partition keeps both
// when it migrates.
struct WorldConfig : SystemConfig {
  std::vector<SystemConfig> others;
  std::size_t systems() const { return 1 + others.size(); }
  const SystemConfig& system(std::size_t number) const {
    return number == 0 ? *this : others.at(number - 1);
  }
  hmc::HmcProfile hmc_profile;
  std::map<PartitionId, OsConfig> os;
  RmcConfig rmc;
};

// Of all partitions of all its systems.
std::map<PartitionId, std::string> partition_names(const WorldConfig& machine);

struct ProcessResult {
  int exit_status = 0;
  std::string out, err;
};

class World {
 public:
  // Elaborates the SystemC modules: before sc_start, once per process.
  World(WorldConfig config, Choices& choices);
  ~World();

  // -- starting things; each runs as an actor and calls `done` when it is over ------------------
  void hmc_command(const std::string& command_line, std::function<void(hmc::CommandResult)> done);
  // A user's command in a partition: cat, echo TEXT > FILE, ls, drmgr, lsslot, ...
  void shell_command(PartitionId partition, const std::string& command_line,
                     std::function<void(ProcessResult)> done);
  // `body` as a process of the partition, under this name in the log.
  void run_program(PartitionId partition, const std::string& name,
                   std::function<int(userland::Process&)> body,
                   std::function<void(ProcessResult)> done);
  // The RMC connection of a partition goes away or comes back (a cable, a firewall).
  void set_rmc(PartitionId partition, bool connected);
  void power_on_as_configured();         // partitions whose OsConfig says so

  // -- time -------------------------------------------------------------------------------------
  // Lets the simulation run until `until` is true, or nothing is left to do, or the limit is
  // reached. True when `until` became true.
  bool run_until(const std::function<bool()>& until, Duration limit);
  // Until at rest: no open request, queued kernel work, undelivered event or message in flight.
  bool run_to_rest(Duration limit);
  bool at_rest() const;
  void end_all_actors();

  // -- looking ----------------------------------------------------------------------------------
  Clock& clock();
  EventLog& log();
  ActorScheduler& actors();
  std::size_t systems() const;
  std::size_t system_of(PartitionId partition) const;             // where it is now
  firmware::Hypervisor& hypervisor(std::size_t system = 0);
  hmc::Hmc& hmc(std::size_t system = 0);
  // What this HMC sees of the managed system: invariant checkers ask it without a command.
  const hmc::HypervisorPort& hypervisor_port(std::size_t system = 0) const;
  const hmc::RmcPort& rmc_port() const;
  bool has_linux(PartitionId partition) const;                    // running a modelled Linux
  kernel::KernelView kernel_view(PartitionId partition) const;    // has_linux only
  // A file of a running Linux partition, read from outside without taking time.
  int read_file(PartitionId partition, const std::string& path, Bytes& out);
  int list_directory(PartitionId partition, const std::string& path,
                     std::vector<kernel::DirectoryEntry>& out);
  bool rmc_active(PartitionId partition) const;

  // -- episodes -----------------------------------------------------------------------------------
  class Snapshot;
  std::shared_ptr<const Snapshot> snapshot();                     // at rest only
  void restore(const std::shared_ptr<const Snapshot>& snapshot);
  // To be called first in a process forked from a world at rest; without it, memory of partitions
  // is one for parent and child.
  void part_from_parent();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lparsim::models
