// The kernel's live device tree as a value: nodes by number, properties inside them, no pointers,
// so that a snapshot is a copy. New nodes of DR become the first child of their parent, as in Linux
// (kernel.md 6). Who must know of a change is told by tree_edit, not from here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/cells.hpp"

namespace lparsim::kernel {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = 0xffffffff;
inline constexpr NodeId kRootNode = 0;

struct TreeProperty {
  std::string name;
  Bytes value;
};

struct TreeNode {
  std::string name;                  // with unit address; empty for the root
  NodeId parent = kNoNode;           // kNoNode: root, or not attached
  std::vector<NodeId> children;
  std::vector<TreeProperty> properties;
  bool in_use = false;
};

class LiveTree {
 public:
  LiveTree();

  // From the flattened form; false when libfdt does not accept it. Replaces everything.
  bool unflatten(ByteView flat);

  NodeId create(std::string name);                       // not attached
  void set_property(NodeId node, std::string_view name, Bytes value);
  bool erase_property(NodeId node, std::string_view name);   // false: it has none
  void attach(NodeId parent, NodeId node);               // becomes the first child
  void append(NodeId parent, NodeId node);               // becomes the last child
  void detach(NodeId node);
  void free(NodeId node);                                // a detached node and all below it

  const TreeNode& at(NodeId node) const { return nodes_[node]; }
  const Bytes* property(NodeId node, std::string_view name) const;
  // First big-endian word of a property.
  std::optional<std::uint32_t> word(NodeId node, std::string_view name) const;
  std::string_view text(NodeId node, std::string_view name) const;   // without the final NUL

  NodeId child(NodeId node, std::string_view name) const;
  NodeId find(std::string_view path) const;              // "/cpus/PowerPC,POWER9@0"
  std::string path(NodeId node) const;
  // phandle, linux,phandle or ibm,phandle.
  std::optional<std::uint32_t> phandle(NodeId node) const;
  NodeId by_phandle(std::uint32_t value) const;

  std::uint64_t objects() const;                         // nodes and properties that live
  std::uint64_t objects_below(NodeId node) const;
  // The node, its children, theirs, ...
  std::vector<NodeId> with_all_below(NodeId node) const;

 private:
  std::vector<TreeNode> nodes_;
  std::vector<NodeId> free_;
};

// Node name without unit address.
std::string_view base_name(std::string_view node_name);

}  // namespace lparsim::kernel
