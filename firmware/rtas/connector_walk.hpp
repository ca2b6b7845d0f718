// The sub-tree of a connector as the sequence of answers that ibm,configure-connector gives
// (LoPAR 13.5.3.5): depth first, a node's properties right after its name, 4 between a child and
// the sibling of its parent, none before the final 0.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "firmware/device_tree/connector_nodes.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

// Results of table 13-8 that go on with the sequence.
inline constexpr std::int32_t kNextSibling = 1, kNextChild = 2, kNextProperty = 3,
                              kPreviousParent = 4, kNeedMoreMemory = 5;

struct ConnectorStep {
  std::int32_t status = 0;
  std::string_view name;               // of the node or property, NUL-terminated; {} for status 4
  const Bytes* value = nullptr;        // of the property, status 3
  TextId* log_name = nullptr;          // keeps its id in the event log, where there is room
};

struct WalkStyle {                 // open point 29
  bool closes_top_level = false;   // a 4 before the final 0
  bool through_parent = false;     // 4 and 2 where 1 is meant
};

// All steps but the final 0. A step is looked up when it is asked for; only what lies below a top
// node is laid out beforehand, so that opening a processor's sequence costs little.
class ConnectorSequence {
 public:
  explicit ConnectorSequence(std::vector<ConnectorPart> parts, WalkStyle style = {});
  ConnectorSequence(const ConnectorSequence&) = delete;
  ConnectorSequence& operator=(const ConnectorSequence&) = delete;
  std::size_t size() const { return size_; }
  ConnectorStep step(std::size_t at) const;   // at < size(); points into the nodes
  const std::vector<ConnectorPart>& parts() const { return parts_; }

 private:
  void add_children(const Node& node, std::vector<ConnectorStep>& steps) const;
  bool climbs(std::size_t part) const { return style_.through_parent && part > 0; }

  std::vector<ConnectorPart> parts_;
  WalkStyle style_;
  std::vector<std::vector<ConnectorStep>> below_;   // by part; empty: no top node has children
  std::size_t size_ = 0;
};

// An open sequence. The steps never change once made, so that copies share them.
struct ConnectorContext {
  DrcIndex drc;
  std::uint32_t id = 0;          // entry 1 of the work area while the sequence runs; never 0
  std::size_t at = 0;
  std::shared_ptr<const ConnectorSequence> sequence;

  bool operator==(const ConnectorContext&) const = default;
};

}  // namespace lparsim::firmware
