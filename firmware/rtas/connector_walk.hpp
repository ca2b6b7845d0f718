// The sub-tree of a connector as the sequence of answers that ibm,configure-connector gives
// (LoPAR 13.5.3.5): depth first, a node's properties right after its name, 4 between a child and
// the sibling of its parent, none before the final 0.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "firmware/device_tree/tree.hpp"
#include "sim/base/event_log.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

// Results of table 13-8 that go on with the sequence.
inline constexpr std::int32_t kNextSibling = 1, kNextChild = 2, kNextProperty = 3,
                              kPreviousParent = 4, kNeedMoreMemory = 5;

struct ConnectorStep {
  std::int32_t status = 0;
  Bytes text;                    // entry 2 points at it: name with NUL; empty for status 4
  Bytes value;                   // property value, status 3
  TextId log_name = 0;
};
using ConnectorSteps = std::vector<ConnectorStep>;

// All steps but the final 0.
ConnectorSteps connector_steps(const std::vector<Node>& nodes, EventLog& log);

// An open sequence. The steps never change once made, so that copies share them.
struct ConnectorContext {
  DrcIndex drc;
  std::uint32_t id = 0;          // entry 1 of the work area while the sequence runs; never 0
  std::size_t at = 0;
  std::shared_ptr<const ConnectorSteps> steps;
};

}  // namespace lparsim::firmware
