#include "models/kernel/live_tree.hpp"

#include <algorithm>

namespace lparsim::kernel {

LiveTree::LiveTree() {
  nodes_.emplace_back();
  nodes_[kRootNode].in_use = true;
}

NodeId LiveTree::create(std::string name) {
  NodeId id = static_cast<NodeId>(nodes_.size());
  if (free_.empty()) {
    nodes_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  nodes_[id].name = std::move(name);
  nodes_[id].in_use = true;
  return id;
}

void LiveTree::set_property(NodeId node, std::string_view name, Bytes value) {
  for (TreeProperty& entry : nodes_[node].properties) {
    if (entry.name != name) continue;
    entry.value = std::move(value);
    return;
  }
  nodes_[node].properties.push_back({std::string(name), std::move(value)});
}

bool LiveTree::erase_property(NodeId node, std::string_view name) {
  return std::erase_if(nodes_[node].properties,
                       [&](const TreeProperty& entry) { return entry.name == name; }) != 0;
}

void LiveTree::attach(NodeId parent, NodeId node) {
  nodes_[node].parent = parent;
  nodes_[parent].children.insert(nodes_[parent].children.begin(), node);
}

void LiveTree::append(NodeId parent, NodeId node) {
  nodes_[node].parent = parent;
  nodes_[parent].children.push_back(node);
}

void LiveTree::detach(NodeId node) {
  std::erase(nodes_[nodes_[node].parent].children, node);
  nodes_[node].parent = kNoNode;
}

// Without recursion: who builds trees from what firmware or a user says may build deep ones.
void LiveTree::free(NodeId node) {
  for (const NodeId one : with_all_below(node)) {
    nodes_[one] = TreeNode{};
    free_.push_back(one);
  }
}

const Bytes* LiveTree::property(NodeId node, std::string_view name) const {
  for (const TreeProperty& entry : nodes_[node].properties) {
    if (entry.name == name) return &entry.value;
  }
  return nullptr;
}

std::optional<std::uint32_t> LiveTree::word(NodeId node, std::string_view name) const {
  const Bytes* value = property(node, name);
  if (value == nullptr || value->size() < 4) return std::nullopt;
  return load_be32(value->data());
}

std::string_view LiveTree::text(NodeId node, std::string_view name) const {
  const Bytes* value = property(node, name);
  if (value == nullptr) return {};
  const auto end = std::find(value->begin(), value->end(), std::uint8_t{0});
  return {reinterpret_cast<const char*>(value->data()),
          static_cast<std::size_t>(end - value->begin())};
}

NodeId LiveTree::child(NodeId node, std::string_view name) const {
  for (const NodeId below : nodes_[node].children) {
    if (nodes_[below].name == name) return below;
  }
  return kNoNode;
}

NodeId LiveTree::find(std::string_view path) const {
  if (path.empty() || path.front() != '/') return kNoNode;
  NodeId node = kRootNode;
  while (node != kNoNode && !path.empty()) {
    path.remove_prefix(1);
    if (path.empty()) break;
    const std::size_t end = std::min(path.find('/'), path.size());
    node = child(node, path.substr(0, end));
    path.remove_prefix(end);
  }
  return node;
}

std::string LiveTree::path(NodeId node) const {
  std::string out;
  for (NodeId at = node; at != kRootNode && at != kNoNode; at = nodes_[at].parent) {
    out.insert(0, "/" + nodes_[at].name);
  }
  return out.empty() ? "/" : out;
}

std::optional<std::uint32_t> LiveTree::phandle(NodeId node) const {
  for (const char* name : {"phandle", "linux,phandle", "ibm,phandle"}) {
    if (const auto value = word(node, name)) return value;
  }
  return std::nullopt;
}

NodeId LiveTree::by_phandle(std::uint32_t value) const {
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    const bool attached = id == kRootNode || nodes_[id].parent != kNoNode;
    if (nodes_[id].in_use && attached && phandle(id) == value) return id;
  }
  return kNoNode;
}

std::uint64_t LiveTree::objects() const {
  std::uint64_t count = 0;
  for (const TreeNode& node : nodes_) {
    if (node.in_use) count += 1 + node.properties.size();
  }
  return count;
}

std::uint64_t LiveTree::objects_below(NodeId node) const {
  std::uint64_t count = 0;
  for (const NodeId one : with_all_below(node)) count += 1 + nodes_[one].properties.size();
  return count;
}

std::vector<NodeId> LiveTree::with_all_below(NodeId node) const {
  std::vector<NodeId> found{node};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& children = nodes_[found[i]].children;
    found.insert(found.end(), children.begin(), children.end());
  }
  return found;
}

std::string_view base_name(std::string_view node_name) {
  return node_name.substr(0, node_name.find('@'));
}

}  // namespace lparsim::kernel
