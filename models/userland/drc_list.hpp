// The dynamic reconfiguration connectors that a device-tree node describes, in either of the two
// representations (LoPAR 13.5.2; drmgr.md 2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/userland/process.hpp"

namespace lparsim::userland {

struct Connector {
  std::string name;
  std::string type;
  std::uint32_t index = 0;
  std::uint32_t power_domain = 0;
};

// A physical slot has a number as its type.
bool is_physical(const Connector& connector);
// nullptr: none has this index.
const Connector* connector_of(const std::vector<Connector>& connectors, std::uint32_t index);

// Connectors of the node at `directory` in the order of the property. ibm,drc-info wins when the
// file is there; otherwise all four of ibm,drc-{names,types,indexes,power-domains} are needed.
// nullopt: missing, empty or malformed.
std::optional<std::vector<Connector>> read_connectors(PartitionFiles& files,
                                                      const std::string& directory);

}  // namespace lparsim::userland
