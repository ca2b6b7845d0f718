// The device tree edited through /proc/ppc64/ofdt (drmgr.md 3).
#pragma once

#include <string>
#include <vector>

#include "models/userland/connectors.hpp"

namespace lparsim::userland {

// [blocks] Adds nodes below `parent`, a path below /proc/device-tree; parents first, nodes that are
// there already are skipped. After a failure the top nodes added so far are removed. 0, else not.
int add_tree_nodes(Session& session, const std::string& parent,
                   const std::vector<TreeNode>& nodes);
// [blocks] Removes a node and all below it. 0, else not; what is gone stays gone.
int remove_tree_nodes(Session& session, const std::string& path);
// [blocks] One "update_property ..." as it is. 0, or -errno.
int update_tree_property(Session& session, const std::string& text);

}  // namespace lparsim::userland
