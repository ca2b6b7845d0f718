// What migration, firmware activation and resource reassignment leave in one partition, as values.
// Empty while the partition is off.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "firmware/device_tree/builder.hpp"
#include "firmware/mobility/tree_changes.hpp"
#include "firmware/mobility/vasi.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

// The thread in ibm,suspend-me: its status is written when the partition goes on.
struct SuspendedThread {
  ServerNumber server;
  GuestAddress status;               // first output cell of its argument block
  bool operator==(const SuspendedThread&) const = default;
};

// A report that status 1 left open: the state word that must come back, and how far it is.
struct OpenReport {
  std::int32_t scope = 0;
  std::uint32_t phandle = 0;         // 0: ibm,update-nodes
  std::uint32_t state = 0;           // never 0
  std::size_t at = 0;                // operations, or descriptors, already given
  std::size_t offset = 0;            // bytes of descriptor `at` already given
  bool operator==(const OpenReport&) const = default;
};

// One resource reassignment (PRRN): the OS asks with the negative of its number.
struct Reassignment {
  std::int32_t scope = 0;            // > 0
  bool announced = false;            // its event is queued or delivered
  std::shared_ptr<const TreeChanges> changes;
  bool operator==(const Reassignment&) const = default;
};

// A resource that no longer lies where it did at power-on.
struct Placement {
  DrcIndex drc;
  std::uint32_t domain = 0;          // NUMA node number
  bool operator==(const Placement&) const = default;
};

// The calls below /rtas. Their tokens stay what they are until the OS activates new firmware,
// wherever the partition goes. Never changes once made, so that partitions share it.
struct RtasLevel {
  const FirmwareProfile* profile = nullptr;    // whose calls and hcall sets are offered
  std::uint32_t token_base = 0;
  std::vector<std::uint16_t> row_of_token;     // by token less the base; kUnknownCall: no call
  std::vector<TokenShape> tokens;              // of the calls that are offered, ascending
  // After a migration: the properties as they came along; most only an activation may change.
  std::vector<Property> kept;
};

struct MobilityState {
  std::optional<VasiStream> stream;
  std::optional<SuspendedThread> suspended;
  bool handed_over = false;          // its state is on the way to the target; nothing runs here
  std::uint32_t coprocessor_operations = 0;    // outstanding (H_COP_OP)
  std::shared_ptr<const TreeChanges> migration, activation;
  std::vector<Reassignment> reassignments;     // ascending scope
  std::int32_t reassignment_ids = 0;
  std::vector<Placement> placements;
  std::vector<OpenReport> open;
  std::uint32_t state_words = 0x5354'0000U;  // the last one given; never near 0
  std::uint32_t activation_calls = 0;          // busy answers of the activation under way
  bool operator==(const MobilityState&) const = default;   // reports: by identity
};

}  // namespace lparsim::firmware
