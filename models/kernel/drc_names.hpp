// Connectors by name and type: ibm,drc-info, or the four lists of names, types, indexes and power
// domains (LoPAR 13.5.2), as rpaphp reads them (kernel.md 7 and 11, 22).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/kernel/kernel.hpp"

namespace lparsim::kernel {

struct NamedConnector {
  std::uint32_t index = 0;
  std::string name;
  std::string type;
  std::uint32_t power_domain = 0;
};

// Everything that the lists of `node` announce; empty when one of the four is missing.
std::vector<NamedConnector> listed_connectors(const LiveTree& tree, NodeId node);
// The same from its ibm,drc-info.
std::vector<NamedConnector> described_connectors(const LiveTree& tree, NodeId node);

// Whether the connector that `node` hangs on, by the tables of its parent, has this name and, if
// not empty, this type.
bool on_connector(const Kernel& kernel, NodeId node, std::string_view name, std::string_view type);

}  // namespace lparsim::kernel
