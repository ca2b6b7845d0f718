#include "sim/conform/tree_picture.hpp"

#include <fmt/format.h>

#include <set>
#include <unordered_map>

#include "sim/base/hex.hpp"

namespace lparsim::conform {
namespace {

constexpr std::string_view kTree = "/proc/device-tree";

// The recorder leaves `name` out where it says what the node's own name says.
bool is_plain_name(const std::string& node, std::string_view property, const Bytes& value) {
  if (property != "name") return false;
  const std::string last = node.substr(node.rfind('/') + 1);
  const std::string text(value.begin(), value.end());
  return text == last.substr(0, last.find('@')) + '\0' && last.find('@') != std::string::npos;
}

void look(kernel::GuestKernel& kernel, const std::string& node, TreePicture& out) {
  std::vector<kernel::DirectoryEntry> entries;
  const std::string folder = std::string(kTree) + node;
  if (kernel.list(folder, entries) != 0) return;
  for (const kernel::DirectoryEntry& entry : entries) {
    const std::string path = node + "/" + entry.name;
    if (entry.type == kernel::FileType::directory) {
      out.nodes.push_back(path);
      look(kernel, path, out);
      continue;
    }
    Bytes value;
    if (kernel.read(std::string(kTree) + path, value) != 0) continue;
    if (!is_plain_name(node, entry.name, value)) out.properties.emplace_back(path, hex(value));
  }
}

std::vector<std::string> without(const std::vector<std::string>& all,
                                 const std::vector<std::string>& others) {
  const std::set<std::string> known(others.begin(), others.end());
  std::vector<std::string> out;
  for (const std::string& one : all) {
    if (!known.contains(one)) out.push_back(one);
  }
  return out;
}

}  // namespace

TreePicture look_at_tree(kernel::GuestKernel& kernel) {
  TreePicture out;
  look(kernel, "", out);
  return out;
}

TreeDelta difference(const TreePicture& before, const TreePicture& after) {
  TreeDelta out;
  out.nodes_added = without(after.nodes, before.nodes);
  out.nodes_removed = without(before.nodes, after.nodes);
  std::unordered_map<std::string, std::string> old(before.properties.begin(),
                                                   before.properties.end());
  for (const auto& [path, value] : after.properties) {
    const auto found = old.find(path);
    if (found == old.end()) {
      out.added.emplace_back(path, value);
      continue;
    }
    if (found->second != value) out.changed[path] = {found->second, value};
    old.erase(found);
  }
  for (const auto& [path, value] : before.properties) {
    if (old.contains(path)) out.removed.emplace_back(path, value);
  }
  return out;
}

}  // namespace lparsim::conform
