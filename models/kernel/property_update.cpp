// The ibm,update-properties loop of one node (LoPAR 7.3.25, kernel.md 8).
#include <fmt/format.h>

#include <cerrno>
#include <string>

#include "models/kernel/lmb_table.hpp"
#include "models/kernel/rtas.hpp"
#include "models/kernel/tree_edit.hpp"
#include "models/kernel/tree_update.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::size_t kCountAt = 16, kDescriptorsAt = 20;
constexpr std::uint32_t kNameOnly = 0, kDeleted = 0x8000'0000, kPartial = 0x8000'0000;

class PropertyUpdate {
 public:
  PropertyUpdate(Kernel& kernel, NodeId node, std::int32_t scope)
      : kernel_(kernel), node_(node), scope_(scope) {}
  ~PropertyUpdate() {
    constexpr std::uint64_t kObjects = 1;
    if (pending_ && kernel_.has(Switch::update_part_leaks)) kernel_.state.leaked += kObjects;
  }
  PropertyUpdate(const PropertyUpdate&) = delete;
  PropertyUpdate& operator=(const PropertyUpdate&) = delete;

  int run() {
    if (kernel_.host.allocation_fails("kernel.update_properties_buffer")) return -ENOMEM;
    Bytes area(kWorkAreaSize);
    store_be32(area.data(), kernel_.state.tree.phandle(node_).value_or(0));
    std::int32_t status = 0;
    do {
      status = call_update(kernel_, "ibm,update-properties", area, scope_);
      if (status < 0) return -EIO;
      if (!take_descriptors(area)) return -EIO;
    } while (status == 1);
    return error_;
  }

 private:
  bool take_descriptors(const Bytes& area) {
    std::uint32_t left = load_be32(&area[kCountAt]);
    AreaReader in(kernel_, area, kDescriptorsAt);
    bool first = true;
    while (left > 0) {
      const auto name = in.name();
      const auto descriptor = name ? in.word() : std::nullopt;
      if (!descriptor) return false;
      --left;
      // The first one of a node is its path.
      const bool path = first && name->empty();
      first = false;
      if (!path && (*descriptor == kNameOnly || *descriptor == kDeleted)) {
        if (*descriptor == kDeleted) remove(*name);
        continue;
      }
      const bool partial = !path && (*descriptor & kPartial) != 0;
      const auto value = in.take(partial ? ~*descriptor + 1 : *descriptor);
      if (!value) return false;
      if (!path) take_value(*name, *value, partial);
      // The pointer moves by the descriptor itself, which is negative.
      if (partial && left > 0) in.out_of_area();
    }
    return true;
  }

  void remove(std::string_view name) {
    pending_.reset();
    erase_property(kernel_, node_, name);
  }

  void take_value(std::string_view name, ByteView value, bool partial) {
    if (kernel_.host.allocation_fails("kernel.update_property")) {
      kernel_.log(kLogError,
                  fmt::format("mobility: updating {} property failed: {}", name, -ENOMEM));
      error_ = -ENOMEM;
      return;
    }
    if (!pending_) pending_ = TreeProperty{std::string(name), {}};
    pending_->value.insert(pending_->value.end(), value.begin(), value.end());
    if (partial) return;
    const TreeProperty whole = std::move(*pending_);
    pending_.reset();
    update_property(kernel_, node_, whole.name, whole.value);
    drconf_updated(kernel_, node_, whole.name);
  }

  Kernel& kernel_;
  NodeId node_;
  std::int32_t scope_;
  std::optional<TreeProperty> pending_;   // parts of a value whose last one is to come
  int error_ = 0;
};

}  // namespace

int update_node(Kernel& kernel, NodeId node, std::int32_t scope) {
  return PropertyUpdate(kernel, node, scope).run();
}

}  // namespace lparsim::kernel
