#include "models/kernel/files.hpp"

#include <algorithm>
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

// "a/b" with the parts of `path` behind it, "." and ".." resolved.
std::string joined(std::string_view directory, std::string_view path) {
  std::string out(path.starts_with('/') ? "" : directory);
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part == "..") {
      out.resize(std::min(out.rfind('/'), out.size()));
    } else if (!part.empty() && part != ".") {
      out.append("/").append(part);
    }
  }
  return out;
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

// The path without the links on its way, and without one at its end when `whole`.
std::string resolved(Kernel& kernel, std::string_view path, bool whole) {
  constexpr int kMostLinks = 8;
  std::string out(without_slashes(path));
  for (int i = 0; i < kMostLinks && !in_tree(out); ++i) {
    const FoundFile found = find_file(kernel, out);
    const bool last = whole && found.rule != nullptr && found.rule->type == FileType::link;
    const FileRule* link = last ? found.rule : found.link;
    if (link == nullptr) break;
    const std::string_view up_to = std::string_view(out).substr(0, out.size() - found.rest.size());
    const std::string target = link->read(kernel, found.number);
    const std::string rest(found.rest);
    out = joined(up_to.substr(0, up_to.rfind('/')), target) + rest;
  }
  return out;
}

// By which kernfs keeps the entries of a directory: readdir gives them in its order, and programs
// that take the first or the last of something depend on it.
std::uint32_t name_hash(std::string_view name) {
  constexpr std::uint64_t kGoldenRatio = 0x61c8'8646'80b5'83ebU;
  constexpr std::uint32_t kReserved = 2, kMask = 0x7fff'ffffU;   // 0 and 1 are "." and ".."
  std::uint64_t hash = 0;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    hash = (hash + (std::uint64_t{byte} << 4) + (byte >> 4)) * 11;
  }
  const auto folded = static_cast<std::uint32_t>(hash * kGoldenRatio >> 32) & kMask;
  if (folded < kReserved) return folded + kReserved;
  return std::min(folded, kMask - 1);
}

// Nodes as readdir gives them. Properties come before them and as they came into the tree: their
// order tells what configure-connector delivered, and no program depends on readdir's.
void list_tree_node(const Kernel& kernel, NodeId node, std::vector<DirectoryEntry>& out) {
  const TreeNode& at = kernel.state.tree.at(node);
  for (const TreeProperty& entry : at.properties) out.push_back({entry.name, FileType::file});
  const auto nodes = static_cast<std::ptrdiff_t>(out.size());
  for (const NodeId below : at.children) {
    out.push_back({kernel.state.tree.at(below).name, FileType::directory});
  }
  std::sort(out.begin() + nodes, out.end(), [](const auto& a, const auto& b) {
    const std::uint32_t left = name_hash(a.name), right = name_hash(b.name);
    return left != right ? left < right : a.name < b.name;
  });
}

}  // namespace

int file_stat(Kernel& kernel, std::string_view name, FileStat& out) {
  const std::string path = resolved(kernel, name, false);
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
  const bool exact = path.starts_with("/proc/") || rule.type == FileType::link;
  out = {rule.type, rule.mode, exact ? 0 : kAttributeSize};
  if (exact && rule.read != nullptr) out.size = rule.read(kernel, found.number).size();
  return 0;
}

int file_list(Kernel& kernel, std::string_view name, std::vector<DirectoryEntry>& out) {
  const std::string path = resolved(kernel, name, true);
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

int file_read(Kernel& kernel, std::string_view name, Bytes& out) {
  out.clear();
  const std::string path = resolved(kernel, name, true);
  if (in_tree(path)) {
    const TreeFile file = find_tree_file(kernel, path);
    if (file.error != 0) return file.error;
    if (file.value == nullptr) return -EISDIR;
    out = *file.value;
    return 0;
  }
  const FoundFile found = find_file(kernel, path);
  if (found.directory) return -EISDIR;
  if (found.rule == nullptr) return why_missing(found);
  std::string text;
  if (found.rule->ask != nullptr) {
    if (const int error = found.rule->ask(kernel, found.number, text)) return error;
  } else if (found.rule->read != nullptr) {
    text = found.rule->read(kernel, found.number);
  } else {
    return -EACCES;
  }
  out.assign(text.begin(), text.end());
  return 0;
}

int file_read_link(Kernel& kernel, std::string_view name, std::string& out) {
  const std::string path = resolved(kernel, name, false);
  if (in_tree(path)) {
    const int error = find_tree_file(kernel, path).error;
    return error != 0 ? error : -EINVAL;
  }
  const FoundFile found = find_file(kernel, path);
  if (found.rule == nullptr) return found.directory ? -EINVAL : why_missing(found);
  if (found.rule->type != FileType::link) return -EINVAL;
  out = found.rule->read(kernel, found.number);
  return 0;
}

std::int64_t file_write(Kernel& kernel, std::string_view name, std::string_view data) {
  const std::string path = resolved(kernel, name, true);
  if (in_tree(path)) {
    const TreeFile file = find_tree_file(kernel, path);
    if (file.error != 0) return file.error;
    return file.value == nullptr ? -EISDIR : -EACCES;
  }
  const FoundFile found = find_file(kernel, path);
  if (found.directory) return -EISDIR;
  if (found.rule == nullptr) return why_missing(found);
  if (found.rule->write == nullptr) return -EACCES;
  return found.rule->write(kernel, found.number, data);
}

}  // namespace lparsim::kernel
