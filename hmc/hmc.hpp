// The management console, as far as one managed system is concerned: runs command lines as typed
// over ssh.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hmc/inventory/inventory.hpp"
#include "hmc/ports.hpp"
#include "sim/base/event_log.hpp"
#include "sim/base/time.hpp"

namespace lparsim::hmc {

struct CommandResult {
  int exit_status = 0;
  std::string out, err;                  // exactly what the HMC prints, newlines included
};

// Differences between HMC levels as data (design: profiles and switches).
struct HmcProfile {
  std::string name = "v10";
  bool change_errors_on_stdout = false;  // hmc.md 0.2: contradicting captures, one switch
};

// Of all commands that the HMC knows, in alphabetical order.
std::vector<std::string_view> command_names();

class Hmc {
 public:
  Hmc(Inventory inventory, HmcProfile profile, HypervisorPort& hypervisor, RmcPort& rmc,
      Clock& clock, EventLog& log);
  ~Hmc();

  // [blocks] Runs one command line in a session's actor.
  CommandResult run(const std::string& command_line, std::uint32_t session);

  const Inventory& inventory() const;
  // A partition has migrated to the system of `target`: all that is known of it moves there.
  void hand_over(PartitionId partition, Hmc& target);
  // What AGREE compares: partitions whose pending and running values differ and that the operator
  // was told about (exit 1 with a message, or --force) since they last agreed.
  bool difference_was_reported(PartitionId partition) const;

  struct State;                          // the mutable part: inventory, reported differences
  std::shared_ptr<const State> snapshot() const;
  void restore(const std::shared_ptr<const State>& state);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lparsim::hmc
