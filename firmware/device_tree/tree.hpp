// A device tree as a plain value: what the builder makes, ibm,configure-connector walks and
// flatten() exports. Order of properties and children is kept; values are raw bytes (LoPAR app. B).
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/cells.hpp"

namespace lparsim::firmware {

// The bytes of a property, which its copies share: what all processors of a partition have alike,
// most of their properties, is made once.
class SharedBytes {
 public:
  SharedBytes() : SharedBytes(Bytes{}) {}
  SharedBytes(Bytes bytes)                                            // NOLINT: as Bytes
      : bytes_(std::make_shared<const Bytes>(std::move(bytes))) {}
  operator const Bytes&() const { return *bytes_; }                   // NOLINT: as Bytes
  const Bytes& get() const { return *bytes_; }
  bool operator==(const SharedBytes& other) const {
    return bytes_ == other.bytes_ || std::ranges::equal(*bytes_, *other.bytes_);
  }

  auto begin() const { return bytes_->begin(); }
  auto end() const { return bytes_->end(); }
  std::size_t size() const { return bytes_->size(); }
  bool empty() const { return bytes_->empty(); }
  const std::uint8_t* data() const { return bytes_->data(); }
  std::uint8_t front() const { return bytes_->front(); }
  std::uint8_t back() const { return bytes_->back(); }
  std::uint8_t operator[](std::size_t i) const { return (*bytes_)[i]; }

 private:
  std::shared_ptr<const Bytes> bytes_;
};

// The same text, NUL-terminated, at an address that stays: there are few names, and they come again
// and again.
std::string_view interned(std::string_view name);

struct Property {
  std::string_view name;             // interned
  SharedBytes value;
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
