// The DRC indexes that a node announces: ibm,drc-info, else ibm,drc-indexes (LoPAR 13.5.2).
#pragma once

#include <cstdint>
#include <string_view>

#include "models/kernel/live_tree.hpp"

namespace lparsim::kernel {

// type: the connector type that drc-info records must start with; another type ends the search.
bool announces_drc(const LiveTree& tree, NodeId node, std::string_view type, std::uint32_t index);

}  // namespace lparsim::kernel
