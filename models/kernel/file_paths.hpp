// Which file or directory of the table (file_table.cpp) a path names. The rows are folded into a
// tree of segments once; a look-up walks it, so that its cost does not grow with the table.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "models/kernel/files.hpp"

namespace lparsim::kernel {

// Cuts "/segment" off the front of `path`.
std::string_view take_segment(std::string_view& path);

struct FoundFile {
  const FileRule* rule = nullptr;      // the file itself
  std::uint64_t number = 0;            // what the last wildcard stood for
  bool directory = false;
  bool below_file = false;             // a file stands where a directory should
  std::uint32_t place = 0;             // of a directory, for list_directory
  const FileRule* link = nullptr;      // the link that stands where a directory should
  std::string_view rest;               // of the path behind that link, with its slash
};

// `path` is absolute and has no trailing slash; "" is the root directory.
FoundFile find_file(const Kernel& kernel, std::string_view path);
// The entries of a directory that find_file found, in the order of the rows.
std::vector<DirectoryEntry> list_directory(const Kernel& kernel, const FoundFile& directory);

}  // namespace lparsim::kernel
