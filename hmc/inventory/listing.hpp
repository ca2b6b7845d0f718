// The rows behind lssyscfg and lshwres: attribute names and values in the order of this HMC level,
// not yet filtered, chosen or quoted. hmc/cli prints them.
#pragma once

#include <string>
#include <vector>

#include "hmc/inventory/inventory.hpp"
#include "hmc/ports.hpp"

namespace lparsim::hmc {

enum class Listing {
  sys, lpar, prof,                                               // lssyscfg -r
  proc_sys, proc_lpar, mem_sys, mem_lpar, io_slot,               // lshwres
  virtual_slot, virtual_eth, virtual_scsi, virtual_serial, virtual_fc,
};

// A value is a text, or a list whose items are joined by commas; an item that itself has a comma
// is quoted on its own (hmc.md 0.4, rules 2 and 3). Lists of some listings stand in quotes even
// with one item ("addl_vlan_ids=54").
struct Value {
  std::vector<std::string> items;
  bool list = false;
  bool quoted = false;

  static Value text(std::string value) { return {{std::move(value)}, false, false}; }
};

struct Attribute {
  std::string name;
  Value value;
};

// One row of the default output: attributes that do not apply are absent. `hidden` are attributes
// that only -F shows (uuid, description, ...).
struct Record {
  std::vector<Attribute> attributes;
  std::vector<Attribute> hidden;
};

// The rows of a listing as they are now, in this machine's row order for it.
std::vector<Record> list_records(const Inventory& inventory, const HypervisorPort& hypervisor,
                                 const RmcPort& rmc, Listing listing);

// Every attribute name that -F may ask for.
std::vector<std::string> attribute_names(const Inventory& inventory, Listing listing);
// The message with which this machine's HMC refuses the listing; empty: it lists.
std::string refusal_of(const Inventory& inventory, Listing listing);
// What -F without names prints, in its order.
std::vector<std::string> all_fields(const Inventory& inventory, Listing listing);

// The key of a row in Layout::rows; empty when the record lacks what it is made of.
std::string row_key(Listing listing, const Record& record);

// A value as Facts hold it: items that have commas, or were quoted for nothing, in quotes.
Value fact_value(const std::string& text);

}  // namespace lparsim::hmc
