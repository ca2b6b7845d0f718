// A managed system as a file: {"kind": "machine", "version": 1, ...}. What firmware is told, what
// the HMC knows, and which operating system each partition runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "firmware/platform/platform_config.hpp"
#include "hmc/inventory/inventory.hpp"
#include "sim/base/ids.hpp"
#include "sim/base/result.hpp"

namespace lparsim::config {

struct PartitionOs {
  enum class Kind { linux, generic };
  Kind kind = Kind::linux;
  std::string kernel = "6.1";            // linux: name of a kernel level
  std::string userland = "1.3.10";       // linux: version of powerpc-utils
  bool powered_on = false;               // running when the simulation starts
  bool rmc = true;                       // its RMC connection comes up
};

struct Machine {
  firmware::PlatformConfig platform;
  std::string firmware_profile = "phyp";
  hmc::Inventory inventory;              // hmc_level names the HMC's level
  std::map<PartitionId, PartitionOs> os; // one for every partition
};

// Where the objects of a machine stand in its file, for messages; by index.
struct MachinePlaces {
  std::string file;
  std::vector<std::string> partitions, slots, resources;
};

// bad_input: one line with file and JSON pointer (form), or what contradicts what (sense).
Result<Machine> read_machine(const std::string& path);
Result<Machine> parse_machine(std::string_view text, const std::string& file);

// Checks for sense: more assigned than installed, unknown owners, ids, names and slots that are
// used twice, min <= amount <= max, entitlement per virtual processor.
Result<void> validate(const Machine& machine, const MachinePlaces& places = {});

// The file's text; reading it back gives an equal machine, and equal machines give equal texts.
std::string machine_text(const Machine& machine);
Result<void> write_machine(const Machine& machine, const std::string& path);

}  // namespace lparsim::config
