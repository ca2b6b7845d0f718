#include "models/kernel/drc_lists.hpp"

namespace lparsim::kernel {
namespace {

bool in_info(const Bytes& value, std::string_view type, std::uint32_t index, bool first_type) {
  CellReader in(value);
  for (std::uint32_t left = in.u32(); left > 0; --left) {
    const std::string_view record_type = in.str();
    in.str();                                   // name prefix
    const std::uint32_t first = in.u32();
    in.u32();                                   // name suffix
    const std::uint32_t count = in.u32();
    const std::uint32_t increment = in.u32();
    in.u32();                                   // power domain
    if (!in.ok()) return false;
    if (!record_type.starts_with(type)) {
      if (first_type) return false;
      continue;
    }
    if (count == 0 || index < first) continue;
    const std::uint32_t step = increment == 0 ? 1 : increment;
    const std::uint32_t offset = index - first;
    if (offset % step == 0 && offset / step < count) return true;
  }
  return false;
}

bool in_indexes(const Bytes& value, std::uint32_t index) {
  CellReader in(value);
  for (std::uint32_t left = in.u32(); left > 0 && in.ok(); --left) {
    if (in.u32() == index && in.ok()) return true;
  }
  return false;
}

}  // namespace

std::vector<std::uint32_t> listed_drcs(const LiveTree& tree, NodeId node) {
  std::vector<std::uint32_t> out;
  const Bytes* indexes = tree.property(node, "ibm,drc-indexes");
  if (indexes == nullptr) return out;
  CellReader in(*indexes);
  for (std::uint32_t left = in.u32(); left > 0 && in.left() >= 4; --left) out.push_back(in.u32());
  return out;
}

bool announces_drc(const LiveTree& tree, NodeId node, std::string_view type,
                   std::uint32_t index, bool first_type) {
  if (const Bytes* info = tree.property(node, "ibm,drc-info")) {
    return in_info(*info, type, index, first_type);
  }
  const Bytes* indexes = tree.property(node, "ibm,drc-indexes");
  return indexes != nullptr && in_indexes(*indexes, index);
}

}  // namespace lparsim::kernel
