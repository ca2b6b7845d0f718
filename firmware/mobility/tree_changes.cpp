#include "firmware/mobility/tree_changes.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace lparsim::firmware {
namespace {

struct Entry {                       // one node of one tree
  const Node* node = nullptr;
  const Node* parent = nullptr;
  NodeKind kind = NodeKind::other;
  std::string path;
};

struct Listing {
  std::vector<Entry> nodes;                        // in tree order, parents first
  std::map<std::uint32_t, std::size_t> by_phandle;

  const Entry* find(std::uint32_t phandle) const {
    const auto found = by_phandle.find(phandle);
    return found == by_phandle.end() ? nullptr : &nodes[found->second];
  }
};

void list(const Node& node, const Node* parent, const std::string& path, Listing& out) {
  if (const std::uint32_t phandle = phandle_of(node); phandle != 0) {
    out.by_phandle.emplace(phandle, out.nodes.size());
  }
  out.nodes.push_back({&node, parent, kind_of(node, parent), path.empty() ? "/" : path});
  for (const Node& child : node.children) list(child, &node, path + "/" + child.name, out);
}

std::string base_name(const Node& node) { return node.name.substr(0, node.name.find('@')); }

bool is_phandle(std::string_view name) {
  return name == "phandle" || name == "ibm,phandle" || name == "linux,phandle";
}

std::vector<PropertyChange> property_changes(const Entry& before, const Entry& after,
                                             ReportScope scope) {
  std::vector<PropertyChange> changes;
  const NodeKind kind = after.kind;
  const auto listed = [&](std::string_view name) {
    return !is_phandle(name) && may_report(scope, kind, name);
  };
  if (base_name(*before.node) != base_name(*after.node) && listed("name")) {
    changes.push_back({"name", false, CellWriter{}.str(base_name(*after.node)).take()});
  }
  for (const Property& old : before.node->properties) {
    if (!listed(old.name)) continue;
    if (after.node->property(old.name) != nullptr) continue;
    changes.push_back({std::string(old.name), true, {}});
  }
  for (const Property& fresh : after.node->properties) {
    if (!listed(fresh.name)) continue;
    const Property* old = before.node->property(fresh.name);
    if (old != nullptr && old->value == fresh.value) continue;
    if (old != nullptr && !part_may_change(kind, *after.node, *old, fresh)) continue;
    changes.push_back({std::string(fresh.name), false, fresh.value});
  }
  return changes;
}

// A node has a connector of its own, or is asked for by its phandle.
// DEVIATION(LoPAR 7.3.24): no text gives the DRC index of a cache node.
DrcIndex connector_of(const Node& node) {
  const Property* own = node.property("ibm,my-drc-index");
  const bool has = own != nullptr && own->value.size() == 4;
  return DrcIndex{has ? load_be32(own->value.data()) : phandle_of(node)};
}

void put_in_order(std::vector<NodeOperation>& operations, NodeOrder order) {
  if (order == NodeOrder::reverse) std::reverse(operations.begin(), operations.end());
  if (order == NodeOrder::phandle) {
    std::stable_sort(operations.begin(), operations.end(),
                     [](const NodeOperation& a, const NodeOperation& b) {
                       return a.phandle < b.phandle;
                     });
  }
}

// Children before their parents, whatever the order of the rest: only leaves can be removed.
std::vector<NodeOperation> deletions(const Listing& before, const Listing& after,
                                     ReportScope scope) {
  std::vector<NodeOperation> out;
  for (auto entry = before.nodes.rbegin(); entry != before.nodes.rend(); ++entry) {
    const std::uint32_t phandle = phandle_of(*entry->node);
    if (phandle == 0 || after.find(phandle) != nullptr) continue;
    if (!may_report(scope, entry->kind, kDeleteNodes)) continue;
    out.push_back({kDeleteNodes, phandle, {}});
  }
  return out;
}

// Top nodes only: what lies below one comes with it.
std::vector<NodeOperation> additions(const Listing& before, const Listing& after,
                                     ReportScope scope, std::vector<AddedNode>& added) {
  std::vector<NodeOperation> out;
  for (const Entry& entry : after.nodes) {
    const std::uint32_t phandle = phandle_of(*entry.node);
    if (phandle == 0 || before.find(phandle) != nullptr || entry.parent == nullptr) continue;
    const std::uint32_t parent = phandle_of(*entry.parent);
    if (parent == 0 || before.find(parent) == nullptr) continue;
    if (!may_report(scope, entry.kind, kAddNodes)) continue;
    const DrcIndex drc = connector_of(*entry.node);
    out.push_back({kAddNodes, parent, drc});
    added.push_back({drc, *entry.node});
  }
  return out;
}

}  // namespace

std::uint32_t phandle_of(const Node& node) {
  for (const std::string_view name : {"ibm,phandle", "phandle"}) {
    const Property* p = node.property(name);
    if (p != nullptr && p->value.size() == 4) return load_be32(p->value.data());
  }
  return 0;
}

const ReportedNode* TreeChanges::find(std::uint32_t phandle) const {
  const auto found = std::lower_bound(
      nodes.begin(), nodes.end(), phandle,
      [](const ReportedNode& node, std::uint32_t wanted) { return node.phandle < wanted; });
  return found == nodes.end() || found->phandle != phandle ? nullptr : &*found;
}

TreeChanges changes_between(const Node& before, const Node& after, ReportScope scope,
                            NodeOrder order) {
  Listing old, fresh;
  list(before, nullptr, "", old);
  list(after, nullptr, "", fresh);
  TreeChanges out;
  out.scope = scope;
  std::vector<NodeOperation> updates;
  for (const Entry& entry : fresh.nodes) {
    const std::uint32_t phandle = phandle_of(*entry.node);
    if (phandle == 0) continue;
    ReportedNode node{phandle, entry.path, {}};
    if (const Entry* known = old.find(phandle)) {
      node.changes = property_changes(*known, entry, scope);
    }
    if (!node.changes.empty() && may_report(scope, entry.kind, kUpdateNodes)) {
      updates.push_back({kUpdateNodes, phandle, {}});
    }
    out.nodes.push_back(std::move(node));
  }
  std::sort(out.nodes.begin(), out.nodes.end(), [](const ReportedNode& a, const ReportedNode& b) {
    return a.phandle < b.phandle;
  });
  out.operations = deletions(old, fresh, scope);
  put_in_order(updates, order);
  out.operations.insert(out.operations.end(), updates.begin(), updates.end());
  auto adds = additions(old, fresh, scope, out.added);
  put_in_order(adds, order);
  out.operations.insert(out.operations.end(), adds.begin(), adds.end());
  return out;
}

}  // namespace lparsim::firmware
