#include "models/userland/ofdt.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

constexpr std::string_view kOfdt = "/proc/ppc64/ofdt";

// The kernel's name of a path below /proc/device-tree.
std::string kernel_path(const std::string& path) { return path.substr(kTree.size()); }

bool file_there(Session& session) {
  FileStat stat;
  const int status = session.files.stat(kOfdt, stat);
  if (status == 0) return true;
  session.say(kError, fmt::format("Failed to open {}: {}\n", kOfdt, errno_text(status)));
  return false;
}

// "add_node PATH" and, for each property, " NAME LENGTH " and its bytes; a NUL ends it.
std::string add_request(const std::string& path, const TreeNode& node) {
  std::string text = "add_node " + kernel_path(path);
  for (const TreeProperty& property : node.properties) {
    text += fmt::format(" {} {} ", property.name, property.value.size());
    text.append(property.value.begin(), property.value.end());
  }
  return text + '\0';
}

int add_node(Session& session, const std::string& path, const TreeNode& node) {
  if (exists(session.files, path)) {
    session.say(kDebug, fmt::format("Device-tree node {} already exists, skipping\n", path));
    return 0;
  }
  session.say(kDebug, fmt::format("Adding device-tree node {}\n", path));
  if (node.properties.empty()) {
    session.say(kError, "new_nodes have no properties\n");
    return -1;
  }
  const std::string text = add_request(path, node);
  // As a C string: values mostly begin with a NUL.
  session.say(kDebug, fmt::format("ofdt update: {}\n", text.c_str()));
  if (!file_there(session)) return -1;
  const std::int64_t written = write_text(session.files, kOfdt, text);
  if (written > 0) return 0;
  session.say(kError, fmt::format("Write to {} failed: {}\n", kOfdt, errno_text(written)));
  return -1;
}

int remove_node(Session& session, const std::string& path) {
  session.say(kDebug, fmt::format("Removing device-tree node {}\n", path));
  const std::string text = "remove_node " + kernel_path(path);
  if (!file_there(session)) return -1;
  const std::int64_t written = write_text(session.files, kOfdt, text);
  if (written == static_cast<std::int64_t>(text.size())) return 0;
  session.say(kError, fmt::format("Write to {} failed: {}\n", kOfdt, errno_text(written)));
  return -1;
}

// The children of nodes[parent], each with what is below it before the next one.
int add_children(Session& session, const std::string& path, const std::vector<TreeNode>& nodes,
                 int parent, std::vector<std::string>& added) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].parent != parent) continue;
    const std::string here = path + "/" + nodes[i].name;
    if (const int status = add_node(session, here, nodes[i]); status != 0) return status;
    if (parent < 0) added.push_back(here);
    const int status = add_children(session, here, nodes, static_cast<int>(i), added);
    if (status != 0) return status;
  }
  return 0;
}

}  // namespace

int add_tree_nodes(Session& session, const std::string& parent,
                   const std::vector<TreeNode>& nodes) {
  std::vector<std::string> added;
  const int status = add_children(session, parent, nodes, -1, added);
  if (status == 0) return 0;
  for (const std::string& path : added) remove_node(session, path);
  return status;
}

int remove_tree_nodes(Session& session, const std::string& path) {
  FileStat stat;
  if (session.files.stat(path, stat) != 0) return -1;
  if (stat.type != FileType::directory) return 0;
  while (true) {
    const auto below = directories(session.files, path);
    if (!below) {
      session.say(kError, fmt::format("Could not open {}: {}\n", path, errno_text(ENOENT)));
      return -1;
    }
    if (below->empty()) return remove_node(session, path);
    const int status = remove_tree_nodes(session, path + "/" + below->front());
    if (status != 0) return status;
  }
}

int update_tree_property(Session& session, const std::string& text) {
  session.say(kDebug, "Updating OF property\n");
  if (!file_there(session)) return -ENOENT;
  const std::int64_t written = write_text(session.files, kOfdt, text);
  if (written == static_cast<std::int64_t>(text.size())) return 0;
  session.say(kError, fmt::format("Write to {} failed: {}\n", kOfdt, errno_text(written)));
  return written < 0 ? static_cast<int>(written) : -1;
}

}  // namespace lparsim::userland
