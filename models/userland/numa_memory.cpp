#include "models/userland/numa_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>

#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kNodes = "/sys/devices/system/node";
constexpr std::uint8_t kForm1 = 0x80;  // byte 5 of architecture vector 5

// CPUs of a node from its cpumap: 32-bit words in hexadecimal, separated by commas.
std::optional<std::uint32_t> cpus_of_node(Session& session, const std::string& directory) {
  const auto map = read_text(session.files, directory + "/cpumap");
  if (!map) return std::nullopt;
  std::uint32_t count = 0;
  for (const char c : *map) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) continue;
    const std::string digit(1, c);
    count += std::uint32_t(std::popcount(std::strtoul(digit.c_str(), nullptr, 16)));
  }
  return count;
}

std::optional<std::vector<NumaNode>> read_nodes(Session& session) {
  std::vector<NumaNode> nodes;
  for (const std::string& name : directories(session.files, kNodes).value_or(
           std::vector<std::string>{})) {
    if (!name.starts_with("node") || name.size() < 5 ||
        std::isdigit(static_cast<unsigned char>(name[4])) == 0) {
      continue;
    }
    NumaNode node;
    node.id = std::uint32_t(std::strtoul(name.c_str() + 4, nullptr, 10));
    const auto cpus = cpus_of_node(session, fmt::format("{}/{}", kNodes, name));
    if (!cpus) return std::nullopt;
    node.cpus = *cpus;
    nodes.push_back(std::move(node));
  }
  if (nodes.empty()) return std::nullopt;
  std::sort(nodes.begin(), nodes.end(),
            [](const NumaNode& a, const NumaNode& b) { return a.id < b.id; });
  return nodes;
}

std::optional<std::vector<std::uint32_t>> read_node_numbers(Session& session) {
  const std::string tree(kTree);
  const auto vector5 = property(session.files, tree + "/chosen/ibm,architecture-vec-5");
  if (!vector5 || vector5->size() < 6 || ((*vector5)[5] & kForm1) == 0) return std::nullopt;
  const auto depth =
      cell_property(session.files, tree + "/rtas/ibm,associativity-reference-points");
  const auto arrays = read_associativity(session);
  if (!depth || !arrays) return std::nullopt;
  if (*depth == 0 || *depth > arrays->size) {
    session.say(kError, "Bad min common depth or associativity array size\n");
    return std::nullopt;
  }
  if (arrays->cells.size() != std::size_t{arrays->count} * arrays->size) {
    session.say(kError, "Bad size of the associativity lookup arrays\n");
    return std::nullopt;
  }
  std::vector<std::uint32_t> node_of;
  for (std::uint32_t i = 0; i < arrays->count; ++i) {
    node_of.push_back(arrays->cells[std::size_t{i} * arrays->size + *depth - 1]);
  }
  return node_of;
}

// Counts are told with a sign.
std::int32_t shown(std::uint32_t count) { return static_cast<std::int32_t>(count); }

class Remover {
 public:
  Remover(Session& session, std::vector<NumaNode>& nodes) : session_(session), nodes_(nodes) {
    for (const NumaNode& node : nodes) {
      (node.cpus == 0 ? cpuless_lmbs_ : lmbs_) += node.lmb_count;
      cpus_ += node.cpus;
    }
  }

  std::uint32_t from_cpuless_nodes(std::uint32_t count);
  std::uint32_t from_cpu_nodes(std::uint32_t count);

 private:
  std::uint32_t from_node(NumaNode& node, std::uint32_t count);
  std::vector<NumaNode*> by_ratio();

  Session& session_;
  std::vector<NumaNode>& nodes_;
  std::uint32_t cpuless_lmbs_ = 0, lmbs_ = 0, cpus_ = 0;
};

// What was tried is not tried again, removed or not.
std::uint32_t Remover::from_node(NumaNode& node, std::uint32_t count) {
  session_.say(kDebug, fmt::format("Try removing {} / {} LMBs from node {}\n", shown(count),
                                   node.lmb_count, node.id));
  std::uint32_t done = 0, tried = 0;
  while (!node.lmbs.empty() && done < count) {
    const std::uint32_t index = node.lmbs.back();
    node.lmbs.pop_back();
    ++tried;
    const int rc =
        kernel_dlpar(session_, fmt::format("memory remove index 0x{:x}", index), true);
    if (rc == 0) {
      ++done;
      continue;
    }
    session_.say(kWarning, fmt::format("Can't remove LMB node:{} index:0x{:x}: {}\n", node.id,
                                       index, errno_text(rc)));
  }
  node.lmb_count -= tried;
  if (node.cpus != 0) lmbs_ -= tried;
  if (node.lmb_count == 0) {
    node.ratio = 0;
    cpus_ -= node.cpus;
  }
  session_.say(kInfo, fmt::format("Removed {} LMBs from node {}\n", done, node.id));
  return done;
}

