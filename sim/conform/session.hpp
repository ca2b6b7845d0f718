// A recorded session of a real kernel, as data (format recorded-session-1; docs/conform.md). What
// was recorded of an operation and what a replay observes are the same types, so that comparing
// them is comparing values. Numbers stand as they were recorded: texts "0x..", "-3" or "buffer".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/cells.hpp"
#include "sim/base/result.hpp"

namespace lparsim::conform {

struct NumaNode {
  std::uint32_t node = 0, memory_mib = 0;
  std::vector<std::uint32_t> cores;
};

struct Machine {
  std::string firmware_profile, cpu;
  std::uint32_t lmb_size_mib = 256, memory_mib = 0, max_memory_mib = 0;
  std::uint32_t cores = 1, max_cores = 1, threads_per_core = 1;
  std::vector<NumaNode> numa_nodes;
  bool rtas_errd = false;
  std::vector<std::string> guest_modules;
};

// CPUs and memory as the guest saw them.
struct GuestState {
  std::string online_cpus, present_cpus;      // "0-1,3"
  std::uint64_t memory_kib = 0;
  std::uint32_t memory_blocks_online = 0, memory_blocks_offline = 0;
};

enum class Verb : std::uint8_t {
  plug_core, unplug_core, plug_dimm, unplug_dimm, plug_pci, unplug_pci, plug_phb, unplug_phb,
  write, read, run, load_modules, pin_lmb, unpin_lmb,
};
struct Step {
  Verb verb{};
  std::string target;                 // file, command line, or the name of a device
  std::string text;                   // write: the bytes
  std::uint32_t number = 0;           // core, PHB; MiB of a DIMM; DRC index of a pinned LMB
  std::optional<std::uint32_t> node;  // of a DIMM
  std::vector<std::string> modules;
  std::string pointer;                // where it stands in the file
};

struct Call {
  std::string name, by;
  std::vector<std::string> in, out;
  std::string node, property, value;  // left in configure-connector's work area; value in hex
  bool has_value = false;
  std::string event;                  // log that check-exception returned, in hex
};

struct HypervisorEvent {
  std::string event, device;
  bool operator==(const HypervisorEvent&) const = default;
};

struct Outcome {
  bool ok = true;
  std::string error;                  // EINVAL ...
  std::optional<std::int64_t> exit, written;
  std::string out, err;
  std::vector<HypervisorEvent> events;
  bool pending = false;               // no end event had come
  std::vector<Outcome> steps;
  std::string drmgr_log;
};

using Properties = std::vector<std::pair<std::string, std::string>>;   // path, value in hex
struct TreeDelta {
  std::vector<std::string> nodes_added, nodes_removed;
  Properties added, removed;
  std::map<std::string, std::pair<std::string, std::string>> changed;   // before, after
};

// What happened in one operation.
struct Happened {
  Outcome result;
  std::vector<Call> calls;
  TreeDelta tree;
  std::vector<std::string> kernel_log;
  GuestState after;
};

enum class Compare : std::uint8_t { full, outcome, setup };
struct Op {
  std::string name;
  std::vector<Step> steps;
  Compare compare{};
  Happened recorded;
};

struct Session {
  std::string file, name;
  Machine machine;
  std::string boot_tree;              // path of the .dts or .dtb, found relative to the session
  GuestState boot_state;
  std::vector<std::string> driver_calls;   // not from DLPAR: left out of a comparison
  std::vector<Op> ops;
};

// Errors: not_found, io, bad_input with file and JSON pointer.
Result<Session> read_session(const std::string& path);

}  // namespace lparsim::conform
