// One logical partition as a SystemC module: an RTAS initiator around plain C++ (memory, the host
// below its kernel, files, processes) and the partition's life from power-on to power-off. It owns
// no thread: whatever runs in it is an actor.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "hmc/ports.hpp"
#include "models/context.hpp"
#include "models/managed_system.hpp"
#include "models/partition_files.hpp"
#include "models/partition_host.hpp"
#include "models/rmo_memory.hpp"
#include "models/rtas_call.hpp"
#include "models/world.hpp"

namespace lparsim::models {

class PartitionModel final : public sc_core::sc_module, public PartitionShell {
 public:
  // Told when the RMC connection that was active is gone; `seen_at_once`: the hypervisor knows.
  using ConnectionLost = std::function<void(PartitionId, bool seen_at_once)>;

  PartitionModel(sc_core::sc_module_name name, Context context, PartitionId id, OsConfig os,
                 RmcConfig rmc, std::vector<ManagedSystem*> systems, std::size_t home,
                 ConnectionLost connection_lost);
  ~PartitionModel() override;

  // One for each managed system; calls go to that on which the partition is.
  std::deque<tlm_utils::simple_initiator_socket<PartitionModel>> rtas_out;

  // -- where it is -------------------------------------------------------------------------------
  std::size_t home() const { return value_.home; }
  firmware::Hypervisor& hypervisor() const override;
  void move_to(std::size_t system) { value_.home = system; }
  // Shown while it is being migrated, for as long as nothing else happens to it.
  void migrating(bool begins);

  // -- life: none of these waits ---------------------------------------------------------------
  firmware::AssignAnswer power_on();  // the OS comes up in the boot actor, later
  void power_off();                   // ends all actors of the partition
  void shutting_down() { set_state(hmc::PartitionState::shutting_down); }
  hmc::PartitionState state() const { return value_.state; }
  // Counts power-ons and power-offs: what was meant for an earlier number is outdated.
  std::uint64_t boots() const { return value_.boots; }

  // -- what the hypervisor tells ---------------------------------------------------------------
  void cpu_started(ServerNumber server, std::uint64_t entry, std::uint64_t r3);
  void interrupt(std::uint32_t source);
  void ended(bool restart);
  void thread_ready(ServerNumber server);
  void events_wait();

  // -- RMC -------------------------------------------------------------------------------------
  bool has_rmc() const { return os_.rmc; }
  bool rmc_active() const { return value_.rmc_up && value_.rmc_connected; }
  void connect_rmc(bool connected);

  // -- programs --------------------------------------------------------------------------------
  // Runs a command line as a process of its own; `done` is called when it is over, also when it
  // was killed (exit status 137), but not when the whole run is ended.
  void start_process(const std::string& command_line, std::function<void(ProcessResult)> done);
  // The same for a program that is not one of ours.
  void start_program(const std::string& name, std::function<int(userland::Process&)> body,
                     std::function<void(ProcessResult)> done);
  void give_up_processes(bool quiet) { quiet_ = quiet; }

  bool runs_linux() const { return host_ != nullptr && os_.kind == OsKind::linux; }
  kernel::GuestKernel* guest_kernel() const { return host_ ? host_->kernel.get() : nullptr; }
  PartitionFiles& files() { return files_; }
  RmoMemory& memory() { return memory_; }

  // -- as a value, at rest ---------------------------------------------------------------------
  struct Snapshot;
  std::shared_ptr<const Snapshot> snapshot();
  void restore(const Snapshot& snapshot);

  firmware::RtasReply call_rtas(ServerNumber server, GuestAddress arguments) override;
  void crashed(const char* text) override;

 private:
  class ProcessEnd;
  struct Value {
    hmc::PartitionState state = hmc::PartitionState::not_activated;
    bool rmc_up = false;
    bool rmc_connected = true;
    std::size_t home = 0;                 // number of its managed system
    std::uint32_t next_pid = 1000;
    std::uint64_t boots = 0;
    std::vector<std::uint32_t> latched;   // edge interrupts that came before the OS was up
  };

  void make_host();
  void boot(PartitionHost& host);
  void set_state(hmc::PartitionState state);
  void set_rmc(bool up, bool connected, bool seen_at_once);
  void stop_guest(hmc::PartitionState state);
  std::string actor_name(std::string_view what) const;

  Context context_;
  PartitionId id_;
  OsConfig os_;
  RmcConfig rmc_;
  std::vector<ManagedSystem*> systems_;
  ConnectionLost connection_lost_;

  Value value_;
  RmoMemory memory_;
  PartitionFiles files_;
  std::shared_ptr<PartitionHost> host_;  // while powered on; also after a crash, to be looked at
  std::uint64_t rmc_timer_ = 0;
  bool quiet_ = false;
  std::deque<RtasTransaction> transactions_;  // all ever made
  std::vector<RtasTransaction*> idle_;
};

struct PartitionModel::Snapshot {
  Value value;
  PlainFiles files;
  std::shared_ptr<const RmoMemory::Image> memory;
  std::unique_ptr<kernel::GuestKernel::Snapshot> kernel;  // null: off
};

}  // namespace lparsim::models
