#include "tests/kernel_library/surface.hpp"

#include <gtest/gtest.h>

namespace lparsim::kernel {
namespace {

std::string content(GuestKernel& kernel, const std::string& path, FileType type) {
  std::string target;
  if (type == FileType::link) {
    const int error = kernel.read_link(path, target);
    return error == 0 ? target : std::to_string(error);
  }
  Bytes data;
  if (type == FileType::directory || path.starts_with("/sys/bus/pci/slots/")) return {};
  const int error = kernel.read(path, data);
  return error == 0 ? std::string(data.begin(), data.end()) : std::to_string(error);
}

void walk(GuestKernel& kernel, const std::string& path,
          std::map<std::string, std::string>& out) {
  FileStat stat;
  const std::string shown = path.empty() ? "/" : path;
  EXPECT_EQ(kernel.stat(shown, stat), 0) << "listed, but not there: " << shown;
  out[shown] = std::to_string(static_cast<int>(stat.type)) + ' ' + std::to_string(stat.mode) +
               ' ' + std::to_string(stat.size) + ' ' + content(kernel, shown, stat.type);
  if (stat.type != FileType::directory) return;
  std::vector<DirectoryEntry> entries;
  EXPECT_EQ(kernel.list(shown, entries), 0) << shown;
  for (const DirectoryEntry& entry : entries) walk(kernel, path + '/' + entry.name, out);
}

}  // namespace

std::map<std::string, std::string> surface(GuestKernel& kernel) {
  std::map<std::string, std::string> out;
  walk(kernel, {}, out);
  return out;
}

}  // namespace lparsim::kernel
