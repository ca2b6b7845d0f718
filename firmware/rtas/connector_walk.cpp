#include "firmware/rtas/connector_walk.hpp"

#include <utility>

#include "sim/base/assert.hpp"

namespace lparsim::firmware {
namespace {

constexpr ConnectorStep kUp{kPreviousParent, {}, nullptr, nullptr};

std::size_t own_steps(const ConnectorPart& part) {
  const std::size_t common = part.common == nullptr ? 0 : part.common->properties.size();
  return 1 + part.node.properties.size() + common;
}

ConnectorStep own_step(const ConnectorPart& part, std::size_t at, std::int32_t node_status) {
  const std::vector<Property>& own = part.node.properties;
  TextId* const log_name = part.common != nullptr && at < part.common->log_names.size()
                               ? &part.common->log_names[at]
                               : nullptr;
  if (at == 0) return {node_status, part.node.name, nullptr, log_name};
  const Property& property =
      at <= own.size() ? own[at - 1] : part.common->properties[at - 1 - own.size()];
  return {kNextProperty, property.name, &property.value.get(), log_name};
}

}  // namespace

void ConnectorSequence::add_children(const Node& node, std::vector<ConnectorStep>& steps) const {
  std::int32_t next = kNextChild;
  for (const Node& child : node.children) {
    if (next == kNextSibling && style_.through_parent) {
      steps.push_back(kUp);
      next = kNextChild;
    }
    steps.push_back({next, child.name, nullptr, nullptr});
    for (const Property& property : child.properties) {
      steps.push_back({kNextProperty, property.name, &property.value.get(), nullptr});
    }
    add_children(child, steps);
    next = kNextSibling;
  }
  if (!node.children.empty()) steps.push_back(kUp);
}

ConnectorSequence::ConnectorSequence(std::vector<ConnectorPart> parts, WalkStyle style)
    : parts_(std::move(parts)), style_(style), size_(style.closes_top_level ? 1 : 0) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    size_ += own_steps(parts_[i]) + (climbs(i) ? 1 : 0);
    if (parts_[i].node.children.empty()) continue;
    below_.resize(parts_.size());
    add_children(parts_[i].node, below_[i]);
    size_ += below_[i].size();
  }
}

ConnectorStep ConnectorSequence::step(std::size_t at) const {
  LPARSIM_ASSERT(at < size_);
  for (std::size_t i = 0;; ++i) {
    if (i == parts_.size()) return kUp;   // closes the top level
    if (climbs(i) && at-- == 0) return kUp;
    const std::size_t own = own_steps(parts_[i]);
    // The first data return of a sequence is always 2; later top nodes are its siblings.
    const bool child = i == 0 || style_.through_parent;
    if (at < own) return own_step(parts_[i], at, child ? kNextChild : kNextSibling);
    at -= own;
    if (below_.empty()) continue;
    if (at < below_[i].size()) return below_[i][at];
    at -= below_[i].size();
  }
}

}  // namespace lparsim::firmware
