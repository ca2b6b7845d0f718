#include "firmware/rtas/connector_walk.hpp"

#include <string_view>

namespace lparsim::firmware {
namespace {

Bytes with_nul(std::string_view text) {
  Bytes bytes(text.begin(), text.end());
  bytes.push_back(0);
  return bytes;
}

void add_node(const Node& node, std::int32_t status, ConnectorSteps& steps, EventLog& log) {
  steps.push_back({status, with_nul(node.name), {}, log.text(node.name)});
  for (const Property& property : node.properties) {
    steps.push_back(
        {kNextProperty, with_nul(property.name), property.value, log.text(property.name)});
  }
  std::int32_t next = kNextChild;
  for (const Node& child : node.children) {
    add_node(child, next, steps, log);
    next = kNextSibling;
  }
  if (!node.children.empty()) steps.push_back({kPreviousParent, {}, {}, 0});
}

}  // namespace

ConnectorSteps connector_steps(const std::vector<Node>& nodes, EventLog& log) {
  ConnectorSteps steps;
  std::int32_t next = kNextChild;   // the first data return of a sequence is always 2
  for (const Node& node : nodes) {
    add_node(node, next, steps, log);
    next = kNextSibling;
  }
  return steps;
}

}  // namespace lparsim::firmware
