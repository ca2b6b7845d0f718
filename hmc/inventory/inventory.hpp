// What the HMC knows about its managed system beside the values that the hypervisor holds: names,
// descriptions, profiles, virtual adapters, and the shape of this HMC level's listings.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hmc/ports.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::hmc {

// Attributes that are plain facts to us (os_version, pci_vendor_id, ...): name -> value. A list
// whose items have commas keeps them quoted: "a,b","c".
using Facts = std::map<std::string, std::string, std::less<>>;

// Attributes that this object lacks although its kind has them on this HMC level.
using Absent = std::vector<std::string>;

// What this HMC shows of a value that the simulator knows otherwise, for as long as it has not
// changed: a target that was never reached, a state without a model. Nothing = not shown at all.
struct Shown {
  std::optional<std::string> text;       // as in Facts
  std::optional<std::string> instead;    // what the simulator would print
  bool operator==(const Shown&) const = default;
};
using ShownValues = std::map<std::string, Shown, std::less<>>;   // by attribute

struct Profile {
  std::string name;
  PartitionId partition;
  ResourceSetting setting;               // min/desired/max of processors and memory
  bool all_resources = false;
  std::vector<std::string> io_slots;     // "21010002/none/1"
  Facts facts;                           // everything else, as text
  Absent absent;
  ShownValues shown{};
  std::map<std::string, std::vector<std::string>, std::less<>> lists;  // virtual_eth_adapters, ...
};

struct VirtualAdapter {
  std::string kind;                      // "eth", "scsi", "serial", "fc"
  PartitionId partition;
  std::uint16_t slot = 0;
  Facts facts;                           // is_required, mac_addr, remote_slot_num, ...; state only
                                         // when it is not that of the partition
  Absent absent;
  ShownValues shown{};
};

struct IoSlot {
  DrcIndex drc;
  Facts facts;                           // drc_name (the location), description, ...
  Absent absent;
  ShownValues shown{};
};

struct PartitionRecord {
  PartitionId id;
  std::string name;
  std::string env;                       // aixlinux, vioserver, os400
  std::string default_profile, curr_profile;
  bool resource_config = false;
  std::int32_t max_virtual_slots = 10;
  Facts facts;                           // os_version, boot_mode, rmc_ipaddr, ...
  Absent absent;
  ShownValues shown{};
};

// Attribute and row order of one listing on this HMC level; an empty vector means the order of the
// level that the machine names.
struct Layout {
  std::vector<std::string> attributes;
  std::vector<std::string> rows;         // keys: "5", "21010002", "5/6" (slot), "5/normal"
  std::vector<std::string> fields{};     // all that -F without names prints; empty: not known
  std::string refusal{};                 // the message with which this HMC refuses the listing
  std::vector<std::string> more{};       // further names that -F takes on this machine
  std::optional<std::vector<std::string>> quoted{};  // always in quotes; nothing: as on the level
};

struct Inventory {
  std::string system_name;               // -m
  std::string type_model, serial;        // tttt-mmm*sssssss
  std::string hmc_level = "v10";
  Facts system_facts;
  ShownValues system_shown;
  std::vector<PartitionRecord> partitions;   // ascending id
  std::vector<Profile> profiles;
  std::vector<IoSlot> slots;
  std::vector<VirtualAdapter> adapters;
  std::map<std::string, Layout, std::less<>> layouts;   // by name of the listing, "proc_lpar"
};

}  // namespace lparsim::hmc
