#include "models/kernel/tree_update.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "models/kernel/drc.hpp"
#include "models/kernel/linux.hpp"
#include "models/kernel/reconfig.hpp"
#include "models/kernel/rtas.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::size_t kNodesHeader = 16;
constexpr std::uint32_t kActionMask = 0xff00'0000, kCountMask = 0x00ff'ffff;
constexpr std::string_view kFacilities = "ibm,platform-facilities";

enum Action : std::uint32_t { kDelete = 0x0100'0000, kUpdate = 0x0200'0000, kAdd = 0x0300'0000 };

class TreeUpdate {
 public:
  TreeUpdate(Kernel& kernel, std::int32_t scope) : kernel_(kernel), scope_(scope) {}

  TreeUpdateEnd run() {
    if (!has_service(kernel_, "ibm,update-nodes")) return {};
    if (kernel_.host.allocation_fails("kernel.update_nodes_buffer")) return {-ENOMEM, -ENOMEM};
    Bytes area(kWorkAreaSize);
    std::int32_t status = 0;
    do {
      status = call_update(kernel_, "ibm,update-nodes", area, scope_);
      if (status != 0 && status != 1) return {status, rtas_error(kernel_, status)};
      AreaReader in(kernel_, area, kNodesHeader);
      while (take_list(in)) {}
    } while (status == 1);
    return {error_, error_};
  }

 private:
  // One operator word with its operands; false: it was the terminator, or the area is at its end.
  bool take_list(AreaReader& in) {
    const auto list = in.word();
    if (!list) return end_of_area();
    if ((*list & kActionMask) == 0) return false;
    const std::uint32_t action = *list & kActionMask;
    for (std::uint32_t left = *list & kCountMask; left > 0; --left) {
      const auto phandle = in.word();
      if (!phandle) return end_of_area();
      const NodeId node = kernel_.state.tree.by_phandle(*phandle);
      if (node == kNoNode) {
        kernel_.log(kLogWarning,
                    fmt::format("mobility: Failed lookup: phandle 0x{:x} for action 0x{:x}",
                                *phandle, action));
        if (kernel_.has(Switch::update_keeps_drc_word) || action != kAdd) continue;
      }
      if (action == kAdd) {
        // The count is one of nodes, whatever LoPAR 7.3.24 says of operands: so Linux reads it.
        const auto drc = in.word();
        if (!drc) return end_of_area();
        if (node != kNoNode) note(add(node, *drc));
      } else if (action == kDelete) {
        note(remove(node));
      } else if (action == kUpdate) {
        note(update_node(kernel_, node, scope_));
      }
    }
    return true;
  }

  bool end_of_area() {
    note(-EIO);
    return false;
  }

  void note(int error) {
    if (error_ == 0 && !kernel_.has(Switch::update_node_error_lost)) error_ = error;
  }

  // No driver can do without its node, and firmware always adds an equal one after a removal.
  bool is_facility(NodeId node) const {
    const LiveTree& tree = kernel_.state.tree;
    const NodeId parent = tree.at(node).parent;
    return tree.text(node, "device_type") == kFacilities ||
           (parent != kNoNode && tree.text(parent, "device_type") == kFacilities);
  }

  int remove(NodeId node) {
    const std::string path = kernel_.state.tree.path(node);
    if (is_facility(node)) {
      kernel_.log(kLogInfo, fmt::format("mobility: ignoring remove operation for {}", path));
      return 0;
    }
    return node == kRootNode ? -EINVAL : detach_subtree(kernel_, node, detach_and_drop);
  }

  int add(NodeId parent, std::uint32_t drc) {
    LiveTree& tree = kernel_.state.tree;
    std::vector<NodeId> nodes = configure_connector(kernel_, drc);
    if (nodes.empty()) return -ENOENT;
    if (tree.text(nodes.front(), "device_type") == kFacilities) {
      kernel_.log(kLogInfo, fmt::format("mobility: ignoring add operation for {}",
                                        tree.at(nodes.front()).name));
      free_nodes(kernel_, nodes);
      return 0;
    }
    if (kernel_.has(Switch::update_adds_root_only)) forget_all_but_first(nodes);
    for (const NodeId node : nodes) attach_and_notify(kernel_, parent, node);
    return 0;
  }

  // Nobody has a reference to them any more.
  void forget_all_but_first(std::vector<NodeId>& nodes) {
    LiveTree& tree = kernel_.state.tree;
    std::vector<NodeId> lost = tree.at(nodes.front()).children;
    for (const NodeId child : lost) tree.detach(child);
    lost.insert(lost.end(), nodes.begin() + 1, nodes.end());
    for (const NodeId node : lost) kernel_.state.leaked += tree.objects_below(node);
    free_nodes(kernel_, lost);
    nodes.resize(1);
  }

  Kernel& kernel_;
  std::int32_t scope_;
  int error_ = 0;
};

}  // namespace

TreeUpdateEnd update_tree(Kernel& kernel, std::int32_t scope) {
  return TreeUpdate(kernel, scope).run();
}

std::int32_t call_update(Kernel& kernel, std::string_view service, Bytes& area,
                         std::int32_t scope) {
  for (;;) {
    const std::int32_t status =
        rtas_call_with_area(kernel, service, area, static_cast<std::uint32_t>(scope));
    if (kernel.has(Switch::update_busy_ends) || !rtas_busy_delay(kernel, status)) return status;
  }
}

std::optional<std::uint32_t> AreaReader::word() {
  const auto raw = take(4);
  if (!raw) return std::nullopt;
  return load_be32(raw->data());
}

std::optional<ByteView> AreaReader::take(std::size_t bytes) {
  if (bytes > area_.size() - at_) {
    out_of_area();
    return std::nullopt;
  }
  const ByteView taken = ByteView(area_).subspan(at_, bytes);
  at_ += bytes;
  return taken;
}

std::optional<std::string_view> AreaReader::name() {
  const auto begin = area_.begin() + static_cast<std::ptrdiff_t>(at_);
  const auto end = std::find(begin, area_.end(), std::uint8_t{0});
  const auto length = static_cast<std::size_t>(end - begin);
  const auto raw = take(length + 1);
  if (!raw) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(raw->data()), length);
}

void AreaReader::out_of_area() const {
  if (!kernel_.has(Switch::update_trusts_firmware)) return;
  kernel_.bug("bad access: what firmware returned lies beyond the work area");
}

}  // namespace lparsim::kernel
