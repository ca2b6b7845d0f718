// Unflattening with libfdt (devicetree specification, chapter 5).
#include <libfdt.h>

#include <string>
#include <vector>

#include "models/kernel/live_tree.hpp"

namespace lparsim::kernel {
namespace {

void copy_property(LiveTree& tree, NodeId node, const void* fdt, int offset) {
  const char* name = nullptr;
  int size = 0;
  const void* value = fdt_getprop_by_offset(fdt, offset, &name, &size);
  if (value == nullptr) return;
  const auto* bytes = static_cast<const std::uint8_t*>(value);
  tree.set_property(node, name, Bytes(bytes, bytes + size));
}

// Flat trees since version 16 leave out "name"; the kernel makes it from the node's name.
void complete(LiveTree& tree, NodeId node) {
  if (tree.property(node, "name") != nullptr) return;
  const std::string_view base = base_name(tree.at(node).name);
  Bytes value(base.begin(), base.end());
  value.push_back(0);
  tree.set_property(node, "name", std::move(value));
}

NodeId last_child(LiveTree& tree, NodeId parent, const char* name) {
  const NodeId made = tree.create(name);
  tree.append(parent, made);
  return made;
}

// One walk over the tags: libfdt's loop over the subnodes of a node passes all that lies below
// them, and would do so again at each level.
void copy_tags(LiveTree& tree, const void* fdt) {
  std::vector<NodeId> open;
  int next = 0;
  for (int at = 0;; at = next) {
    switch (fdt_next_tag(fdt, at, &next)) {
      case FDT_BEGIN_NODE:
        open.push_back(open.empty()
                           ? kRootNode
                           : last_child(tree, open.back(), fdt_get_name(fdt, at, nullptr)));
        break;
      case FDT_PROP: copy_property(tree, open.back(), fdt, at); break;
      case FDT_END_NODE:
        complete(tree, open.back());
        open.pop_back();
        break;
      case FDT_END: return;
      default: break;              // FDT_NOP
    }
  }
}

}  // namespace

bool LiveTree::unflatten(ByteView flat) {
  if (flat.size() < sizeof(fdt_header) || fdt_check_full(flat.data(), flat.size()) != 0) {
    return false;
  }
  *this = LiveTree();
  copy_tags(*this, flat.data());
  return true;
}

}  // namespace lparsim::kernel
