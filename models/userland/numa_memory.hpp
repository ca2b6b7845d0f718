// drmgr's own choice of the LMBs to remove on a system with form-1 affinity: nodes without CPUs
// first, then the nodes with the fewest CPUs for their memory (drmgr.md section 4, mem -r).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/userland/lmb_list.hpp"

namespace lparsim::userland {

struct NumaNode {
  std::uint32_t id = 0;
  std::uint32_t cpus = 0;
  std::uint32_t lmb_count = 0;
  std::uint32_t ratio = 0;                 // percent
  std::vector<std::uint32_t> lmbs;         // DRC indexes to try, the next one last
};

struct NumaTopology {
  std::vector<NumaNode> nodes;             // ascending ids
  std::vector<std::uint32_t> node_of;      // associativity list number -> node id
};

// nullopt: not such a system (no node folder, no form-1 in vector 5, no reference points or no
// lookup arrays); drmgr then leaves the choice to the kernel.
std::optional<NumaTopology> read_numa(Session& session);

// [blocks] Removes up to `count` LMBs, one write each; returns how many went.
std::uint32_t remove_by_node(Session& session, NumaTopology topology, const LmbList& lmbs,
                             std::uint32_t count);

}  // namespace lparsim::userland
