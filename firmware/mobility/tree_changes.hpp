// What became different between the tree that an OS knows and the platform's present one, as far as
// a scope may report it (LoPAR 7.3.24, 7.3.25). Nodes are matched by phandle: it is theirs for the
// life of the partition. A value that never changes once made, so that snapshots share it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/device_tree/tree.hpp"
#include "firmware/mobility/reportable.hpp"
#include "firmware/profiles/profile.hpp"
#include "sim/base/ids.hpp"

namespace lparsim::firmware {

struct PropertyChange {
  std::string name;
  bool deleted = false;
  Bytes value;                       // empty and not deleted: a name-only property
};

struct ReportedNode {                // every node with a phandle, changed or not
  std::uint32_t phandle = 0;
  std::string path;                  // as package-to-path gives it
  std::vector<PropertyChange> changes;
};

struct NodeOperation {               // one operand or pair of an operation list
  std::uint8_t opcode = 0;           // kDeleteNodes, kUpdateNodes, kAddNodes
  std::uint32_t phandle = 0;         // of the node; of the parent of an added one
  DrcIndex drc;                      // added nodes only
};

struct AddedNode {                   // what ibm,configure-connector gives for it
  DrcIndex drc;
  Node node;
};

struct TreeChanges {
  ReportScope scope{};
  std::vector<NodeOperation> operations;   // deletes, updates, adds (R1-7.3.24-15, -16)
  std::vector<ReportedNode> nodes;         // ascending phandle
  std::vector<AddedNode> added;

  const ReportedNode* find(std::uint32_t phandle) const;
  bool anything() const { return !operations.empty(); }
};

// `before`: what the OS knows. Within one opcode the nodes come in the profile's order.
TreeChanges changes_between(const Node& before, const Node& after, ReportScope scope,
                            NodeOrder order);

// ibm,phandle or phandle; 0: the node has none.
std::uint32_t phandle_of(const Node& node);

}  // namespace lparsim::firmware
