// The guest of the tests that follow LoPAR chapter 13 row by row.
#pragma once

#include <functional>

#include "drc_machine.hpp"

namespace lparsim::firmware {

using Lines = std::vector<std::string>;

class Rules : public MachineTest {
 protected:
  explicit Rules(const FirmwareProfile& with = quick_profile()) : MachineTest(with) {}

  std::uint32_t token(const char* call) const {
    const auto found = tokens.find(call);
    return found == tokens.end() ? 0 : found->second;
  }
  // Statuses of a whole sequence.
  std::vector<std::int32_t> statuses(DrcIndex drc) {
    start_walk(drc, kWork);
    std::vector<std::int32_t> all;
    do {
      all.push_back(walk(kWork));
    } while (all.back() >= 1 && all.back() <= 4);
    return all;
  }
  // Values by property name of the first node of a sequence.
  std::map<std::string, Bytes> fragment(DrcIndex drc) {
    start_walk(drc, kWork);
    std::map<std::string, Bytes> found;
    int nodes = 0;
    for (std::int32_t status = walk(kWork); status > 0; status = walk(kWork)) {
      if (status == 1 || status == 2) ++nodes;
      if (status != 3 || nodes != 1) continue;
      const std::size_t value = kWork + memory.cell(kWork + 16);
      const auto from = memory.bytes.begin() + static_cast<std::ptrdiff_t>(value);
      found[memory.text(kWork + memory.cell(kWork + 8))] =
          Bytes(from, from + memory.cell(kWork + 12));
    }
    return found;
  }
};

struct Connectors {                  // the four lists of one node
  std::vector<std::uint32_t> indexes, domains;
  std::vector<std::string> names, types;
  bool equal_counts = true;
};

inline Connectors connectors_of(const Node& node) {
  Connectors c;
  const auto numbers = [&](const char* name, std::vector<std::uint32_t>& out) {
    const Property* p = node.property(name);
    if (p == nullptr || p->value.size() < 4) return std::uint32_t{0xdead};
    for (std::size_t at = 4; at + 4 <= p->value.size(); at += 4) {
      out.push_back(load_be32(p->value.data() + at));
    }
    return load_be32(p->value.data());
  };
  const auto strings = [&](const char* name, std::vector<std::string>& out) {
    const Property* p = node.property(name);
    if (p == nullptr || p->value.size() < 4) return std::uint32_t{0xdead};
    for (std::size_t at = 4; at < p->value.size(); at += out.back().size() + 1) {
      out.emplace_back(reinterpret_cast<const char*>(p->value.data() + at));
    }
    return load_be32(p->value.data());
  };
  const std::uint32_t n = numbers("ibm,drc-indexes", c.indexes);
  c.equal_counts = numbers("ibm,drc-power-domains", c.domains) == n &&
                   strings("ibm,drc-names", c.names) == n &&
                   strings("ibm,drc-types", c.types) == n && c.indexes.size() == n &&
                   c.names.size() == n && c.types.size() == n && c.domains.size() == n;
  return c;
}

inline void each_node(const Node& node, const std::string& path,
               const std::function<void(const Node&, const std::string&)>& visit) {
  visit(node, path);
  for (const Node& child : node.children) each_node(child, path + "/" + child.name, visit);
}

}  // namespace lparsim::firmware
