// Unflattening with libfdt (devicetree specification, chapter 5).
#include <libfdt.h>

#include <string>

#include "models/kernel/live_tree.hpp"

namespace lparsim::kernel {
namespace {

void copy_properties(LiveTree& tree, NodeId node, const void* fdt, int offset) {
  int at = 0;
  fdt_for_each_property_offset(at, fdt, offset) {
    const char* name = nullptr;
    int size = 0;
    const void* value = fdt_getprop_by_offset(fdt, at, &name, &size);
    if (value == nullptr) continue;
    const auto* bytes = static_cast<const std::uint8_t*>(value);
    tree.set_property(node, name, Bytes(bytes, bytes + size));
  }
  if (tree.property(node, "name") != nullptr) return;
  // Flat trees since version 16 leave out "name"; the kernel makes it from the node's name.
  const std::string_view base = base_name(tree.at(node).name);
  Bytes value(base.begin(), base.end());
  value.push_back(0);
  tree.set_property(node, "name", std::move(value));
}

void copy_node(LiveTree& tree, NodeId node, const void* fdt, int offset) {
  copy_properties(tree, node, fdt, offset);
  int below = 0;
  fdt_for_each_subnode(below, fdt, offset) {
    const NodeId made = tree.create(fdt_get_name(fdt, below, nullptr));
    tree.append(node, made);
    copy_node(tree, made, fdt, below);
  }
}

}  // namespace

bool LiveTree::unflatten(ByteView flat) {
  if (flat.size() < sizeof(fdt_header) || fdt_check_full(flat.data(), flat.size()) != 0) {
    return false;
  }
  *this = LiveTree();
  copy_node(*this, kRootNode, flat.data(), 0);
  return true;
}

}  // namespace lparsim::kernel
