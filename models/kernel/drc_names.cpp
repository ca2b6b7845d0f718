#include "models/kernel/drc_names.hpp"

#include <algorithm>

namespace lparsim::kernel {
namespace {

struct Record {
  std::string type, prefix;
  std::uint32_t first = 0, suffix = 0, count = 0, increment = 0, power_domain = 0;
};

std::vector<Record> records(const Bytes& value) {
  std::vector<Record> out;
  CellReader in(value);
  for (std::uint32_t left = in.u32(); left > 0; --left) {
    Record record;
    record.type = in.str();
    record.prefix = in.str();
    record.first = in.u32();
    record.suffix = in.u32();
    record.count = in.u32();
    record.increment = in.u32();
    record.power_domain = in.u32();
    if (!in.ok()) break;
    out.push_back(std::move(record));
  }
  return out;
}

std::string name_of(const Record& record, std::uint32_t offset) {
  return record.prefix + std::to_string(record.suffix + offset);
}

// Without a range that holds the index, the kernel compares a buffer that it never wrote.
NamedConnector in_records(const Bytes& value, std::uint32_t index, bool careless) {
  NamedConnector found{index, {}, {}, 0};
  for (const Record& record : records(value)) {
    const std::uint32_t step = std::max(record.increment, 1U);
    const std::uint64_t last = record.first + std::uint64_t{step} * (record.count - 1);
    if (record.count == 0 || index < record.first || index > last) continue;
    const std::uint32_t offset = index - record.first;
    if (!careless && offset % step != 0) continue;
    return {index, name_of(record, offset), record.type, record.power_domain};
  }
  return found;
}

}  // namespace

std::vector<NamedConnector> listed_connectors(const LiveTree& tree, NodeId node) {
  const Bytes* indexes = tree.property(node, "ibm,drc-indexes");
  const Bytes* names = tree.property(node, "ibm,drc-names");
  const Bytes* types = tree.property(node, "ibm,drc-types");
  const Bytes* domains = tree.property(node, "ibm,drc-power-domains");
  std::vector<NamedConnector> out;
  if (indexes == nullptr || names == nullptr || types == nullptr || domains == nullptr) return out;
  CellReader index(*indexes), name(*names), type(*types), domain(*domains);
  name.u32();
  type.u32();
  domain.u32();
  for (std::uint32_t left = index.u32(); left > 0; --left) {
    NamedConnector next;
    next.index = index.u32();
    next.name = name.str();
    next.type = type.str();
    next.power_domain = domain.u32();
    if (!index.ok() || !name.ok() || !type.ok() || !domain.ok()) break;
    out.push_back(std::move(next));
  }
  return out;
}

std::vector<NamedConnector> described_connectors(const LiveTree& tree, NodeId node) {
  std::vector<NamedConnector> out;
  const Bytes* info = tree.property(node, "ibm,drc-info");
  if (info == nullptr) return out;
  constexpr std::uint32_t kMost = 1U << 16;   // a count that firmware got wrong must end
  for (const Record& record : records(*info)) {
    const std::uint32_t step = std::max(record.increment, 1U);
    for (std::uint32_t i = 0; i < std::min(record.count, kMost); ++i) {
      out.push_back({record.first + i * step, name_of(record, i * step), record.type,
                     record.power_domain});
    }
  }
  return out;
}

bool on_connector(const Kernel& kernel, NodeId node, std::string_view name,
                  std::string_view type) {
  const LiveTree& tree = kernel.state.tree;
  const auto index = tree.word(node, "ibm,my-drc-index");
  const NodeId parent = tree.at(node).parent;
  if (!index || parent == kNoNode) return false;
  const bool careless = kernel.has(Switch::drc_lookup_unchecked);
  NamedConnector found{*index, {}, {}, 0};
  if (const Bytes* info = tree.property(parent, "ibm,drc-info")) {
    found = in_records(*info, *index, careless);
  } else {
    const auto all = listed_connectors(tree, parent);
    if (all.empty()) return false;
    const auto at = std::find_if(all.begin(), all.end(),
                                 [&](const NamedConnector& c) { return c.index == *index; });
    // Past the end of the lists lies what follows them; nothing is taken for it here.
    if (at != all.end()) found = *at;
  }
  if (!careless && found.name.empty()) return false;
  return found.name == name && (type.empty() || found.type == type);
}

}  // namespace lparsim::kernel
