// The DRC indexes that a node announces: ibm,drc-info, else ibm,drc-indexes (LoPAR 13.5.2).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "models/kernel/live_tree.hpp"

namespace lparsim::kernel {

// type: the connector type that drc-info records must start with; with `first_type` a record of
// another type ends the search.
bool announces_drc(const LiveTree& tree, NodeId node, std::string_view type, std::uint32_t index,
                   bool first_type = false);
// ibm,drc-indexes alone, in its order.
std::vector<std::uint32_t> listed_drcs(const LiveTree& tree, NodeId node);

}  // namespace lparsim::kernel
