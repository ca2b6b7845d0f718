// A device tree as a plain value: what the builder makes, ibm,configure-connector walks and
// flatten() exports. Order of properties and children is kept; values are raw bytes (LoPAR app. B).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/cells.hpp"

namespace lparsim::firmware {

struct Property {
  std::string name;
  Bytes value;
  bool operator==(const Property&) const = default;
};

struct Node {
  std::string name;                 // with unit address ("PowerPC,POWER10@8"); the root's is empty
  std::vector<Property> properties;
  std::vector<Node> children;
  bool operator==(const Node&) const = default;

  // Appends; returns *this so that a node can be written down in one expression.
  Node& add(std::string_view property, Bytes value = {});
  Node& add_u32(std::string_view property, std::uint32_t value);
  Node& add_str(std::string_view property, std::string_view value);

  const Property* property(std::string_view wanted) const;   // nullptr when absent
  const Node* child(std::string_view wanted) const;          // exact name; nullptr when absent
  // "/cpus/PowerPC,POWER10@0"; "" and "/" are this node itself.
  const Node* find(std::string_view path) const;
};

// What is wrong with the tree (invariant DTWF), one line each with the node's path: names doubled
// among siblings or not legal, phandles doubled, references that do not resolve, DRC lists whose
// lengths differ, ibm,drc-info beside the four lists, cells of the wrong size. Empty when sound.
std::vector<std::string> tree_problems(const Node& root);

}  // namespace lparsim::firmware
