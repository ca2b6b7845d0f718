// What the invariant checkers look at: one picture of the whole world, taken at rest after a step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/world.hpp"

namespace lparsim::scenario {

// One HMC command of the step and what it answered.
struct Operation {
  std::string command;
  int exit_status = 0;
  std::string out, err;
};

struct PartitionPicture {
  PartitionId id;
  std::string name;
  std::string system;                            // the managed system on which it is
  std::uint64_t lmb_bytes = 0;
  firmware::PartitionView firmware;
  hmc::PartitionValues hmc;                      // what the HMC would list
  std::optional<kernel::KernelView> kernel;      // a running modelled Linux
  std::vector<firmware::DrcView> drcs;           // CPU and memory
  bool difference_reported = false;

  std::int64_t kernel_processors() const;        // CPU nodes of the live tree
  std::int64_t kernel_memory_bytes() const;      // boot memory and assigned LMBs
};

struct SystemPicture {
  std::string name;
  firmware::LedgerView ledger;
  std::vector<std::string> inconsistencies;      // of the firmware with itself
};

struct Picture {
  std::vector<SystemPicture> systems;
  std::vector<PartitionPicture> partitions;      // by system, ascending id

  const PartitionPicture* find(std::string_view name) const;
};

Picture take_picture(models::World& world);

// The step between two pictures.
struct StepRecord {
  const Picture& before;
  const Picture& after;
  const EventLog& log;
  std::uint64_t first_event = 0;                 // number of the step's first event in the log
  std::vector<Operation> operations;             // HMC commands
  bool users_acted = false;                      // commands were run inside partitions
};

}  // namespace lparsim::scenario
