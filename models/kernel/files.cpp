#include "models/kernel/files.hpp"

#include <cerrno>

#include "models/kernel/file_paths.hpp"

namespace lparsim::kernel {
namespace {

constexpr std::string_view kTree = "/proc/device-tree";
constexpr std::uint64_t kAttributeSize = 4096;

std::string_view without_slashes(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

int why_missing(const FoundFile& found) { return found.below_file ? -ENOTDIR : -ENOENT; }

// -- the device tree ------------------------------------------------------------------------

bool in_tree(std::string_view path) {
  return path.starts_with(kTree) && (path.size() == kTree.size() || path[kTree.size()] == '/');
}

struct TreeFile {
  NodeId node = kNoNode;               // a directory
  const Bytes* value = nullptr;        // a property
  int error = -ENOENT;
};

TreeFile find_tree_file(const Kernel& kernel, std::string_view path) {
  const LiveTree& tree = kernel.state.tree;
  std::string_view left = path.substr(kTree.size());
  TreeFile found{kRootNode, nullptr, 0};
  while (!left.empty()) {
    const std::string_view name = take_segment(left);
    const NodeId next = tree.child(found.node, name);
    if (next == kNoNode) {
      const Bytes* value = tree.property(found.node, name);
      if (value == nullptr) return {};
      if (!left.empty()) return {kNoNode, nullptr, -ENOTDIR};
      return {kNoNode, value, 0};
    }
    found.node = next;
  }
  return found;
}

void list_tree_node(const Kernel& kernel, NodeId node, std::vector<DirectoryEntry>& out) {
  const TreeNode& at = kernel.state.tree.at(node);
  for (const TreeProperty& entry : at.properties) out.push_back({entry.name, FileType::file});
  for (const NodeId below : at.children) {
    out.push_back({kernel.state.tree.at(below).name, FileType::directory});
  }
}

}  // namespace

int file_stat(Kernel& kernel, std::string_view path, FileStat& out) {
  path = without_slashes(path);
  if (in_tree(path)) {
    const TreeFile file = find_tree_file(kernel, path);
    if (file.error != 0) return file.error;
    out = file.value == nullptr ? FileStat{FileType::directory, 0555, 0}
                                : FileStat{FileType::file, 0444, file.value->size()};
    return 0;
  }
  const FoundFile found = find_file(kernel, path);
  if (found.directory) {
    out = {FileType::directory, 0555, 0};
    return 0;
  }
  if (found.rule == nullptr) return why_missing(found);
  const FileRule& rule = *found.rule;
  out = {rule.type, rule.mode, kAttributeSize};
  const bool exact = path.starts_with("/proc/") || rule.type == FileType::link;
  if (exact && rule.read != nullptr) out.size = rule.read(kernel, found.number).size();
  return 0;
}

int file_list(Kernel& kernel, std::string_view path, std::vector<DirectoryEntry>& out) {
  path = without_slashes(path);
  out.clear();
  if (in_tree(path)) {
    const TreeFile file = find_tree_file(kernel, path);
    if (file.error != 0) return file.error;
    if (file.value != nullptr) return -ENOTDIR;
    list_tree_node(kernel, file.node, out);
    return 0;
  }
  const FoundFile found = find_file(kernel, path);
  if (!found.directory) return found.rule != nullptr ? -ENOTDIR : why_missing(found);
  out = list_directory(kernel, found);
  if (path == "/proc") out.push_back({"device-tree", FileType::directory});
  return 0;
}

int file_read(Kernel& kernel, std::string_view path, Bytes& out) {
  out.clear();
  if (in_tree(without_slashes(path))) {
    const TreeFile file = find_tree_file(kernel, without_slashes(path));
    if (file.error != 0) return file.error;
    if (file.value == nullptr) return -EISDIR;
    out = *file.value;
    return 0;
  }
  const FoundFile found = find_file(kernel, without_slashes(path));
  if (found.directory) return -EISDIR;
  if (found.rule == nullptr) return why_missing(found);
  if (found.rule->type == FileType::link) return -EISDIR;   // all links lead to directories
  if (found.rule->read == nullptr) return -EACCES;
  const std::string text = found.rule->read(kernel, found.number);
  out.assign(text.begin(), text.end());
  return 0;
}

int file_read_link(Kernel& kernel, std::string_view path, std::string& out) {
  if (in_tree(without_slashes(path))) {
    const int error = find_tree_file(kernel, without_slashes(path)).error;
    return error != 0 ? error : -EINVAL;
  }
  const FoundFile found = find_file(kernel, without_slashes(path));
  if (found.rule == nullptr) return found.directory ? -EINVAL : why_missing(found);
  if (found.rule->type != FileType::link) return -EINVAL;
  out = found.rule->read(kernel, found.number);
  return 0;
}

std::int64_t file_write(Kernel& kernel, std::string_view path, std::string_view data) {
  if (in_tree(without_slashes(path))) {
    const TreeFile file = find_tree_file(kernel, without_slashes(path));
    if (file.error != 0) return file.error;
    return file.value == nullptr ? -EISDIR : -EACCES;
  }
  const FoundFile found = find_file(kernel, without_slashes(path));
  if (found.directory) return -EISDIR;
  if (found.rule == nullptr) return why_missing(found);
  if (found.rule->type == FileType::link) return -EISDIR;
  if (found.rule->write == nullptr) return -EACCES;
  return found.rule->write(kernel, found.number, data);
}

}  // namespace lparsim::kernel
