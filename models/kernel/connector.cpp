// The ibm,configure-connector loop, each call with a private copy of the work area. The tree that
// it builds is bounded: firmware that never comes to an end uses the memory up.
#include <algorithm>
#include <optional>
#include <string>

#include "models/kernel/drc.hpp"
#include "models/kernel/linux.hpp"
#include "models/kernel/rtas.hpp"

namespace lparsim::kernel {
namespace {

// 32-bit work area, offsets in bytes (LoPAR table 13-9).
enum AreaWord : std::size_t { kNameOffset = 8, kValueLength = 12, kValueOffset = 16 };

// How far the second page lies behind the first, as firmware counts offsets.
constexpr std::uint32_t kExtentOffset = kConnectorExtent - kConnectorWorkArea;

enum ConnectorStatus : std::int32_t {
  kComplete, kNextSibling, kNextChild, kNextProperty, kPreviousParent, kMoreMemory
};

constexpr int kMostSteps = 1 << 16;        // of one connector
constexpr std::int32_t kCallAgain = -2;

class Connector {
 public:
  Connector(Kernel& kernel, std::uint32_t index) : kernel_(kernel), area_(kWorkAreaSize) {
    store_be32(area_.data(), index);
  }

  std::vector<NodeId> run() {
    for (int step = 0; step < kMostSteps; ++step) {
      const std::int32_t status = call();
      if (status == kComplete) return std::move(top_);
      if (status == kMoreMemory && add_page()) continue;
      if (status < 0 || status > kPreviousParent) break;   // firmware's word is the last
      if (take(status)) continue;
      if (!kernel_.has(Switch::connector_abandons)) finish();
      break;
    }
    free_nodes(kernel_, top_);
    return {};
  }

 private:
  // The next answer that is not a busy one.
  std::int32_t call() {
    const bool impatient = kernel_.has(Switch::connector_impatient);
    for (;;) {
      const std::uint32_t extent = area_.size() > kWorkAreaSize ? kConnectorExtent : 0;
      const auto status = rtas_call_with_area(kernel_, "ibm,configure-connector", area_, extent);
      const bool again = impatient ? status == kCallAgain : rtas_busy_delay(kernel_, status);
      if (!again) return status;
    }
  }

  bool add_page() {
    if (kernel_.has(Switch::connector_one_page) || area_.size() > kWorkAreaSize) return false;
    area_.resize(2 * kWorkAreaSize);
    return true;
  }

  // Lets firmware come to the end of what it was telling, unheard: it would hold the connector.
  void finish() {
    for (int step = 0; step < kMostSteps; ++step) {
      const std::int32_t status = call();
      if (status == kMoreMemory && add_page()) continue;
      if (status <= 0 || status > kPreviousParent) return;
    }
  }

  // Position in `area_` of what the work area says is at `offset`; nullopt: outside of the pages.
  std::optional<std::size_t> position(std::uint32_t offset, std::size_t length) const {
    std::size_t begin = offset;
    std::size_t end = kWorkAreaSize;
    if (area_.size() > kWorkAreaSize && offset >= kExtentOffset) {
      begin = offset - kExtentOffset + kWorkAreaSize;
      end = area_.size();
    }
    if (begin > end || length > end - begin) return std::nullopt;
    return begin;
  }

  bool take(std::int32_t status) {
    switch (status) {
      case kNextSibling: return add_sibling();
      case kNextChild: return add_child();
      case kNextProperty: return add_property();
      default: return to_parent();
    }
  }

  std::optional<std::string> string_at(std::size_t word) const {
    const std::size_t offset = load_be32(area_.data() + word);
    if (offset >= kWorkAreaSize) return std::nullopt;
    const auto begin = area_.begin() + static_cast<std::ptrdiff_t>(offset);
    const auto limit = area_.begin() + kWorkAreaSize;
    const auto end = std::find(begin, limit, std::uint8_t{0});
    if (end == limit) return std::nullopt;
    return std::string(begin, end);
  }

  bool add_node(NodeId parent) {
    auto name = string_at(kNameOffset);
    if (!name || kernel_.host.allocation_fails("kernel.connector_node")) return false;
    last_ = kernel_.state.tree.create(std::move(*name));
    if (parent == kNoNode) {
      top_.push_back(last_);
    } else {
      kernel_.state.tree.append(parent, last_);
    }
    return true;
  }

  bool add_child() { return add_node(last_); }

  bool add_sibling() {
    if (top_.empty()) return out_of_order();
    return add_node(last_ == kNoNode ? kNoNode : kernel_.state.tree.at(last_).parent);
  }

  bool add_property() {
    if (last_ == kNoNode) return out_of_order();
    auto name = string_at(kNameOffset);
    const std::size_t length = load_be32(area_.data() + kValueLength);
    const auto at = position(load_be32(area_.data() + kValueOffset), length);
    if (!name || !at) return false;
    if (kernel_.host.allocation_fails("kernel.connector_property")) return false;
    const auto from = area_.begin() + static_cast<std::ptrdiff_t>(*at);
    kernel_.state.tree.set_property(last_, *name,
                                    Bytes(from, from + static_cast<std::ptrdiff_t>(length)));
    return true;
  }

  bool to_parent() {
    if (last_ == kNoNode) return out_of_order();
    last_ = kernel_.state.tree.at(last_).parent;
    return true;
  }

  bool out_of_order() {
    if (kernel_.has(Switch::connector_trusts_order)) {
      kernel_.bug("bad access in configure-connector: no node for what firmware returned");
    }
    return false;
  }

  Kernel& kernel_;
  Bytes area_;
  std::vector<NodeId> top_;
  NodeId last_ = kNoNode;
};

}  // namespace

std::vector<NodeId> configure_connector(Kernel& kernel, std::uint32_t index) {
  if (kernel.host.allocation_fails("kernel.connector_buffer")) return {};
  return Connector(kernel, index).run();
}

void free_nodes(Kernel& kernel, const std::vector<NodeId>& nodes) {
  for (const NodeId node : nodes) kernel.state.tree.free(node);
}

}  // namespace lparsim::kernel
