#include "models/kernel/numa.hpp"

#include <algorithm>
#include <cerrno>

#include "models/kernel/tree_edit.hpp"

namespace lparsim::kernel {
namespace {

constexpr const char* kLookupArrays = "ibm,associativity-lookup-arrays";

}  // namespace

NodeId drconf_node(const LiveTree& tree) {
  return tree.find("/ibm,dynamic-reconfiguration-memory");
}

std::int32_t numa_node(const LiveTree& tree, const Bytes* associativity) {
  const NodeId rtas = tree.find("/rtas");
  if (rtas == kNoNode || associativity == nullptr) return 0;
  const auto point = tree.word(rtas, "ibm,associativity-reference-points");
  if (!point || associativity->size() < 4 * (std::size_t{*point} + 1)) return 0;
  const std::uint32_t node = load_be32(associativity->data() + 4 * std::size_t{*point});
  return node < 256 ? static_cast<std::int32_t>(node) : 0;
}

int associativity_index(Kernel& kernel, const Bytes& associativity, std::uint32_t& index) {
  const NodeId node = drconf_node(kernel.state.tree);
  if (node == kNoNode || associativity.size() < 4) return -ENODEV;
  const Bytes* arrays = kernel.state.tree.property(node, kLookupArrays);
  if (arrays == nullptr || arrays->size() < 8) return -ENODEV;
  const std::uint32_t rows = load_be32(arrays->data());
  const std::size_t row_bytes = 4 * std::size_t{load_be32(arrays->data() + 4)};
  if (arrays->size() < 8 + rows * row_bytes || associativity.size() != 4 + row_bytes) {
    return -EINVAL;
  }
  for (index = 0; index < rows; ++index) {
    if (std::equal(associativity.begin() + 4, associativity.end(),
                   arrays->data() + 8 + index * row_bytes)) {
      return 0;
    }
  }
  if (kernel.host.allocation_fails("kernel.associativity")) {
    return kernel.has(Switch::associativity_update_ignored) ? 0 : -ENOMEM;
  }
  Bytes longer = *arrays;
  longer.insert(longer.end(), associativity.begin() + 4, associativity.end());
  store_be32(longer.data(), rows + 1);
  update_property(kernel, node, kLookupArrays, std::move(longer));
  return 0;
}

}  // namespace lparsim::kernel
