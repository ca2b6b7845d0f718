#include "models/partition_files.hpp"

#include <algorithm>
#include <cerrno>

namespace lparsim::models {
namespace {

bool below(std::string_view path, std::string_view directory) {
  return path == directory ||
         (path.starts_with(directory) && path.size() > directory.size() &&
          path[directory.size()] == '/');
}

bool is_kernel_file(std::string_view path) { return below(path, "/proc") || below(path, "/sys"); }

// Name of `path` when it lies directly in `directory`, else empty.
std::string_view name_in(std::string_view path, std::string_view directory) {
  if (directory == "/") directory = "";
  if (!path.starts_with(directory) || path.size() < directory.size() + 2) return {};
  if (path[directory.size()] != '/') return {};
  const auto name = path.substr(directory.size() + 1);
  return name.find('/') == std::string_view::npos ? name : std::string_view{};
}

}  // namespace

bool PartitionFiles::parent_exists(std::string_view path) const {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return false;
  return slash == 0 || plain_.directories.contains(path.substr(0, slash));
}

int PartitionFiles::stat(std::string_view path, userland::FileStat& out) {
  if (is_kernel_file(path)) return kernel_ == nullptr ? -ENOENT : kernel_->stat(path, out);
  if (plain_.directories.contains(path)) {
    out = {userland::FileType::directory, 0755, 0};
    return 0;
  }
  const auto found = plain_.files.find(path);
  if (found == plain_.files.end()) return -ENOENT;
  out = {userland::FileType::file, 0644, found->second.size()};
  return 0;
}

int PartitionFiles::list(std::string_view path, std::vector<userland::DirectoryEntry>& out) {
  if (is_kernel_file(path)) return kernel_ == nullptr ? -ENOENT : kernel_->list(path, out);
  if (!plain_.directories.contains(path)) return plain_.files.contains(path) ? -ENOTDIR : -ENOENT;
  out.clear();
  for (const auto& directory : plain_.directories) {
    const auto name = name_in(directory, path);
    if (!name.empty()) out.push_back({std::string(name), userland::FileType::directory});
  }
  for (const auto& [file, bytes] : plain_.files) {
    const auto name = name_in(file, path);
    if (!name.empty()) out.push_back({std::string(name), userland::FileType::file});
  }
  return 0;
}

int PartitionFiles::read(std::string_view path, Bytes& out) {
  if (is_kernel_file(path)) return kernel_ == nullptr ? -ENOENT : kernel_->read(path, out);
  if (plain_.directories.contains(path)) return -EISDIR;
  const auto found = plain_.files.find(path);
  if (found == plain_.files.end()) return -ENOENT;
  out = found->second;
  return 0;
}

int PartitionFiles::read_link(std::string_view path, std::string& out) {
  if (is_kernel_file(path)) return kernel_ == nullptr ? -ENOENT : kernel_->read_link(path, out);
  return plain_.files.contains(path) || plain_.directories.contains(path) ? -EINVAL : -ENOENT;
}

std::int64_t PartitionFiles::write_kernel_file(std::string_view path, ByteView data) {
  const auto result = kernel_ == nullptr ? -ENOENT : kernel_->write(path, data);
  if (watcher_) watcher_(path, data, result);
  return result;
}

std::int64_t PartitionFiles::write(std::string_view path, ByteView data) {
  if (is_kernel_file(path)) return write_kernel_file(path, data);
  if (plain_.directories.contains(path)) return -EISDIR;
  if (!parent_exists(path)) return -ENOENT;
  plain_.files[std::string(path)] = Bytes(data.begin(), data.end());
  return static_cast<std::int64_t>(data.size());
}

std::int64_t PartitionFiles::append(std::string_view path, ByteView data) {
  if (is_kernel_file(path)) return -EINVAL;
  if (plain_.directories.contains(path)) return -EISDIR;
  if (!parent_exists(path)) return -ENOENT;
  auto& file = plain_.files[std::string(path)];
  file.insert(file.end(), data.begin(), data.end());
  return static_cast<std::int64_t>(data.size());
}

int PartitionFiles::remove(std::string_view path) {
  if (is_kernel_file(path)) return -EPERM;
  if (plain_.directories.contains(path)) return -EISDIR;
  const auto found = plain_.files.find(path);
  if (found == plain_.files.end()) return -ENOENT;
  plain_.files.erase(found);
  return 0;
}

int PartitionFiles::lock(std::string_view path, std::uint32_t pid) {
  for (const auto& held : plain_.locks) {
    if (held.path == path) return held.pid == pid ? 0 : -EAGAIN;
  }
  plain_.locks.push_back({std::string(path), pid});
  return 0;
}

void PartitionFiles::unlock_all(std::uint32_t pid) {
  std::erase_if(plain_.locks, [&](const PlainFiles::Lock& held) { return held.pid == pid; });
}

}  // namespace lparsim::models