std::uint32_t Remover::from_cpuless_nodes(std::uint32_t count) {
  const std::uint32_t total = count;
  std::uint32_t done = 0;
  // The sum is not brought down as LMBs go: that is how the real program counts too.
  while ((count = std::min(count, cpuless_lmbs_)) > 0) {
    std::uint32_t this_loop = 0;
    for (NumaNode& node : nodes_) {
      if (node.cpus == 0) node.ratio = node.lmb_count * 100 / cpuless_lmbs_;
    }
    for (NumaNode& node : nodes_) {
      if (node.lmb_count == 0 || node.cpus != 0) continue;
      std::uint32_t todo = std::min(count * node.ratio / 100, node.lmb_count);
      if (todo == 0) todo = count - this_loop;
      if (todo != 0) todo = from_node(node, todo);
      this_loop += todo;
      done += todo;
      if (done >= total) break;
    }
    if (this_loop == 0) break;
    count -= this_loop;
  }
  session_.say(kDebug, fmt::format("{} / {} LMBs removed from the CPU less nodes\n", done,
                                   shown(total)));
  return done;
}

std::vector<NumaNode*> Remover::by_ratio() {
  std::vector<NumaNode*> order;
  for (NumaNode& node : nodes_) {
    if (node.lmb_count == 0 || node.cpus == 0) continue;
    const std::uint32_t cpu_ratio = node.cpus * 100 / cpus_;
    const std::uint32_t memory_ratio = node.lmb_count * 100 / lmbs_;
    node.ratio = (cpu_ratio * 9 + memory_ratio) / 10;  // CPUs are 90 % of it
    const auto at = std::find_if(order.begin(), order.end(),
                                 [&](const NumaNode* other) { return other->ratio >= node.ratio; });
    order.insert(at, &node);
  }
  return order;
}

std::uint32_t Remover::from_cpu_nodes(std::uint32_t count) {
  const std::uint32_t total = count;
  std::uint32_t done = 0;
  while ((count = std::min(count, lmbs_)) > 0) {
    const std::uint32_t wanted_left = lmbs_ - count;
    std::uint32_t this_loop = 0;
    for (NumaNode* node : by_ratio()) {
      const std::uint32_t keep = wanted_left * node->ratio / 100;
      std::uint32_t todo = node->lmb_count - std::min(keep, node->lmb_count);
      todo = std::min(count, todo);
      if (todo != 0) {
        todo = from_node(*node, todo);
        count -= todo;
        this_loop += todo;
      }
      if (count == 0) break;
    }
    if (this_loop == 0) break;
    done += this_loop;
  }
  session_.say(kDebug, fmt::format("{} / {} LMBs removed from the CPU nodes\n", done,
                                   shown(total)));
  return done;
}

NumaNode& node_with_id(std::vector<NumaNode>& nodes, std::uint32_t id) {
  const auto at = std::find_if(nodes.begin(), nodes.end(),
                               [&](const NumaNode& node) { return node.id >= id; });
  if (at != nodes.end() && at->id == id) return *at;
  NumaNode node;
  node.id = id;
  return *nodes.insert(at, node);
}

}  // namespace

std::optional<NumaTopology> read_numa(Session& session) {
  auto node_of = read_node_numbers(session);
  if (!node_of) return std::nullopt;
  auto nodes = read_nodes(session);
  if (!nodes) return std::nullopt;
  return NumaTopology{std::move(*nodes), std::move(*node_of)};
}

std::uint32_t remove_by_node(Session& session, NumaTopology topology, const LmbList& lmbs,
                             std::uint32_t count) {
  // Every LMB with a valid associativity counts, assigned or not. The highest is tried first.
  for (const Lmb& lmb : lmbs.lmbs) {
    if (lmb.associativity_index >= topology.node_of.size()) continue;
    NumaNode& node =
        node_with_id(topology.nodes, topology.node_of[lmb.associativity_index]);
    node.lmbs.push_back(lmb.drc_index);
    ++node.lmb_count;
  }
  for (const NumaNode& node : topology.nodes) {
    session.say(kInfo, fmt::format("node {:4} {:4} CPUs {:8} LMBs\n", node.id, node.cpus,
                                   node.lmb_count));
  }
  Remover remover(session, topology.nodes);
  const std::uint32_t done = remover.from_cpuless_nodes(count);
  return done + remover.from_cpu_nodes(count - done);
}

}  // namespace lparsim::userland
